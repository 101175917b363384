"""The population: every figure with its definition, its denominator and the list behind it; all from the one table of standings. Reads only.

A figure is a condition on a row. Its count, its list, its share of a group and its colour on the map all come from that one condition, so they
cannot differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Avg, Count, F, Func, Max, OuterRef, Q, QuerySet, TextField, UUIDField
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from paraat.kernel.marking import Viewer
from paraat.readiness import resuming
from paraat.readiness.models import Programme, Standing
from paraat.readiness.programmes import title
from paraat.readiness.rules.population import SIZES, percent
from paraat.registry.models import Organisation, Supply
from paraat.registry.words import PROVINCES


def _everybody(_today: date) -> Q:
    return Q()


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure: who is counted (`holds`), out of whom (`of`), and what that means. `look`: how it stands on the page and the map."""

    key: str
    title: Any
    definition: Any
    source: Any
    holds: Callable[[date], Q]
    of: Callable[[date], Q] = _everybody
    of_words: Any = ""
    look: str = "known"
    team: bool = False  # for the team only


_ASSESSED = Q(basics_on__isnull=False) | Q(cyfun_on__isnull=False)
_TAKING = ~Q(programmes={})
_RESULTS = _("results of assessments as they were frozen when submitted")
_NEWEST = _(
    "Of each constituent the newest assessment counts that was submitted, by whomever; one that is open, or open again, does not."
)
_FIGURES = (
    Figure(
        "assessed", _("Assessed"), _("Constituents with a submitted assessment against our checklist or CyFun."), _RESULTS, lambda _day: _ASSESSED,
    ),
    Figure("not-assessed", _("Not assessed"), _("Constituents without any submitted assessment; one that is open counts here."), _RESULTS,
        lambda _day: ~_ASSESSED, look="none",
    ),
    Figure("basics", _("Assessed: checklist"),
        _("Constituents with a submitted assessment against our checklist of most important points."), _RESULTS,
        lambda _day: Q(basics_on__isnull=False),
    ),
    Figure("basics-met", _("Checklist: the most important points are in place"),
        _("Of those assessed against the checklist: every most important point is in place or does not apply, and nothing is unknown."), _RESULTS,
        lambda _day: Q(basics_met=True), lambda _day: Q(basics_on__isnull=False), _("assessed against the checklist"),
    ),
    Figure("cyfun", _("Assessed: CyFun"), _("Constituents with a submitted assessment against an edition of CyFun, at any level."), _RESULTS,
        lambda _day: Q(cyfun_on__isnull=False),
    ),
    Figure("cyfun-met", _("CyFun: the threshold of its level is met"),
        _("Of those assessed against CyFun: the verdict of the published rules for the level that was assessed is that it is met."), _RESULTS,
        lambda _day: Q(cyfun_met=True), lambda _day: Q(cyfun_on__isnull=False), _("assessed against CyFun"),
    ),
    Figure("takes-part", _("Takes part in a programme"),
        _("Constituents for which a step of any programme from “signed up” on is recorded; what parts of a merged one reached counts for its"
          " successor."),
        _("steps of programmes"), lambda _day: _TAKING,
    ),
    Figure("equivalent", _("Has its own equivalent"),
        _("Constituents that take part in no programme and said to have something of their own instead that still holds. This is not being"
          " inactive."),
        _("answers to programmes"), lambda _day: ~_TAKING & ~Q(equivalents=[]), look="waiting",
    ),
    Figure("lessons-open", _("Has a lesson without an answer"),
        _("Of those that were told a lesson: at least one that still asks for an answer has none."), _("answers to lessons"),
        lambda _day: Q(lessons_open__gt=0), lambda _day: Q(lessons_open__gt=0) | Q(lessons_answered__gt=0), _("told a lesson"), "waiting",
    ),
    Figure("measures-overdue", _("Has a measure that is overdue"),
        _("Constituents with at least one measure that is planned or being done and whose due day has passed."), _("measures"),
        lambda day: Q(measures_overdue_from__lt=day), look="silent",
    ),
    Figure("findings-open", _("Has an open finding"),
        _("Constituents with at least one finding that they were told of and that is neither proven to be gone nor accepted."), _("findings"),
        lambda _day: Q(findings_open__gt=0), look="silent", team=True,
    ),
    Figure("resumes", _("Could resume within three days, with proof"),
        _("Constituents of which each critical service that must be back within three days was shown to come back in time; see who could resume."),
        _("critical services and tests"), lambda _day: Q(resumes="all"),
    ),
    Figure("exercised", _("Tested its continuity"), _("Constituents with a test of their continuity on file, of whatever age and result."),
        _("tests of continuity"), lambda _day: Q(exercised_on__isnull=False),
    ),
    Figure("attended", _("Came to a session"), _("Constituents of which somebody came to at least one session."), _("attendance of sessions"),
        lambda _day: Q(sessions_attended__gt=0),
    ),
    Figure("not-involved", _("Not involved at all"),
        _("Constituents of which there is nothing: no assessment with an answer, no step of a programme from “signed up” on, no own equivalent that"
          " holds, no answer to a lesson, no measure, no critical service or test of continuity, no session that they came or come to. What their"
          " provider or an auditor did for them counts as theirs; what was only sent to them does not."),
        _("all of the above"), lambda _day: Q(involved_in=[]), look="silent",
    ),
)  # fmt: skip
FIGURES: Mapping[str, Figure] = {one.key: one for one in _FIGURES}
GROUPED = (
    "assessed",
    "basics-met",
    "cyfun-met",
    "takes-part",
    "equivalent",
    "lessons-open",
    "measures-overdue",
    "resumes",
    "not-involved",
)
"""The figures of the table by group."""
AVERAGES: Mapping[str, tuple[Any, str, int, Any]] = {
    "basics-score": (_("Checklist: average score, of 100"), "basics_score", 1, _("The average over those assessed; not weighted by inhabitants.")),
    "cyfun-score": (_("CyFun: average maturity, of 5"), "cyfun_score", 2,
        _("The average over those assessed, whatever the level: a higher level asks more, so compare the same level only.")),
}  # fmt: skip
SIZE_WORDS: Mapping[str, Any] = {
    "0": _("fewer than 10,000 inhabitants"),
    "10000": _("10,000 to 19,999 inhabitants"),
    "20000": _("20,000 to 49,999 inhabitants"),
    "50000": _("50,000 to 99,999 inhabitants"),
    "100000": _("100,000 inhabitants or more"),
    "": _("inhabitants unknown, or no municipality"),
}
WAY_WORDS: Mapping[str, Any] = {
    "assessment": _("assessment"), "programme": _("programme"), "equivalent": _("own equivalent"), "lesson": _("lesson"),
    "measure": _("measure"), "continuity": _("continuity"), "session": _("session"),
}  # fmt: skip
newest_words = _NEWEST


