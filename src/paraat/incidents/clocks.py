"""What others read of statutory clocks: the lines that are due, for the hand-over, war rooms and the board; and what `paraat check` asks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import get_language

from paraat.incidents import regimes
from paraat.incidents.models import Case, Clock, ClockReminder, ClockStep
from paraat.incidents.rules.regimes import Regime, Words
from paraat.kernel.marking import Viewer
from paraat.platform import moment
from paraat.platform.registrations import Finding, Level

LATE = timedelta(minutes=5)
"""A reminder that should have fired longer ago shows that nobody works on it."""


@dataclass(frozen=True, slots=True)
class DueLine:
    """One step that is due: whose, what, when; with the marking that it must be shown under."""

    step: UUID
    clock: UUID
    organisation: UUID
    name: str  # of the organisation
    case: UUID | None
    number: str  # of the case, or nothing
    title: str  # of the step, in the reader's language
    regime: str
    recipient: str
    due_at: datetime
    overdue: bool
    proposed: bool  # the organisation has not decided yet whether the duty exists
    tlp: int
    exercise: bool
    url: str


def due_lines(
    viewer: Viewer, cases: Iterable[Case] | None = None, within_hours: float = 12, now: datetime | None = None
) -> list[DueLine]:
    """The open steps that `viewer` may see and that are due within so many hours or overdue, worst first: one query. `cases`: of those only."""
    at = now or moment.now()
    rows = ClockStep.objects.shown_to(viewer).open().filter(due_at__lte=at + timedelta(hours=within_hours))
    if cases is not None:
        rows = rows.filter(clock__case__in=[case.pk for case in cases])
    found = rows.select_related("clock__case", "organisation").order_by("due_at", "position", "pk")
    return [_line(step, at) for step in found]


def _line(step: Any, at: datetime) -> DueLine:
    clock = step.clock
    return DueLine(
        step=step.pk,
        clock=clock.pk,
        organisation=step.organisation_id,
        name=step.organisation.name,
        case=clock.case_id,
        number=clock.case.number if clock.case else "",
        title=step_title(step),
        regime=words(regime_of(clock).title),
        recipient=step.recipient or clock.recipient,
        due_at=step.due_at,
        overdue=step.due_at < at,
        proposed=clock.state == Clock.State.PROPOSED,
        tlp=max(step.tlp, clock.case.tlp if clock.case else 0),  # the case may have been marked higher since
        exercise=step.exercise,
        url=f"/clocks/{clock.pk}/",
    )


def regime_of(clock: Clock) -> Regime:
    """The version that a clock started with."""
    return regimes.get(clock.regime, clock.regime_version)


def words(texts: Words) -> str:
    """A text in the reader's language."""
    return texts.get((get_language() or "en")[:2]) or texts["en"]


def step_title(step: ClockStep) -> str:
    """The name of a step in the reader's language."""
    law = regime_of(step.clock).step(step.key)
    return words(law.title) if law else step.key


def check_reminders() -> Iterator[Finding]:
    """Whether reminders of statutory clocks fire in time, and whether the data of every running clock is there."""
    now = moment.now()
    late = ClockReminder.objects.overdue(now - LATE).count()
    if late:
        text = f"{late} reminders of statutory clocks should have fired over five minutes ago."
        yield Finding("clocks", Level.ERROR, text, "Is a worker running? paraat up")
    else:
        yield Finding("clocks", Level.OK, "No reminder of a statutory clock is late.")
    used = Clock.objects.order_by().values_list("regime", "regime_version").distinct()
    known = {(key, one.version) for key, versions in regimes.all_versions().items() for one in versions}
    for key, version in sorted(set(used) - known):
        text = f"Clocks use version {version} of the regime {key}, whose file is gone."
        yield Finding("clocks", Level.ERROR, text, "Put the file back; a change in law is a new file beside it.")
