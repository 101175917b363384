"""Lessons, and a population with its service providers, for the tests of this noun."""

from __future__ import annotations

from datetime import date
from typing import Any

from paraat.accounts.middleware import actor_of
from paraat.accounts.models import User
from paraat.incidents.actions.cases import open_case
from paraat.incidents.models import Case
from paraat.kernel.actor import SYSTEM
from paraat.readiness.actions import lessons
from paraat.readiness.models import Lesson, LessonAnswer
from paraat.registry.models import Contact, ContactChannel, Organisation, Supply
from tests import cast

WORDS: dict[str, Any] = {
    "title": {"en": "Passwords of administrators"},
    "happened": {"en": "An intruder came in with the password of an administrator, without a second factor."},
    "advice": {"en": "Ask a second factor of everybody who enters from outside."},
}


def draft(by: User | None = None, **more: Any) -> Lesson:
    """A draft for Ronse and Spiere-Helkijn, unless `audience` says otherwise; written by the first duty officer."""
    town, silent = cast.ronse(), cast.spiere_helkijn()
    more.setdefault("audience", {"organisations": [str(town.pk), str(silent.pk)]})
    return lessons.draft_lesson(by=actor_of(by or cast.duty_officer()), **(WORDS | more))


def released(**more: Any) -> Lesson:
    """One that went out; the cast's provider supplies both towns, and only Ronse agreed that it reads along."""
    cast.provider()
    return lessons.release_lesson(lesson=draft(**more), by=actor_of(cast.duty_officer()))


def answer_of(lesson: Lesson, organisation: Organisation) -> LessonAnswer:
    """The row of one constituent, as it is in the database."""
    found: LessonAnswer = LessonAnswer.objects.select_related("lesson", "organisation").get(
        lesson=lesson, organisation=organisation
    )
    return found


def case_of(organisation: Organisation) -> Case:
    """A case of it, which recipients must never learn of."""
    return open_case(organisation=organisation, title="Files are locked", by=SYSTEM)


def population(towns: int, providers: int, *, consent: bool = True) -> tuple[list[Organisation], list[Organisation]]:
    """So many municipalities, each with a SPOC, shared out over the providers, each with a desk; all agreed or none."""
    known = {
        "source": "test",
        "languages": ["nl"],
        "citizen_languages": ["nl"],
        "region": "02000",
        "active_from": date(1977, 1, 1),
    }
    firms = Organisation.objects.bulk_create(
        [
            Organisation(kind="provider", name=f"Firm {row:02}", constituent=False, **(known | {"region": ""}))
            for row in range(providers)
        ]
    )
    made = Organisation.objects.bulk_create(
        [
            Organisation(
                kind="municipality", name=f"Town {row:05}", names={"nl": f"Town {row:05}"}, nis=f"{80_000 + row}",
                province=f"{10_000 * (1 + row % 5)}", provider_consent=consent, **known,
            )
            for row in range(towns)
        ]
    )  # fmt: skip
    Supply.objects.bulk_create(
        Supply(supplier=firms[row % providers], customer=town, what="Hosting", consent=consent)
        for row, town in enumerate(made)
    )
    people = Contact.objects.bulk_create(
        [
            Contact(organisation=one, role="spoc", name="SPOC", languages=["nl"], confirmed_at=cast.CONFIRMED)
            for one in (*made, *firms)
        ]
    )
    ContactChannel.objects.bulk_create(
        ContactChannel(
            contact=one,
            kind="mail",
            address=f"spoc{row}@population.example",
            out_of_band=True,
            confirmed_at=cast.CONFIRMED,
        )
        for row, one in enumerate(people)
    )
    return made, firms
