"""What may be said: statements from draft to withdrawal, and the page from which people read them out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from paraat.alerts.views.acting import WORKS, act, found
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import moment
from paraat.platform.guard import Request, allow
from paraat.platform.pages import words_for
from paraat.platform.tables import Column, Filter, Table
from paraat.warroom.actions import statements
from paraat.warroom.models import Room, Statement
from paraat.warroom.rules.statement import absolute_claims
from paraat.warroom.sitrep_forms import BecauseForm
from paraat.warroom.statement_forms import NAMES, StatementForm
from paraat.warroom.views.sitreps import READS


@require_safe
@allow(*READS)
def listing(request: Request, room: UUID) -> HttpResponseBase:
    """The statements of a room, whatever their state."""
    place: Room = found(Room.objects.visible_to(request.viewer), room)
    table = Table(
        request,
        Statement.objects.readable_by(request.viewer).filter(room=place),
        name=f"statements-{place.number}",
        columns=[
            Column("subject", gettext_lazy("About"), sort="subject"),
            Column("authority", gettext_lazy("Authority"), sort="authority"),
            Column("quoted_at", gettext_lazy("Said on"), sort="quoted_at"),
            Column("state", gettext_lazy("State"), sort="state", value=lambda row: row.get_state_display()),
            Column("expires_at", gettext_lazy("Until"), sort="expires_at"),
            Column("approved", gettext_lazy("Approved by"), value=lambda row: row.approved_label),
        ],
        search=["subject", "authority"],
        filters=[Filter("state", gettext_lazy("State"), Statement.State.choices)],
        order="-expires_at",
        empty=gettext_lazy("No statement yet."),
        hint=gettext_lazy("Write one before the press calls: it needs a second person's approval."),
    )
    context = {"room": place, "writes": request.viewer.has(*WORKS), "now": moment.now()}
    return table.answer("warroom/statements.html", context)


@require_safe
@allow(*READS)
def say(request: Request, room: UUID | None = None) -> HttpResponse:
    """What may be said now: approved, not withdrawn, not expired; of one room or of all that one may see. Made to be read out, and printed."""
    now = moment.now()
    place: Room | None = found(Room.objects.visible_to(request.viewer), room) if room else None
    rows = Statement.objects.visible_to(request.viewer).standing(now).select_related("room", "approved_text")
    standing = list((rows.filter(room=place) if place else rows).order_by("exercise", "subject"))
    context = {"room": place, "standing": standing, "names": NAMES, "now": now}
    return render(request, "warroom/say.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WORKS)
def new(request: Request, room: UUID) -> HttpResponse:
    """Write one; it is a draft."""
    place: Room = found(Room.objects.visible_to(request.viewer), room)
    form = StatementForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = statements.write_statement(
                room=place, by=request.actor, tlp=form.cleaned_data["tlp"], **form.values()
            )
        except (Invalid, Conflict) as error:
            form.add_error(None, words_for(error))
        else:
            return HttpResponseRedirect(_page(made))
    context = {"room": place, "form": form, "statement": None}
    return render(request, "warroom/statement_write.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WORKS)
def edit(request: Request, room: UUID, pk: UUID) -> HttpResponse:
    """Change one; of an approved one this makes a new draft."""
    statement = _statement(request, room, pk)
    if statement.state == Statement.State.WITHDRAWN:
        raise Http404
    form = StatementForm(request.POST) if request.method == "POST" else StatementForm.of(statement)
    form.fields["tlp"].disabled = True
    form.fields["tlp"].initial = statement.tlp
    if request.method == "POST" and form.is_valid():
        read = form.cleaned_data["edit"] or 0
        try:
            made = statements.edit_statement(statement=statement, edit=read, by=request.actor, **form.values())
        except (Invalid, Conflict) as error:
            form.add_error(None, words_for(error))
        else:
            return HttpResponseRedirect(_page(made))
    context = {"room": statement.room, "form": form, "statement": statement}
    return render(request, "warroom/statement_write.html", context, status=400 if form.errors else 200)


@require_safe
@allow(*READS)
def one(request: Request, room: UUID, pk: UUID) -> HttpResponse:
    """One statement: its words, whom it quotes, who approved it."""
    statement = _statement(request, room, pk)
    now = moment.now()
    context = {
        "statement": statement,
        "room": statement.room,
        "names": NAMES,
        "claims": absolute_claims(statement.text) if statement.state in ("draft", "submitted") else [],
        "stands": statement.stands(now),
        "works": request.viewer.has(*WORKS),
        "mine": statement.author_id == request.viewer.user,
        "because": BecauseForm(),
        "newer": Statement.objects.readable_by(request.viewer).filter(replaces=statement).first(),
        "now": now,
    }
    return render(request, "warroom/statement.html", context)


def _statement(request: Request, room: UUID, pk: UUID) -> Statement:
    rows: Any = Statement.objects.readable_by(request.viewer).select_related("room", "replaces")
    statement: Statement = found(rows.filter(room=room), pk)
    return statement


@require_POST
@allow(*WORKS)
def submit(request: Request, room: UUID, pk: UUID) -> HttpResponse:
    """Ask a second person."""
    statement = _statement(request, room, pk)
    deed = lambda: statements.submit_statement(statement=statement, by=request.actor)  # noqa: E731
    return act(request, deed, _("It waits for a second person."), back=_page(statement))


@require_POST
@allow(*WORKS)
def approve(request: Request, room: UUID, pk: UUID) -> HttpResponse:
    """The second person's yes to the words that he read."""
    statement, read = _statement(request, room, pk), request.POST.get("edit", "")
    if not (read.isascii() and read.isdigit()):
        raise Http404
    deed = lambda: statements.approve_statement(statement=statement, by=request.actor, edit=int(read[:9]))  # noqa: E731
    return act(request, deed, _("Approved. It may be said until it expires."), back=_page(statement))


@require_POST
@allow(*WORKS)
def withdraw(request: Request, room: UUID, pk: UUID) -> HttpResponse:
    """Take it back, with the reason."""
    statement, because = _statement(request, room, pk), request.POST.get("because", "")
    deed = lambda: statements.withdraw_statement(statement=statement, by=request.actor, because=because)  # noqa: E731
    return act(request, deed, _("Withdrawn. It may not be said any more."), back=_page(statement))


def _page(statement: Statement) -> str:
    return reverse("statement", args=[statement.room_id, statement.pk])
