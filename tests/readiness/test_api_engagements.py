"""The API of ethical hacking: each reads its own, and a stop works from a program too."""

from __future__ import annotations

import pytest

from paraat.platform import moment
from paraat.readiness.actions import disclosures
from paraat.readiness.models import Engagement, Finding
from tests import cast
from tests.api.stage import Caller
from tests.readiness import tested

pytestmark = pytest.mark.django_db


def test_each_reads_its_own_engagements() -> None:
    mine, other = tested.going(), tested.authorised(cast.eupen())
    for user, seen in [
        (cast.tester(), {mine.number}), (cast.tester(2), set()), (cast.duty_officer(), {mine.number, other.number}),
        (cast.auditor(), {mine.number, other.number}), (cast.spoc_user(cast.ronse()), {mine.number}), (cast.spoc_user(cast.eupen()), {other.number}),
    ]:  # fmt: skip
        caller = Caller(user)
        assert {one["number"] for one in caller.get("/engagements").json()["items"]} == seen, user
        assert caller.get(f"/engagements/{mine.pk}").status_code == (200 if mine.number in seen else 404)
    for user in (cast.observer(), cast.partner_user(), cast.provider_user(), cast.administrator(), cast.assessor()):
        assert Caller(user).get("/engagements").status_code == 403


def test_a_target_is_asked_and_a_stop_pressed() -> None:
    row = tested.going()
    tester, auditor = Caller(cast.tester()), Caller(cast.auditor())
    at = f"/engagements/{row.pk}"
    assert auditor.post(f"{at}/targets", {"target": "ronse.be"}).status_code == 403
    assert auditor.post(f"{at}/stop", {"because": "x"}).status_code == 403
    asked = tester.post(f"{at}/targets", {"target": "https://WWW.Ronse.be/zoek", "method": "web"})
    assert asked.status_code == 201 and asked.json()["allowed"] is True
    assert Caller(cast.tester(2)).post(f"{at}/stop", {"because": "x"}).status_code == 404
    assert tester.post(f"{at}/stop", {"because": "A counter is down"}).json()["state"] == "stopped"
    assert tester.post(f"{at}/stop", {"because": "again"}).status_code == 409
    assert Engagement.objects.get().testers.get().stop_seen_at is not None
    assert tester.post(f"{at}/targets", {"target": "ronse.be"}).json()["reason"] == "stopped"
    assert [one["reason"] for one in auditor.get(f"{at}/targets").json()["items"]] == ["stopped", "in_scope"]


def test_findings_are_read_in_their_circles() -> None:
    row = tested.disclosed(tested.going())
    readers = {name: Caller(user) for name, user in {
        "tester": cast.tester(), "owner": cast.spoc_user(cast.ronse()), "team": cast.duty_officer(), "auditor": cast.auditor(),
        "other": cast.spoc_user(cast.eupen()), "assessor": cast.assessor(),
    }.items()}  # fmt: skip

    def circle() -> set[str]:
        whole = {name for name, one in readers.items() if one.get(f"/weaknesses/{row.pk}").status_code == 200}
        assert whole == {name for name, one in readers.items() if one.get("/weaknesses").json()["items"]}
        return whole

    assert circle() == {"tester", "owner"}
    Finding.objects.update(opens_at=moment.now())
    assert circle() == {"tester", "owner", "team"}
    Finding.objects.update(audit_at=moment.now())
    assert circle() == {"tester", "owner", "team", "auditor"}


def test_a_researchers_report_is_the_owners_once_it_was_passed_on() -> None:
    row = disclosures.take_disclosure(text="It answers", researcher="Somebody", address="who@else.example")
    disclosures.attribute_disclosure(disclosure=row, organisation=cast.ronse(), by=tested.officer())
    spoc, eupen, auditor = (
        Caller(user) for user in (cast.spoc_user(cast.ronse()), cast.spoc_user(cast.eupen()), cast.auditor())
    )
    for caller in (spoc, eupen, auditor):
        assert caller.get(f"/disclosures/{row.pk}").status_code == 404
    disclosures.pass_on(disclosure=row, by=tested.officer())
    answer = spoc.get(f"/disclosures/{row.pk}")
    assert (
        answer.json()["text"] == "It answers"
        and "Somebody" not in answer.content.decode()
        and "who@else" not in answer.content.decode()
    )
    assert (
        auditor.get(f"/disclosures/{row.pk}").status_code == 200
        and eupen.get(f"/disclosures/{row.pk}").status_code == 404
    )
    assert Caller(cast.tester()).get("/disclosures").status_code == 403
