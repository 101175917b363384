"""Tasks of cases: the section on a case, one task, and the list of what is to be done."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from paraat.alerts.forms import ReasonForm
from paraat.alerts.views.acting import WATCHES, WORKS, act, found
from paraat.incidents.actions import tasks as actions
from paraat.incidents.actions.playbooks import add_playbook
from paraat.incidents.models import Case, Task
from paraat.incidents.reading import active_playbooks, proposed_for
from paraat.incidents.views.cases import READS, case_of
from paraat.incidents.work_forms import AssignForm, PlaybookChoice, TaskForm
from paraat.kernel.marking import Role, Viewer
from paraat.platform import moment, panels
from paraat.platform.guard import Request, allow
from paraat.platform.jinja import language
from paraat.platform.pages import attempt
from paraat.platform.tables import WORLD, Column, Filter, Table

DOES = (*WORKS, Role.SPOC, Role.PROVIDER)
"""Who may say that something is done: the team, and whoever it is assigned to."""
LISTS = (*WATCHES, Role.SPOC, Role.PROVIDER)


def panel(viewer: Viewer, case: Case) -> str | None:
    """What is to be done, what waits for something else, and what is done."""
    rows = list(_of_case(viewer, case))
    works = viewer.has(*WORKS)
    if not rows and not works:
        return None
    context = _progress(rows) | {
        "case": case,
        "works": works,
        "own": viewer.own,
        "now": moment.now(),
        "playbooks": _choices() if works else [],
        "proposed": proposed_for(case, {row.playbook_id for row in rows}) if works else [],
    }
    return panels.render("incidents/_tasks.html", context)


def _of_case(viewer: Viewer, case: Case) -> QuerySet[Task]:
    rows: QuerySet[Task] = Task.objects.visible_to(viewer).filter(case=case).annotate(waits=actions.waiting_on())
    return (
        rows.select_related("owner", "assigned_to").prefetch_related("playbook", "after").order_by("due_at", "made_at")
    )


def _progress(rows: list[Task]) -> dict[str, Any]:
    needed = [row for row in rows if row.state != Task.State.DROPPED]
    return {
        "tasks": [row for row in rows if row.state == Task.State.OPEN],
        "ended": [row for row in rows if row.state != Task.State.OPEN],
        "done": sum(1 for row in needed if row.state == Task.State.DONE),
        "total": len(needed),
    }


def _choices() -> list[tuple[str, str]]:
    return [(one.key, one.title_in(language())) for one in active_playbooks()]


# The list -------------------------------------------------------------------------------------------------------------------------


@require_safe
@allow(*LISTS)
def listing(request: Request) -> HttpResponseBase:
    """What is to be done in all cases: for the team everything, for others what is assigned to their organisation."""
    if not request.GET:
        return HttpResponseRedirect(f"{request.path}?state=open")
    rows = Task.objects.visible_to(request.viewer)
    if not request.viewer.has(*WATCHES):
        rows = rows.filter(assigned_to__in=list(request.viewer.own))
    rows = (
        rows.annotate(waits=actions.waiting_on())
        .select_related("case", "owner", "assigned_to")
        .prefetch_related("playbook")
    )
    table = Table(
        request,
        rows,
        name="tasks",
        columns=[
            Column("title", gettext_lazy("Task"), sort="title", value=lambda row: row.title_in(get_language() or "")),
            Column("case", gettext_lazy("Case"), sort="case__number", value=lambda row: row.case.number),
            Column("victim", gettext_lazy("Victim"), sort="case__victim", value=lambda row: row.case.victim),
            Column("who", gettext_lazy("Who"), value=who),
            Column("due_at", gettext_lazy("Due"), sort="due_at"),
            Column("state", gettext_lazy("State"), sort="state", value=lambda row: row.get_state_display()),
            *([Column("tlp", "TLP", value=lambda row: row.get_tlp_display())] if request.GET.get("format") else []),
        ],
        search=["title", "case__number", "case__victim"],
        filters=[
            Filter("state", gettext_lazy("State"), _STATES, apply=_in_state),
            Filter("whose", gettext_lazy("Whose"), _WHOSE, apply=lambda rows, value: _of(rows, value, request.viewer)),
            WORLD,
        ],
        order="due_at",
        empty=gettext_lazy("Nothing is to be done."),
        hint=gettext_lazy("Tasks come with the playbook of a case."),
    )
    return table.answer(
        "incidents/tasks.html", {"now": moment.now(), "own": request.viewer.own, "works": request.viewer.has(*WORKS)}
    )


_STATES = [("late", gettext_lazy("Overdue")), *Task.State.choices]
_WHOSE = [
    ("mine", gettext_lazy("Mine")),
    ("nobody", gettext_lazy("Nobody's yet")),
    ("organisation", gettext_lazy("An organisation's")),
]


def who(row: Task) -> str:
    """Who has a task, in words."""
    return row.assigned_to.name if row.assigned_to else row.owner.name if row.owner else _("the team")


def _in_state(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    if value == "late":
        return rows.filter(state=Task.State.OPEN, due_at__lt=moment.now())
    return rows.filter(state=value)


def _of(rows: QuerySet[Any], value: str, viewer: Viewer) -> QuerySet[Any]:
    chosen = {
        "mine": Q(owner=viewer.user) | Q(assigned_to__in=list(viewer.own)),
        "nobody": Q(owner=None, assigned_to=None),
        "organisation": Q(assigned_to__isnull=False),
    }
    return rows.filter(chosen[value])


# One task -------------------------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WORKS)
def new(request: Request, pk: UUID) -> HttpResponse:
    """A task by hand."""
    case = case_of(request, pk)
    form = TaskForm(request.POST or None, case=case)
    if request.method == "POST" and form.is_valid():
        made = attempt(
            request, lambda: actions.add_task(case=case, by=request.actor, **form.values()), _("The task is added.")
        )
        if made is not None:
            return HttpResponseRedirect(_back(case))
    return render(request, "incidents/task_new.html", {"case": case, "form": form}, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*READS)
def one(request: Request, pk: UUID, task: UUID) -> HttpResponse:
    """One task: what, how, what comes first; the team gives it to somebody."""
    case = case_of(request, pk)
    row: Task = found(_of_case(request.viewer, case), task)
    works = request.viewer.has(*WORKS)
    if request.method == "POST" and not works:
        raise Http404
    kept = {
        "owner": row.owner_id,
        "assigned_to": row.assigned_to_id,
        "due_at": row.due_at,
        "after": [one.pk for one in row.after.all()],
    }
    form = AssignForm(request.POST or None, case=case, task=row, initial=kept)
    if request.method == "POST" and form.is_valid():
        done = attempt(request, lambda: actions.change_task(task=row, by=request.actor, **form.values()), _("Noted."))
        if done is not None:
            return HttpResponseRedirect(request.path)
    context = {
        "case": case, "task": row, "form": form, "works": works, "does": may_do(request.viewer, row), "reason": ReasonForm(),
        "now": moment.now(), "who": who(row),
    }  # fmt: skip
    return render(request, "incidents/task.html", context, status=400 if form.errors else 200)


def may_do(viewer: Viewer, task: Task) -> bool:
    """Whether this viewer may say that it is done."""
    return viewer.has(*WORKS) or (task.assigned_to_id is not None and task.assigned_to_id in viewer.own)


@require_POST
@allow(*DOES)
def done(request: Request, pk: UUID, task: UUID) -> HttpResponse:
    """It is done."""
    case = case_of(request, pk)
    row: Task = found(_of_case(request.viewer, case), task)
    if not may_do(request.viewer, row):
        raise Http404
    outcome = request.POST.get("outcome", "")[:500]
    return act(
        request, lambda: actions.finish_task(task=row, by=request.actor, outcome=outcome), _("Done."), back=_back(case)
    )


@require_POST
@allow(*WORKS)
def drop(request: Request, pk: UUID, task: UUID) -> HttpResponse:
    """It is not needed here."""
    case = case_of(request, pk)
    row, reason = found(_of_case(request.viewer, case), task), request.POST.get("reason", "")
    return act(
        request, lambda: actions.drop_task(task=row, by=request.actor, reason=reason), _("Noted."), back=_back(case)
    )


@require_POST
@allow(*WORKS)
def reopen(request: Request, pk: UUID, task: UUID) -> HttpResponse:
    """It was not done after all."""
    case = case_of(request, pk)
    row, reason = found(_of_case(request.viewer, case), task), request.POST.get("reason", "")
    return act(
        request, lambda: actions.reopen_task(task=row, by=request.actor, reason=reason), _("Noted."), back=_back(case)
    )


@require_POST
@allow(*WORKS)
def playbook(request: Request, pk: UUID) -> HttpResponse:
    """Add the steps of a playbook."""
    case = case_of(request, pk)
    form = PlaybookChoice(request.POST, choices=_choices())
    if not form.is_valid():
        raise Http404
    key = form.cleaned_data["key"]
    return act(
        request,
        lambda: add_playbook(case=case, key=key, by=request.actor),
        _("Its steps stand below the tasks."),
        back=_back(case),
    )


def _back(case: Case) -> str:
    return reverse("case", args=[case.pk]) + "#tasks"
