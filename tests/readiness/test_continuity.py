"""Critical services: said, tied together, tested, and shown to whom they concern."""

from __future__ import annotations

import random
from typing import Any

import pytest
from django.utils import translation

from paraat.cloud import catalog
from paraat.kernel.actor import SYSTEM
from paraat.kernel.errors import Conflict, Invalid
from paraat.kernel.marking import Role, Viewer
from paraat.platform import moment
from paraat.platform.models import JournalEntry
from paraat.readiness import continuity_picture, critical_services, resuming, supplier_reach
from paraat.readiness.actions import continuity as actions
from paraat.readiness.actions.continuity_tests import record_drill
from paraat.readiness.models import ContinuityTest, CriticalService, TestedService, Touched
from paraat.readiness.rules import continuity as rules
from paraat.registry.models import Organisation, Supply
from tests import cast
from tests.readiness import continuing

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english() -> Any:
    with translation.override("en"):
        yield


def shown(row: CriticalService, viewer: Viewer | None = None) -> Any:
    return resuming.services(viewer or cast.team_viewer(), moment.today()).get(pk=row.pk)


# The list -------------------------------------------------------------------------------------------------------------------------
def test_the_built_in_list_speaks_four_languages_and_names_real_cloud_services() -> None:
    for one in critical_services.listed().values():
        assert set(one.names) == {"nl", "fr", "de", "en"}
        assert all(one.names.values())
        assert len(set(one.names.values())) > 1
        assert set(one.cloud) <= set(catalog.services())
        assert 0 < one.hours <= actions.LONGEST


def test_one_click_starts_the_list_and_a_second_adds_nothing() -> None:
    ronse = cast.ronse()
    first = actions.start_list(organisation=ronse, by=SYSTEM)
    assert first == len(critical_services.listed())
    assert actions.start_list(organisation=ronse, by=SYSTEM) == 0
    rows = CriticalService.objects.filter(organisation=ronse)
    assert rows.count() == first
    assert set(rows.values_list("max_downtime_proposed", flat=True)) == {True}
    assert rows.get(kind="web").name == critical_services.listed()["web"].names["nl"]
    assert Touched.objects.filter(organisation=ronse.pk).exists()


def test_what_is_there_stays_when_the_list_is_taken_over() -> None:
    row = continuing.service(cast.ronse(), "web", limit=7)
    actions.start_list(organisation=cast.ronse(), by=SYSTEM)
    row.refresh_from_db()
    assert (row.max_downtime_hours, row.max_downtime_proposed) == (7, False)


def test_a_proposal_is_decided_by_changing_it_by_saying_so_or_by_a_review() -> None:
    ronse = cast.ronse()
    changed, said, kept = (
        continuing.service(ronse, kind, limit=24, proposed=True) for kind in ("web", "mail", "payroll")
    )
    actions.save_service(service=changed, version=1, by=SYSTEM, max_downtime_hours=20)
    actions.save_service(service=said, version=1, by=SYSTEM, max_downtime_hours=24, decided=True)
    actions.save_service(service=kept, version=1, by=SYSTEM, max_downtime_hours=24, workaround="On paper")
    proposed = dict(CriticalService.objects.values_list("kind", "max_downtime_proposed"))
    assert proposed == {"web": False, "mail": False, "payroll": True}
    assert actions.review_services(organisation=ronse, by=SYSTEM) == 3
    assert not CriticalService.objects.filter(max_downtime_proposed=True).exists()
    assert set(CriticalService.objects.values_list("reviewed_on", flat=True)) == {moment.today()}


def test_who_saves_second_is_told_so_and_changes_nothing() -> None:
    row = continuing.service(cast.ronse())
    actions.save_service(service=row, version=1, by=SYSTEM, rto_hours=5)
    with pytest.raises(Conflict):
        actions.save_service(service=row, version=1, by=SYSTEM, rto_hours=6)
    row.refresh_from_db()
    assert (row.rto_hours, row.version) == (5, 2)


