"""What a demonstration has of assessments: one town that measured itself twice and was audited, and a provider at work for its customers.

Every answer is marked as made for the demonstration: nothing here says anything of a real town.
"""

from __future__ import annotations

from datetime import timedelta

from paraat.accounts.models import User
from paraat.kernel.actor import Actor, ActorKind
from paraat.kernel.marking import Role
from paraat.platform import moment
from paraat.readiness.actions.assessments import (
    open_assessment,
    open_for_customers,
    save_answer,
    submit_assessment,
)
from paraat.readiness.actions.together import answer_together
from paraat.readiness.frameworks import newest_editions
from paraat.readiness.models import Answer, Assessment, Edition
from paraat.registry.models import Organisation, Supply

BY = Actor(ActorKind.SYSTEM, None, "Demonstration")
BEFORE = ("met", "partly", "not_met", "met", "not_met", "partly", "met", "not_testable", "not_met", "met", "partly")
NOW = ("met", "met", "partly", "met", "not_met", "met", "not_met", "met")
FOUND = ("met", "partly", "partly", "met", "not_testable", "met", "not_met", "met", "not_met", "met", "error")
"""What the town said the time before, says now, and what its auditor found: in the order of the list, and again from the beginning."""


def load() -> None:
    """Ronse, and the customers of one provider. Again changes nothing; without a checklist there is nothing to measure with."""
    edition = newest_editions().filter(framework__key="basics").first()
    town = Organisation.objects.filter(kind="municipality", nis="45041").first()
    if edition is None or Assessment.objects.exists():
        return
    if town is not None:
        _measured(town, edition, "self", BEFORE, submit=True)
        _measured(town, edition, "external", FOUND, submit=True)
        _measured(town, edition, "self", NOW, submit=False)
    _for_customers(edition)


def _measured(town: Organisation, edition: Edition, kind: str, said: tuple[str, ...], *, submit: bool) -> None:
    due = None if submit else moment.today() + timedelta(days=21)
    auditor = _auditor() if kind == "external" else None
    made = open_assessment(organisation=town, edition=edition, kind=kind, by=BY, due_on=due, auditor=auditor)
    rows = Answer.objects.filter(assessment=made).select_related("assessment", "control").order_by("control__position")
    for row, status in zip(rows, said, strict=False):
        save_answer(answer=row, version=0, by=BY, status=status)
    if submit:
        submit_assessment(assessment=made, by=BY)


def _auditor() -> User | None:
    """The external auditor of the demonstration, who sees this audit and nothing else."""
    return User.objects.active().filter(memberships__role=Role.ASSESSOR).order_by("email").first()


def _for_customers(edition: Edition) -> None:
    """A provider whose customers agreed, where the demonstration has one."""
    agreed = Supply.objects.as_of(moment.today()).filter(consent=True, customer__constituent=True)
    supply = agreed.select_related("supplier").order_by("supplier__name", "pk").first()
    if supply is None:
        return
    towns = list(Organisation.objects.filter(pk__in=agreed.filter(supplier=supply.supplier).values("customer"))[:5])
    open_for_customers(organisations=towns, author=supply.supplier, edition=edition, by=BY)
    for control in edition.controls.order_by("position")[:3]:
        ids = [town.pk for town in towns]
        answer_together(author=supply.supplier, control=control, customers=ids, by=BY, version=0, status="met")
