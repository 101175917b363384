"""A constituent asks for help: the answer has a clock, and silence pages the coordinator."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from paraat.alerts import happening
from paraat.incidents.models import Case, HelpRequest
from paraat.kernel.actor import SYSTEM, Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import configuration, facts, live, moment
from paraat.platform.actions import action, record
from paraat.registry.models import Contact, Organisation

BATCH = 200
COORDINATOR = 2
"""The position of the roster with which paging begins when nobody answered."""


def asked_key(request: HelpRequest) -> str:
    """Under which a request waits for the officer on call."""
    return f"help:{request.pk}"


def silent_key(request: HelpRequest) -> str:
    """Under which one that nobody answered in time waits for the coordinator."""
    return f"help-silent:{request.pk}"


@action
def ask_help(
    *,
    organisation: Organisation,
    text: str,
    by: Actor,
    asked_by: str = "",
    reachable_at: str = "",
    contact: Contact | None = None,
    case: Case | None = None,
    exercise: bool = False,
) -> HelpRequest:
    """Ask the team for help; whoever is on call is paged. Raises Invalid without words, or for a case of somebody else."""
    if not text.strip():
        raise Invalid("Write what you need", field="text")
    if case is not None and case.organisation_id != organisation.pk:
        raise Invalid("This case is of another organisation", field="case")
    now = moment.now()
    request = HelpRequest.objects.create(
        organisation=organisation,
        case=case,
        text=text.replace("\0", "").strip()[:10_000],
        asked_by=(asked_by or by.label)[:200],
        reachable_at=reachable_at.strip()[:254],
        contact=contact,
        asked_at=now,
        due_at=now + timedelta(minutes=configuration.HELP_MINUTES.get()),
        exercise=exercise or (case is not None and case.exercise),
    )
    record("help.asked", by=by, on=request, organisation=organisation.pk)
    with happening.for_officers():
        summary = _("%(organisation)s asks for help") % {"organisation": organisation.name}
    _waits(request, "help", asked_key(request), summary, 0)
    live.publish("help", id=request.pk)
    return request


@action
def answer_help(*, request: HelpRequest, answer: str, by: Actor) -> None:
    """Answer it: the constituent reads it in the portal. Raises Conflict when it is no longer open, Invalid without words."""
    if not answer.strip():
        raise Invalid("Write what you answer", field="answer")
    _close(request, HelpRequest.State.ANSWERED, answer=answer.strip()[:10_000], by=by)
    minutes = round((moment.now() - request.asked_at).total_seconds() / 60, 1)
    record("help.answered", by=by, on=request, organisation=request.organisation_id, detail={"minutes": minutes})


@action
def withdraw_help(*, request: HelpRequest, by: Actor) -> None:
    """The constituent needs it no longer. Raises Conflict when it is no longer open."""
    _close(request, HelpRequest.State.WITHDRAWN, answer="", by=by)
    record("help.withdrawn", by=by, on=request, organisation=request.organisation_id)


@action
def page_for_silence(*, now: datetime | None = None) -> int:
    """Page the coordinator for every request that nobody answered in time, once each, however late this runs; how many."""
    at, paged = now or moment.now(), 0
    due = HelpRequest.objects.filter(state=HelpRequest.State.OPEN, paged_at=None, due_at__lte=at)
    for request in due.select_related("organisation").order_by("due_at", "pk")[:BATCH]:
        if due.filter(pk=request.pk).update(paged_at=at) != 1:
            continue  # another worker, or an answer, was faster
        record("help.silent", by=SYSTEM, on=request, organisation=request.organisation_id)
        with happening.for_officers():
            summary = _("%(organisation)s asks for help and nobody answered") % {
                "organisation": request.organisation.name
            }
        _waits(request, "help", silent_key(request), summary, COORDINATOR)
        live.publish("help", id=request.pk)
        paged += 1
    return paged


def _waits(request: HelpRequest, kind: str, key: str, summary: str, stage: int) -> None:
    address = f"/help-requests/{request.pk}/"
    waits = facts.Waits(kind, key, summary, address, request.organisation_id, exercise=request.exercise, stage=stage)
    facts.announce(waits)


def _close(request: HelpRequest, state: HelpRequest.State, *, answer: str, by: Actor) -> None:
    values = {"state": state, "answer": answer, "answered_by": by.label[:200], "answered_at": moment.now()}
    if HelpRequest.objects.filter(pk=request.pk, state=HelpRequest.State.OPEN).update(**values) != 1:
        raise Conflict("Somebody has answered this already")
    request.refresh_from_db()
    for key in (asked_key(request), silent_key(request)):
        facts.announce(facts.Settled(key))
    live.publish("help", id=request.pk)
