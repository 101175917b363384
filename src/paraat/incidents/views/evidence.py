"""Evidence on screen: files come in, one piece with its chain of custody, and what is done with it. Its content is never shown, only saved."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from paraat.alerts.views.acting import WATCHES, WORKS, act, found
from paraat.incidents import checking, custody
from paraat.incidents.actions import evidence as actions
from paraat.incidents.evidence_forms import DestroyForm, EvidenceForm, HandOverForm, ReasonForm
from paraat.incidents.handing_out import as_download
from paraat.incidents.models import Case, Content, Evidence
from paraat.incidents.uploads import VaultHandler, let_go
from paraat.incidents.views.cases import may_write
from paraat.kernel.errors import NotFound, ParaatError
from paraat.kernel.marking import Role, Viewer
from paraat.platform import configuration, moment
from paraat.platform.guard import Request, allow
from paraat.platform.pages import attempt, words_for

BRINGS = (*WORKS, Role.SPOC)
"""Who brings evidence: the team, and a SPOC of the victim or of who helps it."""
READS = (*WATCHES, Role.SPOC)
SHOWN = 20


def panel(viewer: Viewer, case: Case) -> str | None:
    """The pieces of a case, on its page."""
    rows = Evidence.objects.visible_to(viewer).filter(case=case)
    pieces, brings = list(rows[: SHOWN + 1]), may_write(viewer, case, BRINGS)
    if not pieces and not brings:
        return None
    context = {
        "case": case,
        "pieces": pieces[:SHOWN],
        "more": rows.count() - SHOWN if len(pieces) > SHOWN else 0,
        "brings": brings,
        "reads": viewer.has(*READS),
        "now": moment.now(),
    }
    return SafeString(render_to_string("incidents/_evidence.html", context))


@allow(*READS)
@csrf_exempt  # the token is checked by `_pieces`: reading it first would read the whole body before its handler is set
@require_http_methods(["GET", "HEAD", "POST"])
def pieces(request: Request, case: UUID) -> HttpResponseBase:
    """All pieces of a case; a POST brings new ones. What is too large or does not fit is said so, and nothing of it is kept."""
    request.upload_handlers = [VaultHandler(request)]
    try:
        return _pieces(request, case)
    except NotFound:
        raise
    except ParaatError as error:  # while the body was being read
        messages.error(request, words_for(error))
        return _to(request, reverse("evidence", args=[case]))


@csrf_protect
def _pieces(request: Request, case: UUID) -> HttpResponseBase:
    of: Case = found(Case.objects.visible_to(request.viewer), case)
    brings = may_write(request.viewer, of, BRINGS)
    if request.method != "POST":
        return _page(request, of, EvidenceForm(case=of, auto_id="evidence_%s") if brings else None)
    form = EvidenceForm(request.POST, request.FILES, case=of, auto_id="evidence_%s")
    if not brings or not form.is_valid():
        let_go(request.FILES.getlist("file"))
        return _page(request, of, form) if brings else HttpResponse(status=403)
    done = attempt(request, lambda: _received(request, of, form.cleaned_data))
    if done:
        said = ngettext("%(num)s file is kept.", "%(num)s files are kept.", len(done)) % {"num": len(done)}
        messages.success(request, said)
    return _to(request, reverse("evidence", args=[case]))


def _received(request: Request, case: Case, given: dict[str, Any]) -> list[Evidence]:
    values = {name: given[name] for name in ("description", "source", "taken_at", "tlp")}
    return [
        actions.receive_evidence(
            case=case, name=file.name, kept=file.kept, media_type=file.content_type or "", by=request.actor, **values
        )
        for file in given["file"]
    ]


def _page(request: Request, case: Case, form: EvidenceForm | None) -> HttpResponse:
    rows = Evidence.objects.visible_to(request.viewer).filter(case=case).select_related("content")
    limit = configuration.EVIDENCE_LIMIT.get()
    context = {"case": case, "pieces": rows, "form": form, "limit": limit, "now": moment.now()}
    return render(request, "incidents/evidence.html", context, status=400 if form is not None and form.errors else 200)


def _to(request: Request, address: str) -> HttpResponseBase:
    """Send the person there; the script that shows the progress goes there itself, so that no message is lost on the way."""
    if request.headers.get("X-Requested-With") == "upload":
        return HttpResponse(status=204, headers={"X-Location": address})
    return redirect(address)


@require_safe
@allow(*READS)
def one(request: Request, case: UUID, pk: UUID) -> HttpResponse:
    """One piece with its chain of custody. That somebody looked is a link of it."""
    piece = _piece(request, case, pk)
    actions.look_up(evidence=piece, by=request.actor)
    context = {
        "piece": piece,
        "links": piece.custody.all(),
        "works": request.viewer.has(*WORKS),
        "download": ReasonForm(auto_id="download_%s"),
        "hand_over": HandOverForm(auto_id="hand_%s"),
        "destroy": DestroyForm(auto_id="destroy_%s"),
        "now": moment.now(),
    }
    return render(request, "incidents/evidence_piece.html", context)


@require_POST
@allow(*WORKS)
def download(request: Request, case: UUID, pk: UUID) -> HttpResponseBase:
    """Save its content, with a reason. It comes as bytes without a type, and breaks off when a byte is not as it was."""
    piece, why = _piece(request, case, pk), request.POST.get("why", "")
    kept = attempt(request, lambda: actions.take_out(evidence=piece, by=request.actor, why=why))
    if kept is None:
        return _back(piece)
    return as_download(piece, kept)


@require_POST
@allow(*WORKS)
def verify(request: Request, case: UUID, pk: UUID) -> HttpResponse:
    """Read it to its end and compare, now."""
    piece = _piece(request, case, pk)
    if piece.content is None or not piece.content.key:
        messages.warning(request, _("The content of this piece is not here."))
        return _back(piece)
    content: Content = piece.content
    state = attempt(request, lambda: checking.verify(content, by=request.actor))
    if state == Evidence.State.WHOLE:
        messages.success(request, _("It is whole: every byte is as it came."))
    elif state:
        messages.error(request, _("It is not whole. A task waits for who looks into it."))
    return _back(piece)


@require_POST
@allow(*WORKS)
def hand_over(request: Request, case: UUID, pk: UUID) -> HttpResponse:
    """Note that it was given to somebody."""
    piece, given = _piece(request, case, pk), request.POST
    deed = lambda: actions.hand_over(  # noqa: E731
        evidence=piece, to=given.get("to", ""), why=given.get("why", ""), by=request.actor
    )
    return act(request, deed, _("Noted in the chain of custody."), back=_address(piece))


@require_POST
@allow(*WORKS)
def destroy(request: Request, case: UUID, pk: UUID) -> HttpResponse:
    """Destroy its content for good."""
    piece, given = _piece(request, case, pk), request.POST
    deed = lambda: actions.destroy_evidence(  # noqa: E731
        evidence=piece, confirmation=given.get("confirmation", ""), why=given.get("why", ""), by=request.actor
    )
    return act(request, deed, _("Destroyed. Who handled it stays on record."), back=_address(piece))


@require_safe
@allow(*READS)
def paper(request: Request, case: UUID, pk: UUID) -> HttpResponse:
    """The chain of custody as a PDF."""
    piece = _piece(request, case, pk)
    answer = HttpResponse(custody.pdf(piece, language=(get_language() or "nl")[:2]), content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="custody-{piece.number}.pdf"'
    return answer


def _piece(request: Request, case: UUID, pk: UUID) -> Evidence:
    rows = Evidence.objects.visible_to(request.viewer).filter(case=case).select_related("case", "content", "report")
    piece: Evidence = found(rows, pk)
    return piece


def _address(piece: Evidence) -> str:
    return reverse("evidence_piece", args=[piece.case_id, piece.pk])


def _back(piece: Evidence) -> HttpResponseRedirect:
    return HttpResponseRedirect(_address(piece))
