"""Django's name card of the app."""

from __future__ import annotations

from paraat.platform.app import ParaatConfig


class AccountsConfig(ParaatConfig):
    """Labels the app `accounts`."""

    default = True
    name = "paraat.accounts"
    label = "accounts"
