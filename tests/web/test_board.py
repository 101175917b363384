"""The board: what needs a person stands first, every figure is counted, and an open page fetches only what changed."""

from __future__ import annotations

import itertools
import re
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from paraat.alerts import actions
from paraat.alerts.looks import IS
from paraat.alerts.models import Alert, Notice
from paraat.alerts.rules.looks import Look, Standing, look
from paraat.incidents.actions.cases import open_case
from paraat.kernel.actor import SYSTEM
from paraat.kernel.marking import Role, Viewer
from paraat.web import board as boards
from paraat.web import parts
from tests import cast
from tests.alerts import staging
from tests.web.pages import client_of, officer, page

pytestmark = pytest.mark.django_db


def figure(text: str, words: str) -> str:
    """The number above these words."""
    found = re.search(rf"<b>([^<]*)</b><span>{re.escape(words)}</span>", text)
    assert found, text[:4000]
    return found[1]


def silent_alert() -> Alert:
    """Ronse acknowledged, Spiere-Helkijn is silent."""
    alert = staging.alert_for(cast.ronse(), cast.spiere_helkijn())
    actions.acknowledge_notice(
        notice=staging.notice_of(alert, cast.ronse()), by=staging.spoc(cast.ronse()), through="link", name="SPOC"
    )
    staging.later(alert, minutes=11)
    return alert


def test_it_says_so_when_nothing_goes_on() -> None:
    cast.ronse()
    text = page(officer(), "/")
    assert "All quiet: no alert is active" in text
    assert "No list has been read yet." in text
    assert figure(text, "silent, the ladder climbs") == "0"


def test_it_is_not_quiet_while_a_case_is_active() -> None:
    open_case(organisation=cast.ronse(), title="Mail is gone", by=SYSTEM, exercise=True)
    assert "All quiet" in page(officer(), "/?exercise=0")
    open_case(organisation=cast.ronse(), title="Mail is gone", by=SYSTEM)
    for path in ("/", "/wall/"):
        text = page(officer(), path)
        assert "All quiet" not in text and "Active cases: 1" in text
    assert "All quiet" in page(client_of(cast.observer()), "/")


def test_silence_heads_the_board_with_the_towns_full_name() -> None:
    alert = silent_alert()
    text = page(officer(), "/")
    assert "1 organisation is silent, the ladder climbs on" in text
    assert figure(text, "silent, the ladder climbs") == "1"
    needs = text[text.index("Need somebody now") :]
    assert "Spiere-Helkijn" in needs[:1500] and alert.number in needs[:1500]
    assert "1 of 2 acknowledged" in text


def test_a_tile_has_state_and_reachability_as_two_marks() -> None:
    cast.drogenbos(), cast.wemmel()
    staging.alert_for(cast.ronse(), cast.drogenbos())
    text = page(officer(), "/")
    assert re.search(r'class="tile waiting reach-not_out_of_band"[^>]*>Drogenbos<span class="hidden">: waits', text)
    assert re.search(r'class="tile calm reach-none"[^>]*>Wemmel', text)
    assert figure(text, "without an out-of-band contact") == "2"


def test_a_held_list_asks_for_a_click() -> None:
    run = staging.run_of({cast.ronse(): ["www.ronse.be"]}, policy="one_click")
    actions.raise_alert(run=run)
    text = page(officer(), "/")
    assert "A list that names 1 organisation waits for your click" in text
    assert "Look and decide" in text


def test_the_worst_alert_stands_first() -> None:
    calm = staging.alert_for(cast.eupen())
    actions.acknowledge_notice(
        notice=staging.notice_of(calm, cast.eupen()), by=staging.spoc(cast.eupen()), through="link", name="SPOC"
    )
    worst = silent_alert()
    text = page(officer(), "/")
    assert text.index(f"/alerts/{worst.pk}/") < text.index(f"/alerts/{calm.pk}/")


def test_an_observer_sees_no_more_than_green() -> None:
    staging.alert_for(cast.ronse())
    Alert.objects.update(tlp=2)
    Notice.objects.update(tlp=2)
    text = page(client_of(cast.observer()), "/")
    assert "All quiet" in text and "2024-" not in text
    assert "to phone" not in text and "ask for a decision" not in text


def test_what_is_remembered_for_a_towns_own_people_is_not_shown_to_its_provider() -> None:
    ronse, roles = cast.ronse().pk, frozenset({Role.OBSERVER})
    staging.alert_for(cast.ronse())
    Alert.objects.update(tlp=2)
    Notice.objects.update(tlp=2)
    own = parts.parts(Viewer(roles=roles, own=frozenset({ronse})), kind="board")
    client = parts.parts(Viewer(roles=roles, clients=frozenset({ronse})), kind="board")
    assert "All quiet" not in own["head"].html
    assert "All quiet" in client["head"].html


def test_a_spoc_is_sent_to_the_portal() -> None:
    assert client_of(cast.spoc_user(cast.ronse())).get("/")["Location"] == "/portal/"


def test_reality_is_never_mixed_with_an_exercise() -> None:
    staging.alert_for(cast.spiere_helkijn(), exercise=True)
    text = page(officer(), "/")
    assert "EXERCISE" in text and figure(text, "wait for acknowledgement") == "1"
    staging.alert_for(cast.ronse())
    text = page(officer(), "/")
    assert figure(text, "wait for acknowledgement") == "1" and "exercise alert is active too" in text
    assert "Spiere-Helkijn<span" not in text
    assert "1 real alert is active" in page(officer(), "/?exercise=1")


