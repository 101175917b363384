"""What a tenant is called on the engine and in the domain name system."""

from __future__ import annotations

import re
import unicodedata

from paraat.cloud import configuration
from paraat.cloud.models import Preparation, Tenant
from paraat.registry.models import Organisation

LONGEST = 24
"""Characters of the organisation's part: names of objects on an engine add a service and a volume to it, in 63 altogether."""


def label_of(organisation: Organisation) -> str:
    """A DNS label for an organisation: `spiere-helkijn`, `sint-niklaas`, `x-<id>` for a name without a letter that fits."""
    plain = unicodedata.normalize("NFKD", organisation.name).encode("ascii", "ignore").decode().lower()
    found = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST].strip("-")
    return found or f"x-{organisation.pk.hex[-8:]}"


def free_name(label: str, kind: str) -> str:
    """The first name that no living tenant has: `ronse`, `ronse-2`; `ronse-drill`, `ronse-exercise` are thrown away."""
    base = label if kind == Tenant.Kind.EMERGENCY else f"{label}-{kind}"
    used = set(Tenant.objects.alive().filter(name__startswith=base).values_list("name", flat=True))
    number = next(n for n in range(1, len(used) + 2) if (base if n == 1 else f"{base}-{n}") not in used)
    return base if number == 1 else f"{base}-{number}"


def domain_of(prepared: Preparation | None, name: str, kind: str) -> str:
    """The victim's own emergency domain when its records were found right; else, and always for what is thrown away, the team's."""
    own = prepared is not None and prepared.domain and kind == Tenant.Kind.EMERGENCY
    if own and prepared is not None:
        looked = prepared.dns_checks.first()
        if looked is not None and looked.right:
            return prepared.domain
    return f"{name}.{configuration.DOMAIN.get()}"
