"""The hand-over of a shift: what the next must know, frozen at one moment, taken over by name."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from paraat.alerts.views.acting import WORKS, act, found
from paraat.kernel.marking import Role
from paraat.platform import moment
from paraat.platform.guard import Request, allow
from paraat.platform.tables import Column, Table
from paraat.warroom.actions import handovers
from paraat.warroom.models import Handover
from paraat.warroom.rules import handover as rules
from paraat.warroom.sitrep_forms import RemarksForm

TITLES = {
    "silent": gettext_lazy("Silent"),
    "calls": gettext_lazy("Being called"),
    "clocks": gettext_lazy("Clocks due within 12 hours"),
    "decisions": gettext_lazy("Open decisions and triggers"),
    "tasks": gettext_lazy("Waits for a person"),
    "cases": gettext_lazy("Cases without an owner"),
    "statements": gettext_lazy("Statements that expire within 12 hours"),
}


@require_safe
@allow(*WORKS, Role.AUDITOR)
def listing(request: Request) -> HttpResponseBase:
    """Hand-overs, newest first, and the button to make one."""
    table = Table(
        request,
        Handover.objects.visible_to(request.viewer),
        name="handovers",
        columns=[
            Column("made_at", gettext_lazy("Handed over"), sort="made_at"),
            Column("made_label", gettext_lazy("By"), sort="made_label"),
            Column("taken_label", gettext_lazy("Taken over by"), sort="taken_label"),
            Column("taken_at", gettext_lazy("At"), sort="taken_at"),
        ],
        search=["made_label", "taken_label"],
        order="-made_at",
        empty=gettext_lazy("No shift was handed over yet."),
    )
    waiting = Handover.objects.visible_to(request.viewer).filter(taken_at=None).order_by("-made_at").first()
    context = {"waiting": waiting, "form": RemarksForm(), "works": request.viewer.has(*WORKS), "now": moment.now()}
    return table.answer("warroom/handovers.html", context)


@require_POST
@allow(*WORKS)
def make(request: Request) -> HttpResponse:
    """Hand over: what is so now is gathered and kept."""
    form, made = RemarksForm(request.POST), list[Handover]()
    remarks = form.cleaned_data["remarks"] if form.is_valid() else ""
    answer = act(
        request,
        lambda: made.append(handovers.make_handover(by=request.actor, remarks=remarks)),
        _("Handed over. If nobody takes it within 15 minutes, the coordinator is paged."),
        back=reverse("handovers"),
    )
    return HttpResponseRedirect(reverse("handover", args=[made[0].pk])) if made else answer


@require_safe
@allow(*WORKS, Role.AUDITOR)
def one(request: Request, pk: UUID) -> HttpResponse:
    """One hand-over, as it was; prints."""
    handover: Handover = found(Handover.objects.visible_to(request.viewer), pk)
    context = {
        "handover": handover,
        "sections": [(key, TITLES[key], handover.content.get(key, [])) for key in rules.SECTIONS],
        "takes": request.viewer.has(*WORKS)
        and handover.taken_at is None
        and handover.made_by_id != request.viewer.user,
        "due": lambda row: datetime.fromisoformat(row["due_at"]),
        "now": moment.now(),
    }
    return render(request, "warroom/handover.html", context)


@require_POST
@allow(*WORKS)
def take(request: Request, pk: UUID) -> HttpResponse:
    """Take it over, by name."""
    handover: Handover = found(Handover.objects.visible_to(request.viewer), pk)
    deed = lambda: handovers.take_over(handover=handover, by=request.actor)  # noqa: E731
    return act(request, deed, _("You have the shift."), back=reverse("handover", args=[pk]))
