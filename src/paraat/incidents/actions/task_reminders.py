"""Who is told that a task is due: the officer by what waits for him, the SPOC of an organisation by a message that names no details."""

from __future__ import annotations

from uuid import UUID

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from paraat.alerts import happening
from paraat.incidents.models import Case, Task
from paraat.kernel.marking import Tlp
from paraat.platform import configuration, facts, moment
from paraat.registry.models import Contact


def case_url(case: Case, anchor: str = "") -> str:
    """The page of a case, at one of its sections."""
    return f"/cases/{case.pk}/" + (f"#{anchor}" if anchor else "")


def task_key(task: Task) -> str:
    """Under which a task that is due waits for a person."""
    return f"case_task:{task.pk}"


def remind_of_task(task: Task) -> None:
    """Whoever has it: the SPOC of the organisation that it is assigned to, else the team. Who has no SPOC on file is the team's to call."""
    spoc = spoc_of(task.assigned_to_id) if task.assigned_to_id else None
    if spoc is not None:
        _tell(task, spoc)
        return
    with happening.for_officers():
        summary = _("A task of case %(number)s is due") % {"number": task.case.number}
    if task.tlp <= Tlp.AMBER_STRICT:  # what waits is read by auditors, who see no RED
        summary = f"{summary}: {task.title}"
    facts.announce(
        facts.Waits(
            "case_task",
            task_key(task),
            summary,
            case_url(task.case, "tasks"),
            task.case.organisation_id,
            urgent=False,
            exercise=task.exercise,
        )
    )


def spoc_of(organisation: UUID) -> Contact | None:
    """The SPOC on file, else the deputy; somebody who is away only when nobody else is there."""
    now = moment.now()
    roles = [Contact.Role.SPOC, Contact.Role.DEPUTY]
    rows = Contact.objects.answering().as_of(moment.day(now)).filter(organisation=organisation, role__in=roles)
    found = sorted(rows, key=lambda one: (one.is_away(now), roles.index(one.role), one.name))
    return found[0] if found else None


def _tell(task: Task, spoc: Contact) -> None:
    """The intruder may read the victim's mail: only that something is due, and where to sign in."""
    language = (spoc.languages or [task.case.language])[0]
    values = {"number": task.case.number, "url": configuration.public_url() + reverse("case_tasks")}
    with translation.override(language):
        subject = _("Case %(number)s: something of yours is due") % values
        body = _("Sign in and look at the tasks of your organisation: %(url)s") % values
    key = f"{task_key(task)}:{task.remind_at:%Y%m%d%H%M}"  # another due moment is told anew
    facts.announce(facts.Tells(key, spoc.pk, "reminder", subject, body, exercise=task.exercise))
