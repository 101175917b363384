"""A case is opened."""

from __future__ import annotations

from datetime import datetime

from paraat.accounts.models import User
from paraat.incidents.actions.numbers import take_number
from paraat.incidents.actions.timeline import add_entry
from paraat.incidents.models import Case, TimelineEntry
from paraat.kernel import rsit
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Invalid
from paraat.kernel.marking import Tlp
from paraat.platform import moment
from paraat.platform.actions import action, record
from paraat.platform.facts import CaseOpened, announce
from paraat.registry.models import Organisation


@action
def open_case(
    *,
    organisation: Organisation,
    title: str,
    by: Actor,
    classification: str = "other.undetermined",
    severity: int = 3,
    confidence: str = Case.Confidence.LOW,
    summary: str = "",
    happened_at: datetime | None = None,
    tlp: Tlp | int = Tlp.AMBER,
    exercise: bool = False,
    owner: User | None = None,
    language: str = "",
    aware_at: datetime | None = None,
) -> Case:
    """Open a case for a victim. `classification` is an RSIT identifier; `language` empty: the victim's first administrative one;
    `aware_at`: when the victim says that it became aware, which starts its clocks (None: not said).

    Raises Invalid without a title, with an unknown class or a severity outside 0-5.
    """
    if not title.strip():
        raise Invalid("Give the case a title", field="title")
    if not rsit.is_known(classification):
        raise Invalid("This class is not in the taxonomy", field="classification", value=classification)
    if not 0 <= severity <= 5:
        raise Invalid("A severity is 0 to 5", field="severity", value=severity)
    now = moment.now()
    case = Case.objects.create(
        number=take_number(kind="C", now=now),
        organisation=organisation,
        victim=organisation.name,
        title=title.strip(),
        summary=summary,
        classification=classification,
        severity=severity,
        confidence=confidence,
        language=language or (organisation.languages or ["nl"])[0],
        owner=owner,
        happened_at=happened_at,
        opened_at=now,
        state_at=now,
        changed_at=now,
        tlp=int(tlp),
        exercise=exercise,
    )
    add_entry(case=case, text=case.title, by=by, kind=TimelineEntry.Kind.STATE, happened_at=happened_at)
    record(
        "case.opened", by=by, on=case, organisation=organisation.pk, detail={"number": case.number, "title": case.title}
    )
    announce(CaseOpened(case.pk, organisation.pk, aware_at, exercise, by))
    return case
