"""What a demonstration has of continuity: one town that said and tested a good deal, one that only began, and all the others nothing, as in life.

Nothing is made up as measured: what stands as tested is a table-top exercise, marked as demonstration, without a file, so it proves nothing.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from paraat.kernel.actor import SYSTEM
from paraat.platform import moment
from paraat.readiness.actions.continuity import review_services, save_service, start_list
from paraat.readiness.actions.continuity_tests import record_test
from paraat.readiness.models import ContinuityTest, CriticalService
from paraat.registry.models import Organisation, Supply

SAID: dict[str, dict[str, Any]] = {
    "registry-office": {"rto_hours": 48, "rpo_hours": 24, "workaround": "Aangiften op papier; formulieren liggen aan het loket.", "on_paper": True},
    "social-payments": {"rto_hours": 24, "rpo_hours": 24, "workaround": "Lijst van dringende uitbetalingen bij de financieel directeur."},
    "telephony": {"rto_hours": 8, "systems": ["Telefooncentrale"]},
    "network": {"rto_hours": 24, "systems": ["Firewall", "Switches"]},
    "web": {"rto_hours": 12, "rpo_hours": 24},
}  # fmt: skip
NEEDS = {"registry-office": ["network", "telephony"], "telephony": ["network"], "social-payments": ["network"]}
"""A telephone exchange on a slower network: shown as what it is."""


def load() -> None:
    """Ronse and Aalst. Again changes nothing."""
    if CriticalService.objects.exists():
        return
    ronse, aalst = (Organisation.objects.filter(kind="municipality", nis=nis).first() for nis in ("45041", "41002"))
    if ronse is not None:
        start_list(organisation=ronse, by=SYSTEM)
        _say(ronse)
    if aalst is not None:
        start_list(organisation=aalst, by=SYSTEM)
    _name_a_supplier()


def _name_a_supplier() -> None:
    """Somewhere a service stops with a supplier, also where the first town has none on file."""
    supply = Supply.objects.as_of(moment.today()).select_related("customer").order_by("customer__name", "pk").first()
    if supply is None or CriticalService.objects.filter(suppliers__isnull=False).exists():
        return
    start_list(organisation=supply.customer, by=SYSTEM)
    row = CriticalService.objects.get(organisation=supply.customer, kind="web")
    save_service(service=row, version=row.version, by=SYSTEM, suppliers={supply.supplier_id})


def _say(town: Organisation) -> None:
    rows = {row.kind: row for row in CriticalService.objects.filter(organisation=town)}
    supplier = Supply.objects.as_of(moment.today()).filter(customer=town).values_list("supplier", flat=True).first()
    for kind, said in SAID.items():
        row = rows[kind]
        needs = [rows[one].pk for one in NEEDS.get(kind, ())]
        suppliers = {supplier} if supplier and kind in {"web", "network"} else set()
        save_service(service=row, version=row.version, by=SYSTEM, needs=needs, suppliers=suppliers, **said)
    review_services(organisation=town, by=SYSTEM)
    record_test(
        organisation=town,
        services=[CriticalService.objects.get(pk=rows["social-payments"].pk)],
        kind=ContinuityTest.Kind.TABLETOP,
        on=moment.today() - timedelta(days=40),
        by=SYSTEM,
        resumed=True,
        hours=Decimal(30),
        remarks="Demonstratie: aan tafel besproken, niet uitgevoerd.",
    )
