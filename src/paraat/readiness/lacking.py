"""Which measure would take away most risk for most: from the tallies, which follow every count of a constituent by difference. Reads only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from paraat.platform.jinja import in_language
from paraat.readiness import population
from paraat.readiness.models import Control, ControlTally, Edition
from paraat.readiness.rules.population import Lacking, asks, ranked

FRAMEWORKS: Mapping[str, Any] = {"basics": _("Checklist"), "cyfun-2025": _("CyFun 2025")}
FORMULA = _(
    "Risk taken away = weight of the control × constituents that lack it. A constituent lacks it when its newest submitted assessment that asked it"
    " says that it is not, or only partly, in place."
)
LIMITS = _(
    "Weights (1 to 5) are a judgement of ours, not a measurement; where a framework has none of its own every control weighs 1. Partly in place"
    " counts as lacking. Nothing is assumed of who was not assessed, nor of whoever could not tell; those stand apart. Larger constituents weigh as"
    " much as smaller ones, and what one control does for another is not reckoned with."
)


@dataclass(frozen=True, slots=True)
class Line:
    """A control with what its lack amounts to, and its title in the reader's language."""

    figures: Lacking
    title: str


@dataclass(frozen=True, slots=True)
class Ranking:
    """The controls of an edition, what would take away most first; how many constituents there are."""

    edition: Edition | None
    lines: tuple[Line, ...]
    total: int


def ranking(framework: str, province: str = "", size: str | None = None) -> Ranking:
    """The ranking for a framework, over all, or one province, or one size ("" is that of who has none)."""
    where = ({"province": province} if province else {}) | ({} if size is None else {"size": size})
    rows = population.everybody().filter(**where)
    editions = Edition.objects.filter(framework__key=framework).select_related("framework")
    edition = editions.order_by(F("published_on").desc(nulls_last=True), "-added_at").first()
    if edition is None:
        return Ranking(None, (), 0)
    asked, total = _asked(rows, "basics" if framework == "basics" else "cyfun")
    lacked = _lacked(where)
    lines = {
        one.identifier: Line(_figures(one, lacked, asked, total), in_language(one.title))
        for one in Control.objects.filter(edition=edition).only("identifier", "weight", "title")
    }
    order = ranked(line.figures for line in lines.values())
    return Ranking(edition, tuple(lines[one.identifier] for one in order), total)


def _figures(one: Control, lacked: Mapping[str, tuple[int, int]], asked: Mapping[str, int], total: int) -> Lacking:
    unmet, unclear = lacked.get(one.identifier, (0, 0))
    assessed = asked.get(one.identifier, 0)
    return Lacking(one.identifier, one.weight, unmet, unclear, assessed, total - assessed)


def _lacked(where: Mapping[str, str]) -> dict[str, tuple[int, int]]:
    rows = ControlTally.objects.filter(**where).values("identifier").annotate(none=Sum("unmet"), unknown=Sum("unclear"))
    return {row["identifier"]: (row["none"], row["unknown"]) for row in rows}


def _asked(rows: QuerySet[Any], which: str) -> tuple[dict[str, int], int]:
    """How many were asked each control, by which edition and level they were assessed; and how many constituents there are."""
    column = f"{which}_asked"
    groups = {row[column]: row["number"] for row in rows.order_by().values(column).annotate(number=Count("pk"))}
    taken = {name.partition("|")[0] for name in groups if name}
    controls: dict[str, list[tuple[str, str]]] = {}
    levels: dict[str, list[str]] = {}
    for edition, order, identifier, level in Control.objects.filter(edition__in=taken).values_list(
        "edition", "edition__levels", "identifier", "level"
    ):
        controls.setdefault(str(edition), []).append((identifier, level))
        levels[str(edition)] = order
    found: Counter[str] = Counter()
    for name, number in groups.items():
        edition, _bar, upto = name.partition("|")
        for identifier, level in controls.get(edition, ()):
            if asks(levels[edition], upto, level):
                found[identifier] += number
    return dict(found), sum(groups.values())


def find(identifier: str) -> Control | None:
    """The newest control of this identifier, in what is ranked."""
    rows = Control.objects.filter(identifier=identifier, edition__framework__key__in=FRAMEWORKS)
    return rows.order_by(F("edition__published_on").desc(nulls_last=True), "-edition__added_at").first()


def title_of(control: Control) -> str:
    """Its title in the reader's language."""
    return in_language(control.title)
