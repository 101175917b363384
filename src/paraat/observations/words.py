"""Codes that observations store, in words for people."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from paraat.observations.rules import Reason, Why

REASONS: dict[str, Any] = {
    Reason.HOST: _("This host is its own."),
    Reason.DOMAIN: _("The host lies in its domain."),
    Reason.EMAIL_DOMAIN: _("The mail address lies in its domain."),
    Reason.NETWORK: _("The address lies in its network."),
    Reason.ASN: _("The address lies in its autonomous system."),
    Reason.PAGE: _("It has a page on this host."),
    Reason.NAME: _("Its name stands in the host name."),
}

WHY: dict[str, Any] = {
    Why.BELGIAN: _("Belgian, and on nobody's file"),
    Why.NAME: _("A name we know stands in it"),
    Why.SHARED: _("More than five claim it"),
}


def reason(code: str) -> Any:
    """Why an organisation is meant."""
    return REASONS.get(code, code)


def why(code: str) -> Any:
    """Why a host that nobody owns is listed."""
    return WHY.get(code, code)
