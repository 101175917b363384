"""A small population with something of everything, for the tests of figures, groups and peers."""

from __future__ import annotations

from datetime import date, timedelta

from paraat.kernel.actor import SYSTEM
from paraat.platform import moment
from paraat.readiness.actions import standing
from paraat.readiness.actions.assessments import submit_assessment
from paraat.readiness.actions.measures import plan_measure
from paraat.readiness.models import Measure, Participation, Programme, Standing, Step
from paraat.registry.models import Organisation
from tests import cast
from tests.readiness.assessed import answered, edition, opened


def small_region() -> list[Organisation]:
    """Ronse is assessed; Eupen has its own equivalent; Drogenbos a measure overdue; Ixelles is in the audits; Wemmel has nothing.
    The checklist has four controls, of which the second weighs five."""
    ronse, eupen, drogenbos, ixelles, _wemmel = towns = [
        cast.ronse(), cast.eupen(), cast.drogenbos(), cast.ixelles(), cast.wemmel()
    ]  # fmt: skip
    cast.provider()  # of Ronse, and of Spiere-Helkijn
    basics = edition(4, key="basics")
    basics.controls.filter(identifier="C02").update(weight=5)
    for town, people in ((ronse, 26_000), (eupen, 20_000), (drogenbos, 5_000), (ixelles, 88_000)):
        Organisation.objects.filter(pk=town.pk).update(population=people)
    submit_assessment(assessment=answered(opened(ronse, basics), C01="met", C02="not_met", C03="error"), by=SYSTEM)
    submit_assessment(
        assessment=answered(opened(ixelles, basics), C01="not_met", C02="partly", C03="met", C04="met"), by=SYSTEM
    )
    late = plan_measure(organisation=drogenbos, title="Backups", by=SYSTEM, due_on=moment.today() + timedelta(days=1))
    Measure.objects.filter(pk=late.pk).update(due_on=moment.today() - timedelta(days=3))
    taking(ixelles, "audit", "carried-out")
    taking(eupen, "audit", "", state="equivalent")
    count_all()
    return towns


def taking(town: Organisation, key: str, step: str, state: str = "going") -> Participation:
    """A participation, with the step that it reached."""
    now = moment.now()
    programme, _new = Programme.objects.get_or_create(
        key=key, defaults={"created_at": now, "title": {"en": key.title()}}
    )
    made: Participation = Participation.objects.create(
        programme=programme, organisation=town, state=state, state_at=now
    )
    if step:
        Step.objects.create(participation=made, name=step, on=date(2024, 5, 1), recorded_at=now)
    return made


def count_all() -> None:
    """Everybody is counted."""
    standing.recount()


def many(number: int, *, first: int = 0, size: int = 15_000, kind: str = "municipality") -> list[Organisation]:
    """So many towns that are counted, every third one with a score."""
    made = Organisation.objects.bulk_create(
        Organisation(kind=kind, name=f"Gemeente {first + one:03}", nis=f"{10000 + first + one}", province="40000", population=size, languages=["nl"])
        for one in range(number)
    )  # fmt: skip
    standing.refresh([one.pk for one in made])
    for place, one in enumerate(made):
        if place % 3 == 0:
            Standing.objects.filter(organisation=one).update(basics_score=40 + place, basics_on=moment.today())
    return list(made)
