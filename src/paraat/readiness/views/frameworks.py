"""Frameworks: the list, one edition with its controls, one control, an edition for paper, and what differs between two editions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Prefetch, Q, QuerySet
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from paraat.alerts.views.acting import found
from paraat.kernel.marking import MEMBERS, Role
from paraat.platform.guard import Request, allow
from paraat.platform.jinja import in_language, language
from paraat.platform.tables import Column, Filter, Table
from paraat.readiness import scoring_words
from paraat.readiness.frameworks import newest_editions
from paraat.readiness.frameworks.shipped import names
from paraat.readiness.models import Assessment, Control, Edition, Framework
from paraat.readiness.rules import editions as rules

READS = (*MEMBERS, Role.ASSESSOR)
"""Who takes part, and external auditors: what is asked is no secret. A tester has no use for it."""
IMPORTS = (Role.COORDINATOR,)
"""Who brings in an edition: it becomes the current one for everybody."""


@require_safe
@allow(*READS)
def listing(request: Request) -> HttpResponse:
    """Every framework with its editions, the current one first."""
    editions = Edition.objects.annotate(number=Count("controls")).order_by(
        F("published_on").desc(nulls_last=True), "-added_at"
    )
    rows = Framework.objects.filter(retired_at=None).prefetch_related(Prefetch("editions", queryset=editions))
    context = {"frameworks": [one for one in rows if one.editions.all()], "words": scoring_words}
    return render(request, "readiness/frameworks/list.html", context | {"imports": request.viewer.has(*IMPORTS)})


@require_safe
@allow(*READS)
def edition(request: Request, pk: UUID) -> HttpResponseBase:
    """The controls of an edition: searched, filtered, and saved as a file (the official words stay out of files)."""
    row = edition_of(pk)
    table = Table(
        request,
        Control.objects.filter(edition=row),
        name=f"{row.framework.key}-{row.version}",
        columns=list(_columns(row)),
        search=["identifier", f"title__{language()}", f"why__{language()}", f"how__{language()}"],
        filters=list(_filters(row)),
        order="position",
        per_page=100,
        empty=_("This edition has no controls."),
    )
    context = {
        "edition": row,
        "words": scoring_words,
        "named": named,
        "counts": _counts(row),
        "others": others(row),
        "running": running(request, row),
        "imports": request.viewer.has(*IMPORTS),
        "faults": row.quarantine,
    }
    return table.answer("readiness/frameworks/edition.html", context)


def edition_of(pk: UUID) -> Edition:
    """The edition, or 404."""
    row: Edition = found(Edition.objects.select_related("framework"), pk)
    return row


def named(code: str) -> str:
    """A function or category in the reader's language; a code that has no name as it is."""
    return in_language(names().get(code)) or code


def others(row: Edition) -> list[Edition]:
    """The other editions of the same framework, newest first."""
    return list(Edition.objects.filter(framework=row.framework_id).exclude(pk=row.pk).order_by("-added_at"))


def running(request: Request, row: Edition) -> list[Assessment]:
    """Assessments that still run on another edition than this one, when this one is the newest, as far as the reader may know of them."""
    newest = Edition.objects.filter(framework=row.framework_id).order_by(
        F("published_on").desc(nulls_last=True), "-added_at"
    )
    if newest.values_list("pk", flat=True).first() != row.pk:
        return []
    rows = Assessment.objects.visible_to(request.viewer).filter(
        edition__framework=row.framework_id, state=Assessment.State.OPEN
    )
    return list(
        rows.exclude(edition=row).select_related("organisation", "edition").order_by("organisation__name")[:200]
    )


