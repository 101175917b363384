"""Reminders of statutory clocks fire: late rather than never, each exactly once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from paraat.alerts import ladders
from paraat.alerts.rules.night import ZONE
from paraat.incidents import regimes
from paraat.incidents.actions.clock_steps import keys_of
from paraat.incidents.models import ClockReminder, ClockStep
from paraat.kernel.actor import SYSTEM
from paraat.platform import configuration, facts, moment
from paraat.platform.actions import action, record
from paraat.registry.models import Contact

BATCH = 200
PAGES = {ClockReminder.Level.NEARLY, ClockReminder.Level.DUE, ClockReminder.Level.OVERDUE}
"""From when on an officer is paged; before, it stands on the list of tasks."""
TOLD = [Contact.Role.DPO, Contact.Role.SPOC]
"""Who of the organisation is reminded."""


@action
def fire_reminders(*, now: datetime | None = None) -> int:
    """Fire the reminders that are due, in the order in which they were; returns how many. One that a missed run left fires now. When several of one
    step are late, all count as fired and people are told once, with the last."""
    at = now or moment.now()
    locked = ClockReminder.objects.overdue(at).select_for_update(skip_locked=True, of=("self",))
    waiting = list(locked.select_related("step__clock__case", "step__organisation")[:BATCH])
    fired = [one for one in waiting if _fires(one, at)]
    last: dict[tuple[object, str], ClockReminder] = {(one.step_id, one.about): one for one in fired}
    for one in fired:
        record(
            "clock.reminded", by=SYSTEM, on=one.step, organisation=one.step.organisation_id,
            detail={"step": one.step.key, "about": one.about, "level": one.level},
        )  # fmt: skip
    for one in last.values():
        _tell(one, at)
        _wait(one)
    return len(fired)


def _fires(reminder: ClockReminder, at: datetime) -> bool:
    free = ClockReminder.objects.filter(pk=reminder.pk, fired_at=None, cancelled_at=None)
    return free.update(fired_at=at) == 1


def _tell(reminder: ClockReminder, at: datetime) -> None:
    """The organisation's data protection officer and its SPOC, or who stands in for them."""
    step = reminder.step
    for contact in contacts_of(step, at):
        language = ladders.written_languages(step.organisation, contact)[0]
        with translation.override(language):
            subject, body = words(reminder)
        facts.announce(
            facts.Tells(
                f"clock/{reminder.pk}/{contact.pk}", contact.pk, "reminder", subject, body, exercise=step.exercise
            )
        )


def contacts_of(step: ClockStep, at: datetime) -> Sequence[Contact]:
    """Whom a reminder goes to: DPO and SPOC that hold today; whoever is away is replaced, and the deputy stands in for a missing SPOC."""
    rows = Contact.objects.filter(organisation=step.organisation_id).as_of(moment.day(at)).answering()
    people = list(rows.select_related("replaced_by"))
    present = [one for one in people if not one.is_away(at)]
    named = [one for one in present if one.role in TOLD]
    named += [one.replaced_by for one in people if one.role in TOLD and one.is_away(at) and one.replaced_by]
    if not any(one.role == Contact.Role.SPOC for one in named):
        named += [one for one in present if one.role == Contact.Role.DEPUTY]
    return list({one.pk: one for one in named}.values())


def words(reminder: ClockReminder) -> tuple[str, str]:
    """Subject and text of a reminder, in the active language. It names the case by its number only: a mailbox may be read by others."""
    step, clock = reminder.step, reminder.step.clock
    regime = regimes.get(clock.regime, clock.regime_version)
    law, language = regime.step(step.key), translation.get_language() or "en"
    title = law.title.get(language, law.title["en"]) if law else step.key
    due = step.due_at.astimezone(ZONE).strftime("%d/%m/%Y %H:%M") if step.due_at else ""
    number = clock.case.number if clock.case else regime.title.get(language, regime.title["en"])
    subject = _("%(number)s: %(step)s, due %(due)s") % {"number": number, "step": title, "due": due}
    said = reminder.get_level_display()
    ask = (
        _(
            "Does this duty exist? Your organisation decides; until it has, time is counted from the first moment we know of."
        )
        if reminder.about == ClockReminder.About.DECISION
        else _("Your organisation submits this itself; tell us when it has, and the reminders stop.")
    )
    where = f"{configuration.public_url()}/clocks/{clock.pk}/"
    to = _("To: %(recipient)s (%(article)s)") % {
        "recipient": step.recipient or clock.recipient,
        "article": step.article,
    }
    return subject, f"{subject}\n{said}.\n{to}\n\n{ask}\n{where}\n"


def _wait(reminder: ClockReminder) -> None:
    """For the officer: on the list of tasks, and paged when it presses."""
    step, clock = reminder.step, reminder.step.clock
    mild, pressing = keys_of(step, reminder.about)
    now = reminder.level in PAGES
    if now:
        facts.announce(facts.Settled(mild))
    subject, _body = words(reminder)
    facts.announce(
        facts.Waits(
            "clock", pressing if now else mild, f"{subject} ({reminder.get_level_display()})", f"/clocks/{clock.pk}/",
            step.organisation_id, urgent=now, exercise=step.exercise,
        )
    )  # fmt: skip
