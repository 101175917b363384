"""The library of recommendations: which matter where, and what ships with Paraat. Reads only."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

import yaml

from paraat.readiness.models import Control, Lesson, Recommendation
from paraat.readiness.rules import guidance as rules


@dataclass(frozen=True, slots=True)
class Shipped:
    """One recommendation as it ships."""

    key: str
    version: str
    publisher: str
    title: dict[str, str]
    summary: dict[str, str]
    links: dict[str, str]
    audiences: list[str]
    topics: list[str]
    published_on: date | None = None


@cache
def shipped() -> tuple[Shipped, ...]:
    """What ships, in the order of the file."""
    text = resources.files(__package__).joinpath("shipped.yaml").read_text(encoding="utf-8")
    return tuple(Shipped(**one) for one in yaml.safe_load(text))


def for_topics(topics: Iterable[str], language: str) -> list[Recommendation]:
    """The recommendations in force that are about one of these topics: in the reader's language first, then by title. One query."""
    asked = sorted({topic for topic in topics if topic})
    rows = list(Recommendation.objects.current().filter(topics__overlap=asked)) if asked else []
    return sorted(
        rows, key=lambda row: (rules.in_order(row.links, language), row.title.get(language, row.key), row.key)
    )


def for_control(control: Control, language: str) -> list[Recommendation]:
    """Those of a checklist item: about its identifier or one that it maps to, and those that it names."""
    about = [f"control:{one}" for one in (control.identifier, *control.maps_to)]
    return _with(for_topics(about, language), control.recommendations)


def for_lesson(lesson: Lesson, language: str) -> list[Recommendation]:
    """Those of a lesson: about what its words speak of, then those for every lesson."""
    said = [text for name in ("title", "happened", "advice") for text in getattr(lesson, name).values()]
    about = rules.word_topics(said)
    rows = for_topics({*about, "lesson"}, language)
    return sorted(rows, key=lambda row: not about & set(row.topics))


def _with(rows: list[Recommendation], keys: Collection[str]) -> list[Recommendation]:
    known = {row.key for row in rows}
    missing = [key for key in keys if key not in known]
    named = list(Recommendation.objects.current().filter(key__in=missing)) if missing else []
    return [*named, *rows]