def test_what_is_not_its_own_cannot_be_named() -> None:
    row, other = continuing.service(cast.ronse()), continuing.service(cast.eupen())
    with pytest.raises(Invalid):
        actions.save_service(service=row, version=1, by=SYSTEM, needs={other.pk})
    with pytest.raises(Invalid):
        actions.save_service(service=row, version=1, by=SYSTEM, needs={row.pk})
    with pytest.raises(Invalid):
        actions.save_service(service=row, version=1, by=SYSTEM, suppliers={cast.partner().pk})
    with pytest.raises(Invalid):
        actions.save_service(service=row, version=1, by=SYSTEM, rto_hours=actions.LONGEST + 1)
    row.refresh_from_db()
    assert row.version == 1


def test_an_ended_supplier_stays_named_but_is_not_named_anew() -> None:
    firm, ronse = cast.provider(), cast.ronse()
    row = continuing.service(ronse, suppliers={firm.pk})
    Supply.objects.filter(customer=ronse).update(valid_until=moment.today())
    actions.save_service(service=row, version=row.version, by=SYSTEM, suppliers={firm.pk})
    fresh = continuing.service(ronse, "mail")
    with pytest.raises(Invalid):
        actions.save_service(service=fresh, version=1, by=SYSTEM, suppliers={firm.pk})


def test_a_service_leaves_the_list_with_a_reason_and_may_come_back() -> None:
    row, other = continuing.service(cast.ronse()), continuing.service(cast.ronse(), "mail")
    actions.save_service(service=other, version=1, by=SYSTEM, needs={row.pk})
    with pytest.raises(Invalid):
        actions.retire_service(service=row, by=SYSTEM, because=" ")
    actions.retire_service(service=row, by=SYSTEM, because="The intermunicipal association does it")
    assert not other.needs.exists()
    with pytest.raises(Conflict):
        actions.retire_service(service=row, by=SYSTEM, because="again")
    assert continuing.service(cast.ronse()).pk != row.pk


# Against itself -------------------------------------------------------------------------------------------------------------------
def test_contradictions_slower_needs_and_circles_are_shown() -> None:
    ronse = cast.ronse()
    desk = continuing.service(ronse, "registry-office", limit=24, rto_hours=48)
    network = continuing.service(ronse, "network", limit=8, rto_hours=100)
    phone = continuing.service(ronse, "telephony", limit=8, rto_hours=8, needs={network.pk})
    actions.save_service(service=network, version=network.version, by=SYSTEM, needs={phone.pk})
    actions.save_service(service=desk, version=desk.version, by=SYSTEM, needs={phone.pk})
    found = continuity_picture.picture(cast.team_viewer(), ronse, moment.today())
    lines = {line.service.kind: line for line in found.lines}
    assert lines["registry-office"].service.contradicts
    assert not lines["telephony"].service.contradicts
    assert [one.kind for one in lines["registry-office"].slower] == ["network"]  # through the telephone exchange
    assert [one.kind for one in lines["telephony"].slower] == ["network"]
    assert [{one.kind for one in ring} for ring in found.circles] == [{"network", "telephony"}]
    assert not lines["registry-office"].in_circle


# Tests ----------------------------------------------------------------------------------------------------------------------------
def test_one_test_has_a_result_for_each_service() -> None:
    ronse = cast.ronse()
    quick, slow, unlimited = (
        continuing.service(ronse, kind, limit=limit) for kind, limit in [("web", 2), ("mail", 24), ("payroll", None)]
    )
    test = continuing.tested(quick, hours=4, services=[quick, slow, unlimited])
    results = dict(TestedService.objects.values_list("service__kind", "result"))
    assert results == {"web": "late", "mail": "resumed", "payroll": "unknown"}
    assert test.result == "late"
    assert TestedService.objects.get(service=quick).limit_hours == 2


def test_hours_and_result_must_fit() -> None:
    row = continuing.service(cast.ronse())
    for hours, resumed in ((None, True), (4, False), (4, None)):
        with pytest.raises(Invalid):
            continuing.tested(row, hours=hours, resumed=resumed)
    with pytest.raises(Invalid):
        continuing.tested(row, days_ago=-1)
    with pytest.raises(Invalid):
        continuing.tested(row, kind="drill")
    with pytest.raises(Invalid):
        continuing.tested(row, services=[continuing.service(cast.eupen())])
    assert continuing.tested(row, hours=None, resumed=None).result == "unknown"


