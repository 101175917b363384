"""The figures of programmes as of a day: every one opens to its list, and is saved as it stands on the screen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from paraat.kernel.marking import WATCHES
from paraat.platform.guard import Request, allow
from paraat.platform.tables import FORMATS, Column, Filter, Table, export
from paraat.readiness import figures
from paraat.readiness.figures import Figure, Picture, Union
from paraat.readiness.programme_forms import AsOfForm
from paraat.readiness.programmes import STEPS, title
from paraat.readiness.rules.figures import overlap
from paraat.registry.models import Organisation
from paraat.registry.words import PROVINCES

RUNG_WORDS: dict[str, Any] = {figures.TAKES_PART: _("Takes part (signed up or further)")} | STEPS
ANSWER_WORDS: dict[str, Any] = {
    figures.TAKING: _("Takes part"),
    figures.EQUIVALENT: _("Has its own equivalent"),
    figures.DECLINED: _("Not now"),
    figures.SILENT: _("Called up, no answer"),
    figures.NEVER: _("Never asked"),
}
PARTS: dict[str, Callable[[Any], frozenset[UUID]]] = {
    "union": lambda over: over.union,
    "both": lambda over: over.both,
    "first": lambda over: over.only_first,
    "second": lambda over: over.only_second,
}
PART_WORDS: dict[str, Any] = {
    "union": _("one or both"),
    "both": _("both"),
    "first": _("only the first"),
    "second": _("only the second"),
}
_COLUMNS = [
    Column("programme", _("Programme"), value=lambda row: row.title),
    Column("step", _("Step"), value=lambda row: RUNG_WORDS[row.step]),
    Column("count", _("Reached it"), number=True),
    Column("share", _("Of the population, %"), number=True),
    Column("at_least", _("It or a later one"), number=True),
    Column("denominator", _("Population"), number=True),
    Column("outside", _("Others besides"), number=True),
    Column("definition", _("Definition")),
    Column("source", _("Source")),
]
_UNION_COLUMNS = [
    Column("name", _("Programmes"), value=lambda row: row.name),
    Column("step", _("Step"), value=lambda row: RUNG_WORDS[row.step]),
    Column("union", _("One or both"), value=lambda row: len(row.recorded.union), number=True),
    Column("share", _("Of the population, %"), number=True),
    Column("both", _("Both"), value=lambda row: len(row.recorded.both), number=True),
    Column("first", _("Only the first"), value=lambda row: len(row.recorded.only_first), number=True),
    Column("second", _("Only the second"), value=lambda row: len(row.recorded.only_second), number=True),
    Column("later", _("One or both, at least"), value=lambda row: len(row.later.union), number=True),
    Column("denominator", _("Population"), number=True),
    Column("definition", _("Definition")),
    Column("source", _("Source")),
]


@require_safe
@allow(*WATCHES)
def page(request: Request) -> HttpResponseBase:
    """The figures; `?format=` saves those of programmes, with `&what=unions` those of two programmes."""
    seen = figures.picture(_day(request))
    rows, over = figures.figures_of(seen), [one for one in figures.unions(seen) if _is_shown(one)]
    form = request.GET.get("format", "")
    if form in FORMATS:
        if request.GET.get("what") == "unions":
            return export(over, _UNION_COLUMNS, form, name=f"programmes-unions-{seen.day}")
        return export(rows, _COLUMNS, form, name=f"programmes-figures-{seen.day}")
    context = {
        "seen": seen,
        "form": AsOfForm(initial={"as_of": seen.day}, auto_id="figures_%s"),
        "groups": [
            (key, title(one), _of(rows, key), figures.answers_of(seen, key)) for key, one in seen.programmes.items()
        ],
        "unions": over,
        "rungs": RUNG_WORDS,
        "answers_words": ANSWER_WORDS,
        "denominator": figures.denominator_words(seen),
        "merged": figures.merged_words(),
    }
    return render(request, "readiness/programmes/figures.html", context)


def _day(request: Request) -> date | None:
    form = AsOfForm(request.GET)
    return form.cleaned_data.get("as_of") if form.is_valid() else None


def _of(rows: list[Figure], key: str) -> list[Figure]:
    return [one for one in rows if one.programme == key]


def _is_shown(one: Union) -> bool:
    """Every pair once, and its rungs that somebody reached."""
    return one.step == figures.TAKES_PART or bool(one.later.union)


# Their lists ----------------------------------------------------------------------------------------------------------------------
@require_safe
@allow(*WATCHES)
def members(request: Request, key: str, day: str, what: str) -> HttpResponseBase:
    """The organisations behind one figure. `what`: `step--signed-up--recorded` (or `at-least`, `outside`), `answer--equivalent`, or
    `with--ethical-hacking--signed-up--both` (or `union`, `first`, `second`)."""
    seen = figures.picture(_parsed(day))
    if key not in seen.programmes:
        raise Http404
    words, ids = _chosen(seen, key, what.split("--"))
    table = Table(
        request,
        Organisation.objects.visible_to(request.viewer).filter(pk__in=ids),
        name=f"programmes-{key}-{seen.day}",
        columns=[
            Column("name", _("Name"), sort="name"),
            Column("nis", _("NIS code"), sort="nis"),
            Column("province", _("Province"), sort="province", value=lambda row: PROVINCES.get(row.province, "")),
            Column("kind", _("Kind"), value=lambda row: row.get_kind_display()),
        ],
        search=["name", "nis"],
        filters=[Filter("province", _("Province"), list(PROVINCES.items()))],
        order="name",
        empty=_("Nobody."),
    )
    return table.answer(
        "readiness/programmes/members.html",
        {"seen": seen, "title": title(seen.programmes[key]), "words": words, "provinces": PROVINCES},
    )


def _parsed(day: str) -> date:
    try:
        return date.fromisoformat(day)
    except ValueError:
        raise Http404 from None


def _chosen(seen: Picture, programme: str, what: list[str]) -> tuple[str, frozenset[UUID]]:
    """What is listed in words, and who; 404 for anything else."""
    match what:
        case ["answer", answer] if answer in ANSWER_WORDS:
            return str(ANSWER_WORDS[answer]), figures.answers_of(seen, programme)[answer]
        case ["step", step, "outside"] if step in RUNG_WORDS:
            return str(RUNG_WORDS[step]), seen.reached(programme, step) - seen.people
        case ["step", step, "recorded" | "at-least" as how] if step in RUNG_WORDS:
            return str(RUNG_WORDS[step]), seen.within(programme, step, how)
        case ["with", second, step, part] if second in seen.programmes and step in RUNG_WORDS and part in PARTS:
            over = overlap(seen.within(programme, step), seen.within(second, step))
            return f"{RUNG_WORDS[step]}: {PART_WORDS[part]} ({second})", PARTS[part](over)
    raise Http404
