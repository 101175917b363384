"""What a tenant is called on the engine and in the domain name system."""

from __future__ import annotations

import re
import unicodedata

from django.db import connection
from django.db.models import QuerySet

from paraat.cloud import configuration
from paraat.cloud.models import Preparation, Tenant
from paraat.registry.models import Organisation

_LOCK = 0x50434C4E
"""The advisory lock of whoever gives a name (`PCLN`)."""
LONGEST = 24
"""Characters of the organisation's part: names of objects on an engine add a service and a volume to it, in 63 altogether."""


def label_of(organisation: Organisation) -> str:
    """A DNS label for an organisation: `spiere-helkijn`, `sint-niklaas`, `x-<id>` for a name without a letter that fits."""
    plain = unicodedata.normalize("NFKD", organisation.name).encode("ascii", "ignore").decode().lower()
    found = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST].strip("-")
    return found or f"x-{organisation.pk.hex[-8:]}"


def alone() -> None:
    """Have names be given one after the other, until the transaction ends: two organisations at once must not get the same one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [_LOCK])


def free_name(organisation: Organisation, label: str, kind: str) -> str:
    """The first name that no living tenant has, and nobody else prepared: `ronse`, `ronse-2`; `ronse-drill`, `ronse-exercise` are thrown away."""
    base = label if kind == Tenant.Kind.EMERGENCY else f"{label}-{kind}"
    used = set(Tenant.objects.alive().filter(name__startswith=base).values_list("name", flat=True))
    used |= set(_labels_of_others(organisation).filter(label__startswith=base).values_list("label", flat=True))
    return next(one for one in (base, *(f"{base}-{n}" for n in range(2, len(used) + 3))) if one not in used)


def free_label(organisation: Organisation) -> str:
    """The label that is proposed for an organisation: its own, or with a number where another organisation has that."""
    wanted, number = label_of(organisation), 1
    found = wanted
    while is_others(organisation, found):
        number += 1
        found = f"{wanted[: LONGEST - 3]}-{number}"
    return found


def is_others(organisation: Organisation, label: str) -> bool:
    """Whether another organisation prepared this label, or lives under it: citizens who read it on paper must not meet somebody else."""
    living = Tenant.objects.alive().filter(name=label).exclude(organisation=organisation)
    return _labels_of_others(organisation).filter(label=label).exists() or living.exists()


def _labels_of_others(organisation: Organisation) -> QuerySet[Preparation]:
    rows: QuerySet[Preparation] = Preparation.objects.exclude(organisation=organisation)
    return rows


def is_free(organisation: Organisation, domain: str) -> bool:
    """Whether a domain neither is, lies above, nor lies below one of another organisation or of the team: the entrance serves each name once."""
    others = _labels_of_others(organisation).exclude(domain="").values_list("domain", flat=True)
    living = Tenant.objects.alive().exclude(organisation=organisation).values_list("domain", flat=True)
    return not any(_meet(domain, one) for one in {configuration.DOMAIN.get().lower(), *others, *living})


def _meet(one: str, other: str) -> bool:
    return f".{one}".endswith(f".{other}") or f".{other}".endswith(f".{one}")


def domain_of(prepared: Preparation | None, name: str, kind: str) -> str:
    """The victim's own emergency domain when its records were found right; else, and always for what is thrown away, the team's."""
    own = prepared is not None and prepared.domain and kind == Tenant.Kind.EMERGENCY
    if own and prepared is not None:
        looked = prepared.dns_checks.first()
        if looked is not None and looked.right and is_free(prepared.organisation, prepared.domain):
            return prepared.domain
    return f"{name}.{configuration.DOMAIN.get()}"