def test_only_a_shown_recent_test_within_the_decided_limit_proves() -> None:
    ronse = cast.ronse()
    row = continuing.service(ronse, limit=24)
    continuing.tested(row, paper=False)
    assert not shown(row).proven
    continuing.tested(row, days_ago=400)
    assert not shown(row).proven
    continuing.tested(row, hours=25)
    assert not shown(row).proven
    continuing.tested(row)
    assert shown(row).proven
    CriticalService.objects.filter(pk=row.pk).update(max_downtime_proposed=True)
    assert not shown(row).proven  # nobody decided that limit
    CriticalService.objects.filter(pk=row.pk).update(max_downtime_proposed=False, max_downtime_hours=3)
    assert not shown(row).proven  # the limit of today counts, not that of then


def test_a_drill_is_a_test_of_what_it_carried() -> None:
    ronse = cast.ronse()
    web = continuing.service(ronse, "web", cloud_services=["web"])
    mail = continuing.service(ronse, "mail", cloud_services=["mail", "webmail"])
    paper = continuing.service(ronse, "library")
    drill = continuing.drilled(ronse, ["web"], minutes=90, sample=True)
    test = ContinuityTest.objects.get(drill=drill)
    assert (test.kind, test.result, float(test.hours or 0), test.sample) == ("drill", "resumed", 1.5, True)
    assert shown(web).proven
    assert not shown(mail).proven
    assert shown(paper).tested_on is None
    assert record_drill(drill=drill) is None  # never twice
    assert [one.chain for one in JournalEntry.objects.filter(verb="continuity.tested")] == [ronse.pk]


def test_a_drill_that_failed_shows_that_it_did_not_resume_or_that_nobody_can_tell() -> None:
    ronse = cast.ronse()
    continuing.service(ronse, "web", cloud_services=["web"])
    never = continuing.drilled(ronse, ["web"], error="No room on the engine")
    begun = continuing.drilled(ronse, ["web"], error="The files differ", started_at=moment.now())
    assert ContinuityTest.objects.get(drill=never).result == "unknown"
    assert ContinuityTest.objects.get(drill=begun).result == "not"
    assert ContinuityTest.objects.get(drill=begun).hours is None


def test_a_computed_time_above_the_limit_leaves_it_open() -> None:
    ronse = cast.ronse()
    row = continuing.service(ronse, "web", limit=2, cloud_services=["web"])
    drill = continuing.drilled(ronse, ["web"], minutes=60)
    ContinuityTest.objects.all().delete()
    type(drill).objects.filter(pk=drill.pk).update(extrapolated_minutes=600)
    drill.refresh_from_db()
    made = record_drill(drill=drill)
    assert made is not None
    assert made.result == "unknown"
    assert not shown(row).proven


def test_a_drill_of_an_exercise_says_nothing_of_reality() -> None:
    ronse = cast.ronse()
    continuing.service(ronse, "web", cloud_services=["web"])
    from paraat.cloud.actions.drills import drill, end_drill

    played = drill(organisation=ronse, by=SYSTEM, services=["web"], enqueue=False, exercise=True)
    end_drill(drill=played, error="It was stopped")
    assert not ContinuityTest.objects.exists()


# The population -------------------------------------------------------------------------------------------------------------------
def test_the_population_in_sql_equals_the_rules() -> None:
    rng = random.Random(5)
    towns = [cast.ronse(), cast.eupen(), cast.ixelles(), cast.drogenbos(), cast.spiere_helkijn()]
    kinds = list(critical_services.listed())
    for town in towns:
        for kind in kinds[: rng.randint(0, 6)]:
            row = continuing.service(town, kind, limit=rng.choice([None, 4, 24, 72, 240]), proposed=rng.random() < 0.2)
            for _each in range(rng.randint(0, 3)):
                continuing.tested(
                    row, hours=rng.choice([1, 10, 50]), days_ago=rng.choice([5, 300, 420]), paper=rng.random() < 0.7
                )
    today = moment.today()
    since, until = resuming.window(today)
    for days in (1, 3, 14):
        for found in resuming.population(cast.team_viewer(), today, days):
            said = []
            for row in CriticalService.objects.filter(organisation=found.pk):
                proofs = [
                    rules.Proof(
                        one.test.on,
                        None if one.test.hours is None else float(one.test.hours),
                        rules.Result(one.result),
                        bool(one.test.file),
                    )
                    for one in TestedService.objects.filter(service=row).select_related("test")
                ]
                proven = any(rules.proves(one, row.max_downtime_hours, since=since, until=until) for one in proofs)
                said.append((row.max_downtime_hours, proven and not row.max_downtime_proposed))
            assert resuming.state(found) == rules.resumes(said, days), (found.name, days, said)


