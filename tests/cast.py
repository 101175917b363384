"""The people and towns of the tests. Plain functions, to be called in a test that has the `db` fixture; each makes what it needs, once.

    ronse = cast.ronse()                     # a municipality with its domain; SPOC, deputy, ICT on-call and head, all out-of-band
    spoc = cast.contact(ronse)               # "SPOC, Ronse": mail, SMS, voice
    officer = cast.duty_officer()            # an account with that role; client.force_login(officer)

Nobody here exists: contacts are roles, addresses lie under .example, telephone numbers in the range that Ofcom keeps for drama (+44 7700 900xxx).

Towns: Ronse (Dutch, citizens Dutch and French; its provider may read along), Spiere-Helkijn (the silent one; never agreed to anything),
Drogenbos (no out-of-band contact: mail on its own domain only), Eupen (German), Elsene/Ixelles (French and Dutch), Wemmel (no contact at all).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from uuid import UUID

from paraat.accounts.models import Membership, User
from paraat.kernel.marking import Role, Viewer
from paraat.registry.models import Asset, Contact, ContactChannel, Organisation, Supply

CONFIRMED = datetime(2024, 9, 1, 8, 0, tzinfo=UTC)
PASSWORD = "a long password of the cast"
_PHONES = {"spoc": 0, "deputy": 100, "ict_on_call": 200, "head": 300, "dpo": 400}


# Towns ----------------------------------------------------------------------------------------------------------------------------
def ronse() -> Organisation:
    """Ronse (NIS 45041, East Flanders): everything on file, agrees that its provider is alerted in its place."""
    town, made = _town("45041", "Ronse", "40000", ["nl"], ["nl", "fr"], names={"nl": "Ronse", "fr": "Renaix"})
    if made:
        Organisation.objects.filter(pk=town.pk).update(provider_consent=True)
        town.refresh_from_db()
        _ladder(town)
    return town


def spiere_helkijn() -> Organisation:
    """Spiere-Helkijn (NIS 34043, West Flanders): everything on file, but nobody there ever answers."""
    town, made = _town("34043", "Spiere-Helkijn", "30000", ["nl"], ["nl", "fr"])
    if made:
        _ladder(town)
    return town


def drogenbos() -> Organisation:
    """Drogenbos (NIS 23098, Flemish Brabant): only a mailbox on its own domain, so no out-of-band contact."""
    town, made = _town("23098", "Drogenbos", "20001", ["nl"], ["nl", "fr"])
    if made:
        spoc = _contact(town, Contact.Role.SPOC)
        ContactChannel.objects.create(
            contact=spoc, kind="mail", address="spoc@drogenbos.be", position=1, confirmed_at=CONFIRMED
        )
    return town


def wemmel() -> Organisation:
    """Wemmel (NIS 23102, Flemish Brabant): nobody to reach."""
    return _town("23102", "Wemmel", "20001", ["nl"], ["nl", "fr"])[0]


def eupen() -> Organisation:
    """Eupen (NIS 63023, Liège): German."""
    town, made = _town("63023", "Eupen", "60000", ["de"], ["de", "fr"], region="03000")
    if made:
        _ladder(town)
    return town


def ixelles() -> Organisation:
    """Ixelles / Elsene (NIS 21009, Brussels): French and Dutch."""
    names = {"fr": "Ixelles", "nl": "Elsene"}
    town, made = _town("21009", "Ixelles", "", ["fr", "nl"], ["fr", "nl"], region="04000", names=names)
    if made:
        _ladder(town)
    return town


def east_flanders() -> Organisation:
    """The province of East Flanders, which owns oost-vlaanderen.be."""
    province, made = _organisation("40000", "Oost-Vlaanderen", Organisation.Kind.PROVINCE, "40000")
    if made:
        own(province, "oost-vlaanderen.be")
        _ladder(province)
    return province


def provider() -> Organisation:
    """A service provider of Ronse (which agreed) and of Spiere-Helkijn (which did not)."""
    firm, made = _organisation("", "Streek-ICT (fictitious)", Organisation.Kind.PROVIDER, "", constituent=False)
    if made:
        own(firm, "streek-ict.example")
        desk = _contact(firm, Contact.Role.ICT_ON_CALL)
        channels(desk, [("mail", "desk@streek-ict.example"), ("sms", "+447700900990")])
        Supply.objects.create(supplier=firm, customer=ronse(), what="Web hosting", consent=True)
        Supply.objects.create(supplier=firm, customer=spiere_helkijn(), what="Web hosting", consent=False)
    return firm


def partner() -> Organisation:
    """A partner of the team: an association of municipalities."""
    return _organisation("", "Association (fictitious)", Organisation.Kind.PARTNER, "", constituent=False)[0]


def own(organisation: Organisation, domain: str) -> Asset:
    """Put a domain on file for an organisation."""
    return Asset.objects.create(
        organisation=organisation, kind="domain", value=domain, verified_at=CONFIRMED, source="cast"
    )


# Contacts -------------------------------------------------------------------------------------------------------------------------
def contact(organisation: Organisation, role: str = "spoc") -> Contact:
    """The contact of an organisation with that role (spoc, deputy, ict_on_call, head)."""
    return Contact.objects.get(organisation=organisation, role=role)


def channel(organisation: Organisation, role: str = "spoc", kind: str = "mail") -> ContactChannel:
    """One channel of one contact (mail, sms, voice)."""
    return ContactChannel.objects.get(contact=contact(organisation, role), kind=kind)


def channels(of: Contact, addresses: Sequence[tuple[str, str]]) -> list[ContactChannel]:
    """Confirmed out-of-band channels, in the order given: [("mail", "a@b.example"), ...]."""
    return [
        ContactChannel.objects.create(
            contact=of, kind=kind, address=address, position=place, out_of_band=True, confirmed_at=CONFIRMED
        )
        for place, (kind, address) in enumerate(addresses, start=1)
    ]


# Accounts -------------------------------------------------------------------------------------------------------------------------
def duty_officer() -> User:
    """The officer on duty; the first to be paged."""
    return account("duty.officer", "Duty officer", Role.DUTY_OFFICER)


def second_officer() -> User:
    """Another duty officer: two may act at once."""
    return account("second.officer", "Second duty officer", Role.DUTY_OFFICER)


def coordinator() -> User:
    """The coordinator, who gives second approval."""
    return account("coordinator", "Coordinator", Role.COORDINATOR)


def administrator() -> User:
    """Runs the installation, sees nobody's notices."""
    return account("administrator", "Administrator", Role.ADMINISTRATOR)


