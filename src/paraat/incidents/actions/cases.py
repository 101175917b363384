"""A case is opened, and what is known of it changes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from paraat.accounts.models import User
from paraat.alerts.happening import for_officers
from paraat.incidents.actions.numbers import take_number
from paraat.incidents.actions.timeline import add_entry
from paraat.incidents.models import Case, TimelineEntry
from paraat.incidents.taxonomy import type_word
from paraat.kernel import rsit
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
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
    split_from: Case | None = None,
) -> Case:
    """Open a case for a victim. `classification` is an RSIT identifier; `language` empty: the victim's first administrative one;
    `aware_at`: when the victim says that it became aware, which starts its clocks (None: not said).

    Raises Invalid without a title, with an unknown class, a severity outside 0-5, or a beginning in the future.
    """
    now = moment.now()
    _check({"title": title, "classification": classification, "severity": severity, "happened_at": happened_at}, now)
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
        split_from=split_from,
    )
    add_entry(case=case, text=case.title, by=by, kind=TimelineEntry.Kind.STATE, happened_at=happened_at)
    record(
        "case.opened", by=by, on=case, organisation=organisation.pk, detail={"number": case.number, "title": case.title}
    )
    announce(CaseOpened(case.pk, organisation.pk, aware_at, exercise, by))
    return case


EDITABLE = ("title", "summary", "classification", "severity", "confidence", "tlp", "owner", "actor", "happened_at")
"""The fields that a person may change."""
_TOLD = ("severity", "classification", "confidence", "tlp")
"""Those of which a change stands in the timeline: how bad it was judged to be, and when."""
NAMES = {"severity": _("Severity"), "classification": _("Class"), "confidence": _("Confidence"), "tlp": "TLP"}


@action
def edit_case(*, case: Case, version: int, by: Actor, **changes: Any) -> Case:
    """Change fields of a case (`EDITABLE`), as it was when its editor opened it (`version`).

    Raises Conflict when somebody else changed it since: nothing is written and the caller shows both; Invalid as `open_case` does, and for a
    case that lives on in another.
    """
    unknown = set(changes) - set(EDITABLE)
    if unknown:
        raise Invalid("This cannot be changed so", field=", ".join(sorted(unknown)))
    now = moment.now()
    _check(changes, now)
    before = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if before.state == Case.State.MERGED:
        raise Invalid("This case lives on in another one; change that")
    changed = {name: value for name, value in changes.items() if getattr(before, name) != value}
    kept = Case.objects.filter(pk=case.pk, version=version)
    if kept.update(**changed, version=F("version") + 1, changed_at=now) != 1:
        raise Conflict("Somebody else changed this case while you were writing")
    case.refresh_from_db()
    _tell(before, case, changed, by)
    detail = {name: [_plain(getattr(before, name)), _plain(value)] for name, value in changed.items()}
    record("case.changed", by=by, on=case, organisation=case.organisation_id, detail=detail)
    return case


def _check(values: Mapping[str, Any], now: datetime) -> None:
    if not values.get("title", "-").strip():
        raise Invalid("Give the case a title", field="title")
    if not rsit.is_known(values.get("classification", "test.test")):
        raise Invalid("This class is not in the taxonomy", field="classification", value=values["classification"])
    if not 0 <= values.get("severity", 0) <= 5:
        raise Invalid("A severity is 0 to 5", field="severity", value=values["severity"])
    began = values.get("happened_at")
    if began and began > now:
        raise Invalid("It cannot be known before it happened", field="happened_at")


def _tell(before: Case, case: Case, changed: Mapping[str, Any], by: Actor) -> None:
    """One entry for what changed of the judgement, in the language of the installation."""
    with for_officers():
        lines = [f"{NAMES[name]}: {_shown(before, name)} → {_shown(case, name)}" for name in _TOLD if name in changed]
    if lines:
        add_entry(case=case, text="\n".join(lines), by=by, kind=TimelineEntry.Kind.STATE, tlp=max(before.tlp, case.tlp))


def _shown(case: Case, name: str) -> str:
    match name:
        case "classification":
            return type_word(case.classification)
        case "confidence":
            return str(case.get_confidence_display())
        case "tlp":
            return Tlp(case.tlp).label
    return str(getattr(case, name))


def _plain(value: Any) -> Any:
    return str(value.pk) if isinstance(value, User) else value
