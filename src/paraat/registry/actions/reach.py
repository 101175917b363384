"""The out-of-band flag of channels, computed again whenever an address or a domain changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from paraat.registry.models import Asset, ContactChannel
from paraat.registry.rules.reach import out_of_band

_OWN = (Asset.Kind.DOMAIN, Asset.Kind.HOST, Asset.Kind.EMAIL_DOMAIN)


def recompute_reach(organisations: Collection[UUID]) -> int:
    """Set the flag on every channel of these organisations' contacts; how many changed. Two queries, and one when something did."""
    if not organisations:
        return 0
    own: dict[UUID, set[str]] = defaultdict(set)
    held = Asset.objects.filter(organisation__in=organisations, kind__in=_OWN, valid_until=None)
    for owner, value in held.values_list("organisation_id", "value"):
        own[owner].add(value)
    changed = []
    for channel in ContactChannel.objects.filter(contact__organisation__in=organisations).select_related("contact"):
        flag = out_of_band(channel.kind, channel.address, own[channel.contact.organisation_id])
        if channel.out_of_band != flag:
            channel.out_of_band = flag
            changed.append(channel)
    ContactChannel.objects.bulk_update(changed, ["out_of_band"], batch_size=1000)
    return len(changed)
