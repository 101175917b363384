"""The demonstration region: Flanders as it was in October 2024, with contacts that are roles, not people, under .example.

Telephone numbers lie in the range that Ofcom keeps for drama (+44 7700 900000 to 900999): nobody can be called. Some towns deliberately
have no out-of-band contact or none at all, so that coverage shows something; this says nothing about the real towns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from paraat.kernel.actor import SYSTEM, Actor
from paraat.platform import crypto, moment
from paraat.platform.actions import Subject, action, record
from paraat.registry import belgium
from paraat.registry.actions.belgium import load_belgium
from paraat.registry.models import Asset, Contact, ContactChannel, Organisation, Supply
from paraat.registry.rules.code_words import make_code_word
from paraat.registry.rules.sites import sites_of

SOURCE = "demonstration (invented)"
AS_OF = date(2024, 10, 7)
"""The day before the small municipalities were listed."""

MAIL_ON_OWN_DOMAIN_ONLY = frozenset({"Drogenbos", "Alken", "Boechout", "Herzele", "Kruisem", "Zonnebeke"})
NOBODY = frozenset({"Linkebeek", "Herstappe", "Horebeke", "Lo-Reninge"})
"""Towns for which the demonstration invents a gap, in its own contacts."""

_TITLES = {"spoc": "SPOC", "deputy": "Deputy", "ict_on_call": "ICT on-call", "head": "Head of administration"}
_BLOCK = 305
_DRAMA = "+447700900"


@action
def load_demonstration(*, by: Actor = SYSTEM) -> int:
    """Fill an empty register with the demonstration; how many organisations were added. Again: none."""
    if Organisation.objects.filter(source=SOURCE).exists():
        return 0
    towns = load_belgium(by=by, as_of=AS_OF, regions=[belgium.FLANDERS])
    towns.sort(key=lambda town: (town.kind, town.nis))
    now = moment.now()
    contacts, channels = _people(towns, now)
    Contact.objects.bulk_create(contacts, batch_size=2000)
    ContactChannel.objects.bulk_create(channels, batch_size=4000)
    Asset.objects.bulk_create(_mail_domains(towns))
    _agree(towns, now)
    _supply(towns, now)
    record(
        "organisation.load",
        by=by,
        on=Subject("organisation", "demonstration", rows=len(towns)),
        detail={"source": SOURCE},
    )
    return len(towns)


def address_of(town: Organisation) -> str:
    """The invented domain of a town: ronse.example."""
    name = sites_of(town.name)[0].removesuffix(".be")
    return f"{name}.example" if town.kind == Organisation.Kind.MUNICIPALITY else f"provincie-{name}.example"


def _people(towns: Sequence[Organisation], now: datetime) -> tuple[list[Contact], list[ContactChannel]]:
    contacts: list[Contact] = []
    channels: list[ContactChannel] = []
    for place, town in enumerate(towns):
        if town.name in NOBODY and town.kind == Organisation.Kind.MUNICIPALITY:
            continue
        for contact in _ladder(town, place, now):
            contacts.append(contact)
            channels += _channels(contact, town, place)
    return contacts, channels


def _ladder(town: Organisation, place: int, now: datetime) -> Iterator[Contact]:
    confirmed = now - timedelta(days=200 if place % 17 == 5 else 20 + place % 90)  # some want confirming again
    for role in ("spoc",) if _only_mail(town) else _TITLES:
        invited_only = role == "spoc" and place % 29 == 11
        yield Contact(
            organisation=town,
            role=role,
            name=f"{_TITLES[role]}, {town.name}",
            languages=town.languages,
            nominated_by=f"{_TITLES['head']}, {town.name}",
            invited_at=confirmed - timedelta(days=3),
            called_at=None if invited_only else confirmed - timedelta(days=2),
            confirmed_at=None if invited_only else confirmed,
            tested_at=confirmed if role == "spoc" and place % 3 == 0 and not invited_only else None,
            source=SOURCE,
        )


def _channels(contact: Contact, town: Organisation, place: int) -> Iterator[ContactChannel]:
    title = {"ict_on_call": "ict"}.get(contact.role, contact.role)
    ways = [("mail", f"{title}@{address_of(town)}", not _only_mail(town))]
    block = {"spoc": 0, "deputy": _BLOCK, "ict_on_call": 2 * _BLOCK}.get(contact.role)
    if block is not None and not _only_mail(town):
        number = f"{_DRAMA}{(block + place) % 1000:03d}"
        ways += [("sms", number, True), ("voice", number, True)]
    for position, (kind, address, outside) in enumerate(ways, start=1):
        yield ContactChannel(
            contact=contact,
            kind=kind,
            address=address,
            position=position,
            out_of_band=outside,
            confirmed_at=contact.confirmed_at,
        )


def _mail_domains(towns: Sequence[Organisation]) -> list[Asset]:
    """The e-mail domain that makes the only mailbox of these towns one that fails with the town."""
    return [
        Asset(organisation=town, kind=Asset.Kind.EMAIL_DOMAIN, value=address_of(town), source=SOURCE)
        for town in towns
        if _only_mail(town)
    ]


def _only_mail(town: Organisation) -> bool:
    return town.kind == Organisation.Kind.MUNICIPALITY and town.name in MAIL_ON_OWN_DOMAIN_ONLY


def _agree(towns: Sequence[Organisation], now: datetime) -> None:
    """Every town gets its code word; every third agrees that its provider is alerted in its place."""
    for place, town in enumerate(towns):
        town.code_word = crypto.encrypt_field(make_code_word()).encode("ascii")
        town.code_word_at = now
        town.provider_consent = place % 3 == 0
    Organisation.objects.bulk_update(towns, ["code_word", "code_word_at", "provider_consent"], batch_size=500)


def _supply(towns: Sequence[Organisation], now: datetime) -> None:
    firms = [
        _firm("Regional ICT desk (demonstration)", "provider"),
        _firm("Second ICT desk (demonstration)", "provider"),
    ]
    _firm("Association of municipalities (demonstration)", "partner")
    for place, firm in enumerate(firms):
        desk = Contact.objects.create(
            organisation=firm,
            role="ict_on_call",
            name=f"On-call, {firm.name}"[:200],
            languages=["nl"],
            confirmed_at=now,
            source=SOURCE,
        )
        for position, (kind, address) in enumerate(
            [("mail", f"desk@ict-desk-{place + 1}.example"), ("sms", f"{_DRAMA}99{place}")], start=1
        ):
            ContactChannel.objects.create(
                contact=desk, kind=kind, address=address, position=position, out_of_band=True, confirmed_at=now
            )
    Supply.objects.bulk_create(
        Supply(
            supplier=firms[place % 2], customer=town, what="Web hosting", consent=town.provider_consent, source=SOURCE
        )
        for place, town in enumerate(towns)
        if place % 5 < 3
    )


def _firm(name: str, kind: str) -> Organisation:
    return Organisation.objects.create(
        kind=kind,
        name=name,
        names={"nl": name},
        languages=["nl"],
        citizen_languages=["nl"],
        constituent=False,
        source=SOURCE,
    )
