"""Sources: what they start with, who confirms them, and what their silence does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from paraat.feeds import actions, checks
from paraat.feeds.models import Run, Source
from paraat.kernel.errors import Conflict, Invalid, NotFound
from paraat.observations.models import QuarantinedRow
from paraat.platform import facts, moment
from paraat.platform.registrations import Level
from tests.feeds.lists import BY, brought, ddosia, listed, received

pytestmark = pytest.mark.django_db


@pytest.fixture
def announced(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    heard: list[Any] = []
    monkeypatch.setattr(
        facts, "_subscribers", {kind: [heard.append] for kind in (facts.ListRead, facts.Waits, facts.Settled)}
    )
    return heard


def test_a_source_starts_with_what_its_format_says_and_unconfirmed() -> None:
    source = ddosia(severity=4)
    assert (source.policy, source.reliability, source.tlp, source.severity) == ("at_once", "B", 0, 4)
    assert source.confirmed_at is None
    with pytest.raises(Conflict):
        ddosia()
    with pytest.raises(NotFound):
        actions.add_source(slug="x", title="X", format="nothing", by=BY)
    with pytest.raises(Invalid):
        actions.add_source(slug="x", title="X", format="ddosia", by=BY, confirmed_by="me")


def test_two_officers_confirm_and_one_is_told_that_it_was_done() -> None:
    source = ddosia()
    assert actions.confirm_source(source=Source.objects.get(), by=BY).confirmed_by == "Duty officer"
    with pytest.raises(Conflict):
        actions.confirm_source(source=source, by=BY)


def test_a_source_that_comes_from_elsewhere_is_to_be_confirmed_again() -> None:
    source = actions.confirm_source(source=ddosia(), by=BY)
    assert actions.change_source(source=source, by=BY, title="New title").confirmed_at is not None
    assert actions.change_source(source=source, by=BY, pull_url="https://feeds.example/x").confirmed_at is None


def test_silence_is_told_once_until_something_new_comes(announced: list[Any]) -> None:
    source = ddosia(stale_after=timedelta(hours=36))
    assert actions.tell_stale() == 0
    Source.objects.update(stale_due_at=moment.now() - timedelta(minutes=1))
    assert actions.tell_stale() == 1
    assert actions.tell_stale() == 0
    assert [(fact.kind, fact.key) for fact in announced] == [("stale_feed", "stale/ddosia")]

    announced.clear()
    brought(source, ["www.ronse.be"])
    source.refresh_from_db()
    assert source.stale_told_at is None
    assert source.stale_due_at > moment.now() + timedelta(hours=35)
    assert facts.Settled("stale/ddosia") in announced

    received(source, listed("www.ronse.be"))
    Source.objects.update(stale_due_at=moment.now() - timedelta(minutes=1))
    assert received(source, listed("www.ronse.be")).state == Run.State.REPEATED
    assert actions.tell_stale() == 1  # the same list again is nothing new


def test_neither_an_exercise_nor_a_row_played_again_makes_a_silent_source_alive(announced: list[Any]) -> None:
    source = ddosia(stale_after=timedelta(hours=36))
    real = brought(source, ["www.ronse.be", {"host": 3}])
    Source.objects.update(stale_due_at=moment.now() - timedelta(minutes=1))
    actions.read_run(run=actions.replay_rows(rows=list(QuarantinedRow.objects.values_list("pk", flat=True)), by=BY))
    brought(source, ["www.eupen.be"], exercise=True)
    source.refresh_from_db()
    assert source.last_run_at == real.finished_at
    assert actions.tell_stale() == 1


def test_the_check_of_the_installation_names_every_worry() -> None:
    assert [finding.level for finding in checks.check()] == [Level.OK]
    source = ddosia(stale_after=timedelta(hours=1))
    Source.objects.update(stale_due_at=moment.now() - timedelta(minutes=1), last_error="The feed answers 404")
    run = received(source, listed("www.ronse.be"))
    Run.objects.filter(pk=run.pk).update(received_at=moment.now() - timedelta(hours=1))
    found = list(checks.check())
    assert [finding.level for finding in found] == [Level.ERROR, Level.WARNING, Level.WARNING, Level.ERROR]
    assert all(finding.remedy for finding in found)
