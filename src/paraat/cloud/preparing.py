"""The values that a tenant's services are made from: what was prepared, kept as it was at the start, with its secrets opened."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from paraat.cloud import catalog, configuration
from paraat.cloud.access import Access
from paraat.cloud.actions.progress import BACKUP_KEY
from paraat.cloud.models import Preparation, Tenant
from paraat.cloud.workload import Account, Budget, Call, Prepared, Workload
from paraat.kernel.errors import NotFound
from paraat.platform import keys
from paraat.registry.models import Contact, Organisation


def prepared(tenant: Tenant) -> Prepared:
    """What the services of a tenant may know of it, its secrets opened. NotFound before it was started the first time."""
    values = tenant.values or gathered(tenant)
    known = secrets(tenant)
    return Prepared(
        tenant=tenant.name,
        domain=tenant.domain,
        names=values["names"],
        languages=tuple(values["languages"]),
        phone=values.get("phone", ""),
        page=values.get("page", {}),
        accounts=tuple(Account(**one) for one in values.get("accounts", ())),
        calls=tuple(_listed(one) for one in values.get("calls", ())),
        forms=tuple(values.get("forms", ())),
        counters=tuple(values.get("counters", ())),
        relay="" if tenant.exercise or tenant.kind != Tenant.Kind.EMERGENCY else configuration.RELAY.get(),
        hosts=hosts(tenant),
        secrets={name: value for name, value in known.items() if name != BACKUP_KEY},
        exercise=tenant.exercise,
    )


def workload(tenant: Tenant) -> Workload:
    """The tenant as it should be: its services in the order in which they start, with every value in."""
    budget = Budget(tenant.memory_mb, tenant.cpu_millis, tenant.disk_gb, tenant.cents_per_day)
    return catalog.workload(prepared(tenant), tenant.services, budget)


def access(tenant: Tenant) -> Access:
    """How clients on this host reach its services, on the engine that it runs on."""
    from paraat.cloud import drivers

    return Access(prepared(tenant), drivers.named(tenant.driver))


def secrets(tenant: Tenant) -> dict[str, str]:
    """Its secrets by name, `BACKUP_KEY` among them; empty before it was started the first time."""
    if not tenant.secrets:
        return {}
    found: dict[str, str] = json.loads(keys.unseal(bytes(tenant.secrets)))
    return found


def backup_key(tenant: Tenant) -> str:
    """The key of its own repository. NotFound before it was started the first time."""
    try:
        return secrets(tenant)[BACKUP_KEY]
    except KeyError:
        raise NotFound("This tenant has no repository yet", tenant=tenant.number) from None


def hosts(tenant: Tenant) -> Mapping[str, str]:
    """The address of every service that has one: `https://files.nood.ronse.be`, with the entrance's port where it is not 443."""
    number = configuration.entrance()["https"]
    port = "" if number == 443 else f":{number}"
    found: dict[str, str] = {}
    for name in tenant.services:
        for one in catalog.service(name).ports:
            if one.entrance == "https":
                found.setdefault(name, f"https://{host_of(one.host, tenant.domain)}{port}")
    return found


def host_of(label: str, domain: str) -> str:
    """The name of one way in: the domain itself, or one label before it."""
    return f"{label}.{domain}" if label else domain


def gathered(tenant: Tenant) -> dict[str, Any]:
    """The values as they are now, JSON-able and without secrets: from the preparation, else from the register."""
    organisation = tenant.organisation
    found = Preparation.objects.filter(organisation=organisation).prefetch_related("accounts").first()
    languages = list(organisation.citizen_languages or organisation.languages or ["nl"])
    names = {language: organisation.names.get(language) or organisation.name for language in languages}
    own = [
        {"login": one.login, "name": one.name, "language": one.language}
        for one in (found.accounts.all() if found else ())
    ]
    return {
        "names": names,
        "languages": languages,
        "phone": str((found.page if found else {}).get("phone", "")),
        "page": found.page if found else {},
        "accounts": own or default_accounts(organisation),
        "calls": [] if tenant.exercise else calls(organisation),
        "forms": list(found.forms) if found else [],
        "counters": list(found.counters) if found else [],
    }


ROLES: Mapping[str, Mapping[str, str]] = {
    "crisis": {"nl": "Crisiscel", "fr": "Cellule de crise", "de": "Krisenstab", "en": "Crisis team"},
    "mayor": {"nl": "Burgemeester", "fr": "Bourgmestre", "de": "Bürgermeister", "en": "Mayor"},
    "director": {"nl": "Algemeen directeur", "fr": "Directeur général", "de": "Generaldirektor", "en": "Head of administration"},
    "ict": {"nl": "ICT", "fr": "Informatique", "de": "IT", "en": "ICT"},
    "communication": {"nl": "Communicatie", "fr": "Communication", "de": "Kommunikation", "en": "Communication"},
    "population": {"nl": "Burgerzaken", "fr": "Population", "de": "Bevölkerung", "en": "Civil affairs"},
    "social": {"nl": "OCMW", "fr": "CPAS", "de": "ÖSHZ", "en": "Social services"},
    "permits": {"nl": "Omgeving", "fr": "Urbanisme", "de": "Bauwesen", "en": "Permits"},
}  # fmt: skip
"""The accounts that a town gets when none were prepared: roles, never people."""


def default_accounts(organisation: Organisation) -> list[dict[str, str]]:
    """An account per role, named in the language of the administration."""
    language = (organisation.languages or ["nl"])[0]
    return [
        {"login": login, "name": titles.get(language, titles["en"]), "language": language}
        for login, titles in ROLES.items()
    ]


def calls(organisation: Organisation) -> list[dict[str, str]]:
    """The call list: who answers for the organisation now, with the first telephone and mail that work when it is down."""
    rows = Contact.objects.answering().filter(organisation=organisation, valid_until=None).prefetch_related("channels")
    return [_call(one) for one in rows]


def _listed(one: Mapping[str, str]) -> Call:
    """A line of the call list as services get it; whose it is stays here, so that it can be erased."""
    return Call(one["name"], one["role"], one["phone"], one["mail"])


def _call(contact: Contact) -> dict[str, str]:
    reached = [one for one in contact.channels.all() if one.out_of_band and one.confirmed_at]
    first = {kind: next((one.address for one in reached if one.kind == kind), "") for kind in ("voice", "sms", "mail")}
    return {
        "contact": str(contact.pk),
        "name": contact.name,
        "role": str(contact.role),
        "phone": first["voice"] or first["sms"],
        "mail": first["mail"],
    }
