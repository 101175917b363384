"""The contacts on file as the ladder's rules see them, and where each open notice stands. Reads only, in a constant number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch

from paraat.alerts.models import CallLine, Delivery, Notice, Switch, Told
from paraat.alerts.rules import content, ladder, languages
from paraat.platform import moment
from paraat.registry.models import Contact, ContactChannel, Organisation, Supply

PRIVATE = frozenset({Organisation.Kind.PROVIDER, Organisation.Kind.PARTNER, Organisation.Kind.PRIVATE_LAW_BODY})
"""Kinds that no language law binds: they are told in their contact's language."""


@dataclass(frozen=True, slots=True)
class Book:
    """The contacts of some organisations: as rows, and as the ladder's persons per organisation, with those of agreeing providers."""

    contacts: Mapping[UUID, Contact]
    people: Mapping[UUID, tuple[ladder.Person, ...]]
    providers: Mapping[UUID, tuple[ladder.Person, ...]]

    def rungs(self, organisation: UUID, now: datetime, *, tlp: int) -> tuple[ladder.Rung, ...]:
        """The whole ladder of an organisation; its provider stands on it only when it may be shown the notice."""
        provider = self.providers.get(organisation, ()) if content.may_show_provider(tlp) else ()
        return ladder.rungs(self.people.get(organisation, ()), provider, now)


def book(organisations: Collection[UUID], now: datetime) -> Book:
    """Everybody who can be told on behalf of these organisations at `now`."""
    supplies = list(
        Supply.objects.as_of(moment.day(now))
        .filter(customer__in=organisations, consent=True, customer__provider_consent=True)
        .values_list("customer", "supplier")
    )
    wanted = {*organisations, *(supplier for _, supplier in supplies)}
    channels = Prefetch("channels", ContactChannel.objects.order_by("position", "pk"))
    rows = (
        Contact.objects.as_of(moment.day(now))
        .filter(organisation__in=wanted, erased_at=None)
        .prefetch_related(channels)
    )
    by_organisation: defaultdict[UUID, list[ladder.Person]] = defaultdict(list)
    contacts = {row.pk: row for row in rows.select_related("organisation").order_by("role", "pk")}
    for row in contacts.values():
        by_organisation[row.organisation_id].append(_person(row, now))
    providers: defaultdict[UUID, list[ladder.Person]] = defaultdict(list)
    for customer, supplier in supplies:
        providers[customer] += _in_order(by_organisation[supplier])
    return Book(
        contacts,
        {key: tuple(some) for key, some in by_organisation.items()},
        {key: tuple(some) for key, some in providers.items()},
    )


def situations(notices: Sequence[Notice], contacts: Book, now: datetime) -> dict[UUID, ladder.Situation]:
    """Where each notice stands: its ladder, what was used, who is absent, whether it is on the call list."""
    keys = [notice.pk for notice in notices]
    used = _used(keys)
    absent = _absent(keys)
    listed = set(
        CallLine.notices.through.objects.filter(notice__in=keys, callline__correction=False).values_list(
            "notice", flat=True
        )
    )
    pace = current_pace()
    return {
        notice.pk: ladder.Situation(
            severity=notice.severity,
            rungs=contacts.rungs(notice.organisation_id, now, tlp=notice.tlp),
            used=frozenset(used[notice.pk]),
            absent=frozenset(absent[notice.pk]),
            listed=notice.pk in listed,
            ring_at_night=notice.alert.ring_at_night,
            pace=pace if notice.exercise else 1,
        )
        for notice in notices
    }


def current_pace() -> int:
    """How fast the clock of exercises runs; 1 is the clock on the wall."""
    return Switch.objects.values_list("pace", flat=True).first() or 1


def written_languages(organisation: Organisation, contact: Contact | None) -> tuple[str, ...]:
    """The languages of a mail to this contact about this organisation."""
    chosen = contact.languages if contact else ()
    return languages.notice_languages(organisation.languages, chosen, public=organisation.kind not in PRIVATE)


def way_key(kind: str, address: str) -> tuple[str, str]:
    """What counts as the same address: capitals make no difference."""
    return kind, address.strip().casefold()


def _person(row: Contact, now: datetime) -> ladder.Person:
    ways = tuple(
        ladder.Way(channel.kind, channel.address.strip().casefold(), channel.pk, channel.out_of_band)
        for channel in row.channels.all()
        if channel.address.strip()
    )
    return ladder.Person(row.pk, row.role, ways, row.night, row.confirmed_at, row.is_away(now), row.replaced_by_id)


def _in_order(people: Iterable[ladder.Person]) -> list[ladder.Person]:
    """A provider's contacts in the order of the ladder, without those who are away."""
    found = [person for person in people if person.role in ladder.ORDER and not person.away]
    return sorted(found, key=lambda person: ladder.ORDER.index(ladder.Role(person.role)))


def _used(notices: Collection[UUID]) -> defaultdict[UUID, set[tuple[str, str]]]:
    found: defaultdict[UUID, set[tuple[str, str]]] = defaultdict(set)
    rows = Told.objects.filter(notice__in=notices, purpose=Delivery.Purpose.NOTICE).values_list(
        "notice", "kind", "address"
    )
    for notice, kind, address in rows:
        found[notice].add((kind, address))
    return found


def _absent(notices: Collection[UUID]) -> defaultdict[UUID, set[UUID]]:
    found: defaultdict[UUID, set[UUID]] = defaultdict(set)
    rows = Told.objects.filter(
        notice__in=notices, delivery__auto_replied_at__isnull=False, delivery__contact__isnull=False
    )
    for notice, contact in rows.values_list("notice", "delivery__contact"):
        found[notice].add(contact)
    return found
