"""What waits for a person pages the officers: everything that is due for one officer in one message, by SMS and by mail."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from paraat.accounts.actions import next_page
from paraat.accounts.models import User, WaitingTask
from paraat.alerts.actions.telling import enqueue
from paraat.alerts.models import Delivery
from paraat.platform import configuration, moment
from paraat.platform.actions import action

BATCH = 500


@action
def page_officers(*, now: datetime | None = None) -> int:
    """Page whoever is next for everything that waits and is due; returns how many pages were made.

    The message names no town: it says how many things wait, of which kind, and where to sign in.
    """
    at = now or moment.now()
    waiting: defaultdict[UUID, list[WaitingTask]] = defaultdict(list)
    people: dict[UUID, User] = {}
    for task in WaitingTask.objects.overdue(at).order_by("pk")[:BATCH]:
        for user in next_page(task=task, now=at):
            people[user.pk] = user
            waiting[user.pk].append(task)
    pages = [page for user, tasks in waiting.items() for page in _pages(people[user], tasks, at)]
    Delivery.objects.bulk_create(pages)
    for kind in sorted({page.kind for page in pages}):
        enqueue(kind)
    return len(pages)


def _pages(user: User, tasks: Sequence[WaitingTask], now: datetime) -> list[Delivery]:
    """Real things and exercises apart, so that an exercise stays in the house and takes nothing real along."""
    pages = []
    for exercise in (False, True):
        some = [task for task in tasks if task.exercise is exercise]
        if some:
            pages += [_page(user, kind, address, some, exercise, now) for kind, address in _ways(user)]
    return pages


def _ways(user: User) -> list[tuple[str, str]]:
    return ([("sms", user.phone)] if user.phone else []) + [("mail", user.email)]


def _page(user: User, kind: str, address: str, tasks: Sequence[WaitingTask], exercise: bool, now: datetime) -> Delivery:
    with translation.override(user.language):
        number = len(tasks)
        values = {"team": configuration.TEAM_NAME.get(), "num": number, "url": f"{configuration.public_url()}/tasks/"}
        subject = (
            ngettext("%(team)s: %(num)d thing waits for you", "%(team)s: %(num)d things wait for you", number) % values
        )
        if kind == "sms":
            body = f"{subject}. {values['url']}"
        else:
            body = "\n\n".join([subject + ".", "\n".join(_kinds(tasks)), _("Sign in and take it: %(url)s") % values])
    return Delivery(
        purpose=Delivery.Purpose.PAGE,
        user=user,
        kind=kind,
        address=address,
        language=user.language,
        languages=[user.language],
        severity=5,  # our own people first: without them nothing goes on
        exercise=exercise,
        subject=subject,
        body=body,
        due_at=now,
        created_at=now,
    )


def _kinds(tasks: Sequence[WaitingTask]) -> list[str]:
    words = {
        "held": _("an alert that waits for one click"),
        "exhausted": _("an organisation that nobody answers for"),
        "call": _("a phone call to make"),
        "perhaps": _("a match to decide"),
        "unassigned": _("a host that nobody owns"),
        "stale": _("a source that has gone quiet"),
        "approval": _("an announcement to approve"),
        "inbound": _("a message to read"),
        "report": _("a report of an incident"),
        "help": _("a request for help"),
        "mail": _("a mail about a case to read"),
        "trigger": _("an escalation trigger that nobody answered"),
        "handover": _("a shift to take over"),
        "engagement": _("testing that was stopped"),
        "disclosure": _("a researcher's report"),
    }
    counted = Counter(words.get(task.kind, _("something else")) for task in tasks)
    return [f"- {number} \u00d7 {what}" for what, number in counted.most_common()]
