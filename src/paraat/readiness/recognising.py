"""What of a lesson would let a reader recognise whom it was learnt from. Reads only."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Iterable
from dataclasses import replace
from uuid import UUID

from paraat.incidents.models import Case, Report
from paraat.readiness.models import Lesson
from paraat.readiness.rules.anonymity import Hit, Known, clues, unsaid
from paraat.registry.models import Asset, Contact, ContactChannel, Organisation, OrganisationQuerySet

_FIELDS = ("title", "happened", "advice")


def sources(lesson: Lesson) -> list[UUID]:
    """The organisations that it was learnt from: the victim of the case, or those that played the exercise."""
    if lesson.case is not None:
        return [lesson.case.organisation_id]
    return list(lesson.played.participants.values_list("pk", flat=True)) if lesson.played is not None else []


def found(lesson: Lesson) -> tuple[Hit, ...]:
    """Everything in its words and indicators that gives them away, also what a person let stand. Of a lesson that was learnt from nobody in
    particular it is anybody that the team looks after: whoever wrote it knew of somebody."""
    whose = sources(lesson)
    return clues(texts(lesson), known(whose, lesson.case) if whose else of_everybody())


def left(lesson: Lesson) -> tuple[Hit, ...]:
    """What nobody has answered for yet: while there is any, the lesson is not released."""
    return unanswered(lesson, found(lesson))


def unanswered(lesson: Lesson, hits: Iterable[Hit]) -> tuple[Hit, ...]:
    """Of these, those that nobody let stand."""
    return unsaid(hits, (str(one["word"]) for one in lesson.cleared))


def texts(lesson: Lesson) -> dict[str, str]:
    """What a recipient reads, by place: `title (nl)`."""
    said = {f"{name} ({language})": text for name in _FIELDS for language, text in getattr(lesson, name).items()}
    return said | {f"indicator {row}": str(one["value"]) for row, one in enumerate(lesson.indicators, start=1)}


def known(organisations: Collection[UUID], case: Case | None = None) -> Known:
    """What is on file of these organisations, today and before: an old domain gives away just as well."""
    return _known(Organisation.objects.filter(pk__in=organisations), case)


def of_everybody() -> Known:
    """What is on file of every constituent, in four queries."""
    return replace(_known(Organisation.objects.constituents()), many=True)


def _known(rows: OrganisationQuerySet, case: Case | None = None) -> Known:
    towns = list(rows)
    whose = rows.order_by().values("pk")
    assets = list(Asset.objects.filter(organisation__in=whose).values_list("value", flat=True).distinct())
    people = Contact.objects.filter(organisation__in=whose, erased_at=None)
    addresses = ContactChannel.objects.filter(contact__in=people.values("pk")).values_list("address", flat=True)
    networks = [value for value in assets if _is_network(value)]
    addressed = set(networks)
    return Known(
        names=tuple(dict.fromkeys(name for town in towns for name in (town.name, *town.names.values()))),
        domains=tuple(value for value in assets if value not in addressed and not value.isdigit()),
        networks=tuple(networks),
        contacts=tuple({*people.values_list("name", flat=True), *addresses}),
        numbers=tuple(_numbers(towns, case)),
    )


def _numbers(towns: Iterable[Organisation], case: Case | None) -> Iterable[str]:
    for town in towns:
        yield from (number for number in (town.nis, town.kbo) if number)
    if case is not None:
        yield case.number
        yield from Report.objects.filter(case=case).values_list("number", flat=True)


def _is_network(value: str) -> bool:
    try:
        ipaddress.ip_network(value, strict=False)
    except ValueError:
        return False
    return True


def blanked(text: str, word: str) -> str:
    """The text without this word, whatever its case; three dots stand where it was."""
    return re.sub(re.escape(word), "…", text, flags=re.IGNORECASE)
