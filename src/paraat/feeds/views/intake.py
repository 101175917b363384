"""Where lists come in: drop or choose files, or paste a text; below it the sources and what came in before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from paraat.feeds import actions, sources
from paraat.feeds.content import beginning_of
from paraat.feeds.forms import PasteForm, UploadForm
from paraat.feeds.models import Run, Source
from paraat.feeds.uploads import StoreHandler
from paraat.kernel.errors import Invalid, ParaatError
from paraat.kernel.marking import TEAM, Role
from paraat.platform import configuration, files, moment, parts
from paraat.platform.guard import Request, allow
from paraat.platform.pages import words_for
from paraat.platform.tables import Column, Filter, Table

READERS = (*sorted(TEAM), Role.AUDITOR)
PASTED = "pasted text"


@allow(*READERS)
@require_safe
def intake(request: Request) -> HttpResponseBase:
    """The intake page; its list of runs can be saved."""
    return _page(request)


def _page(request: Request, upload: UploadForm | None = None, paste: PasteForm | None = None) -> HttpResponseBase:
    table = _runs(request)
    context = {
        "upload": upload or UploadForm(auto_id="upload_%s"),
        "paste": paste or PasteForm(auto_id="paste_%s"),
        "works": request.viewer.is_team,
        "parts": _parts(request, table),
        "token": parts.token(request.viewer, "feeds"),
        "limit": configuration.UPLOAD_LIMIT.get(),
    }
    answer = table.answer("feeds/intake.html", context)
    if upload is not None or paste is not None:
        answer.status_code = 422
    return answer


@allow(*READERS)
@require_safe
def intake_parts(request: Request) -> HttpResponse:
    """The parts of the intake page that changed."""
    request.path = reverse("feeds")  # their links lead to the page
    return parts.answer(request, _parts(request, _runs(request)), title=_now("Lists and reports"))


def _parts(request: Request, table: Table) -> list[parts.Part]:
    now = moment.now()
    known = [(source, health(source, now)) for source in Source.objects.order_by("-active", "title")]
    shown = {"sources": known, "table": table, "now": now, "works": request.viewer.is_team}
    return [
        parts.part("sources", render_to_string("feeds/sources_part.html", shown, request)),
        parts.part("runs", render_to_string("feeds/runs_part.html", shown, request)),
    ]


def health(source: Source, now: Any) -> tuple[str, Any]:
    """How a source does: the look of its state, and the word."""
    if not source.active:
        return "calm", _("not in use")
    if source.last_error:
        return "silent", _("the last file could not be had or read")
    if source.stale_due_at and source.stale_due_at <= now:
        return "silent", _("nothing new for too long")
    if source.confirmed_at is None:
        return "waiting", _("to confirm")
    return "known", _("in order")


def _runs(request: Request) -> Table:
    return Table(
        request,
        Run.objects.visible_to(request.viewer).select_related("source"),
        name="runs",
        columns=[
            Column("received_at", _("Received"), sort="received_at"),
            Column("source", _("Source"), value=lambda run: run.source.title, sort="source__title"),
            Column("file_name", _("File"), sort="file_name"),
            Column("state", _("State"), value=lambda run: run.get_state_display(), sort="state"),
            Column("listed_at", _("Listed at"), sort="listed_at"),
            Column("records", _("Records"), sort="records", number=True),
            Column("quarantined", _("Quarantined"), sort="quarantined", number=True),
            Column("organisations", _("Organisations"), sort="organisations", number=True),
            Column("perhaps", _("Perhaps"), sort="perhaps", number=True),
            Column("unassigned", _("Nobody's"), sort="unassigned", number=True),
        ],
        search=["file_name", "digest__istartswith", "by_label"],
        filters=[
            Filter("source", _("Source"), list(Source.objects.values_list("slug", "title")), lookup="source__slug"),
            Filter("state", _("State"), Run.State.choices),
            Filter("origin", _("Came by"), Run.Origin.choices),
        ],
        order="-received_at",
        empty=_("No list has come in yet."),
        hint=_("Drop a file above, paste a post, or let a source pull its list."),
    )


@allow(*sorted(TEAM))
@csrf_exempt  # the token is checked by `_upload`: reading it first would read the whole body before its handler is set
@require_POST
def upload(request: Request) -> HttpResponseBase:
    """Take files. What is too large or does not fit on the disk is said so, and nothing of it is kept."""
    request.upload_handlers = [StoreHandler(request)]
    try:
        return _upload(request)
    except ParaatError as error:  # while the body was being read
        messages.error(request, words_for(error))
        return _to(request, reverse("feeds"))


@csrf_protect
def _upload(request: Request) -> HttpResponseBase:
    form = UploadForm(request.POST, request.FILES, auto_id="upload_%s")
    if not form.is_valid():
        return _page(request, upload=form)
    runs = [
        run
        for file in form.cleaned_data["file"]
        if (run := _taken(request, form.cleaned_data, file.stored, file.name, Run.Origin.UPLOAD))
    ]
    return _onward(request, runs)


@allow(*sorted(TEAM))
@require_POST
def paste(request: Request) -> HttpResponseBase:
    """Take a pasted text."""
    form = PasteForm(request.POST, auto_id="paste_%s")
    if not form.is_valid():
        return _page(request, paste=form)
    text = form.cleaned_data["text"].replace("\r\n", "\n").encode()
    run = _attempt(request, lambda: _taken(request, form.cleaned_data, files.store([text]), PASTED, Run.Origin.PASTE))
    return _onward(request, [run] if run else [])


def _taken(request: Request, given: dict[str, Any], stored: files.Stored, name: str, origin: str) -> Run | None:
    """Enter one file, and read it at once when it is small."""

    def take() -> Run:
        later = stored.size > actions.AT_ONCE
        run = actions.enter_run(
            source=_source(given["source"], stored, name),
            stored=stored,
            file_name=name,
            origin=origin,
            by=request.actor,
            exercise=given["exercise"],
            listed_at=given["listed_at"],
            later=later,
        )
        return run if later or run.state != Run.State.RECEIVED else actions.read_run(run=run)

    return _attempt(request, take)


def _source(slug: str, stored: files.Stored, name: str) -> Source:
    """The source that was chosen, else the one in use that speaks the format of this file."""
    if slug:
        chosen: Source = Source.objects.get(slug=slug)
        return chosen
    first = beginning_of(stored.path, name)
    known = sources.guess(first.name, first.stream.read())
    found: Source | None = Source.objects.active().filter(format=known or "").order_by("-confirmed_at", "slug").first()
    if found is None:
        told = _now("%(file)s: no source of this format is in use. Choose one, or add one.") % {"file": name}
        raise Invalid(told)
    return found


def _attempt(request: Request, deed: Callable[[], Run | None]) -> Run | None:
    try:
        run = deed()
    except ParaatError as error:
        messages.error(request, words_for(error))
        return None
    if run is not None and run.state == Run.State.REPEATED:
        messages.info(request, _("%(file)s came before; nobody is told again.") % {"file": run.file_name})
    return run


def _onward(request: Request, runs: list[Run]) -> HttpResponseBase:
    return _to(request, reverse("run", args=[runs[0].pk]) if len(runs) == 1 else reverse("feeds"))


def _to(request: Request, address: str) -> HttpResponseBase:
    """Send the person there; our script, which shows the progress, goes there itself, so that no message is lost on the way."""
    if request.headers.get("X-Requested-With") == "upload":
        return HttpResponse(status=204, headers={"X-Location": address})
    return redirect(address)


__all__ = ["READERS", "health", "intake", "intake_parts", "paste", "upload"]
