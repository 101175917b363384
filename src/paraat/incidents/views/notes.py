"""Notes of a case: pages that several people write at once, with every version, and conflicts side by side until a person joins them."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from paraat.accounts.models import User
from paraat.alerts.views.acting import WORKS, found, officer_of
from paraat.incidents.actions import notes as actions
from paraat.incidents.models import Case, Note, NoteVersion
from paraat.incidents.rules.notes import differences
from paraat.incidents.views.cases import READS, case_of, may_write
from paraat.incidents.work_forms import NewNoteForm, NoteForm
from paraat.kernel.marking import Role, Viewer
from paraat.platform import panels
from paraat.platform.guard import Request, allow
from paraat.platform.pages import attempt

WRITES = (*WORKS, Role.SPOC, Role.PROVIDER)
"""Who may write: the team, and whoever of victim and helpers sees the note; `may_write` says of which case."""


def panel(viewer: Viewer, case: Case) -> str | None:
    """The pages of notes, and which of them hold a conflict."""
    rows = list(_of_case(viewer, case))
    writes = may_write(viewer, case, WRITES)
    if not rows and not writes:
        return None
    return panels.render("incidents/_notes.html", {"case": case, "notes": rows, "writes": writes})


def _of_case(viewer: Viewer, case: Case) -> QuerySet[Note]:
    waiting = NoteVersion.objects.filter(note=OuterRef("pk"), conflict=True, joined_in=None)
    rows: QuerySet[Note] = Note.objects.visible_to(viewer).filter(case=case).select_related("case")
    return rows.annotate(has_conflict=Exists(waiting)).order_by("made_at")


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WRITES)
def new(request: Request, pk: UUID) -> HttpResponse:
    """A new page of notes."""
    case = _written(request, pk)
    form = NewNoteForm(request.POST or None, initial={"tlp": case.tlp})
    if request.method == "POST" and form.is_valid():
        author = cast("User", request.user)
        note = attempt(
            request, lambda: actions.write_note(case=case, by=request.actor, author=author, **form.cleaned_data)
        )
        if note is not None:
            return HttpResponseRedirect(reverse("case_note", args=[pk, note.pk]))
    return render(request, "incidents/note_new.html", {"case": case, "form": form}, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*READS)
def one(request: Request, pk: UUID, note: UUID) -> HttpResponse:
    """The note to read and write; a text saved from an older version is joined with what was saved meanwhile."""
    case, row = case_of(request, pk), _note(request, pk, note)
    head, writes = actions.head_of(row), may_write(request.viewer, case, WRITES)
    form = NoteForm(request.POST or None, initial={"text": head.text, "base": head.number})
    if request.method == "POST" and not writes:
        raise PermissionDenied
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        saved = attempt(
            request,
            lambda: actions.save_note(
                note=row, base=said["base"], text=said["text"], by=request.actor, author=officer_of(request)
            ),
        )
        if saved is not None:
            _tell(request, saved)
            return HttpResponseRedirect(request.path)
    context = {
        "case": case,
        "note": row,
        "head": head,
        "form": form,
        "writes": writes,
        "conflicts": list(row.versions.filter(conflict=True, joined_in=None)),
        "versions": list(row.versions.order_by("-number")[:100]),
    }
    return render(request, "incidents/note.html", context, status=400 if form.errors else 200)


def _tell(request: Request, saved: NoteVersion) -> None:
    from django.contrib import messages

    if saved.conflict:
        messages.warning(
            request, _("Somebody changed the same lines meanwhile. Both texts are kept; please join them below.")
        )
    elif saved.merged:
        messages.success(request, _("Saved, together with what somebody else wrote meanwhile."))
    else:
        messages.success(request, _("Saved."))


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WRITES)
def join(request: Request, pk: UUID, note: UUID, number: int) -> HttpResponse:
    """A conflict and the newest text side by side, and one text to make of them."""
    case, row = _written(request, pk), _note(request, pk, note)
    head = actions.head_of(row)
    conflict: NoteVersion = _numbered(row.versions.filter(conflict=True, joined_in=None), number)
    form = NoteForm(request.POST or None, initial={"text": both(conflict, head), "base": head.number})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        saved = attempt(
            request,
            lambda: actions.join_versions(
                note=row,
                conflict=conflict,
                base=said["base"],
                text=said["text"],
                by=request.actor,
                author=officer_of(request),
            ),
        )
        if saved is not None:
            _tell(request, saved)
            return HttpResponseRedirect(reverse("case_note", args=[pk, note]))
    context = {"case": case, "note": row, "head": head, "conflict": conflict, "form": form}
    return render(request, "incidents/note_join.html", context, status=400 if form.errors else 200)


def both(conflict: NoteVersion, head: NoteVersion) -> str:
    """A beginning for whoever joins: the newest text, and below the lines that only the other one has."""
    only = [line for kind, line in differences(head.text, conflict.text) if kind == "new"]
    return "\n".join([head.text, *only])


@require_safe
@allow(*READS)
def version(request: Request, pk: UUID, note: UUID, number: int) -> HttpResponse:
    """One saved text, and what it changed."""
    case, row = case_of(request, pk), _note(request, pk, note)
    shown: NoteVersion = _numbered(row.versions.all(), number)
    before = row.versions.filter(number=shown.base).first()
    changed = differences(before.text if before else "", shown.text)
    return render(
        request, "incidents/note_version.html", {"case": case, "note": row, "version": shown, "changed": changed}
    )


def _written(request: Request, pk: UUID) -> Case:
    """A case in which this person may write; 403 where it only reads along."""
    case = case_of(request, pk)
    if not may_write(request.viewer, case, WRITES):
        raise PermissionDenied
    return case


def _note(request: Request, pk: UUID, note: UUID) -> Note:
    row: Note = found(_of_case(request.viewer, case_of(request, pk)), note)
    return row


def _numbered(rows: QuerySet[NoteVersion], number: int) -> NoteVersion:
    row = rows.filter(number=number).first()
    if row is None:
        raise Http404
    return row
