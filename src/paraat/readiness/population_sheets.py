"""The tables of the population, each made once: the screen, the spreadsheet and the paper show the same columns of the same rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models.functions import TruncMonth
from django.utils.translation import gettext_lazy as _

from paraat.platform.jinja import moment as shown_moment
from paraat.platform.jinja import number
from paraat.platform.tables import Column, plain
from paraat.readiness import population
from paraat.readiness.lacking import Line, Ranking
from paraat.readiness.models import PopulationSnapshot, Standing
from paraat.readiness.population import FIGURES, GROUPED, Figure, Sums
from paraat.readiness.programmes import STEPS
from paraat.readiness.rules.population import percent
from paraat.registry.models import Organisation
from paraat.registry.words import PROVINCES

MONTHS = 13
KINDS: Mapping[str, Any] = dict(Organisation.Kind.choices)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: its name in addresses and files, its title, its columns, its rows, and where a cell opens to (None: nowhere)."""

    name: str
    title: Any
    columns: Sequence[Column]
    rows: Iterable[Any]
    opens: Callable[[Any, str], str | None] = lambda _row, _column: None

    def heads(self) -> list[tuple[Column, str]]:
        """The columns with their titles in the reader's language, looked up once for all cells."""
        return [(column, str(column.title)) for column in self.columns]


def cell(column: Column, row: Any) -> str:
    """The text of a cell on the screen and on paper: what the file has, with the reader's separators and days."""
    value = column.of(row)
    if isinstance(value, date):
        return shown_moment(value, "day")
    value = plain(value)
    return value if isinstance(value, str) else number(value)


# Figures --------------------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Row:
    """A figure as a row."""

    key: str
    title: Any
    count: int
    of: int
    share: float | None
    average: float | None
    definition: str
    source: Any


_FIGURE_COLUMNS = (
    Column("title", _("Figure")),
    Column("count", _("Constituents"), number=True),
    Column("of", _("Out of"), number=True),
    Column("share", "%", number=True),
    Column("average", _("Average"), number=True),
    Column("definition", _("Definition")),
    Column("source", _("Source")),
)


def figures(found: Sums, chosen: Iterable[Figure], opens: Callable[[Any, str], str | None]) -> Sheet:
    """Every figure with its denominator, definition and source."""
    rows = [_row(found, one) for one in chosen]
    for key, (words, _column, _digits, what) in population.AVERAGES.items():
        value, number_of = found.averages[key]
        share = percent(number_of, found.total)
        rows.append(
            Row(key, words, number_of, found.total, share, value, f"{what} {population.newest_words}", _("assessments"))
        )
    return Sheet("figures", _("Figures"), _FIGURE_COLUMNS, rows, opens)


def _row(found: Sums, one: Figure) -> Row:
    said = found.figures[one.key]
    definition = str(one.definition)
    if one.of_words:
        definition = f"{definition} {_('Out of those who were')} {one.of_words}."
    return Row(one.key, one.title, said.count, said.denominator, said.share, None, definition, one.source)


# Groups ---------------------------------------------------------------------------------------------------------------------------
def groups(rows: list[Sums], group: str, opens: Callable[[Any, str], str | None]) -> Sheet:
    """The same figures for each group."""
    columns = [
        Column("title", population.GROUPS[group]),
        Column("total", _("Constituents"), number=True),
        *(_count_of(key) for key in GROUPED),
        *(_average_of(key) for key in population.AVERAGES),
    ]
    return Sheet("groups", population.GROUPS[group], columns, rows, opens)


def _count_of(key: str) -> Column:
    return Column(key, FIGURES[key].title, value=lambda row: row.figures[key].count, number=True)


def _average_of(key: str) -> Column:
    return Column(key, population.AVERAGES[key][0], value=lambda row: row.averages[key][0], number=True)


# Over time ------------------------------------------------------------------------------------------------------------------------
def trend(today: date) -> Sheet:
    """The last figures of each month, and the newest."""
    since = today - timedelta(days=31 * MONTHS)
    by_month = PopulationSnapshot.objects.filter(on__gte=since).annotate(month=TruncMonth("on"))
    kept = list(by_month.order_by("month", "-on").distinct("month"))
    columns = [
        Column("on", _("Day")),
        Column("total", _("Constituents"), value=lambda row: row.figures["total"], number=True),
        *(
            _kept_of(key)
            for key in ("assessed", "takes-part", "equivalent", "measures-overdue", "resumes", "not-involved")
        ),
        *(_kept_average(key) for key in population.AVERAGES),
    ]
    return Sheet("trend", _("Over time"), columns, kept[-MONTHS:])


