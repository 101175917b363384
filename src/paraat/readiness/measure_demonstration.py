"""What a demonstration has of measures: a handful in every state, of towns of the demonstration. Nothing of it was promised by anybody."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from paraat.kernel.actor import Actor, ActorKind
from paraat.platform import moment
from paraat.readiness.actions.measures import plan_measure
from paraat.readiness.actions.measures_evidence import add_measure_evidence
from paraat.readiness.actions.measures_states import begin_measure, finish_measure, verify_measure
from paraat.readiness.actions.measures_suppliers import (
    answer_supplier_measure,
    ask_supplier,
    suppliers_of,
    wait_for_supplier,
)
from paraat.readiness.models import Measure, SupplierMeasure
from paraat.registry.models import Contact, Organisation

OFFICER = Actor(ActorKind.SYSTEM, None, "Duty officer (demonstration)")
SPOC = Actor(ActorKind.SYSTEM, None, "SPOC (demonstration)")

_MEASURES: tuple[tuple[str, int, str, dict[str, Any]], ...] = (
    ("Tweede factor voor telewerk", 45, "going", {"topic": "signing_in", "cost": Decimal(4200), "cost_yearly": Decimal(900)}),
    ("Back-ups die niet van het netwerk te wissen zijn", -3, "planned", {"topic": "backups", "cost": Decimal(9500), "delay": "money"}),
    ("Elk kwartaal een back-up terugzetten", 20, "planned", {"topic": "backups", "every": 3}),
    ("Beheerdersrechten van gewone accounts halen", 5, "done", {"topic": "access"}),
    ("Oude server van de bibliotheek vervangen", 90, "verified", {"topic": "old", "cost": Decimal(3100)}),
    ("Contactlijst op papier", 10, "verified", {"topic": "continuity", "plain": "De contactlijst bestaat op papier."}),
)  # fmt: skip


def load() -> None:
    """Ronse has one in every state, Gent and Aalst each a few. Again changes nothing."""
    if Measure.objects.exists():
        return
    for nis, some in (("45041", _MEASURES), ("44021", _MEASURES[:3]), ("41002", _MEASURES[3:])):
        town = Organisation.objects.filter(kind=Organisation.Kind.MUNICIPALITY, nis=nis).first()
        if town is not None:
            _of(town, some)


def _of(town: Organisation, some: tuple[tuple[str, int, str, dict[str, Any]], ...]) -> None:
    owner = Contact.objects.answering().filter(organisation=town, role=Contact.Role.SPOC).first()
    for title, days, state, fields in some:
        due = moment.today() + timedelta(days=days)
        row = plan_measure(organisation=town, title=title, due_on=due, owner=owner, by=OFFICER, **fields)
        _bring(row, state)
    _wait(town)


def _bring(row: Measure, state: str) -> None:
    if state == "planned":
        return
    begin_measure(measure=row, by=SPOC)
    if state == "going":
        return
    add_measure_evidence(measure=row, name="verslag.txt", stream=[f"{row.number}: demonstratie".encode()], by=SPOC)
    finish_measure(measure=row, by=SPOC)
    if state == "verified":
        verify_measure(measure=row, by=OFFICER)


def _wait(town: Organisation) -> None:
    """The first of its measures waits for a supplier, where it has one."""
    supplier = suppliers_of(town).order_by("name").first()
    first = Measure.objects.filter(organisation=town).order_by("number").first()
    if supplier is None or first is None:
        return
    known = SupplierMeasure.objects.filter(organisation=supplier).first()
    asked = known or ask_supplier(supplier=supplier, title="Tweede factor voor alle klanten", by=OFFICER)
    wait_for_supplier(measure=first, supplier=asked, by=OFFICER)
    if known is not None:
        return
    promised = moment.today() + timedelta(days=30)
    answer_supplier_measure(row=asked, version=0, state="promised", promised_on=promised, by=OFFICER)
