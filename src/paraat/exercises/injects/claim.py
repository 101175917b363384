"""An actor says what he did and until when he waits with publishing."""

from __future__ import annotations

from datetime import timedelta

from paraat.exercises.injects.world import World
from paraat.exercises.rules.scenario import Keys
from paraat.kernel.errors import Conflict
from paraat.platform import moment

KEYS = Keys(needs=frozenset({"actor", "text", "report"}), may=frozenset({"hours", "bytes", "where"}))


def play(world: World) -> dict[str, str]:
    """The claim on the case that became of a report; while there is no case, the same news as a report by mail: it waits for nobody."""
    from paraat.incidents.actions.extortion import record_claim

    try:
        case = world.case_of(world.value("report"))
    except Conflict:
        return _as_mail(world)
    hours = world.value("hours")
    claim = record_claim(
        case=case,
        actor=world.text("actor"),
        claim=world.text(),
        by=world.by,
        where=world.text("where"),
        volume_bytes=world.value("bytes"),
        publishes_at=moment.now() + timedelta(hours=hours) / world.exercise.speed if hours else None,
    )
    return {"actorclaim": str(claim.pk), "case": str(case.pk)}


def _as_mail(world: World) -> dict[str, str]:
    from paraat.incidents.actions.reports import take_report

    report = take_report(
        through="mail",
        text=world.text(),
        by=world.by,
        organisation=world.organisation,
        language=world.language,
        submission=f"exercise {world.inject.pk}",
        exercise=True,
    )
    return {"report": str(report.pk)}
