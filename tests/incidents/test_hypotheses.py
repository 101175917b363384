"""Cases that share something are proposed, never as a fact; hypotheses compete, and every confidence is kept with its date."""

from __future__ import annotations

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext

from paraat.incidents.actions import hypotheses as actions
from paraat.incidents.actions.suppliers import involve_supplier
from paraat.incidents.models import Case, Hypothesis, Indicator, IndicatorSighting
from paraat.incidents.related import related
from paraat.incidents.rules.related import Why
from paraat.kernel.errors import Conflict, Invalid
from paraat.kernel.marking import Tlp
from paraat.platform import moment
from paraat.registry.models import Organisation
from tests import cast
from tests.incidents import working
from tests.web.pages import client_of, officer, page, said

pytestmark = pytest.mark.django_db
BY = working.actor


def sight(case: Case, value: str = "198.51.100.7", state: str = "accepted", tlp: Tlp = Tlp.AMBER) -> None:
    now = moment.now()
    made = {"proposed_at": now, "proposed_by": "test", "tlp": tlp, "state": state}
    indicator, _made = Indicator.objects.get_or_create(kind="ipv4", value=value, exercise=case.exercise, defaults=made)
    fields = {field.name for field in IndicatorSighting._meta.fields}
    more = {name: given for name, given in {"at": now, "seen_at": now, "by": "test"}.items() if name in fields}
    IndicatorSighting.objects.create(indicator=indicator, case=case, **more)


def test_an_accepted_indicator_in_two_cases_proposes_the_other() -> None:
    one, two, three = working.case(), working.case(cast.eupen()), working.case(cast.ixelles())
    for case in (one, two):
        sight(case)
    sight(three, "203.0.113.9", state="proposed")
    sight(one, "203.0.113.9", state="proposed")
    found = related(cast.team_viewer(), one)
    assert [(other.pk, [share.why for share in proposal.shares]) for other, proposal in found] == [
        (two.pk, [Why.INDICATOR])
    ]
    assert found[0][1].shares[0].what == "198[.]51[.]100[.]7"
    assert not Hypothesis.objects.exists(), "a proposal is not stored"


def test_supplier_actor_and_technique_count_too() -> None:
    one, two = working.case(), working.case(cast.eupen())
    Case.objects.filter(pk__in=[one.pk, two.pk]).update(techniques=["T1486", "T1078"])
    Case.objects.filter(pk=one.pk).update(actor="Play")
    Case.objects.filter(pk=two.pk).update(actor="PLAY ")
    for case in (one, two):
        involve_supplier(case=case, organisation=cast.provider(), by=BY())
    one.refresh_from_db()
    [(_other, proposal)] = related(cast.team_viewer(), one)
    assert {share.why for share in proposal.shares} == {Why.SUPPLIER, Why.ACTOR, Why.TECHNIQUE}


def test_exercise_and_reality_are_never_related() -> None:
    one, two = working.case(), working.case(cast.eupen(), exercise=True)
    for case in (one, two):
        involve_supplier(case=case, organisation=cast.provider(), by=BY())
    assert related(cast.team_viewer(), one) == [] and related(cast.team_viewer(), two) == []
    with pytest.raises(Invalid, match="mix"):
        actions.make_hypothesis(question="Same?", statement="Yes", cases=[one, two], by=BY())


def test_what_one_may_not_see_is_not_proposed() -> None:
    one, two = working.case(), working.case(cast.eupen(), tlp=Tlp.RED)
    for case in (one, two):
        involve_supplier(case=case, organisation=cast.provider(), by=BY())
    assert len(related(cast.team_viewer(), one)) == 1
    assert "C2" in page(client_of(cast.auditor()), f"/cases/{one.pk}/") and two.number not in page(
        client_of(cast.auditor()), f"/cases/{one.pk}/"
    )


def test_a_red_indicator_proposes_nothing_to_who_may_not_see_it() -> None:
    one, two = working.case(), working.case(cast.eupen())
    for case in (one, two):
        sight(case, tlp=Tlp.RED)
    assert "198" not in page(client_of(cast.auditor()), f"/cases/{one.pk}/")


