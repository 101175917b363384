"""What an organisation submits: its form as a draft, the submission with its receipt, and what it need not submit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db.models import Q

from paraat.incidents import regimes
from paraat.incidents.actions.clock_steps import cancel_reminders, finish_clock, settle_reminders
from paraat.incidents.actions.clocks import keep_fact
from paraat.incidents.actions.timeline import add_entry
from paraat.incidents.models import Clock, ClockStep, ClockSubmission, TimelineEntry
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import moment
from paraat.platform.actions import action, record

LONGEST = 20_000


@action
def save_form(*, step: ClockStep, form: Mapping[str, str], by: Actor, seen: datetime | None = None) -> ClockStep:
    """Keep a draft of a step's form. `seen`: the `form_at` that the writer began from. Raises Conflict when somebody else saved since; Invalid for
    a field that the law's form does not have."""
    now = moment.now()
    kept = _cleaned(step, form)
    if ClockStep.objects.filter(pk=step.pk, form_at=seen).update(form=kept, form_at=now) != 1:
        raise Conflict("Somebody else saved this form since you opened it")
    record(
        "clock.form", by=by, on=step, organisation=step.organisation_id, detail={"step": step.key, "fields": len(kept)}
    )
    step.refresh_from_db()
    return step


@action
def submit_step(
    *, step: ClockStep, at: datetime, by: Actor, said_by: str, receipt: str = "", form: Mapping[str, str] | None = None
) -> ClockSubmission:
    """The organisation submitted this step at `at`, says `said_by`. The first submission stops the reminders and, where a later step counts from it,
    is that fact; submitting again keeps one more with its receipt and moves nothing.

    Raises Conflict while nobody decided that the duty exists, or the step counts from something that is not known; Invalid for a moment that
    cannot be.
    """
    now = moment.now()
    clock = Clock.objects.select_for_update(of=("self",)).select_related("case").get(pk=step.clock_id)
    step.refresh_from_db()
    _check(clock, step, at, said_by, now)
    content = step.form if form is None else _cleaned(step, form)
    made = ClockSubmission.objects.create(
        step=step, at=at, by=said_by.strip(), receipt=receipt.strip(), form=content, recorded_at=now
    )
    first = ClockStep.objects.filter(pk=step.pk, submitted_at=None).update(
        submitted_at=at, submitted_by=said_by.strip(), receipt=receipt.strip(), form=content, form_at=now
    )
    step.refresh_from_db()
    record(
        "clock.submitted" if first else "clock.resubmitted", by=by, on=step, organisation=step.organisation_id,
        detail={"regime": clock.regime, "step": step.key, "at": at.isoformat(), "receipt": receipt.strip(), "said_by": said_by.strip()},
    )  # fmt: skip
    if first:
        _follow(clock, step, at, said_by.strip(), by, now)
    return made


@action
def waive_step(*, step: ClockStep, because: str, said_by: str, by: Actor) -> ClockStep:
    """This step need not be submitted, though the duty exists (the risk to people is not high, article 34). Raises Conflict when it was submitted."""
    if not because.strip() or not said_by.strip():
        raise Invalid("Say who decides this, and why", field="because")
    now = moment.now()
    clock = Clock.objects.select_for_update(of=("self",)).get(pk=step.clock_id)
    free = ClockStep.objects.filter(Q(pk=step.pk, submitted_at=None, waived_at=None, clock__state=Clock.State.RUNNING))
    if free.update(waived_at=now, waived_by=said_by.strip(), waived_because=because.strip()[:500]) != 1:
        raise Conflict("This step is not open")
    cancel_reminders(ClockStep.objects.filter(pk=step.pk), now)
    record(
        "clock.waived", by=by, on=step, organisation=step.organisation_id,
        detail={"regime": clock.regime, "step": step.key, "because": because.strip(), "said_by": said_by.strip()},
    )  # fmt: skip
    step.refresh_from_db()
    finish_clock(clock, by)
    settle_reminders(clock, [step])
    return step


def _follow(clock: Clock, step: ClockStep, at: datetime, said_by: str, by: Actor, now: datetime) -> None:
    cancel_reminders(ClockStep.objects.filter(pk=step.pk), now)
    regime = regimes.get(clock.regime, clock.regime_version)
    law = regime.step(step.key)
    if law and law.records:
        keep_fact(clock, regime, law.records, at, said_by, by, now)
    finish_clock(clock, by)
    settle_reminders(clock, [step])
    if clock.case is not None:
        title = law.title["en"] if law else step.key
        text = f"{title}: submitted to {step.recipient or clock.recipient}"
        text = f"{text} ({step.receipt})" if step.receipt else text
        add_entry(case=clock.case, text=text, by=by, kind=TimelineEntry.Kind.COMMUNICATION, happened_at=at)


def _check(clock: Clock, step: ClockStep, at: datetime, said_by: str, now: datetime) -> None:
    if clock.state not in {Clock.State.RUNNING, Clock.State.DONE}:
        raise Conflict("The organisation has not decided that the duty exists")
    if step.waived_at:
        raise Conflict("This step is not needed, as somebody decided")
    if not step.counted:
        raise Conflict("What this step counts from is not known yet: submit the one before first")
    if not said_by.strip():
        raise Invalid("Say who submitted it", field="said_by")
    if at > now:
        raise Invalid("A submission lies in the past", field="at")
    if step.starts_at and at < step.starts_at:
        raise Invalid("It cannot be submitted before its time began", field="at")


def _cleaned(step: ClockStep, form: Mapping[str, str]) -> dict[str, str]:
    law = regimes.get(step.clock.regime, step.clock.regime_version).step(step.key)
    known = {field.key for field in law.fields} if law else set()
    unknown = sorted(form.keys() - known)
    if unknown:
        raise Invalid("The form of this step has no such field", field=unknown[0])
    if any(len(value) > LONGEST for value in form.values()):
        raise Invalid("This text is too long", field=next(name for name, value in form.items() if len(value) > LONGEST))
    return {name: value.strip() for name, value in form.items()}
