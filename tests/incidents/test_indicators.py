"""Indicators are proposed once, flagged, reviewed by a person, and shown so that nobody clicks."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from paraat.formats.warning_lists import lists_with
from paraat.incidents.actions import indicators as actions
from paraat.incidents.models import Indicator
from paraat.kernel.errors import Conflict, Invalid
from paraat.kernel.marking import Tlp
from tests import cast
from tests.incidents import holding

pytestmark = pytest.mark.django_db
TEXT = "hxxps://drop.evil-site[.]com/x and 10.0.0.7\nalso www.google[.]com"


def proposed(text: str = "drop.evil-site[.]com and 10.0.0.7", **more: Any) -> list[Indicator]:
    proposal = actions.Proposal(actions.extract(text), {})
    values: dict[str, Any] = {"case": holding.case(), "where": "note", "by": holding.officer()}
    return actions.propose_indicators(proposal=proposal, **values | more)


def test_harmless_values_are_known_by_a_process_of_its_own() -> None:
    found = lists_with({"a": "www.google.com", "b": "drop.evil-site.com"})
    assert "b" not in found
    assert any("google" in name for name in found["a"])


def test_what_is_found_waits_once_and_says_where() -> None:
    first, case = proposed(), holding.case(title="Another")
    second = proposed("\ndrop.evil-site.com", case=case)
    assert {row.value: row.reserved for row in first} == {"drop.evil-site.com": False, "10.0.0.7": True}
    assert second[0].pk == first[0].pk
    assert Indicator.objects.count() == 2
    assert case.sightings.get().where == "note, 2"


def test_an_exercise_has_indicators_of_its_own() -> None:
    real, played = proposed()[0], proposed(case=holding.case(exercise=True))[0]
    assert (real.exercise, played.exercise) == (False, True)
    assert real.pk != played.pk


def test_two_cases_with_the_same_accepted_indicator_share_it() -> None:
    one, other = holding.case(), holding.case(title="Another")
    row = proposed(case=one)[0]
    proposed(case=other)
    assert actions.cases_sharing(case=one) == {}
    actions.accept_indicator(indicator=row, by=holding.officer(), tlp=Tlp.GREEN)
    assert actions.cases_sharing(case=one) == {other.pk: [row]}
    assert row.expires_at is not None


def test_rejecting_wants_a_reason_and_two_reviewers_do_not_overwrite_each_other() -> None:
    row = proposed()[0]
    stale = Indicator.objects.get(pk=row.pk)
    with pytest.raises(Invalid):
        actions.reject_indicator(indicator=row, by=holding.officer(), because=" ")
    actions.reject_indicator(indicator=row, by=holding.officer(), because="Our own")
    with pytest.raises(Conflict):
        actions.accept_indicator(indicator=stale, by=holding.officer())


def client(user: Any) -> Client:
    made = Client()
    made.force_login(user)
    return made


def test_an_officer_looks_through_a_text_and_reviews() -> None:
    case, officer = holding.case(), client(cast.duty_officer())
    given = {"text": TEXT, "where": "ransom note", "tlp": 2}
    assert officer.post(f"/cases/{case.pk}/indicators/", given).status_code == 302
    page = officer.get("/indicators/?state=proposed").content.decode()
    assert "hxxps[://]drop[.]evil-site[.]com/x" in page
    assert "https://drop.evil-site.com" not in page
    google = Indicator.objects.get(value="www.google.com")
    assert google.warning_lists
    keys = [str(row.pk) for row in Indicator.objects.exclude(pk=google.pk)]
    officer.post("/indicators/review/", {"indicator": keys, "decision": "accept", "tlp": "1"})
    officer.post(
        "/indicators/review/", {"indicator": [str(google.pk)], "decision": "reject", "because": "much visited"}
    )
    assert set(Indicator.objects.exclude(pk=google.pk).values_list("state", "tlp")) == {("accepted", 1)}
    google.refresh_from_db()
    assert (google.state, google.because) == ("rejected", "much visited")
    exported = b"".join(officer.get("/indicators/?format=csv&state=accepted").streaming_content).decode()  # type: ignore[attr-defined]
    assert "https://drop.evil-site.com/x" in exported
    assert "google" not in exported


def test_an_empty_form_is_told_what_is_missing() -> None:
    answer = client(cast.duty_officer()).post(f"/cases/{holding.case().pk}/indicators/", {"where": "x", "tlp": 2})
    assert answer.status_code == 400


def test_nobody_outside_the_room_reads_them() -> None:
    row = proposed()[0]
    for user in (cast.spoc_user(cast.ronse()), cast.observer(), cast.provider_user()):
        assert client(user).get(f"/indicators/{row.pk}/").status_code == 403
    assert client(cast.auditor()).get(f"/indicators/{row.pk}/").status_code == 200
    Indicator.objects.update(tlp=Tlp.RED)
    assert client(cast.auditor()).get(f"/indicators/{row.pk}/").status_code == 404


def test_the_list_costs_the_same_for_many(django_assert_max_num_queries: Any) -> None:
    proposed(" ".join(f"203.0.113.{n}" for n in range(40)))
    officer = client(cast.duty_officer())
    officer.get("/indicators/")
    with django_assert_max_num_queries(12):
        officer.get("/indicators/")