def test_relating_takes_the_same_number_of_queries_however_many() -> None:
    one = working.case()
    involve_supplier(case=one, organisation=cast.provider(), by=BY())
    counted = []
    for number in (1, 8):
        for n in range(number):
            town = Organisation.objects.create(kind="municipality", name=f"Town {number}.{n}", languages=["nl"])
            involve_supplier(case=working.case(town), organisation=cast.provider(), by=BY())
        caches["local"].clear()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert related(cast.team_viewer(), one)
        counted.append(len(queries))
    assert counted[0] == counted[1] <= 6


def test_every_confidence_is_kept_and_the_newest_counts() -> None:
    row = actions.make_hypothesis(question="Same actor?", statement="Yes", cases=[working.case()], by=BY())
    stale = Hypothesis.objects.get(pk=row.pk)
    actions.assess_hypothesis(hypothesis=row, confidence="high", because="Same key", by=BY())
    with pytest.raises(Conflict):
        actions.assess_hypothesis(hypothesis=stale, confidence="low", because="Old view", by=BY())
    assert [one.confidence for one in row.assessments.all()] == ["low", "high"]
    with pytest.raises(Invalid):
        actions.assess_hypothesis(hypothesis=row, confidence="high", because=" ", by=BY())


def test_a_hypothesis_is_marked_as_strictly_as_its_strictest_case() -> None:
    red = working.case(cast.eupen(), tlp=Tlp.RED)
    row = actions.make_hypothesis(question="Same?", statement="Yes", cases=[working.case()], by=BY(), tlp=Tlp.CLEAR)
    assert row.tlp == Tlp.AMBER_STRICT
    actions.link_case(hypothesis=row, case=red, by=BY())
    row.refresh_from_db()
    assert row.tlp == Tlp.RED
    assert "Same?" not in page(client_of(cast.auditor()), "/hypotheses/")


def test_on_screen_answers_to_one_question_stand_side_by_side() -> None:
    one, two = working.case(), working.case(cast.eupen())
    for case in (one, two):
        involve_supplier(case=case, organisation=cast.provider(), by=BY())
    client = officer()
    assert "Make it a hypothesis" in page(client, f"/cases/{one.pk}/")
    form = page(client, f"/cases/{one.pk}/hypotheses/new/?with={two.pk}")
    assert "Do C" in form and "supplier: Streek-ICT" in form
    for answer in ("The same actor", "Two actors, one hole"):
        data = {"question": "Do they belong together?", "statement": answer, "confidence": "low", "because": ""}
        text = said(client, f"/cases/{one.pk}/hypotheses/new/?with={two.pk}", data)
    assert "The same actor" in text and "Two actors, one hole" in text
    row = Hypothesis.objects.get(statement="The same actor")
    assert "Not in the logs" in said(
        client, f"/hypotheses/{row.pk}/points/", {"speaks_for": "", "text": "Not in the logs"}
    )
    assert not row.points.get().speaks_for
    text = said(
        client, f"/hypotheses/{row.pk}/assess/", {"confidence": "moderate", "state": "refuted", "because": "Other key"}
    )
    assert "Other key" in text and "refuted" in text
    assert "Do they belong together?" in page(client, f"/cases/{two.pk}/")


def test_no_victim_reads_what_is_thought_of_it() -> None:
    case = working.case()
    row = actions.make_hypothesis(question="Did they pay?", statement="Perhaps", cases=[case], by=BY())
    spoc = client_of(cast.spoc_user(cast.ronse()))
    assert "Did they pay" not in page(spoc, f"/cases/{case.pk}/")
    page(spoc, f"/hypotheses/{row.pk}/", 403)
    page(client_of(cast.observer()), "/hypotheses/", 403)


def test_the_list_names_no_case_that_its_reader_may_not_see() -> None:
    seen, red = working.case(), working.case(cast.eupen())
    actions.make_hypothesis(
        cases=[seen, red], question="Same actor?", statement="Yes", because="a guess", by=BY(), tlp=Tlp.AMBER_STRICT
    )
    Case.objects.filter(pk=red.pk).update(tlp=Tlp.RED)  # it turned out to be worse
    text = page(client_of(cast.auditor()), "/hypotheses/")
    assert seen.number in text and red.number not in text
    assert "Same actor?" not in page(client_of(cast.auditor()), f"/hypotheses/?q={red.number}")
    assert "Same actor?" in page(officer(), f"/hypotheses/?q={red.number}")