def _columns(row: Edition) -> Iterator[Column]:
    yield Column("position", _("Number"), sort="position")
    yield Column("identifier", _("Identifier"), sort="identifier")
    yield Column("title", _("What"), value=lambda one: in_language(one.title))
    yield Column("function", _("Function"), value=lambda one: named(one.function), sort="function")
    if row.levels:
        yield Column("category", _("Category"), value=lambda one: named(one.category))
        yield Column("level", _("Level"), value=lambda one: scoring_words.level(one.level))
    yield Column("key_measure", _("Key measure"), sort="-key_measure")
    if not row.levels:
        yield Column("effort", _("Effort"), value=lambda one: one.get_effort_display() or "", sort="effort")
        yield Column("weight", _("Weight"), sort="weight", number=True)
        yield Column("maps_to", _("CyFun 2025"), value=lambda one: ", ".join(one.maps_to))


def _filters(row: Edition) -> Iterator[Filter]:
    used = dict.fromkeys(row.controls.order_by("position").values_list("function", flat=True))
    yield Filter("function", _("Function"), [(one, named(one)) for one in used if one])
    if row.levels:
        choices = [(one, scoring_words.level(one)) for one in row.levels]
        yield Filter("level", _("Asked at"), choices, apply=lambda rows, value: _at(rows, row.levels, value))
    else:
        yield Filter("effort", _("Effort"), Control.Effort.choices)
    yield Filter("key_measure", _("Key measure"), [("yes", _("yes")), ("no", _("no"))], apply=_key)


def _at(rows: QuerySet[Any], levels: Sequence[str], value: str) -> QuerySet[Any]:
    """Levels are cumulative."""
    return rows.filter(level__in=["", *levels[: levels.index(value) + 1]])


def _key(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(key_measure=value == "yes")


def _counts(row: Edition) -> list[tuple[str, int, int]]:
    """Per level how many are asked, and how many of them are key measures; both cumulative."""
    rows = Control.objects.filter(edition=row).values_list("level").annotate(
        number=Count("pk"), keys=Count("pk", filter=Q(key_measure=True))
    )  # fmt: skip
    of = {level: (number, keys) for level, number, keys in rows}
    counts, number, keys = [], 0, 0
    for level in row.levels:
        number, keys = number + of.get(level, (0, 0))[0], keys + of.get(level, (0, 0))[1]
        counts.append((level, number, keys))
    return counts


@require_safe
@allow(*READS)
def printed(request: Request, pk: UUID) -> HttpResponse:
    """All of an edition on paper: with why, how and how to check, and room to tick."""
    row = edition_of(pk)
    level = request.GET.get("level", "")
    rows = row.controls.order_by("position")
    rows = _at(rows, row.levels, level) if level in row.levels else rows
    context = {"edition": row, "controls": list(rows), "level": level, "named": named, "words": scoring_words}
    return render(request, "readiness/frameworks/print.html", context)


@require_safe
@allow(*READS)
def control(request: Request, pk: UUID) -> HttpResponse:
    """One control: what, why, how, how to check, and what it answers to in the other list."""
    row: Control = found(Control.objects.select_related("edition__framework"), pk)
    context = {
        "control": row,
        "edition": row.edition,
        "named": named,
        "words": scoring_words,
        "answers_to": answers_to(row),
    }
    return render(request, "readiness/frameworks/control.html", context)


def answers_to(row: Control) -> list[Control]:
    """The controls of other frameworks that this one maps to, or that map to it; of their newest editions."""
    ids = newest_editions().exclude(framework=row.edition.framework_id).values("pk")
    rows = Control.objects.filter(edition__in=ids).select_related("edition__framework")
    return list(rows.filter(Q(identifier__in=row.maps_to) | Q(maps_to__contains=[row.identifier])).order_by("position"))


@require_safe
@allow(*READS)
def difference(request: Request, before: UUID, after: UUID) -> HttpResponse:
    """What changed from one edition to another of the same framework."""
    old, new = edition_of(before), edition_of(after)
    if old.framework_id != new.framework_id:
        raise Http404
    context = {
        "before": old,
        "after": new,
        "difference": rules.difference(old.controls.all(), new.controls.all()),
        "words": scoring_words,
        "named": named,
    }
    return render(request, "readiness/frameworks/difference.html", context)
