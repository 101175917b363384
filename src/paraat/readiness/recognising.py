"""What of a lesson would let a reader recognise whom it was learnt from. Reads only."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Iterable
from uuid import UUID

from paraat.incidents.models import Case, Report
from paraat.readiness.models import Lesson
from paraat.readiness.rules.anonymity import Hit, Known, clues, unsaid
from paraat.registry.models import Asset, Contact, ContactChannel, Organisation

_FIELDS = ("title", "happened", "advice")


def sources(lesson: Lesson) -> list[UUID]:
    """The organisations that it was learnt from: the victim of the case, or those that played the exercise."""
    if lesson.case is not None:
        return [lesson.case.organisation_id]
    return list(lesson.played.participants.values_list("pk", flat=True)) if lesson.played is not None else []


def found(lesson: Lesson) -> tuple[Hit, ...]:
    """Everything in its words and indicators that gives them away, also what a person let stand."""
    whose = sources(lesson)
    return clues(texts(lesson), known(whose, lesson.case)) if whose else ()


def left(lesson: Lesson) -> tuple[Hit, ...]:
    """What nobody has answered for yet: while there is any, the lesson is not released."""
    return unsaid(found(lesson), (str(one["word"]) for one in lesson.cleared))


def texts(lesson: Lesson) -> dict[str, str]:
    """What a recipient reads, by place: `title (nl)`."""
    said = {f"{name} ({language})": text for name in _FIELDS for language, text in getattr(lesson, name).items()}
    return said | {f"indicator {row}": str(one["value"]) for row, one in enumerate(lesson.indicators, start=1)}


def known(organisations: Collection[UUID], case: Case | None = None) -> Known:
    """What is on file of these organisations, today and before: an old domain gives away just as well."""
    towns = list(Organisation.objects.filter(pk__in=organisations))
    assets = list(Asset.objects.filter(organisation__in=organisations).values_list("value", flat=True))
    people = Contact.objects.filter(organisation__in=organisations, erased_at=None)
    addresses = ContactChannel.objects.filter(contact__in=people).values_list("address", flat=True)
    networks = [value for value in assets if _is_network(value)]
    return Known(
        names=tuple(dict.fromkeys(name for town in towns for name in (town.name, *town.names.values()))),
        domains=tuple(value for value in assets if value not in networks and not value.isdigit()),
        networks=tuple(networks),
        contacts=(*people.values_list("name", flat=True), *addresses),
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
