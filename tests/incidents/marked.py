"""One row of every model of incidents that carries a marking, for the test that proves `visible_to` equal to `may_see`.

What hangs on a case is seen by who may see it and its case too; a helper with the victim's consent counts as concerned up to TLP:AMBER. In rows
of an exercise the helper has that consent, in real ones it has none or had it once, and what hangs on a case is marked the other way round than the
case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any
from uuid import UUID

from paraat.incidents import models as m
from paraat.incidents.models import Case, CaseHelper, OfCase
from paraat.kernel.marking import Tlp
from paraat.platform import moment

_number = count(1)


def town(place: int) -> UUID:
    """An organisation, by its place."""
    return UUID(int=place)


def helper_of(place: int) -> UUID:
    """Who helps the town at that place."""
    return town(place % 3 + 1)


def case(place: int, **marking: Any) -> Case:
    """A case of a town, with one that helps it."""
    now = moment.now()
    made: Case = Case.objects.create(
        number=f"C{next(_number)}", organisation_id=town(place), victim="v", title="t", opened_at=now, state_at=now, changed_at=now, **marking
    )  # fmt: skip
    consent = now if made.exercise or made.tlp % 2 else None
    ended = None if made.exercise else now if made.tlp % 2 else None
    CaseHelper.objects.create(
        case=made, organisation_id=helper_of(place), what="w", asked_at=now, consent_at=consent, consent_by="v" if consent else "", ended_at=ended
    )  # fmt: skip
    return made


def on_case(model: Any, **fields: Any) -> Callable[..., Any]:
    """Makes a row on a case that is marked the other way round."""

    def make(place: int, **marking: Any) -> Any:
        about = case(place, tlp=4 - marking["tlp"], exercise=marking["exercise"])
        given = {name: value() if callable(value) else value for name, value in fields.items()}
        return model.objects.create(case=about, **given, **marking)

    return make


def _clock(place: int, **marking: Any) -> Any:
    return m.Clock.objects.create(
        organisation_id=town(place), regime=f"r{next(_number)}", regime_version="1", proposed_at=moment.now(), **marking
    )


def _step(place: int, **marking: Any) -> Any:
    clock = _clock(place, **marking)
    return m.ClockStep.objects.create(
        clock=clock, organisation_id=town(place), key="k", article="a", position=1, **marking
    )


def _report(place: int, **marking: Any) -> Any:
    number = next(_number)
    return m.Report.objects.create(
        number=f"R{number}", code=f"T{number}", through="phone", text="t", received_at=moment.now(), organisation_id=town(place) if place else None,
        **marking,
    )  # fmt: skip


MAKERS: dict[type[Any], Callable[..., Any]] = {
    Case: case,
    m.Report: _report,
    m.Correspondence: lambda place, **k: m.Correspondence.objects.create(
        message_id=f"<{next(_number)}>", at=moment.now(), organisation_id=town(place) if place else None, **k
    ),
    m.HelpRequest: lambda place, **k: m.HelpRequest.objects.create(
        organisation_id=town(place), text="t", asked_by="a", asked_at=moment.now(), due_at=moment.now(), **k
    ),
    m.TimelineEntry: on_case(m.TimelineEntry, text="t", known_at=moment.now, recorded_at=moment.now, recorded_by="a"),
    m.Task: on_case(m.Task, title="t", made_at=moment.now, made_by="a"),
    m.Note: on_case(m.Note, title="t", made_at=moment.now, changed_at=moment.now),
    m.ActorClaim: on_case(m.ActorClaim, actor="a", claim="c", seen_at=moment.now, recorded_by="a"),
    m.RansomDecision: on_case(
        m.RansomDecision, decision="not_pay", decided_by="a", decided_at=moment.now, because="b", recorded_at=moment.now, recorded_by="a"
    ),
    m.Exposure: on_case(m.Exposure, what="w", found_at=moment.now, recorded_by="a"),
    m.Evidence: on_case(
        m.Evidence, number=lambda: f"E{next(_number)}", name="n", sha256="0" * 64, size=1, received_at=moment.now, received_by="a"
    ),
    m.Hypothesis: lambda _place, **k: m.Hypothesis.objects.create(
        question="q", statement="s", made_at=moment.now(), made_by="a", assessed_at=moment.now(), assessed_by="a", **k
    ),
    m.Indicator: lambda _place, **k: m.Indicator.objects.create(
        kind="host", value=f"h{next(_number)}.example", proposed_at=moment.now(), proposed_by="a", **k
    ),
    m.OrganisationRegime: lambda place, **k: m.OrganisationRegime.objects.create(
        organisation_id=town(place), regime=f"r{next(_number)}", source="s", at=moment.now(), by="a", **k
    ),
    m.Clock: _clock,
    m.ClockStep: _step,
}  # fmt: skip
HAS_HOUSE = {m.Report, m.Correspondence, m.Hypothesis, m.Indicator}
"""Those that may concern nobody in particular."""


def concerned(row: Any) -> Iterator[UUID | None]:
    """The victim; and who helps it with its consent, up to TLP:AMBER. Nobody by name for what joins several victims."""
    if not isinstance(row, Case | OfCase):
        yield row.marking.organisation
        return
    about = row if isinstance(row, Case) else row.case
    yield about.organisation_id
    for helper in about.helpers.all():
        if row.tlp <= Tlp.AMBER and helper.consent_at and not helper.ended_at:
            yield helper.organisation_id