def auditor() -> User:
    """Reads everything but RED, changes nothing."""
    return account("auditor", "Auditor", Role.AUDITOR)


def observer() -> User:
    """Of the community that GREEN speaks of."""
    return account("observer", "Observer", Role.OBSERVER)


def partner_user() -> User:
    """Writes for the partner."""
    return account("partner", "Partner's officer", Role.PARTNER, partner())


def provider_user() -> User:
    """Of the service provider: sees Ronse, which agreed, and not Spiere-Helkijn."""
    return account("provider", "Provider's desk", Role.PROVIDER, provider())


def tester(number: int = 1) -> User:
    """A student who tests; sees nothing until somebody invites him for an engagement. `tester(2)` is another."""
    return account(f"tester.{number}" if number > 1 else "tester", f"Tester {number}", Role.TESTER)


def assessor() -> User:
    """An external auditor; sees nothing but the audits given to it by name."""
    return account("assessor", "External auditor", Role.ASSESSOR)


def spoc_user(organisation: Organisation) -> User:
    """The account of the SPOC of an organisation, tied to its contact on file."""
    name = f"spoc.{organisation.nis or organisation.pk}"
    return account(name, f"SPOC, {organisation.name}", Role.SPOC, organisation, contact(organisation))


def account(
    name: str, title: str, role: Role, organisation: Organisation | None = None, of: Contact | None = None
) -> User:
    """An account with one role; password `PASSWORD`, for tests of signing in itself."""
    user, made = User.objects.get_or_create(
        email=f"{name}@team.example", defaults={"name": title, "language": "en", "phone": "+447700900999"}
    )
    if made:
        user.set_password(PASSWORD)
        user.save()
        Membership.objects.create(user=user, role=role, organisation=organisation, contact=of)
    return user


