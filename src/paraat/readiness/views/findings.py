"""Findings: the list, one whole or (for the team, before the owner looked) only how bad it is, and its files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from paraat.alerts.views.acting import WATCHES, found
from paraat.kernel.marking import Role, Viewer
from paraat.platform.guard import Request, allow
from paraat.platform.tables import WORLD, Column, Filter, Table
from paraat.readiness import downloads
from paraat.readiness.finding_forms import EvidenceForm
from paraat.readiness.hacking_words import FINDING_LOOKS, SEVERITIES, SEVERITY_LOOKS
from paraat.readiness.models import Finding
from paraat.readiness.rules import cvss
from paraat.readiness.views import finding_buttons as buttons

READS = (*WATCHES, Role.SPOC, Role.TESTER, Role.ASSESSOR)
"""Who opens pages of findings; `visible_to` and `known_to` decide which."""
HIDDEN = _("Not yours to read yet: the owner has not looked at it.")
NOTHING_WRONG: Mapping[str, forms.Form] = MappingProxyType({})
BANDS = {"critical": (9, 10), "high": (7, 8.9), "medium": (4, 6.9), "low": (0.1, 3.9)}


def shown(rows: QuerySet[Any], viewer: Viewer) -> list[dict[str, Any]]:
    """The findings of `rows` that somebody knows of, each with as much as he may read."""
    known = Finding.objects.known_to(viewer).filter(pk__in=rows.values("pk")).order_by("-score", "number")
    whole = set(Finding.objects.visible_to(viewer).filter(pk__in=rows.values("pk")).values_list("pk", flat=True))
    return [_shown(row, whole=row.pk in whole) for row in known]


def _shown(row: Finding, *, whole: bool) -> dict[str, Any]:
    word = cvss.word_for(row.score)
    return {
        "row": row,
        "whole": whole,
        "title": row.title if whole else HIDDEN,
        "severity": SEVERITIES[word],
        "look": SEVERITY_LOOKS[word],
        "state_look": FINDING_LOOKS[row.state],
    }


# The list -------------------------------------------------------------------------------------------------------------------------


@require_safe
@allow(*READS)
def listing(request: Request) -> HttpResponseBase:
    """Every finding that the reader may read whole; how many more the team knows of stands above."""
    rows = Finding.objects.visible_to(request.viewer).select_related("organisation", "engagement")
    table = Table(
        request,
        rows,
        name="findings",
        columns=list(_columns()),
        search=["number", "title", "target", "pattern", "organisation__name"],
        filters=[
            Filter("state", _("State"), [("open", _("open")), *Finding.State.choices], apply=_in_state),
            Filter("severity", _("Severity"), [(band, SEVERITIES[band]) for band in BANDS], apply=_in_band),
            Filter("origin", _("Found by"), Finding.Origin.choices),
            WORLD,
        ],
        order="-score",
        empty=_("No finding, or none that you may read."),
        hint=_("Testers write them on the page of their engagement; the owner is told first."),
    )
    return table.answer("readiness/findings/list.html", _above(request))


def _above(request: Request) -> dict[str, Any]:
    more = 0
    if request.viewer.is_team:
        known = Finding.objects.known_to(request.viewer)
        more = known.exclude(pk__in=Finding.objects.visible_to(request.viewer).values("pk")).count()
    return {
        "look": SEVERITY_LOOKS,
        "words": SEVERITIES,
        "word_for": cvss.word_for,
        "state_looks": FINDING_LOOKS,
        "more": more,
        "team": request.viewer.is_team,
    }


def _columns() -> Iterator[Column]:
    yield Column("number", _("Number"), sort="number")
    yield Column("organisation", _("Constituent"), sort="organisation__name", value=lambda row: row.organisation.name)
    yield Column("title", _("Title"), sort="title")
    yield Column(
        "score",
        _("CVSS 4.0"),
        sort="score",
        value=lambda row: None if row.score is None else float(row.score),
        number=True,
    )
    yield Column("severity", _("Severity"), value=lambda row: str(SEVERITIES[cvss.word_for(row.score)]))
    yield Column("pattern", _("Kind"), sort="pattern")
    yield Column("state", _("State"), sort="state", value=lambda row: row.get_state_display())
    yield Column("disclosed_at", _("Told"), sort="disclosed_at")


def _in_state(rows: Any, value: str) -> Any:
    return rows.open() if value == "open" else rows.filter(state=value)


def _in_band(rows: Any, value: str) -> Any:
    return rows.filter(score__range=BANDS[value])


# One ------------------------------------------------------------------------------------------------------------------------------


def finding_of(request: Request, pk: UUID) -> Finding:
    """The finding that the reader may read whole, or 404."""
    rows = Finding.objects.visible_to(request.viewer).select_related(
        "organisation", "engagement", "assessment", "disclosure", "written_by"
    )
    row: Finding = found(rows, pk)
    return row


@require_safe
@allow(*READS)
def one(request: Request, pk: UUID) -> HttpResponse:
    """One finding; the team reads before its owner looked only that there is one and how bad it is."""
    known: Finding = found(Finding.objects.known_to(request.viewer).select_related("organisation", "engagement"), pk)
    if not Finding.objects.visible_to(request.viewer).filter(pk=pk).exists():
        return render(request, "readiness/findings/hidden.html", _shown(known, whole=False))
    return page(request, finding_of(request, pk))


def page(request: Request, row: Finding, wrong: Mapping[str, forms.Form] = NOTHING_WRONG) -> HttpResponse:
    """The page; `wrong`: forms that were filled in wrongly."""
    parts = buttons.parts_of(request, row)
    context = _shown(row, whole=True) | {
        "finding": row,
        "buttons": buttons.possible(request, row, wrong),
        "evidence": row.evidence.all(),
        "retests": row.retests.all(),
        "evidence_form": wrong.get("evidence") or EvidenceForm() if buttons.adds(row, parts) else None,
        "edits": row.state == Finding.State.DRAFT and buttons.WRITER in parts,
    }
    return render(request, "readiness/findings/one.html", context, status=400 if wrong else 200)


@require_safe
@allow(*READS)
def evidence(request: Request, pk: UUID, file: UUID) -> HttpResponseBase:
    """A file of a finding, to save."""
    row = found(finding_of(request, pk).evidence.all(), file)
    return downloads.saved(row.file, row.name)
