"""Which organisation on file a reporter may mean. For the team's eyes: whoever reports is told nothing of what is on file."""

from __future__ import annotations

import re
from typing import Any

from django.db.models import Q, QuerySet

from paraat.platform import moment
from paraat.registry.models import Asset, ContactChannel, Organisation

MOST = 5
_NOISE = frozenset({
    "de", "het", "een", "van", "der", "den", "la", "le", "les", "du", "des", "gemeente", "gemeentebestuur", "stad", "stadsbestuur", "commune",
    "ville", "stadt", "ocmw", "cpas", "politiezone", "zone", "police", "administration", "communale", "municipality", "town", "city",
})  # fmt: skip
"""Words that name no organisation."""


def proposals(written: str) -> list[Organisation]:
    """Constituents that `written` may mean, the exact name first; at most five."""
    rows = Organisation.objects.constituents().as_of(moment.today())
    exact = list(rows.called(written).order_by("name")[:MOST]) if written.strip() else []
    words = [word for word in re.findall(r"[\w.-]+", written) if word.lower() not in _NOISE and len(word) > 2]
    similar = rows.matching(" ".join(words)).order_by("name")[:MOST] if words else []
    found = {one.pk: one for one in [*exact, *similar]}
    return list(found.values())[:MOST]


def owner_of_address(address: str) -> Organisation | None:
    """The one organisation that a mail address speaks for: it is on file with a contact, or its domain is an asset. None when it is in doubt."""
    address = address.strip().lower()
    domain = address.rpartition("@")[2]
    if not domain or "." not in domain:
        return None
    today = moment.today()
    channels = ContactChannel.objects.usable(today).filter(kind="mail", address__iexact=address)
    return _only(Organisation.objects.filter(pk__in=channels.values("contact__organisation"))) or _only(
        Organisation.objects.filter(pk__in=_of_domain(domain))
    )


def _of_domain(domain: str) -> QuerySet[Any, Any]:
    """Owners of the domain or of one above it (mail.ronse.be is of ronse.be); what several share names nobody."""
    labels = domain.split(".")
    above = [".".join(labels[place:]) for place in range(len(labels) - 1)]
    kinds = Q(kind__in=[Asset.Kind.DOMAIN, Asset.Kind.EMAIL_DOMAIN, Asset.Kind.HOST])
    held = Asset.objects.as_of(moment.today()).filter(kinds, value__in=above, shared=False)
    return held.values("organisation")


def _only(rows: QuerySet[Organisation]) -> Organisation | None:
    found = list(rows[:2])
    return found[0] if len(found) == 1 else None
