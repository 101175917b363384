"""What the team does around a session: who came, material, answers, held, chased, cancelled."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from paraat.alerts.views.acting import WATCHES, WORKS, found
from paraat.formats import spreadsheet
from paraat.formats.errors import FormatError
from paraat.kernel.errors import Invalid
from paraat.platform import files
from paraat.platform.guard import Request, allow
from paraat.platform.pages import attempt
from paraat.platform.picking import chosen
from paraat.platform.tables import Column, Filter, Table
from paraat.readiness import configuration
from paraat.readiness.actions import session_attendance, session_talk, sessions
from paraat.readiness.models import Attendance, Question, Session, SessionMaterial
from paraat.readiness.session_forms import ListForm, MaterialForm, ReplyForm
from paraat.readiness.views.session_ours import ANSWER_LOOKS
from paraat.readiness.views.sessions import session_of, whole
from paraat.registry.naming import the_one
from paraat.registry.words import PROVINCES

_CAME = [("yes", _("came")), ("no", _("did not come")), ("unknown", _("nobody said"))]
MOST_BYTES = 4 << 20


def _back(pk: UUID, part: str = "") -> HttpResponse:
    return HttpResponseRedirect(reverse("session", args=[pk]) + (f"#{part}" if part else ""))


# Who came -------------------------------------------------------------------------------------------------------------------------
@require_safe
@allow(*WATCHES)
def attendance(request: Request, pk: UUID) -> HttpResponseBase:
    """The list to tick at the door, on a phone too; and as a file. What somebody thought of the session is not in it."""
    session = session_of(request, pk)
    rows = Attendance.objects.visible_to(request.viewer).filter(session=session).select_related("organisation")
    table = Table(
        request,
        rows,
        name=f"attendance-{session.number}",
        columns=[
            Column(
                "organisation", _("Organisation"), value=lambda row: row.organisation.name, sort="organisation__name"
            ),
            Column("nis", _("NIS code"), value=lambda row: row.organisation.nis),
            Column(
                "province",
                _("Province"),
                value=lambda row: PROVINCES.get(row.organisation.province, ""),
                sort="organisation__province",
            ),
            Column("state", _("Answer"), value=lambda row: row.get_state_display(), sort="state"),
            Column("seats", _("Seats"), sort="seats", number=True),
            Column("who", _("Who")),
            Column("came", _("Came"), sort="came"),
        ],
        search=["organisation__name", "organisation__nis", "who"],
        filters=[
            Filter("state", _("Answer"), Attendance.State.choices),
            Filter("came", _("Came"), _CAME, apply=_came),
            Filter("province", _("Province"), list(PROVINCES.items()), lookup="organisation__province"),
        ],
        order="organisation",
        empty=_("Nobody was invited yet."),
        per_page=500,
    )
    context = {"session": session, "looks": ANSWER_LOOKS, "writes": request.viewer.has(*WORKS), "list_form": ListForm()}
    return table.answer("readiness/sessions/attendance.html", context)


def _came(rows: Any, value: str) -> Any:
    return rows.filter(came={"yes": True, "no": False, "unknown": None}[value])


@require_POST
@allow(*WORKS)
def tick(request: Request, pk: UUID, attendance: UUID) -> HttpResponse:
    """Somebody is there, or is not, or that was a mistake."""
    session = session_of(request, pk)
    row: Attendance = found(
        Attendance.objects.visible_to(request.viewer).filter(session=session).select_related("session"), attendance
    )
    came = {"yes": True, "no": False}.get(request.POST.get("came", ""))
    attempt(request, lambda: session_attendance.note_came(attendance=row, by=request.actor, came=came))
    return HttpResponseRedirect(f"{reverse('session_attendance', args=[pk])}#at-{row.pk}")


@require_POST
@allow(*WORKS)
def read(request: Request, pk: UUID) -> HttpResponse:
    """Take over a list of who came; bad rows are named."""
    session = session_of(request, pk)
    form = ListForm(request.POST, request.FILES)

    def deed() -> tuple[int, list[session_attendance.Fault]]:
        if not form.is_valid() or form.cleaned_data["file"].size > MOST_BYTES:
            raise Invalid("Choose a file of at most 4 MB", field="file")
        return session_attendance.read_attendance(
            session=session, rows=_rows(form.cleaned_data["file"].read()), by=request.actor
        )

    done = attempt(request, deed)
    if done is not None:
        taken, faults = done
        messages.success(
            request, ngettext("%(num)d row was taken.", "%(num)d rows were taken.", taken) % {"num": taken}
        )
        for fault in faults[:20]:
            words = {"row": fault.row, "why": gettext(fault.why), "said": fault.said}
            messages.warning(request, gettext("Row %(row)s was not taken: %(why)s (%(said)s)") % words)
        if len(faults) > 20:
            messages.warning(
                request,
                ngettext("%(num)d more row was not taken.", "%(num)d more rows were not taken.", len(faults) - 20)
                % {"num": len(faults) - 20},
            )
    return HttpResponseRedirect(reverse("session_attendance", args=[pk]))


def _rows(content: bytes) -> Any:
    try:
        return spreadsheet.read(content).rows
    except FormatError as error:
        raise Invalid(str(error)) from error


@require_POST
@allow(*WORKS)
def add(request: Request, pk: UUID) -> HttpResponse:
    """Put an organisation on the list by its name."""
    session = session_of(request, pk)

    def deed() -> int:
        one = the_one(request.POST.get("organisation", "").strip())
        return sessions.invite_by_name(session=session, organisations=[one], by=request.actor)

    attempt(request, deed, _("On the list."))
    return _back(pk)


# Held, missed, off ----------------------------------------------------------------------------------------------------------------
@require_POST
@allow(*WORKS)
def hold(request: Request, pk: UUID) -> HttpResponse:
    """It was held."""
    session = session_of(request, pk)
    attempt(request, lambda: sessions.hold_session(session=session, by=request.actor), _("Held."))
    return _back(pk)


@require_POST
@allow(*WORKS)
def cancel(request: Request, pk: UUID) -> HttpResponse:
    """It does not take place."""
    session = session_of(request, pk)
    because = request.POST.get("because", "")
    attempt(
        request,
        lambda: sessions.cancel_session(session=session, by=request.actor, because=because),
        _("Cancelled; everybody hears it."),
    )
    return _back(pk)


@require_POST
@allow(*WORKS)
def chase(request: Request, pk: UUID) -> HttpResponse:
    """Tell who was missed."""
    session = session_of(request, pk)
    asked = request.POST.get("again", "")

    def deed() -> int:
        rows = Session.objects.visible_to(request.viewer)
        again = _next(rows, asked) if asked else None
        silent = request.POST.get("silent") == "on"
        return session_attendance.chase_absent(session=session, by=request.actor, again=again, silent=silent)

    done = attempt(request, deed)
    if done is not None:
        messages.success(
            request,
            ngettext("%(num)d organisation was told.", "%(num)d organisations were told.", done) % {"num": done},
        )
    return _back(pk)


def _next(rows: Any, asked: str) -> Session:
    """The session that was chosen, or 404."""
    for pk in chosen([asked]):
        row: Session = found(rows, pk)
        return row
    raise Http404


# Material and questions -----------------------------------------------------------------------------------------------------------
@require_POST
@allow(*WORKS)
def material_add(request: Request, pk: UUID) -> HttpResponse:
    """Add a file or an address."""
    session = session_of(request, pk)
    form = MaterialForm(request.POST, request.FILES, auto_id="material_%s")
    if not form.is_valid():
        return whole(request, session, material_form=form)

    def deed() -> SessionMaterial:
        given, upload = form.cleaned_data, form.cleaned_data["file"]
        if bool(upload) == bool(given["url"]):
            raise Invalid("Give either a file or an address", field="file")
        kept = files.store(upload, limit=configuration.SESSION_MATERIAL_LIMIT.get()) if upload else None
        name = str(upload.name) if upload else given["name"]
        return session_talk.add_material(
            session=session,
            by=request.actor,
            name=given["name"] if not upload else _named(given["name"], name),
            url=given["url"],
            stored=kept,
        )

    attempt(request, deed, _("Added."))
    return _back(pk, "material")


def _named(title: str, file_name: str) -> str:
    """A title that ends as the file does, so that whoever saves it can open it."""
    end = "." + file_name.rpartition(".")[2] if "." in file_name else ""
    return title if title.lower().endswith(end.lower()) else f"{title}{end}"


@require_POST
@allow(*WORKS)
def material_remove(request: Request, pk: UUID, item: UUID) -> HttpResponse:
    """Take material away."""
    row: SessionMaterial = found(session_of(request, pk).material.select_related("session"), item)
    attempt(request, lambda: session_talk.remove_material(material=row, by=request.actor), _("Taken away."))
    return _back(pk, "material")


@require_POST
@allow(*WORKS)
def reply(request: Request, pk: UUID, question: UUID) -> HttpResponse:
    """Answer a question for all."""
    session = session_of(request, pk)
    row: Question = found(session.questions.select_related("session"), question)
    form = ReplyForm(request.POST)
    if not form.is_valid():
        messages.error(request, gettext("There is no answer in it"))
        return _back(pk, "questions")
    attempt(
        request,
        lambda: session_talk.answer_question(question=row, by=request.actor, **form.cleaned_data),
        _("Answered."),
    )
    return _back(pk, "questions")
