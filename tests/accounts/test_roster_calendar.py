"""The roster across organisations: who works for whom, and calendars for one person and for everybody of the team."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from paraat.accounts import links
from paraat.accounts.actions import add_shift
from paraat.accounts.models import Membership
from paraat.kernel.actor import SYSTEM
from paraat.kernel.marking import Role
from paraat.platform import moment
from tests import cast

pytestmark = pytest.mark.django_db


def _shifts() -> None:
    now = moment.now()
    Membership.objects.create(user=cast.second_officer(), role=Role.PARTNER, organisation=cast.partner())
    for user, position in [(cast.duty_officer(), "first"), (cast.second_officer(), "second")]:
        add_shift(user=user, position=position, starts_at=now, ends_at=now + timedelta(hours=8), by=SYSTEM)


def fetched(url: str) -> str:
    return Client().get(urlsplit(url).path).content.decode().replace("\r\n ", "")


def test_the_roster_says_for_which_organisation_somebody_works() -> None:
    _shifts()
    client = Client()
    client.force_login(cast.duty_officer())
    page = client.get(reverse("roster")).content.decode()
    assert "Association (fictitious)" in page
    assert page.count("/roster/calendar/") == 2


def test_everybodys_calendar_names_people_and_organisations_and_ones_own_only_oneself() -> None:
    _shifts()
    now = moment.now()
    every = fetched(links.roster_url(cast.duty_officer(), now))
    assert every.count("BEGIN:VEVENT") == 2
    assert "Second duty officer\\, Association (fictitious)" in every
    assert fetched(links.calendar_url(cast.duty_officer(), now)).count("BEGIN:VEVENT") == 1


def test_the_address_of_one_is_not_the_address_of_the_other_and_stops_when_he_leaves() -> None:
    _shifts()
    now = moment.now()
    own = urlsplit(links.calendar_url(cast.duty_officer(), now)).path
    assert Client().get(own.replace("/calendar/", "/calendar/all/")).status_code == 404
    every = urlsplit(links.roster_url(cast.duty_officer(), now)).path
    assert Client().get(every).status_code == 200
    Membership.objects.filter(user=cast.duty_officer()).update(until=now)
    assert Client().get(every).status_code == 404
