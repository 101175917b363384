"""What the registry registers with the platform."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from paraat.kernel.actor import SYSTEM, Actor, ActorKind
from paraat.kernel.marking import Role, Viewer
from paraat.platform import moment
from paraat.platform.facts import Answered, Waits, announce, subscribe
from paraat.platform.registrations import (
    Check,
    Demonstration,
    Finding,
    Level,
    MenuEntry,
    PersonalData,
    Searchable,
    checks,
    demonstration,
    menu,
    personal_data,
    searchables,
)
from paraat.registry.models import Contact, Organisation, TestCall
from paraat.registry.rules.onboarding import STALE_AFTER

READERS = frozenset(
    {Role.DUTY_OFFICER, Role.COORDINATOR, Role.AUDITOR, Role.OBSERVER, Role.PARTNER, Role.SPOC, Role.PROVIDER}
)


def _load() -> None:
    from paraat.registry.actions.demonstration import load_demonstration

    load_demonstration(by=SYSTEM)


def _export(person: UUID) -> dict[str, object]:
    from paraat.registry.actions.personal import export_person

    return export_person(person)


def _erase(person: UUID) -> int:
    from paraat.registry.actions.personal import erase_person

    return erase_person(person)


def _find(words: str, viewer: Viewer, limit: int) -> Iterator[tuple[str, str, str]]:
    """Organisations by name, number or host."""
    for found in Organisation.objects.visible_to(viewer).matching(words).order_by("name")[:limit]:
        yield found.name, reverse("organisation", args=[found.pk]), str(found.get_kind_display())


def _contacts() -> Iterable[Finding]:
    """Constituents that nobody can reach, and contacts that want confirming."""
    now = moment.now()
    known = Organisation.objects.real().constituents().as_of(moment.day(now)).with_reach(moment.day(now))
    alone, weak = known.filter(reach="none").count(), known.filter(reach="not_out_of_band").count()
    stale = (
        Contact.objects.real().as_of(moment.day(now)).answering().exclude(confirmed_at__gt=now - STALE_AFTER).count()
    )
    remedy = str(_("Open Organisations and filter on reach or onboarding."))
    if not known.exists():
        yield Finding("contacts", Level.WARNING, "no organisation is on file", "paraat registry import FILE")
        return
    yield Finding("contacts", Level.WARNING if alone else Level.OK, f"{alone} constituents have no contact", remedy)
    yield Finding("contacts", Level.WARNING if weak else Level.OK, f"{weak} have none out-of-band", remedy)
    yield Finding("contacts", Level.WARNING if stale else Level.OK, f"{stale} contacts want confirming", remedy)


@subscribe(Answered)
def test_answered(fact: Answered) -> None:
    """A test alert came back: a person counts, an automatic reply does not, a bounce is a task at once."""
    prefix, _colon, pk = fact.key.partition(":")
    if prefix != "test":
        return
    test = TestCall.objects.filter(pk=pk, answered_at=None).select_related("contact__organisation").first()
    if test is None:
        return
    if fact.how == "person":
        from paraat.registry.actions.test_calls import answer_test

        answer_test(test=test, by=Actor(ActorKind.CONTACT, test.contact_id, test.contact.name), through=fact.through)
    elif fact.how == "bounced":
        announce(
            Waits(
                "test_unanswered",
                f"test:{test.pk}",
                f"{test.contact.organisation.name}: the test alert bounced",
                reverse("organisation", args=[test.contact.organisation_id]),
                test.contact.organisation_id,
                urgent=False,
            )
        )


test_answered.__test__ = False  # type: ignore[attr-defined]

menu.add(MenuEntry(_("Organisations"), "organisations", READERS, 30))
checks.add(Check("contacts", _contacts))
personal_data.add(PersonalData("registry", _export, _erase))
demonstration.add(Demonstration("registry", _load, 10))
searchables.add(Searchable("registry", _find))
