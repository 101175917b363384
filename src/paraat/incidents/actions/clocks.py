"""Statutory clocks are proposed, and the organisation decides: whether a duty exists, since when it is aware, and who receives what it submits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q

from paraat.incidents import regimes
from paraat.incidents.actions.clock_steps import (
    apply_fact,
    cancel_reminders,
    finish_clock,
    make_reminders,
    make_steps,
    settle_reminders,
)
from paraat.incidents.actions.timeline import add_entry
from paraat.incidents.models import Case, Clock, ClockFact, ClockReminder, OrganisationRegime, TimelineEntry
from paraat.incidents.rules.regimes import Regime
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import moment
from paraat.platform.actions import action, record
from paraat.registry.models import Organisation

CONTACT_CHANGE = "contact-change"


@action
def propose_clocks(*, case: Case, by: Actor, aware_at: datetime | None = None) -> list[Clock]:
    """Propose a clock for every regime that the victim is under, once per case; returns those that are new.

    The GDPR holds for every organisation unless its flag says otherwise; NIS2 only where its flag says so. `aware_at`: when the victim said that
    it became aware; without it, time is provisionally counted from the moment that the case was opened, until the organisation decides.
    """
    day = moment.day(case.opened_at)
    flags = {one.regime: one for one in OrganisationRegime.objects.filter(organisation=case.organisation_id)}
    made = []
    for regime in regimes.in_force(day):
        flag = flags.get(regime.key)
        if regime.starts_on == "case" and (flag.applies if flag else regime.by_default):
            clock = _propose(case, regime, flag, by, aware_at)
            made += [clock] if clock else []
    return made


@action
def start_clock(*, case: Case, regime: str, by: Actor, aware_at: datetime | None = None) -> Clock:
    """Propose one more clock by hand: a regime that is on no flag. Raises UnknownRegime; Conflict when the case has it already."""
    version = regimes.current(regime, moment.day(case.opened_at))
    if version.starts_on == CONTACT_CHANGE:
        raise Invalid("This regime does not start with a case", field="regime")
    flag = OrganisationRegime.objects.filter(organisation=case.organisation_id, regime=regime).first()
    clock = _propose(case, version, flag, by, aware_at)
    if clock is None:
        raise Conflict("This case has this clock already")
    return clock


@action
def note_change(*, organisation: Organisation, what: str, by: Actor, exercise: bool = False) -> list[Clock]:
    """Registered contact data or IP ranges of an organisation changed. Where a regime asks to be told, its clock starts now; one that is open takes
    the change along and does not move. Returns the clocks concerned: none for an organisation that is under no such regime."""
    now = moment.now()
    under = set(
        OrganisationRegime.objects.filter(organisation=organisation.pk, applies=True).values_list("regime", flat=True)
    )
    wanted = [
        one for one in regimes.in_force(moment.day(now)) if one.starts_on == CONTACT_CHANGE and under & set(one.under)
    ]
    return [
        _collect(organisation, regime, {"what": what, "at": now.isoformat()}, by, now, exercise) for regime in wanted
    ]


@action
def decide_clock(
    *, clock: Clock, exists: bool, said_by: str, by: Actor, aware_at: datetime | None = None, because: str = ""
) -> Clock:
    """The organisation decides whether the duty exists. `said_by`: who there says so. Yes: `aware_at` is recorded as the trigger, which never moves
    (not asked when the trigger is known, as with a change of data). No: `because` says why; it may still become yes later.

    Raises Invalid when something is not said or lies in the future, Conflict when it was decided already.
    """
    if not said_by.strip():
        raise Invalid("Say who at the organisation decides this", field="said_by")
    locked = _locked(clock)
    now = moment.now()
    if exists:
        _check_trigger(locked, aware_at, now)
        _decide_yes(locked, said_by.strip(), aware_at, by, now)
    else:
        _decide_no(locked, said_by.strip(), because.strip(), by, now)
    settle_reminders(locked)
    clock.refresh_from_db()
    return clock


@action
def confirm_recipient(*, clock: Clock, recipient: str, said_by: str, by: Actor) -> Clock:
    """The data protection officer (or the SPOC, or an officer for him: `said_by` says who) confirms to whom this goes."""
    if not recipient.strip() or not said_by.strip():
        raise Invalid("Say to whom it goes, and who confirms that", field="recipient")
    rows = Clock.objects.filter(pk=clock.pk).exclude(state=Clock.State.NO_DUTY)
    changed = rows.update(
        recipient=recipient.strip(), recipient_confirmed_at=moment.now(), recipient_confirmed_by=said_by.strip()
    )
    if changed != 1:
        raise Conflict("There is no duty, hence no recipient")
    record(
        "clock.recipient", by=by, on=clock, organisation=clock.organisation_id,
        detail={"recipient": recipient.strip(), "said_by": said_by.strip()},
    )  # fmt: skip
    clock.refresh_from_db()
    return clock


@action
def record_fact(*, clock: Clock, name: str, at: datetime, said_by: str, by: Actor) -> ClockFact:
    """Record a fact that steps count from ("handled", "ongoing", "asked"); it never moves. Trigger and submissions are recorded where they happen.

    Raises Invalid for a fact that this regime does not know or that lies in the future, Conflict when it is recorded already.
    """
    locked = _locked(clock)
    regime = regimes.get(locked.regime, locked.regime_version)
    by_submitting = {step.records for step in regime.steps}
    if name not in regime.facts or name == regime.trigger or name in by_submitting:
        raise Invalid("This fact is not recorded in this way", field="name", value=name)
    if locked.state not in {Clock.State.RUNNING, Clock.State.DONE}:
        raise Conflict("The organisation has not decided that the duty exists")
    now = moment.now()
    if at > now:
        raise Invalid("A fact lies in the past", field="at")
    if not said_by.strip():
        raise Invalid("Say who at the organisation says so", field="said_by")
    fact = keep_fact(locked, regime, name, at, said_by.strip(), by, now)
    clock.refresh_from_db()
    return fact


def keep_fact(
    clock: Clock, regime: Regime, name: str, at: datetime, said_by: str, by: Actor, now: datetime
) -> ClockFact:
    """Write a fact and what follows from it; for the actions of clocks, inside theirs."""
    try:
        with transaction.atomic():
            fact = ClockFact.objects.create(clock=clock, name=name, at=at, said_by=said_by, recorded_at=now)
    except IntegrityError as error:
        raise Conflict("This fact is recorded already; it never moves") from error
    record(
        "clock.fact", by=by, on=clock, organisation=clock.organisation_id,
        detail={"regime": clock.regime, "fact": name, "at": at.isoformat(), "said_by": said_by},
    )  # fmt: skip
    apply_fact(clock, regime, fact, now)
    finish_clock(clock, by)
    return fact


# How they do it --------------------------------------------------------------------------------------------------------------------


def _propose(
    case: Case, regime: Regime, flag: OrganisationRegime | None, by: Actor, aware_at: datetime | None
) -> Clock | None:
    now = moment.now()
    organisation = case.organisation
    clock = Clock(
        organisation=organisation, case=case, regime=regime.key, regime_version=regime.version, proposed_at=now,
        recipient=_recipient(regime, organisation, flag), tlp=case.tlp, exercise=case.exercise,
    )  # fmt: skip
    Clock.objects.bulk_create([clock], ignore_conflicts=True)  # once per case: a constraint
    if not Clock.objects.filter(pk=clock.pk).exists():
        return None
    steps = make_steps(clock, regime, {}, provisional=aware_at or case.opened_at)
    make_reminders(steps[:1], ClockReminder.About.DECISION)
    record(
        "clock.proposed", by=by, on=clock, organisation=organisation.pk,
        detail={"case": case.number, "regime": regime.key, "version": regime.version},
    )  # fmt: skip
    return clock


def _recipient(regime: Regime, organisation: Organisation, flag: OrganisationRegime | None) -> str:
    named = flag.recipient if flag else ""
    return named or regime.recipient_for(organisation.kind, organisation.region)


def _collect(
    organisation: Organisation, regime: Regime, change: Mapping[str, str], by: Actor, now: datetime, exercise: bool
) -> Clock:
    clock = Clock(
        organisation=organisation, regime=regime.key, regime_version=regime.version, proposed_at=now, changes=[],
        recipient=regime.recipient_for(organisation.kind, organisation.region), exercise=exercise,
    )  # fmt: skip
    Clock.objects.bulk_create([clock], ignore_conflicts=True)  # one open per organisation: a constraint
    going_on = Q(organisation=organisation, regime=regime.key, case=None) & Q(state__in=["proposed", "running"])
    kept: Clock = Clock.objects.select_for_update().get(going_on)
    Clock.objects.filter(pk=kept.pk).update(changes=[*kept.changes, dict(change)])
    record("clock.change", by=by, on=kept, organisation=organisation.pk, detail={"what": change["what"]})
    if kept.pk == clock.pk:
        fact = ClockFact.objects.create(clock=kept, name=regime.trigger, at=now, said_by=by.label, recorded_at=now)
        steps = make_steps(kept, regime, {fact.name: now}, provisional=None)
        make_reminders(steps[:1], ClockReminder.About.DECISION)
        record("clock.proposed", by=by, on=kept, organisation=organisation.pk, detail={"regime": regime.key})
    kept.refresh_from_db()
    return kept


def _locked(clock: Clock) -> Clock:
    """Whoever changes a clock holds it, so that two who do follow each other."""
    locked: Clock = (
        Clock.objects.select_for_update(of=("self",)).select_related("case", "organisation").get(pk=clock.pk)
    )
    return locked


def _check_trigger(clock: Clock, aware_at: datetime | None, now: datetime) -> None:
    regime = regimes.get(clock.regime, clock.regime_version)
    known = clock.facts.filter(name=regime.trigger).exists()
    if known and aware_at is not None:
        raise Conflict("This fact is recorded already; it never moves")
    if not known and aware_at is None:
        raise Invalid("Say since when the organisation is aware", field="aware_at")
    if aware_at is not None and aware_at > now:
        raise Invalid("A fact lies in the past", field="aware_at")


def _decide_yes(clock: Clock, said_by: str, aware_at: datetime | None, by: Actor, now: datetime) -> None:
    may = [Clock.State.PROPOSED, Clock.State.NO_DUTY] if clock.case_id else [Clock.State.PROPOSED]
    _move(clock, may, Clock.State.RUNNING, said_by, "", now)
    cancel_reminders(clock.steps.all(), now)
    record(
        "clock.started", by=by, on=clock, organisation=clock.organisation_id,
        detail={"regime": clock.regime, "said_by": said_by},
    )  # fmt: skip
    regime = regimes.get(clock.regime, clock.regime_version)
    make_reminders(list(clock.steps.filter(counted=True)), ClockReminder.About.SUBMISSION)
    if aware_at is not None:
        keep_fact(clock, regime, regime.trigger, aware_at, said_by, by, now)
    _tell_timeline(clock, f"{regime.title['en']}: {said_by} decides that the duty exists.", by)


def _decide_no(clock: Clock, said_by: str, because: str, by: Actor, now: datetime) -> None:
    if not because:
        raise Invalid("Say why there is no duty: somebody may ask later", field="because")
    _move(clock, [Clock.State.PROPOSED, Clock.State.RUNNING], Clock.State.NO_DUTY, said_by, because, now)
    cancel_reminders(clock.steps.all(), now)
    record(
        "clock.no_duty", by=by, on=clock, organisation=clock.organisation_id,
        detail={"regime": clock.regime, "said_by": said_by, "because": because},
    )  # fmt: skip
    title = regimes.get(clock.regime, clock.regime_version).title["en"]
    _tell_timeline(clock, f"{title}: {said_by} decides that there is no duty: {because}", by)


def _move(clock: Clock, may: Sequence[str], to: str, said_by: str, because: str, now: datetime) -> None:
    rows = Clock.objects.filter(pk=clock.pk, state__in=may)
    if rows.update(state=to, decided_at=now, decided_by=said_by, because=because[:500]) != 1:
        raise Conflict("This was decided already")
    clock.refresh_from_db()


def _tell_timeline(clock: Clock, text: str, by: Actor) -> None:
    if clock.case is not None:
        add_entry(case=clock.case, text=text, by=by, kind=TimelineEntry.Kind.ACTION)
