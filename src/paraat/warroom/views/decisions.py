"""Decisions asked and taken, tasks, and the log."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from paraat.platform import moment
from paraat.platform.guard import Request, allow
from paraat.platform.tables import Column, Table
from paraat.registry.models import Organisation
from paraat.warroom.actions import decisions, log, tasks
from paraat.warroom.forms import AnswerForm, AskForm, DecisionForm, LineForm, TaskForm
from paraat.warroom.models import Decision, LogEntry, RoomTask
from paraat.warroom.views.entering import READS, WRITES, act, enter, form_page, of_room


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WRITES)
def ask(request: Request, pk: UUID) -> HttpResponse:
    """Ask for a decision."""
    inside = enter(request, pk, "decision")
    form = AskForm(request.POST or None, room=inside.room, top=inside.reach.top)
    deed = lambda: decisions.ask_decision(room=inside.room, by=request.actor, **form.cleaned_data)  # noqa: E731
    return form_page(inside, form, deed, title=_("Ask for a decision"), submit=_("Ask"), done=_("Asked."))


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WRITES)
def record(request: Request, pk: UUID) -> HttpResponse:
    """Record a decision."""
    inside = enter(request, pk, "decision")
    earlier = Decision.objects.visible_to(request.viewer).filter(room=inside.room, decided_at__isnull=False)[:50]
    form = DecisionForm(request.POST or None, room=inside.room, top=inside.reach.top, earlier=earlier)
    deed = lambda: decisions.record_decision(room=inside.room, by=request.actor, **form.words())  # noqa: E731
    return form_page(inside, form, deed, title=_("Record a decision"), submit=_("Record"), done=_("Recorded."))


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WRITES)
def answer(request: Request, pk: UUID, decision: UUID) -> HttpResponse:
    """Decide what was asked."""
    inside = enter(request, pk, "decision")
    found = cast("Decision", of_room(inside, Decision.objects.select_related("room"), decision))
    form = AnswerForm(request.POST or None)
    deed = lambda: decisions.answer_decision(decision=found, by=request.actor, **form.words())  # noqa: E731
    return form_page(inside, form, deed, title=_("Decide"), submit=_("Record"), done=_("Decided."), lead=found.asked)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WRITES)
def add_task(request: Request, pk: UUID) -> HttpResponse:
    """Ask somebody to do something."""
    inside = enter(request, pk, "task")
    taking = inside.room.participants.filter(left_at=None).values("organisation")
    towns = Organisation.objects.visible_to(request.viewer).filter(pk__in=taking) | Organisation.objects.filter(
        pk__in=inside.reach.organisations
    )
    form = TaskForm(request.POST or None, room=inside.room, top=inside.reach.top, towns=towns.distinct())
    deed = lambda: tasks.add_task(room=inside.room, by=request.actor, **form.words())  # noqa: E731
    return form_page(inside, form, deed, title=_("Add a task"), submit=_("Add"), done=_("Added."))


@require_POST
@allow(*WRITES)
def finish_task(request: Request, pk: UUID, task: UUID) -> HttpResponse:
    """It was done."""
    inside = enter(request, pk, "task")
    found = cast("RoomTask", of_room(inside, RoomTask.objects.select_related("room"), task))
    outcome = request.POST.get("outcome", "")[:500]
    return act(inside, lambda: tasks.finish_task(task=found, by=request.actor, outcome=outcome), _("Done."))


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WRITES)
def add_line(request: Request, pk: UUID) -> HttpResponse:
    """Add a line to the log."""
    inside = enter(request, pk, "log")
    form = LineForm(request.POST or None, room=inside.room, top=inside.reach.top)
    deed = lambda: log.add_line(room=inside.room, by=request.actor, **form.cleaned_data)  # noqa: E731
    return form_page(inside, form, deed, title=_("Add to the log"), submit=_("Add"), done=_("It stands in the log."))


@require_safe
@allow(*READS)
def lines(request: Request, pk: UUID) -> HttpResponseBase:
    """The whole log that one sees."""
    inside = enter(request, pk)
    table = Table(
        request,
        LogEntry.objects.visible_to(request.viewer).filter(room=inside.room),
        name=f"log-{inside.room.number}",
        columns=[
            Column("at", gettext_lazy("At"), sort="at"),
            Column("text", gettext_lazy("What")),
            Column("by", gettext_lazy("Who"), sort="by"),
        ],
        search=["text", "by"],
        order="-at",
        empty=gettext_lazy("Nothing is in the log yet."),
    )
    return table.answer("warroom/log.html", {"inside": inside, "room": inside.room, "now": moment.now()})
