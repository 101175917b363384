"""Indicators are proposed from a text, and a person accepts or rejects them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from paraat.formats.indicators import Extract, extract, host_of, is_reserved
from paraat.formats.warning_lists import lists_with
from paraat.incidents.models import Case, Indicator, IndicatorSighting
from paraat.incidents.rules.indicators import expiry
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.kernel.marking import Tlp
from paraat.platform import moment
from paraat.platform.actions import action, record

MOST = 5000
"""Indicators of one text that a person can be asked to review."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a text holds, and which lists of harmless values hold it too (by value)."""

    found: Sequence[Extract]
    lists: dict[str, list[str]]


def read_text(*, text: str) -> Proposal:
    """Look for indicators in a text. Takes seconds of a process of its own, so do it before a transaction begins. Raises NoLists."""
    found = extract(text)
    if len(found) > MOST:
        raise Invalid("This text holds too many indicators to review; cut it", found=len(found), most=MOST)
    return Proposal(found, lists_with({one.value: host_of(one.kind, one.value) or one.value for one in found}))


@action
def propose_indicators(
    *, case: Case, proposal: Proposal, where: str, by: Actor, tlp: Tlp | int | None = None
) -> list[Indicator]:
    """Put what was found on the case, to be reviewed; what is known already keeps its state and gets a sighting. `tlp` None: the case's own."""
    now, level = moment.now(), case.tlp if tlp is None else int(tlp)
    made = [
        Indicator(
            kind=one.kind.value,
            value=one.value,
            warning_lists=[name[:200] for name in proposal.lists.get(one.value, [])],
            reserved=is_reserved(one.kind, one.value),
            first_seen_at=case.happened_at,
            proposed_at=now,
            proposed_by=by.label,
            tlp=level,
            exercise=case.exercise,
        )
        for one in proposal.found
    ]
    Indicator.objects.bulk_create(made, ignore_conflicts=True)  # known ones stay as they are
    rows = Indicator.objects.filter(exercise=case.exercise, value__in=[one.value for one in proposal.found])
    known = {(row.kind, row.value): row for row in rows}
    named = [(known[one.kind.value, one.value], one) for one in proposal.found]
    sightings = [
        IndicatorSighting(
            indicator=row, case=case, where=f"{where}, {one.line}"[:300], context=one.context, at=now, by=by.label
        )
        for row, one in named
    ]
    IndicatorSighting.objects.bulk_create(sightings, ignore_conflicts=True)
    detail = {"case": case.number, "found": len(named)}  # not where: the victim reads its journal, and no indicators
    record("indicator.proposed", by=by, on=case, organisation=case.organisation_id, detail=detail)
    return [row for row, _ in named]


@action
def accept_indicator(
    *, indicator: Indicator, by: Actor, tlp: Tlp | int | None = None, expires_at: datetime | None = None
) -> None:
    """It points at an attack. `expires_at` None: as long as its kind is worth looking for. Raises Conflict when somebody changed it meanwhile."""
    now = moment.now()
    until = expires_at or expiry(indicator.kind, now)
    if until and until <= now:
        raise Invalid("It cannot have expired already", field="expires_at")
    level = indicator.tlp if tlp is None else int(tlp)
    _review(indicator, Indicator.State.ACCEPTED, by, now, tlp=level, expires_at=until, because="")


@action
def reject_indicator(*, indicator: Indicator, by: Actor, because: str) -> None:
    """It points at nothing. Raises Invalid without a reason, Conflict when somebody changed it meanwhile."""
    if not because.strip():
        raise Invalid("Give a reason; it is kept", field="because")
    _review(indicator, Indicator.State.REJECTED, by, moment.now(), because=because.strip()[:300])


@action
def review_indicators(
    *,
    indicators: Collection[Indicator],
    accept: bool,
    by: Actor,
    because: str = "",
    tlp: Tlp | int | None = None,
    expires_at: datetime | None = None,
) -> int:
    """Accept or reject several at once, all or none; how many."""
    for one in sorted(indicators, key=lambda row: row.pk):
        if accept:
            accept_indicator(indicator=one, by=by, tlp=tlp, expires_at=expires_at)
        else:
            reject_indicator(indicator=one, by=by, because=because)
    return len(indicators)


def cases_sharing(*, case: Case) -> dict[UUID, list[Indicator]]:
    """Other cases of the same world in which an accepted indicator of this one was seen too."""
    own = Indicator.objects.filter(state=Indicator.State.ACCEPTED, sightings__case=case)
    shared: dict[UUID, list[Indicator]] = {}
    for seen in IndicatorSighting.objects.filter(indicator__in=own).exclude(case=case).select_related("indicator"):
        shared.setdefault(seen.case_id, []).append(seen.indicator)
    return shared


def _review(indicator: Indicator, state: str, by: Actor, now: datetime, **values: object) -> None:
    same = Indicator.objects.filter(pk=indicator.pk, state=indicator.state)
    if same.update(state=state, reviewed_at=now, reviewed_by=by.label, **values) != 1:
        raise Conflict()
    indicator.refresh_from_db()
    verb = "indicator.accepted" if state == Indicator.State.ACCEPTED else "indicator.rejected"
    record(
        verb,
        by=by,
        on=indicator,
        detail={"kind": indicator.kind, "value": indicator.value, "because": indicator.because},
    )
