"""The population: figures over all constituents, by group, over time, what would help most, and the lists behind every figure."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from paraat.kernel.marking import WATCHES, Role
from paraat.platform import moment
from paraat.platform.guard import Request, allow
from paraat.platform.jinja import moment as shown_moment
from paraat.platform.tables import FORMATS, Filter, Table, export
from paraat.readiness import lacking, population, population_paper
from paraat.readiness import population_sheets as sheets
from paraat.readiness.actions import standing
from paraat.readiness.models import Programme
from paraat.readiness.population import FIGURES
from paraat.readiness.population_sheets import Sheet, cell
from paraat.readiness.programmes import title
from paraat.registry.models import Organisation
from paraat.registry.words import PROVINCES

READS = (*WATCHES, Role.PARTNER, Role.OBSERVER)
"""Who reads figures over the whole region; filters, groups and lists are for those who may read each constituent."""
TOP = 10
NONE = "none"
"""In an address: a group that has no code."""


# Narrowing ------------------------------------------------------------------------------------------------------------------------
def filters(request: Request) -> list[Filter]:
    """What the team and auditors narrow figures and lists by. A supplier is chosen by opening its row in the table of suppliers."""
    today = moment.today()
    return [
        Filter("province", _("Province"), [*PROVINCES.items(), (NONE, _("Elsewhere"))], apply=_coded("province")),
        Filter("size", _("Size"), [(key or NONE, words) for key, words in population.SIZE_WORDS.items()], apply=_coded("size")),
        Filter("kind", _("Kind"), Organisation.Kind.choices),
        Filter("programme", _("Programme"), [(one.key, title(one)) for one in Programme.objects.all()], apply=_in_programme),
        *_only_asked(request, "supplier", _("Supplier"), _supplier_name, lambda rows, value: population.supplied_by(rows, value, today)),
    ]  # fmt: skip


def _coded(field: str) -> Callable[[QuerySet[Any], str], QuerySet[Any]]:
    return lambda rows, value: rows.filter(**{field: "" if value == NONE else value})


def _in_programme(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(programmes__has_key=value)


def _only_asked(
    request: Request, name: str, words: Any, named: Callable[[str], str | None], apply: Callable[[QuerySet[Any], str], QuerySet[Any]]
) -> list[Filter]:  # fmt: skip
    """A filter of which only the choice in the address is offered: all of them would be hundreds."""
    value = request.GET.get(name, "")
    said = named(value) if value else None
    return [Filter(name, words, [(value, said)], apply=apply)] if said else []


def _supplier_name(value: str) -> str | None:
    try:
        return Organisation.objects.filter(pk=UUID(value)).values_list("name", flat=True).first()
    except ValueError:
        return None


def _control_name(value: str) -> str | None:
    found = lacking.find(value[:30])
    return f"{found.identifier} {lacking.title_of(found)}" if found else None


# The page -------------------------------------------------------------------------------------------------------------------------
@require_safe
@allow(*READS)
def page(request: Request) -> HttpResponseBase:
    """The figures; `?format=` saves one table (`&what=figures|groups|trend|lacking`), `?format=pdf` all of them."""
    waiting = standing.catch_up()
    return _whole(request, waiting) if request.viewer.has(*WATCHES) else _of_region(request, waiting)


def _of_region(request: Request, waiting: int) -> HttpResponseBase:
    """For partners and observers: the region as a whole, nobody by name, nothing to narrow."""
    today = moment.today()
    chosen = population.figures_for(request.viewer)
    found = population.sums(population.everybody(), chosen, today)
    shown = [sheets.figures(found, chosen, _nowhere), sheets.trend(today)]
    return _answer(request, shown, {"found": found, "waiting": waiting, "day": today, "narrowing": None})


def _nowhere(_row: Any, _column: str) -> None:
    return None


def _whole(request: Request, waiting: int) -> HttpResponseBase:
    """For the team and auditors: narrowed as they like, every figure opening to its list."""
    today = moment.today()
    by = Filter("by", _("By"), list(population.GROUPS.items()), apply=lambda rows, _value: rows)
    rows = population.rows_for(request.viewer)
    narrowing = Table(request, rows, name="population", columns=[], filters=[*filters(request), by])
    chosen = population.figures_for(request.viewer)
    kept = {name: value for name, value in narrowing.chosen.items() if name != "by"}
    group = narrowing.chosen.get("by", "province")
    found = population.sums(narrowing.filtered, chosen, today)
    shown = [
        sheets.figures(found, chosen, _figure_opens(kept)),
        sheets.groups(population.by_group(narrowing.filtered, group, today), group, _group_opens(kept, group)),
        sheets.trend(today),
        sheets.lacking(_ranking(kept), _control_opens(kept), TOP),
    ]
    context = {"found": found, "waiting": waiting, "day": today, "narrowing": narrowing, "kept": kept, "by": group}
    return _answer(request, shown, context)


def _ranking(kept: dict[str, str], framework: str = "basics") -> lacking.Ranking:
    """The ranking, narrowed by province and size: by what else it is narrowed, tallies are not kept."""
    size = kept.get("size")
    return lacking.ranking(framework, _code(kept.get("province", "")), None if size is None else _code(size))


def _code(value: str) -> str:
    return "" if value == NONE else value


def _answer(request: Request, shown: list[Sheet], context: dict[str, Any]) -> HttpResponseBase:
    """The page, one table as a file, or all of them on paper."""
    form = request.GET.get("format", "")
    found = next((one for one in shown if one.name == request.GET.get("what", "figures")), shown[0])
    if form in FORMATS:
        return export(found.rows, found.columns, form, name=f"population-{found.name}")
    notes = [population.denominator_words(), str(lacking.FORMULA), str(lacking.LIMITS)]
    if form == "pdf":
        title_ = _now("The population")
        made = population_paper.pdf(title_, _lead(context), shown, notes)
        return population_paper.saved(made, f"population-{context['day']}.pdf")
    by_name = {one.name: one for one in shown}
    return render(
        request,
        "readiness/population/page.html",
        context | {"sheets": by_name, "cell": cell, "notes": notes, "figures": FIGURES, "lead": _lead(context)},
    )


def _lead(context: dict[str, Any]) -> str:
    """As of when, and out of whom."""
    words = _now("As of %(day)s: %(number)s constituents.")
    said = words % {"day": shown_moment(context["day"], "day"), "number": context["found"].total}
    narrowing = context.get("narrowing")
    if narrowing is None or not context["kept"]:
        return said
    chosen = [
        str(dict(one.choices)[context["kept"][one.name]]) for one in narrowing.filters if one.name in context["kept"]
    ]
    return f"{said} {_now('Only:')} {', '.join(chosen)}."


# Where figures open to ------------------------------------------------------------------------------------------------------------
def _list(**chosen: str) -> str:
    said = urlencode({name: value for name, value in chosen.items() if value})
    return f"{_address_of_list()}?{said}" if said else _address_of_list()


@cache
def _address_of_list() -> str:
    return reverse("population_list")


def _figure_opens(kept: dict[str, str]) -> Callable[[Any, str], str | None]:
    def opens(row: Any, column: str) -> str | None:
        figure = {"basics-score": "basics", "cyfun-score": "cyfun"}.get(row.key, row.key)
        if column == "count":
            return _list(**kept, figure=figure)
        if column != "of":
            return None
        return _list(**kept, out_of=figure if row.key == figure and FIGURES[figure].of_words else "")

    return opens


def _group_opens(kept: dict[str, str], group: str) -> Callable[[Any, str], str | None]:
    def opens(row: Any, column: str) -> str | None:
        where = kept | {group: row.key or NONE}
        if column == "total":
            return _list(**where)
        return _list(**where, figure=column) if column in FIGURES else None

    return opens


def _control_opens(kept: dict[str, str]) -> Callable[[Any, str], str | None]:
    here = {name: value for name, value in kept.items() if name in ("province", "size")}
    return lambda row, column: _list(**here, lacks=row.figures.identifier) if column == "unmet" else None


# The lists ------------------------------------------------------------------------------------------------------------------------
@require_safe
@allow(*WATCHES)
def listing(request: Request) -> HttpResponseBase:
    """Every constituent, narrowed by a figure (or by what it is out of), a group, or a control that it lacks; by name unless asked otherwise."""
    waiting, today = standing.catch_up(), moment.today()
    allowed = {one.key: one for one in population.figures_for(request.viewer)}
    words = [(key, one.title) for key, one in allowed.items()]
    of = [(key, one.of_words) for key, one in allowed.items() if one.of_words]
    table = Table(
        request,
        population.rows_for(request.viewer).select_related("organisation").defer("unmet", "unclear"),  # hundreds of words a row
        name="constituents",
        columns=sheets.constituents(team=request.viewer.is_team, today=today),
        search=["organisation__name", "organisation__nis"],
        filters=[
            Filter("figure", _("Figure"), words, apply=lambda rows, key: rows.filter(allowed[key].of(today), allowed[key].holds(today))),
            Filter("out_of", _("Out of those"), of, apply=lambda rows, key: rows.filter(allowed[key].of(today))),
            *filters(request),
            *_only_asked(request, "lacks", _("Lacks"), _control_name, lambda rows, value: rows.filter(unmet__contains=[value])),
        ],
        order="name",
        empty=_("No constituent is on file yet."),
    )  # fmt: skip
    figure = allowed.get(table.chosen.get("figure", ""))
    if request.GET.get("format") == "pdf":
        return _on_paper(table, figure)
    context = {"waiting": waiting, "day": today, "cell": cell, "figure": figure}
    return table.answer("readiness/population/list.html", context)


def _on_paper(table: Table, figure: population.Figure | None) -> HttpResponseBase:
    words = str(figure.title) if figure else _now("Constituents")
    rows = table.filtered.iterator(chunk_size=population_paper.VOLUME)
    sheet = Sheet("constituents", words, table.columns, rows)
    lead = f"{table.total}. {figure.definition}" if figure else str(table.total)
    return population_paper.answer(words, lead, sheet, table.total, "constituents")


# What would help most -------------------------------------------------------------------------------------------------------------
@require_safe
@allow(*WATCHES)
def ranking(request: Request) -> HttpResponseBase:
    """Every control of a framework by the risk that it would take away; narrowed by province and size."""
    waiting = standing.catch_up()
    narrowed = [one for one in filters(request) if one.name in ("province", "size")]
    frameworks = Filter("framework", _("Framework"), list(lacking.FRAMEWORKS.items()), apply=lambda rows, _value: rows)
    narrowing = Table(
        request, population.rows_for(request.viewer), name="", columns=[], filters=[frameworks, *narrowed]
    )
    framework = narrowing.chosen.get("framework", "basics")
    found = _ranking(narrowing.chosen, framework)
    sheet = sheets.lacking(found, _control_opens(narrowing.chosen))
    form = request.GET.get("format", "")
    if form in FORMATS:
        return export(sheet.rows, sheet.columns, form, name=f"lacking-{framework}")
    if form == "pdf":
        lead = f"{lacking.FRAMEWORKS[framework]}. {found.total}."
        made = population_paper.pdf(str(sheet.title), lead, [sheet], [str(lacking.FORMULA), str(lacking.LIMITS)])
        return population_paper.saved(made, f"lacking-{framework}-{moment.today()}.pdf")
    context = {
        "sheet": sheet,
        "cell": cell,
        "found": found,
        "narrowing": narrowing,
        "framework": lacking.FRAMEWORKS[framework],
        "notes": [lacking.FORMULA, lacking.LIMITS],
        "waiting": waiting,
        "day": moment.today(),
    }
    return render(request, "readiness/population/lacking.html", context)
