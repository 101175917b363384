"""Which data got out, whom else it concerns, and when they were told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from paraat.incidents.models import Case, Exposure, ExposureConcerns
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.kernel.marking import Tlp
from paraat.platform import moment
from paraat.platform.actions import action, record
from paraat.registry.models import Organisation

CATEGORIES = (
    "identity",
    "contact",
    "financial",
    "health",
    "social",
    "police",
    "children",
    "credentials",
    "staff",
    "internal",
)
"""What kinds of data: the words for them stand with the screens."""


@action
def record_exposure(
    *,
    case: Case,
    what: str,
    by: Actor,
    categories: Sequence[str] = (),
    people: int | None = None,
    whose: str = "",
    certainty: str = Exposure.Certainty.SUSPECTED,
    found_at: datetime | None = None,
    tlp: Tlp | int | None = None,
) -> Exposure:
    """Add a line to the register. `people` None: not known. Raises Invalid without words or with an unknown category or certainty."""
    if not what.strip():
        raise Invalid("Say which data", field="what")
    unknown = [one for one in categories if one not in CATEGORIES]
    if unknown or certainty not in Exposure.Certainty.values:
        raise Invalid("This is not known", field="categories", value=(unknown or [certainty])[0])
    if people is not None and people < 0:
        raise Invalid("This cannot be below zero", field="people")
    row = Exposure.objects.create(
        case=case,
        what=what.strip()[:300],
        categories=list(dict.fromkeys(categories)),
        people=people,
        whose=whose.strip()[:300],
        certainty=certainty,
        found_at=found_at or moment.now(),
        recorded_by=by.label,
        tlp=case.tlp if tlp is None else int(tlp),
        exercise=case.exercise,
    )
    _note("exposure.recorded", row, by, what=row.what)
    return row


@action
def change_exposure(*, exposure: Exposure, certainty: str, people: int | None, by: Actor) -> Exposure:
    """We know more: how certain it is, and how many people. Raises Conflict when somebody changed that meanwhile."""
    if certainty not in Exposure.Certainty.values:
        raise Invalid("This is not known", field="certainty", value=certainty)
    same = Exposure.objects.filter(pk=exposure.pk, certainty=exposure.certainty, people=exposure.people)
    if same.update(certainty=certainty, people=people) != 1:
        raise Conflict()
    _note("exposure.changed", exposure, by, certainty=certainty, people=people, before=exposure.certainty)
    exposure.refresh_from_db()
    return exposure


@action
def add_concerned(*, exposure: Exposure, organisation: Organisation, by: Actor) -> ExposureConcerns:
    """The data is of or about another organisation too. Raises Invalid for the victim itself, Conflict when it stands there already."""
    if organisation.pk == exposure.case.organisation_id:
        raise Invalid("The victim knows", field="organisation")
    row, made = ExposureConcerns.objects.get_or_create(exposure=exposure, organisation=organisation)
    if not made:
        raise Conflict("This organisation is on the list already")
    _note("exposure.concerns", exposure, by, organisation=str(organisation.pk))
    return row


@action
def note_told(
    *, concerned: ExposureConcerns, through: str, by: Actor, at: datetime | None = None, alert: UUID | None = None
) -> ExposureConcerns:
    """It was told: by telephone (to whom), or by an alert that was sent. Raises Conflict when it was told before, Invalid without words or for a
    moment to come."""
    now = moment.now()
    if not through.strip():
        raise Invalid("Say how, and to whom", field="through")
    if at is not None and at > now:
        raise Invalid("That moment has not come", field="at")
    untold = ExposureConcerns.objects.filter(pk=concerned.pk, told_at=None)
    by_alert = {"alert": alert} if alert else {}
    if untold.update(told_at=at or now, told_through=through.strip()[:200], **by_alert) != 1:
        raise Conflict("It was told already")
    concerned.refresh_from_db()
    _note("exposure.told", concerned.exposure, by, organisation=str(concerned.organisation_id), through=through)
    return concerned


def _note(verb: str, exposure: Exposure, by: Actor, **detail: object) -> None:
    case = exposure.case
    record(verb, by=by, on=exposure, organisation=case.organisation_id, detail={"case": case.number, **detail})
