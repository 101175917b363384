"""Who may be next: organisations that share the victim's suppliers, or an address or network with it. For the team only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from paraat.incidents.models import Case, CaseSupplier, ContagionAlert
from paraat.platform import moment
from paraat.registry.models import Asset, Organisation, Supply


@dataclass(slots=True)
class Source:
    """Something that others share with the victim: a supplier (`involved` in the case or not), or a value of its assets."""

    name: str
    supplier: UUID | None = None
    involved: bool = False
    what: str = ""
    sharers: list[Organisation] = field(default_factory=list)
    alerts: list[ContagionAlert] = field(default_factory=list)

    @property
    def unreachable(self) -> int:
        """How many of them cannot be reached when their own systems fail."""
        return sum(1 for one in self.sharers if getattr(one, "reach", "ok") != "ok")


def sources(case: Case) -> list[Source]:
    """Everything that others share with the victim, what is involved first; a fixed number of queries, however many share it."""
    today = moment.today()
    found = [*_suppliers(case, today), *_assets(case, today)]
    return [one for one in found if one.sharers or one.involved]


def _suppliers(case: Case, today: date) -> list[Source]:
    involved = list(CaseSupplier.objects.filter(case=case).select_related("organisation").order_by("at"))
    own = Supply.objects.as_of(today).filter(customer=case.organisation_id).select_related("supplier")
    made = {one.organisation_id: Source(one.organisation.name, one.organisation_id, True, one.what) for one in involved}
    for supply in own.order_by("what"):
        made.setdefault(supply.supplier_id, Source(supply.supplier.name, supply.supplier_id, False, supply.what))
    links = Supply.objects.as_of(today).filter(supplier__in=list(made)).exclude(customer=case.organisation_id)
    customers = defaultdict(set)
    for supplier, customer in links.values_list("supplier", "customer"):
        customers[supplier].add(customer)
    people = _organisations({one for some in customers.values() for one in some}, today)
    told: defaultdict[UUID, list[ContagionAlert]] = defaultdict(list)
    for alert in ContagionAlert.objects.filter(case=case):
        told[alert.supplier_id].append(alert)
    for key, source in made.items():
        source.sharers = [one for one in people if one.pk in customers[key]]
        source.alerts = told[key]
    return sorted(made.values(), key=lambda one: (not one.involved, -len(one.sharers), one.name))


def _assets(case: Case, today: date) -> list[Source]:
    """Hosts and networks that are on file for the victim and for others: the same hosting, the same platform."""
    kinds = [Asset.Kind.HOST, Asset.Kind.NETWORK, Asset.Kind.ASN]
    held = Asset.objects.as_of(today).filter(kind__in=kinds)
    values = held.filter(organisation=case.organisation_id).values("value")
    owners = defaultdict(set)
    for value, owner in (
        held.filter(value__in=values).exclude(organisation=case.organisation_id).values_list("value", "organisation")
    ):
        owners[value].add(owner)
    people = _organisations({one for some in owners.values() for one in some}, today) if owners else []
    return [Source(value, sharers=[one for one in people if one.pk in owners[value]]) for value in sorted(owners)]


def _organisations(keys: set[UUID], today: date) -> Sequence[Organisation]:
    rows = Organisation.objects.constituents().as_of(today).filter(pk__in=keys)
    return list(rows.with_reach(today).order_by("name"))
