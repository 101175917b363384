"""What waits for a person of the team, and who has it."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from paraat.accounts import actions
from paraat.accounts.forms import CloseForm
from paraat.accounts.models import User, WaitingTask
from paraat.kernel.marking import TEAM, Role
from paraat.platform import moment, parts
from paraat.platform.guard import Request, allow
from paraat.platform.pages import attempt
from paraat.platform.tables import Column, Filter, Table


@allow(*TEAM, Role.AUDITOR)
@require_safe
def listing(request: Request) -> HttpResponseBase:
    """The tasks: those that nobody has first."""
    rows = WaitingTask.objects.visible_to(request.viewer).select_related("taken_by", "organisation")
    mine = request.viewer.user

    def in_state(tasks: QuerySet[Any], value: str) -> QuerySet[Any]:
        if value == "done":
            return tasks.exclude(done_at=None)
        return tasks.filter(done_at=None, taken_by=mine) if value == "mine" else tasks.filter(done_at=None)

    if not request.GET.get("state"):
        rows = rows.open()
    table = Table(
        request,
        rows,
        name="tasks",
        columns=[
            Column("urgent", _("Urgent"), sort="-urgent"),
            Column("summary", _("What waits"), sort="summary"),
            Column("since", _("Since"), sort="since"),
            Column("organisation", _("Organisation"), sort="organisation__name"),
            Column("taken_by", _("Who has it"), sort="taken_by__name"),
        ],
        search=["summary", "organisation__name"],
        filters=[
            Filter(
                "state", _("State"), [("open", _("open")), ("mine", _("mine")), ("done", _("done"))], apply=in_state
            ),
        ],
        order="urgent",
        empty=_("Nothing waits for a person."),
    )
    shown = {"table": table, "now": moment.now(), "may_act": request.viewer.is_team}
    part = parts.part("tasks", render_to_string("accounts/tasks_part.html", shown, request))
    if request.headers.get("X-Requested-With") == "live":
        return parts.answer(request, [part], title=_now("Tasks"))
    context = {"tasks": part, "token": parts.token(request.viewer, "tasks"), "close": CloseForm()}
    return table.answer("accounts/tasks.html", context)


@allow(*TEAM)
@require_POST
def take(request: Request, task: UUID) -> HttpResponse:
    """ "I have it", and on to the place where it is dealt with."""
    found, me = _task(request, task), cast("User", request.user)
    attempt(request, lambda: actions.take_task(task=found, officer=me, by=request.actor), _("You have it."))
    home = url_has_allowed_host_and_scheme(found.url, allowed_hosts=None)
    return redirect(found.url if home and request.POST.get("go") else "tasks")


@allow(*TEAM)
@require_POST
def hand_back(request: Request, task: UUID) -> HttpResponse:
    """Give it back to the roster."""
    found = _task(request, task)
    attempt(request, lambda: actions.hand_back_task(task=found, by=request.actor), _("Given back to the roster."))
    return redirect("tasks")


@allow(*TEAM)
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: Request, task: UUID) -> HttpResponse:
    """Say how it was dealt with."""
    found, form = _task(request, task), CloseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data["outcome"]
        attempt(request, lambda: actions.close_task(task=found, by=request.actor, outcome=said), _("Closed."))
        return redirect("tasks")
    return render(
        request, "accounts/task_close.html", {"task": found, "form": form}, status=422 if form.errors else 200
    )


def _task(request: Request, task: UUID) -> WaitingTask:
    return cast("WaitingTask", get_object_or_404(WaitingTask.objects.visible_to(request.viewer), pk=task))
