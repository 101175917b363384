"""Addresses that are their own key: the link by which a new person chooses a password, and a person's private calendar."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from allauth.account.app_settings import AppSettings
from allauth.account.utils import user_pk_to_url_str
from django.urls import reverse

from paraat.accounts.models import User
from paraat.platform import configuration, crypto

CALENDAR_LASTS = timedelta(days=400)


def welcome_url(user: User) -> str:
    """The address where the owner of an account chooses a (new) password: it works once, for three days."""
    key = AppSettings("ACCOUNT_").PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": key})
    return configuration.public_url() + path


def calendar_url(user: User, now: datetime) -> str:
    """The private address of a person's shifts, for a calendar program."""
    token = crypto.sign_link("roster", user.pk, now + CALENDAR_LASTS)
    return configuration.public_url() + reverse("roster_calendar", kwargs={"token": token})


def read_calendar(token: str, now: datetime) -> UUID:
    """Whose calendar this is. Raises BadLink or ExpiredLink."""
    return crypto.read_uuid_link("roster", token, now=now)


def roster_url(user: User, now: datetime) -> str:
    """The private address of everybody's shifts, for the calendar program of somebody of the team."""
    token = crypto.sign_link("roster-all", user.pk, now + CALENDAR_LASTS)
    return configuration.public_url() + reverse("roster_calendar_all", kwargs={"token": token})


def read_roster(token: str, now: datetime) -> UUID:
    """Who was given that address. Raises BadLink or ExpiredLink."""
    return crypto.read_uuid_link("roster-all", token, now=now)