def test_figures_have_a_denominator_a_day_and_a_definition() -> None:
    ronse = cast.ronse()
    cast.eupen()
    continuing.tested(continuing.service(ronse))
    gone = Organisation.objects.create(kind="municipality", name="Gone", active_until=moment.today())
    continuing.service(gone)
    rows = resuming.population(cast.team_viewer(), moment.today(), 3)
    found = resuming.figures(rows, cast.team_viewer(), moment.today(), 3)
    assert (found.all, found.some, found.none, found.nothing) == (1, 0, 0, rows.count() - 1)
    assert found.denominator == rows.count() == Organisation.objects.constituents().as_of(moment.today()).count()
    assert "12 months" in found.definition
    assert found.as_of == moment.today()


def test_a_town_counts_only_itself() -> None:
    continuing.tested(continuing.service(cast.ronse()))
    continuing.service(cast.eupen())
    own = resuming.population(cast.spoc_viewer(cast.eupen()), moment.today(), 3)
    assert [(row.name, row.due) for row in own] == [("Eupen", 1)]


# Suppliers ------------------------------------------------------------------------------------------------------------------------
def test_what_stops_with_a_supplier_includes_what_needs_it_through_others() -> None:
    firm, ronse, spiere = cast.provider(), cast.ronse(), cast.spiere_helkijn()
    network = continuing.service(ronse, "network", limit=8, suppliers={firm.pk})
    phone = continuing.service(ronse, "telephony", limit=4, needs={network.pk})
    continuing.service(ronse, "library")
    continuing.service(spiere, "web", suppliers={firm.pk})
    stops = supplier_reach.stops(cast.team_viewer(), firm)
    assert [(one.service.pk, one.direct) for one in stops][:2] == [(phone.pk, False), (network.pk, True)]
    assert {(one.service.organisation.name, one.service.kind) for one in stops} == {
        ("Ronse", "telephony"), ("Ronse", "network"), ("Spiere-Helkijn", "web")
    }  # fmt: skip
    named = supplier_reach.named(cast.team_viewer()).get()
    assert (named.constituents, named.services, named.shortest) == (2, 2, 8)


def test_a_supplier_reads_no_number_below_five_customers() -> None:
    firm = cast.provider()
    towns = [cast.ronse(), cast.spiere_helkijn(), cast.eupen(), cast.ixelles()]
    for town in towns:
        Supply.objects.get_or_create(supplier=firm, customer=town, defaults={"what": "Network"})
        continuing.service(town, suppliers={firm.pk})
    assert supplier_reach.told({firm.pk}) is None
    Supply.objects.create(supplier=firm, customer=cast.wemmel(), what="Network")
    continuing.service(cast.wemmel(), suppliers={firm.pk})
    assert supplier_reach.told({firm.pk}) == (5, 5)


# Who sees what --------------------------------------------------------------------------------------------------------------------
def test_nobody_but_the_town_the_team_and_its_auditor_sees_a_service_or_a_test() -> None:
    row = continuing.service(cast.ronse())
    test = continuing.tested(row)
    may = [cast.team_viewer(), cast.spoc_viewer(cast.ronse()), Viewer(roles=frozenset({Role.AUDITOR}))]
    other = [
        cast.spoc_viewer(cast.eupen()), cast.provider_viewer(), Viewer(roles=frozenset({Role.PARTNER, Role.OBSERVER})),
        Viewer(user=cast.tester().pk, roles=frozenset({Role.TESTER})), Viewer(user=cast.assessor().pk, roles=frozenset({Role.ASSESSOR})),
        Viewer(user=cast.administrator().pk, roles=frozenset({Role.ADMINISTRATOR})),
    ]  # fmt: skip
    for viewer in may:
        assert CriticalService.objects.visible_to(viewer).filter(pk=row.pk).exists()
        assert ContinuityTest.objects.visible_to(viewer).filter(pk=test.pk).exists()
    for viewer in other:
        assert not CriticalService.objects.visible_to(viewer).exists()
        assert not ContinuityTest.objects.visible_to(viewer).exists()