def _kept_of(key: str) -> Column:
    return Column(key, FIGURES[key].title, value=lambda row: row.figures["figures"].get(key, [None])[0], number=True)


def _kept_average(key: str) -> Column:
    value = lambda row: row.figures["averages"].get(key, [None])[0]  # noqa: E731
    return Column(key, population.AVERAGES[key][0], value=value, number=True)


# What would take away most risk ---------------------------------------------------------------------------------------------------
_LACKING_COLUMNS = (
    Column("identifier", _("Control"), value=lambda line: line.figures.identifier),
    Column("title", _("What it is")),
    Column("weight", _("Weight"), value=lambda line: line.figures.weight, number=True),
    Column("unmet", _("Lack it"), value=lambda line: line.figures.unmet, number=True),
    Column("gain", _("Risk taken away"), value=lambda line: line.figures.gain, number=True),
    Column("share", _("Of those asked, %"), value=lambda line: line.figures.share, number=True),
    Column("in_place", _("In place, or does not apply"), value=lambda line: line.figures.in_place, number=True),
    Column("unclear", _("Not known"), value=lambda line: line.figures.unclear, number=True),
    Column("absent", _("Not assessed"), value=lambda line: line.figures.absent, number=True),
)


def lacking(found: Ranking, opens: Callable[[Line, str], str | None], most: int | None = None) -> Sheet:
    """The controls, what would take away most first."""
    return Sheet("lacking", _("What would take away most risk for most"), _LACKING_COLUMNS, found.lines[:most], opens)


# One by one -----------------------------------------------------------------------------------------------------------------------
def constituents(*, team: bool, today: date) -> list[Column]:
    """The columns of the list of constituents; open findings for the team only."""
    return [
        Column("name", _("Name"), value=lambda row: row.organisation.name, sort="organisation__name"),
        Column("province", _("Province"), value=lambda row: PROVINCES.get(row.province, ""), sort="province"),
        Column("kind", _("Kind"), value=lambda row: KINDS.get(row.kind, row.kind), sort="kind"),
        Column("size", _("Size"), value=lambda row: population.SIZE_WORDS[row.size], sort="size"),
        Column("basics", _("Checklist"), value=lambda row: _float(row.basics_score), sort="basics_score", number=True),
        Column("basics_on", _("Submitted on"), sort="basics_on"),
        Column("cyfun", _("CyFun"), value=lambda row: _float(row.cyfun_score), sort="cyfun_score", number=True),
        Column("cyfun_level", _("Level")),
        Column("programmes", _("Programmes"), value=_programmes),
        Column("lessons", _("Lessons without an answer"), value=lambda row: row.lessons_open, sort="lessons_open", number=True),
        Column("measures", _("Open measures"), value=lambda row: row.measures_open, sort="measures_open", number=True),
        Column("overdue", _("Overdue since"), value=lambda row: _overdue(row, today), sort="measures_overdue_from"),
        Column("verified", _("Verified measures"), value=lambda row: row.measures_verified, number=True),
        *([Column("findings", _("Open findings"), value=lambda row: row.findings_open, sort="findings_open", number=True)] if team else []),
        Column("exercised", _("Shown, hours"), value=lambda row: _float(row.exercised_rto_hours), sort="exercised_rto_hours", number=True),
        Column("claimed", _("Claimed, hours"), value=lambda row: row.claimed_rto_hours, number=True),
        Column("involved", _("Involved in"), value=lambda row: [population.WAY_WORDS[way] for way in row.involved_in]),
        Column("active", _("Last active on"), value=lambda row: row.last_active_on, sort="last_active_on"),
    ]  # fmt: skip


def _programmes(row: Standing) -> list[str]:
    reached = [f"{key}: {STEPS.get(step, step)}" for key, step in sorted(row.programmes.items())]
    return reached + [f"{key}: {population.FIGURES['equivalent'].title}" for key in row.equivalents]


def _overdue(row: Standing, today: date) -> date | None:
    due = row.measures_overdue_from
    return due if due is not None and due < today else None


def _float(value: Any) -> float | None:
    return None if value is None else float(value)