def figures_for(viewer: Viewer) -> list[Figure]:
    """The figures that this viewer may have."""
    return [one for one in _FIGURES if viewer.is_team or not one.team]


def rows_for(viewer: Viewer) -> QuerySet[Any]:
    """The standings that this viewer may see, of those that exist."""
    found: QuerySet[Any] = Standing.objects.visible_to(viewer).filter(current=True)
    return found


def everybody() -> QuerySet[Any]:
    """All standings, for figures over the whole region that name nobody."""
    found: QuerySet[Any] = Standing.objects.filter(current=True)
    return found


# Counting -------------------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Said:
    """A figure as it is: so many of so many."""

    figure: Figure
    count: int
    denominator: int

    @property
    def share(self) -> float | None:
        """In percent with one decimal; None of nobody."""
        return percent(self.count, self.denominator)


@dataclass(frozen=True, slots=True)
class Sums:
    """The figures over some rows: how many rows, each figure, the averages with how many they are of, and when the newest was counted."""

    total: int
    figures: Mapping[str, Said]
    averages: Mapping[str, tuple[float | None, int]]
    counted_at: Any = None
    key: str = ""
    title: str = ""


def sums(rows: QuerySet[Any], figures: Iterable[Figure], today: date) -> Sums:
    """The figures over these rows, in one query."""
    chosen = list(figures)
    return _sums(rows.aggregate(**_asked(chosen, today), counted_at=Max("changed_at")), chosen)