# Live -----------------------------------------------------------------------------------------------------------------------------


def have(text: str) -> str:
    return "~".join(
        f"{name}.{version}" for name, version in re.findall(r'data-part="([^"]+)" data-version="([^"]+)"', text)
    )


def test_an_open_page_fetches_only_what_changed() -> None:
    client = officer()
    alert = staging.alert_for(cast.ronse(), cast.eupen())
    text = page(client, "/")
    assert client.get("/board/parts/", {"have": have(text)}).status_code == 204
    actions.acknowledge_notice(
        notice=staging.notice_of(alert, cast.ronse()), by=staging.spoc(cast.ronse()), through="link", name="SPOC"
    )
    changed = client.get("/board/parts/", {"have": have(text)}).content.decode()
    assert set(re.findall(r'data-part="([^"]+)"', changed)) >= {"lines", "figures", "p-40000", "now"}
    assert "p-60000" not in changed  # Eupen did not move
    assert "Ronse<span" in changed and "✓" not in changed  # the mark is the style's, the word is there
    assert client.get("/board/parts/", {"have": have(page(client, "/"))}).status_code == 204


def test_time_going_by_changes_no_part() -> None:
    silent_alert()
    viewer = cast.team_viewer()
    first = parts.made(viewer, kind="board")
    again = parts.made(viewer, kind="board")
    assert {one.id: one.version for one in first.by_id.values()} == {
        one.id: one.version for one in again.by_id.values()
    }


# How much it costs ----------------------------------------------------------------------------------------------------------------


def queries(client: Any) -> int:
    caches["local"].clear()
    with CaptureQueriesContext(connection) as found:
        page(client, "/")
    return len(found)


def test_the_number_of_queries_is_constant() -> None:
    client = officer()
    silent_alert()
    one = queries(client)
    staging.alert_for(cast.eupen(), cast.ixelles(), cast.drogenbos(), cast.east_flanders(), cast.wemmel())
    assert queries(client) == one == 18


def test_a_remembered_board_costs_almost_nothing() -> None:
    client = officer()
    staging.alert_for(cast.ronse())
    page(client, "/")
    with CaptureQueriesContext(connection) as found:
        page(client, "/")
    assert len(found) <= 8, [query["sql"][:120] for query in found]


# Counting in the database ---------------------------------------------------------------------------------------------------------


def test_the_looks_in_sql_are_those_of_the_rule() -> None:
    alert = staging.alert_for(cast.ronse())
    notice = staging.notice_of(alert, cast.ronse())
    now = timezone.now()
    combinations = itertools.product(Notice.State.values, Notice.Reach.values, (None, now), (None, now))
    for state, reach, silent, exhausted in combinations:
        Notice.objects.filter(pk=notice.pk).update(
            state=state, reach=reach, silent_since=silent, exhausted_at=exhausted
        )
        expected = look(Standing(state, reach, (silent or exhausted) is not None))
        for one, condition in IS.items():
            assert Notice.objects.filter(pk=notice.pk).filter(condition).exists() == (one is expected), (
                state,
                reach,
                silent,
                exhausted,
            )
        assert tuple(Look)[Notice.objects.get(pk=notice.pk).rank] is expected


def test_with_many_constituents_it_counts_by_province(monkeypatch: pytest.MonkeyPatch) -> None:
    cast.east_flanders()
    silent_alert()
    cast.wemmel()
    monkeypatch.setattr(boards, "TILES", 2)
    shown = boards.board(cast.team_viewer(), language="en")
    assert not shown.tiles and shown.total == 4
    by_name = {province.name: province for province in shown.provinces}
    assert by_name["Oost-Vlaanderen"].counts.known == 1 and by_name["Oost-Vlaanderen"].total == 2
    assert shown.counts.silent == 1 and [town.name for town in shown.needs] == ["Spiere-Helkijn"]
    assert shown.figures.unreachable == 1
    monkeypatch.setattr(boards, "TILES", 1500)
    small = boards.board(cast.team_viewer(), language="en")
    assert (small.counts, small.figures) == (shown.counts, shown.figures)  # the two ways of counting agree


def test_with_many_constituents_and_no_alert_there_is_a_board(monkeypatch: pytest.MonkeyPatch) -> None:
    cast.east_flanders()
    cast.wemmel()
    monkeypatch.setattr(boards, "TILES", 1)
    shown = boards.board(cast.team_viewer(), language="en")
    assert shown.total > 1 and not shown.tiles and not shown.needs
    assert (shown.counts.silent, shown.counts.known) == (0, 0)


def test_a_town_with_two_notices_counts_once_where_it_is_worst(monkeypatch: pytest.MonkeyPatch) -> None:
    alert = staging.alert_for(cast.ronse())
    actions.acknowledge_notice(
        notice=staging.notice_of(alert, cast.ronse()), by=staging.spoc(cast.ronse()), through="link", name="SPOC"
    )
    other = Alert.objects.get(pk=alert.pk)
    other.pk, other.number, other.run = None, "2024-9999", None
    other.save(force_insert=True)
    Notice.objects.create(
        alert=other, organisation=cast.ronse(), state="open", code="999999", tlp=0, sent_at=timezone.now()
    )
    for tiles in (1500, 0):
        monkeypatch.setattr(boards, "TILES", tiles)
        caches["local"].clear()
        counts = boards.board(cast.team_viewer(), language="en").counts
        assert (counts.waiting, counts.known) == (1, 0)
