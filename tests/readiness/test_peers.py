"""Peers as a SPOC sees them: its own group, frozen, nothing to choose, nothing that moves within a quarter."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from paraat.accounts.models import Membership
from paraat.kernel.marking import Role, Viewer
from paraat.platform import moment
from paraat.readiness import peering
from paraat.readiness.actions import standing
from paraat.readiness.actions.population import freeze_peers
from paraat.readiness.models import Peer, PeerGroup, Standing
from paraat.registry.models import Organisation
from tests import cast
from tests.readiness.populated import many
from tests.web.pages import client_of, officer, page

pytestmark = pytest.mark.django_db
OURS = "/population/ours/"


@pytest.fixture(autouse=True)
def _in_english() -> Any:
    with translation.override("en"):
        yield


def ronse_among(number: int) -> Organisation:
    """Ronse and so many others of its size, counted and frozen."""
    town = cast.ronse()
    Organisation.objects.filter(pk=town.pk).update(population=15_000)
    many(number)
    standing.refresh([town.pk])
    freeze_peers()
    return town


def table(text: str) -> str:
    return text[text.index('<table class="list stacks">') : text.index("</table>")]


def test_a_spoc_sees_itself_beside_its_group_and_no_name() -> None:
    ronse_among(7)
    text = page(client_of(cast.spoc_user(cast.ronse())), OURS)
    assert "8 peers, ourselves among them" in text
    assert "10,000 to 19,999 inhabitants" in text
    assert "Gemeente" not in text
    assert "at most about" in text
    assert "<select" not in text.split("<main")[1].split("</main")[0]


def test_nothing_in_the_quarter_changes_what_is_shown() -> None:
    town = ronse_among(9)
    me = client_of(cast.spoc_user(town))
    before, groups = table(page(me, OURS)), list(PeerGroup.objects.values())
    Standing.objects.exclude(organisation=town).update(basics_score=99, basics_on=moment.today(), sessions_attended=3)
    ended = Organisation.objects.exclude(pk=town.pk).filter(kind="municipality")[0]
    Organisation.objects.filter(pk=ended.pk).update(active_until=moment.today())
    many(8, first=500)
    standing.touch_stale()
    while standing.refresh_due():
        pass
    assert freeze_peers() == 0
    assert (table(page(me, OURS)), list(PeerGroup.objects.values())) == (before, groups)


def test_the_next_quarter_has_the_same_members_and_newcomers_are_by_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    town = ronse_among(9)
    before = set(
        Peer.objects.filter(group=Peer.objects.get(organisation=town).group).values_list("organisation", flat=True)
    )
    ended = Organisation.objects.exclude(pk=town.pk).filter(pk__in=before)[0]
    Organisation.objects.filter(pk=ended.pk).update(active_until=moment.today(), merged_into=town)
    fresh = {one.pk for one in many(7, first=500)}
    standing.touch_stale()
    standing.refresh_due()
    later = moment.now() + timedelta(days=100)
    monkeypatch.setattr("paraat.readiness.actions.population.moment.now", lambda: later)
    assert freeze_peers() == 2
    assert freeze_peers() == 0
    quarter = peering.quarter_of(moment.day(later))
    members = [
        set(one.peers.values_list("organisation", flat=True)) for one in PeerGroup.objects.filter(quarter=quarter)
    ]
    assert sorted(members, key=len) == [fresh, before]


def test_five_are_too_few() -> None:
    town = ronse_among(4)
    assert not PeerGroup.objects.exists()
    assert "no peers to show" in page(client_of(cast.spoc_user(town)), OURS)


def test_who_answers_for_two_members_is_shown_none_of_the_group() -> None:
    town = ronse_among(7)
    user = cast.spoc_user(town)
    other = Organisation.objects.filter(name="Gemeente 003").get()
    Membership.objects.create(user=user, role=Role.SPOC, organisation=other)
    text = page(client_of(user), OURS)
    assert "more than one member" in text
    assert "peers, ourselves among them" not in text


def test_peers_are_for_who_answers_for_the_constituent_only() -> None:
    town = ronse_among(7)
    for user in (cast.provider_user(), cast.tester(), cast.assessor(), cast.observer(), cast.auditor()):
        assert client_of(user).get(OURS).status_code in {403, 404}
    row = Standing.objects.get(organisation=town)
    other = Viewer(roles=frozenset({Role.SPOC}), own=frozenset({cast.eupen().pk}))
    assert peering.beside(other, row).group is None
    assert officer().get(OURS).status_code == 403


def test_the_first_page_of_a_spoc_says_how_it_stands() -> None:
    town = ronse_among(7)
    text = page(client_of(cast.spoc_user(town)), "/portal/")
    panel = text[text.index('id="standing"') :]
    panel = panel[: panel.index("</section>")]
    for where in ("/assessments/", "/lessons/ours/", "/measures/", "/continuity/mine/", "/sessions/ours/", OURS):
        assert f'href="{where}"' in panel
    assert "Gemeente" not in panel


def test_our_page_asks_the_same_however_many_there_are() -> None:
    town = ronse_among(7)
    me = client_of(cast.spoc_user(town))

    def queries() -> int:
        caches["local"].clear()
        with CaptureQueriesContext(connection) as asked:
            page(me, OURS)
        return len(asked)

    queries()
    few = queries()
    many(40, first=500)
    assert queries() == few <= 16