def _asked(figures: Iterable[Figure], today: date) -> dict[str, Any]:
    """What is asked of the database for these figures."""
    asked: dict[str, Any] = {"total": Count("pk")}
    for one in figures:
        name = one.key.replace("-", "_")
        of, holds = one.of(today), one.holds(today)
        asked[f"n_{name}"] = Count("pk", filter=of & holds)
        asked[f"of_{name}"] = Count("pk", filter=of) if of else Count("pk")
    for key, (_title, column, _digits, _what) in AVERAGES.items():
        name = key.replace("-", "_")
        asked[f"avg_{name}"] = Avg(column)
        asked[f"of_{name}"] = Count("pk", filter=Q(**{f"{column}__isnull": False}))
    return asked


def _sums(row: Mapping[str, Any], figures: Iterable[Figure], key: str = "", called: str = "") -> Sums:
    said, averages = {}, {}
    for one in figures:
        name = one.key.replace("-", "_")
        said[one.key] = Said(one, row[f"n_{name}"], row[f"of_{name}"])
    for average, (_title, _column, digits, _what) in AVERAGES.items():
        name = average.replace("-", "_")
        value = row[f"avg_{name}"]
        averages[average] = (None if value is None else round(float(value), digits), row[f"of_{name}"])
    return Sums(row["total"], said, averages, row.get("counted_at"), key, called)


# By group -------------------------------------------------------------------------------------------------------------------------
GROUPS: Mapping[str, Any] = {
    "province": _("Province"),
    "size": _("Size"),
    "kind": _("Kind"),
    "supplier": _("Supplier"),
    "programme": _("Programme"),
}


def by_group(rows: QuerySet[Any], group: str, today: date, chosen: Iterable[Figure] = ()) -> list[Sums]:
    """The grouped figures (or those `chosen`) for each province, size, kind, supplier or programme, by name.

    A constituent with two suppliers counts with both.
    """
    figures = list(chosen) or [FIGURES[key] for key in GROUPED]
    if group == "supplier":
        return _by_supplier(rows, figures, today)
    if group == "programme":
        keyed = rows.annotate(group=Func(F("programmes"), function="jsonb_object_keys", output_field=TextField()))
        titles: Mapping[str, Any] = {one.key: title(one) for one in Programme.objects.all()}
    else:
        keyed, titles = rows.annotate(group=F(group)), group_titles(group)
    found = keyed.order_by().values("group").annotate(**_asked(figures, today))
    made = [_sums(row, figures, row["group"], str(titles.get(row["group"]) or _now("Elsewhere"))) for row in found]
    order = list(SIZE_WORDS) if group == "size" else []
    return sorted(made, key=lambda one: (order.index(one.key) if one.key in order else 0, one.title.casefold()))


def group_titles(group: str) -> Mapping[str, Any]:
    """What the groups of a kind are called."""
    if group == "province":
        return PROVINCES
    return SIZE_WORDS if group == "size" else dict(Organisation.Kind.choices)


def _by_supplier(rows: QuerySet[Any], figures: list[Figure], today: date) -> list[Sums]:
    """Who has the same supplier for two things counts with it once."""
    theirs = Supply.objects.as_of(today).filter(customer=OuterRef("organisation"))
    suppliers = ArraySubquery(theirs.order_by().values("supplier").distinct())
    keyed = rows.annotate(group=Func(suppliers, function="unnest", output_field=UUIDField()))
    found = list(keyed.order_by().values("group").annotate(**_asked(figures, today)))
    names = dict(Organisation.objects.filter(pk__in=[row["group"] for row in found]).values_list("pk", "name"))
    made = [_sums(row, figures, str(row["group"]), names.get(row["group"], "")) for row in found]
    return sorted(made, key=lambda one: one.title.casefold())


def supplied_by(rows: QuerySet[Any], supplier: str, today: date) -> QuerySet[Any]:
    """Those that this supplier supplies today."""
    holds = Supply.objects.as_of(today).filter(supplier=supplier)
    return rows.filter(organisation__in=holds.values("customer"))


def denominator_words() -> str:
    """Who everybody is."""
    return _now("All constituents that exist today, of whatever kind, exercises left out.")


DAYS = resuming.DAYS
SIZE_CHOICES = [(key, SIZE_WORDS[key]) for key, _least in SIZES]
