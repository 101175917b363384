"""An exercise beside reality: no figure of reality moves, nothing leaves the house, and the register stays as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from paraat.alerts import actions as alerts
from paraat.alerts import coverage
from paraat.alerts.models import Alert
from paraat.alerts.sending import send_due
from paraat.exercises import actions
from paraat.incidents import contagion
from paraat.incidents.actions.cases import open_case
from paraat.incidents.actions.triage import accept_report
from paraat.incidents.models import Case, Report
from paraat.observations.actions import assign_host
from paraat.observations.models import UnassignedHost
from paraat.platform import moment
from paraat.platform.models import HouseMessage
from paraat.registry.models import Asset, Organisation
from paraat.warroom import figures
from paraat.warroom.actions.rooms import open_room
from paraat.warroom.actions.sitreps import draft_report
from paraat.web import board
from paraat.web.registered import _ask_what_runs
from tests import cast
from tests.alerts import staging
from tests.exercises import stage
from tests.exercises.test_shipped import october, spoc, until
from tests.platform.channels.servers import Inbox, smtp_server

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def reality() -> tuple[Case, Any]:
    """A real case of Ronse in a real room, and a real alert that Ronse acknowledged."""
    cast.provider()
    case = open_case(organisation=cast.ronse(), title="Real", by=stage.officer())
    told = alerts.raise_alert(run=staging.run_of({cast.ronse(): ["www.ronse.be"]}))
    assert told
    alerts.acknowledge_notice(notice=told.notices.get(), by=spoc(cast.ronse()), through="link", name="SPOC")
    room = open_room(title="Real", by=stage.officer(), organisations=[cast.ronse()], cases=[case], alerts=[told])
    return case, room


def photograph(case: Case, room: Any) -> dict[str, Any]:
    """Every figure that speaks of reality."""
    seen = board.board(cast.team_viewer(), language="en", exercise=False)
    drawn = draft_report(room=room, version="tactical", language="en", tlp=2, by=stage.officer())
    period = figures.Period(date(2020, 1, 1), moment.today())
    day = moment.today()
    return {
        "board": seen.figures,
        "tiles": [(tile.look, tile.name) for province in seen.provinces for tile in province.tiles],
        "coverage": coverage.counts(coverage.of_register(coverage.constituents(day), day)),
        "figures": [(one.key, one.value, one.denominator) for one in figures.figures(period, moment.now())],
        "sitrep": re.sub(r"\d\d:\d\d", "", str(drawn.content)),  # the moment of drafting is no figure
        "contagion": [(one.name, [town.name for town in one.sharers]) for one in contagion.sources(case)],
        "register": list(Asset.objects.order_by("pk").values_list("pk", "value")),
        "real cases": list(Case.objects.real().values_list("number", flat=True)),
    }


def play_it_all() -> None:
    """October 2024, with people who triage, acknowledge and open cases."""
    exercise = october()
    until(exercise, "list-day-1")
    for notice in Alert.objects.get(exercise=True).notices.all():
        alerts.acknowledge_notice(notice=notice, by=spoc(notice.organisation), through="link", name="SPOC")
    until(exercise, "down-day-1")
    accept_report(
        report=Report.objects.get(exercise=True), by=stage.officer(), title="Down", classification="availability.ddos"
    )
    until(exercise, "sitrep")
    actions.end_exercise(exercise=exercise, by=stage.officer())


def test_no_figure_of_reality_moves() -> None:
    case, room = reality()
    cast.spiere_helkijn(), cast.eupen()
    before = photograph(case, room)
    play_it_all()
    assert Alert.objects.filter(exercise=True).exists()
    assert Case.objects.filter(exercise=True).exists()
    after = photograph(case, room)
    for name, figure in before.items():
        assert after[name] == figure, name


def test_nothing_reaches_a_real_mail_server(monkeypatch: pytest.MonkeyPatch) -> None:
    inbox = Inbox()
    with smtp_server(inbox) as port:
        monkeypatch.setenv("PARAAT_SMTP_URL", f"smtp://127.0.0.1:{port}")
        monkeypatch.setenv("PARAAT_MAIL_FROM", "alerts@team.example")
        real = alerts.raise_alert(run=staging.run_of({cast.ronse(): ["www.ronse.be"]}))
        assert real
        send_due("mail")
        reached = len(inbox.envelopes)
        assert reached, "a real alert does reach it"
        play_it_all()
        for _round in range(5):
            send_due("mail")
        assert len(inbox.envelopes) == reached
    kept = HouseMessage.objects.filter(exercise=True)
    assert kept.exists()
    assert not HouseMessage.objects.filter(exercise=False).exists()


def test_the_list_of_cases_tells_them_apart(client: Client) -> None:
    reality()
    play_it_all()
    client.force_login(cast.duty_officer())
    shown = client.get("/cases/").content.decode()
    made = Case.objects.get(exercise=True)
    assert made.number not in shown or "exercise-mark" in shown


def test_the_stripe_stands_while_an_exercise_goes_on_on_every_page(client: Client) -> None:
    exercise = stage.running()
    actions.pause_exercise(exercise=exercise, by=stage.officer())
    client.force_login(cast.spoc_user(cast.ronse()))
    for path in ("/portal/", f"/exercises/{exercise.pk}/", "/exercises/"):
        assert f"EXERCISE {exercise.number}" in client.get(path).content.decode(), path
    actions.end_exercise(exercise=exercise, by=stage.officer())
    assert _ask_what_runs()[0] == ""


def test_a_list_of_an_exercise_that_waits_for_a_click_is_no_exercise_that_runs() -> None:
    held = alerts.raise_alert(run=staging.run_of({cast.ronse(): ["www.ronse.be"]}, exercise=True, policy="one_click"))
    assert held
    Alert.objects.filter(pk=held.pk).update(state=Alert.State.HELD)
    assert _ask_what_runs()[0] == ""
    Alert.objects.filter(pk=held.pk).update(state=Alert.State.SENT)
    assert _ask_what_runs()[0] == held.number


def test_a_host_that_is_assigned_in_an_exercise_leaves_the_register_as_it_is() -> None:
    town: Organisation = cast.ronse()
    before = list(Asset.objects.values_list("value", flat=True))
    host = UnassignedHost.objects.create(
        run=staging.uuid7(), host="www.elsewhere.be", why="country", listed_at=moment.now(), exercise=True
    )
    assign_host(host=host, organisation=town, value="elsewhere.be", by=stage.officer())
    assert list(Asset.objects.values_list("value", flat=True)) == before
    host.refresh_from_db()
    assert (host.state, host.assigned_to) == ("assigned", town)