# Viewers, for rights decided in QuerySets -----------------------------------------------------------------------------------------
def team_viewer() -> Viewer:
    """Who works the room."""
    return Viewer(user=duty_officer().pk, roles=frozenset({Role.DUTY_OFFICER}))


def spoc_viewer(organisation: Organisation) -> Viewer:
    """The SPOC of one organisation."""
    return Viewer(user=None, roles=frozenset({Role.SPOC}), own=frozenset({organisation.pk}))


def provider_viewer() -> Viewer:
    """The provider, reading along with Ronse."""
    clients = Supply.objects.filter(supplier=provider(), consent=True).values_list("customer", flat=True)
    return Viewer(roles=frozenset({Role.PROVIDER}), own=frozenset({provider().pk}), clients=frozenset(clients))


# How they are made ----------------------------------------------------------------------------------------------------------------
def _town(
    nis: str,
    name: str,
    province: str,
    languages: list[str],
    citizens: list[str],
    *,
    region: str = "02000",
    names: dict[str, str] | None = None,
) -> tuple[Organisation, bool]:
    town, made = _organisation(nis, name, Organisation.Kind.MUNICIPALITY, province)
    if made:
        Organisation.objects.filter(pk=town.pk).update(
            languages=languages, citizen_languages=citizens, region=region, names=names or {languages[0]: name}
        )
        town.refresh_from_db()
        own(town, f"{name.lower()}.be")
    return town, made


def _organisation(
    nis: str, name: str, kind: str, province: str, *, constituent: bool = True
) -> tuple[Organisation, bool]:
    found = Organisation.objects.filter(kind=kind, nis=nis, name=name).first()
    if found is not None:
        return found, False
    return Organisation.objects.create(
        kind=kind,
        nis=nis,
        name=name,
        names={"nl": name},
        languages=["nl"],
        citizen_languages=["nl"],
        province=province,
        region="02000" if nis else "",
        active_from=date(1977, 1, 1) if nis else None,
        constituent=constituent,
        source="cast",
    ), True


def _ladder(organisation: Organisation) -> None:
    slug = organisation.name.lower()
    line = int(organisation.nis or "0") % 97
    for role, title in [("spoc", "spoc"), ("deputy", "deputy"), ("ict_on_call", "ict")]:
        phone = f"+447700900{_PHONES[role] + line:03d}"
        mail = ("mail", f"{title}@{slug}.example")
        channels(_contact(organisation, role), [mail, ("sms", phone), ("voice", phone)])
    channels(_contact(organisation, "head"), [("mail", f"head@{slug}.example")])


def _contact(organisation: Organisation, role: str) -> Contact:
    title = {"spoc": "SPOC", "deputy": "Deputy", "ict_on_call": "ICT on-call", "head": "Head of administration"}[role]
    return Contact.objects.create(
        organisation=organisation,
        role=role,
        name=f"{title}, {organisation.name}",
        languages=organisation.languages,
        invited_at=CONFIRMED,
        called_at=CONFIRMED,
        confirmed_at=CONFIRMED,
        nominated_by=f"Head of administration, {organisation.name}",
        source="cast",
    )


def ids(*organisations: Organisation) -> set[UUID]:
    """The ids of organisations, to compare with."""
    return {organisation.pk for organisation in organisations}
