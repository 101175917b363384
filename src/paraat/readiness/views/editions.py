"""Bringing in an edition, taking a running assessment along to it, and an assessment's answers from and into the official workbook."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from paraat.kernel.errors import NotFound
from paraat.platform.guard import Request, allow
from paraat.platform.pages import attempt
from paraat.readiness import assessing, frameworks, scoring_words
from paraat.readiness.actions import editions, workbooks
from paraat.readiness.assessment_words import STATUS_WORDS
from paraat.readiness.downloads import HARMLESS
from paraat.readiness.framework_forms import EditionForm, WorkbookForm
from paraat.readiness.frameworks import importing
from paraat.readiness.models import Answer, Assessment, Control, Edition
from paraat.readiness.rules import assessments as asking
from paraat.readiness.rules import editions as rules
from paraat.readiness.views import assessments
from paraat.readiness.views.frameworks import IMPORTS, named

MOST_SHOWN = 200


# An edition -----------------------------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
@allow(*IMPORTS)
def take_in(request: Request) -> HttpResponseBase:
    """Look at a workbook first; the same file handed in again then becomes an edition."""
    form = EditionForm(request.POST or None, request.FILES or None)
    planned = None
    if request.method == "POST" and form.is_valid():
        content = form.content()
        if form.cleaned_data["seen"]:
            made = attempt(request, lambda: _imported(request, form, content), _("The edition was brought in."))
            if made is not None:
                return HttpResponseRedirect(reverse("framework_edition", args=[made.pk]))
        else:
            planned = attempt(request, lambda: importing.plan(content))
            if planned is not None:
                form = _again(form, content)
    context = {"form": form, "planned": planned, "words": scoring_words, "named": named, "most": MOST_SHOWN}
    return render(request, "readiness/frameworks/import.html", context, status=400 if form.errors else 200)


def _imported(request: Request, form: EditionForm, content: bytes) -> Edition:
    given = form.cleaned_data
    return editions.import_edition(
        content=content,
        version=given["version"],
        published_on=given["published_on"],
        name=given["file"].name or "",
        by=request.actor,
    )


def _again(form: EditionForm, content: bytes) -> EditionForm:
    """The form for the second step: what was filled in, and the digest of what was looked at."""
    given = form.cleaned_data
    kept = {"version": given["version"], "published_on": given["published_on"]}
    return EditionForm(initial=kept | {"seen": hashlib.sha256(content).hexdigest()})


# An assessment and its edition ----------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
@allow(*assessments.READS)
def along(request: Request, pk: UUID) -> HttpResponse:
    """What the current edition would change for an assessment, what was kept of earlier ones, and going along with it."""
    row = assessments.assessment_of(request, pk)
    if not asking.reads_answers(request.viewer, assessing.whose(row)):
        raise Http404
    newest = frameworks.current(row.edition.framework.key)
    may = assessing.answers_it(request.viewer, row) or (row.state == "open" and request.viewer.has(*assessments.WORKS))
    if request.method == "POST":
        if not may:
            raise Http404
        attempt(
            request,
            lambda: editions.take_along(assessment=row, edition=newest, by=request.actor),
            _("It goes on with the newest edition. No answer was lost."),
        )
        return HttpResponseRedirect(reverse("assessment_edition", args=[pk]))
    context = {
        "row": row,
        "newest": newest,
        "may": may,
        "difference": _difference(row, newest) if newest.pk != row.edition_id else None,
        "kept": _kept(row),
        "words": scoring_words,
        "named": named,
    }
    return render(request, "readiness/frameworks/along.html", context)


def _difference(row: Assessment, newest: Edition) -> rules.Difference:
    """Of what this assessment asks at its level only; what has another level counts as changed where it is still asked."""
    return rules.difference(_asked(row.edition, row.level), _asked(newest, row.level))


def _asked(edition: Edition, level: str) -> list[Control]:
    return [one for one in edition.controls.all() if asking.in_level(edition.levels, level, one.level)]


def _kept(row: Assessment) -> list[Answer]:
    """Answers to what is no longer asked."""
    rows = Answer.objects.filter(assessment=row).exclude(control__edition=row.edition_id)
    return list(rows.select_related("control__edition").order_by("control__position"))


# An assessment and the workbook ---------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
@allow(*assessments.READS)
def workbook(request: Request, pk: UUID) -> HttpResponseBase:
    """Answers from the official workbook: looked at first, then saved."""
    row = _readable(request, pk)
    may = assessing.answers_it(request.viewer, row)
    form = WorkbookForm(request.POST or None, request.FILES or None, auto_id="read_%s")
    taken = None
    if request.method == "POST":
        if not may:
            raise Http404
        if form.is_valid():
            content, dry_run = form.content(), not form.cleaned_data["seen"]
            taken = attempt(request, lambda: _taken(request, row, content, dry_run), "" if dry_run else _("Saved."))
            if taken is not None and taken.saved and not taken.bad:
                return HttpResponseRedirect(reverse("assessment", args=[pk]))
            if taken is not None:
                seen = "" if taken.saved else hashlib.sha256(content).hexdigest()
                form = WorkbookForm(initial={"seen": seen}, auto_id="read_%s")
    return _page(request, row, {"form": form, "taken": taken, "may": may}, 400 if form.errors else 200)


def _taken(request: Request, row: Assessment, content: bytes, dry_run: bool) -> workbooks.Taken:
    return workbooks.import_answers(assessment=row, content=content, by=request.actor, dry_run=dry_run)


@require_POST
@allow(*assessments.READS)
def fill(request: Request, pk: UUID) -> HttpResponse:
    """The user's workbook with the answers in it, to save; nothing of it is kept here."""
    row = _readable(request, pk)
    form = WorkbookForm(request.POST, request.FILES, auto_id="fill_%s")
    if not form.is_valid():
        return _page(request, row, {"fill_form": form}, 400)
    content = form.content()
    made = attempt(request, lambda: workbooks.export_answers(assessment=row, content=content, by=request.actor))
    if made is None:
        return HttpResponseRedirect(reverse("assessment_workbook", args=[pk]))
    answer = HttpResponse(made.content)
    for header, value in HARMLESS.items():
        answer.headers[header] = value
    end = "xlsm" if str(form.cleaned_data["file"].name).casefold().endswith(".xlsm") else "xlsx"
    answer.headers["Content-Disposition"] = f'attachment; filename="{row.number}.{end}"'
    return answer


def _readable(request: Request, pk: UUID) -> Assessment:
    """An assessment of CyFun whose answers the reader reads, else 404."""
    try:
        row = assessing.readable(request.viewer, pk)
    except NotFound as error:
        raise Http404 from error
    if row.edition.framework.key != importing.FRAMEWORK:
        raise Http404
    return row


def _page(request: Request, row: Assessment, context: dict[str, Any], status: int) -> HttpResponse:
    forms = {"form": WorkbookForm(auto_id="read_%s"), "fill_form": WorkbookForm(auto_id="fill_%s")}
    rest = {
        "row": row,
        "words": scoring_words,
        "said": STATUS_WORDS,
        "may": assessing.answers_it(request.viewer, row),
        "taken": None,
    }
    return render(request, "readiness/frameworks/workbook.html", forms | rest | context, status=status)
