"""The rungs of the ladder: recorded as they are reached, with their papers."""

from __future__ import annotations

from datetime import date, datetime

from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import moment
from paraat.platform.actions import action, record
from paraat.platform.files import Stored
from paraat.readiness.actions.standing import touch
from paraat.readiness.models import Participation, Programme, ProgrammePaper, Step
from paraat.readiness.rules import rungs

OWN_WAY = {rungs.SIGNED_UP, rungs.PAID}
"""Rungs that are reached by signing up and by paying, because money moves with them."""


@action
def record_step(*, participation: Participation, name: str, by: Actor, on: date | None = None) -> Step:
    """Record that a rung was reached, today or on an earlier day; earlier rungs are not made up.

    Raises Invalid for an unknown rung, one that has a way of its own (signing up, paying) or a day that does not fit; Conflict when it is recorded
    already, or when the constituent does not take part.
    """
    Programme.objects.select_for_update(no_key=True).get(pk=participation.programme_id)
    row: Participation = Participation.objects.select_related("programme").get(pk=participation.pk)
    if name not in rungs.RUNGS or name in OWN_WAY:
        raise Invalid("This step is not recorded by hand", field="name")
    if name != rungs.INVITED and row.state not in {Participation.State.GOING, Participation.State.DONE}:
        raise Conflict("Only who takes part climbs the ladder")
    now = moment.now()
    step = note_step(row, name, on or moment.day(now), by=by, now=now)
    detail = {"programme": row.programme.key, "step": name, "on": step.on}
    record("participation.step", by=by, on=row, organisation=row.organisation_id, detail=detail)
    return step


def note_step(participation: Participation, name: str, day: date, *, by: Actor, now: datetime) -> Step:
    """Write a rung; the caller holds the programme. Raises Conflict when it is recorded, Invalid when the day does not fit."""
    others = dict(Step.objects.filter(participation=participation, undone_at=None).values_list("name", "on"))
    if name in others:
        raise Conflict("This step is recorded already", step=name, on=others[name].isoformat())
    rungs.demand_day(name, day, others, moment.day(now))
    step = Step.objects.create(
        participation=participation, name=name, on=day, recorded_at=now, recorded_by=by.label[:200]
    )
    count_steps(participation)
    return step


def count_steps(participation: Participation) -> None:
    """Write the furthest rung that stands; the caller holds the programme."""
    names = Step.objects.filter(participation=participation, undone_at=None).values_list("name", flat=True)
    participation.step = rungs.furthest(names)
    Participation.objects.filter(pk=participation.pk).update(step=participation.step)
    touch([participation.organisation_id])


@action
def add_paper(*, participation: Participation, kind: str, name: str, kept: Stored, by: Actor) -> ProgrammePaper:
    """Keep a document of a rung, or the evidence of an own equivalent. Raises Invalid for an unknown kind or no name."""
    if kind not in ProgrammePaper.Kind.values:
        raise Invalid("There is no such step", field="kind")
    if not name.strip():
        raise Invalid("The file has no name", field="file")
    paper = ProgrammePaper.objects.create(
        participation=participation,
        kind=kind,
        name=name.strip()[-255:],
        file=kept.path,
        size=kept.size,
        added_at=moment.now(),
        added_by=by.label[:200],
    )
    detail = {"kind": kind, "name": paper.name, "sha256": kept.digest, "size": kept.size}
    record("participation.paper", by=by, on=participation, organisation=participation.organisation_id, detail=detail)
    return paper
