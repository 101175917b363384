"""An engagement: no testing without a signature that another one compared, and none after a change."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest

from paraat.accounts.middleware import actor_of, viewer_of
from paraat.accounts.models import Membership
from paraat.alerts.models import Delivery
from paraat.kernel.errors import Conflict, Invalid, NotAllowed
from paraat.platform import moment
from paraat.platform.files import open_stored
from paraat.platform.models import JournalEntry
from paraat.readiness import engagements_demonstration
from paraat.readiness.actions import authorisations, engagements, scopes, testers
from paraat.readiness.actions.findings import disclose
from paraat.readiness.models import Authorisation, Disclosure, Engagement, Finding, Tester
from tests import cast
from tests.readiness import tested

pytestmark = pytest.mark.django_db


def test_it_lacks_what_a_paper_needs() -> None:
    made = engagements.plan_engagement(organisation=cast.ronse(), title="Test", by=tested.officer())
    with pytest.raises(Invalid) as error:
        authorisations.make_papers(engagement=made, by=tested.officer())
    assert error.value.context["missing"] == "scope, dates, stop_phone"


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": " "},
        {"allowed": ["nothing"]},
        {"allowed": ["web"], "forbidden": ["web"]},
        {"allowed": ["social"]},
        {"social_engineering": True},
        {"starts_on": date(2026, 2, 2), "ends_on": date(2026, 2, 1)},
    ],
)
def test_terms_that_contradict_each_other_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        tested.planned(**wrong)


def test_social_engineering_needs_words() -> None:
    made = tested.planned(
        allowed=["social"], social_engineering=True, social_words="One telephone call to the ICT desk."
    )
    assert made.allowed == ["social"]


def test_no_testing_without_a_signature_that_somebody_else_compared() -> None:
    made = tested.planned()
    with pytest.raises(Conflict):
        engagements.begin_testing(engagement=made, by=tested.officer())
    (paper,) = authorisations.make_papers(engagement=made, by=tested.officer())
    with pytest.raises(Conflict):  # nothing is signed
        tested.check(paper)
    tested.sign(paper)
    with open_stored(Authorisation.objects.get().signed_file) as stream:
        assert stream.read().startswith(b"%PDF-1.7 signed")
    with pytest.raises(NotAllowed):
        tested.check(paper, by=tested.officer())
    with pytest.raises(Invalid):
        authorisations.check_paper(authorisation=paper, control="0000", by=tested.second())
    with pytest.raises(Conflict):
        engagements.begin_testing(engagement=made, by=tested.officer())
    assert tested.check(paper).state == "authorised"
    assert engagements.begin_testing(engagement=made, by=tested.officer()).state == "going"
    verbs = list(JournalEntry.objects.filter(object_type="engagement").values_list("verb", flat=True))
    assert {"engagement.paper", "engagement.signed", "engagement.checked", "engagement.begun"} <= set(verbs)


def test_a_change_of_the_scope_ends_what_was_signed_and_tells_the_testers() -> None:
    made = tested.going()
    asset = cast.own(cast.ronse(), "ronse-cultuur.be")
    scopes.put_in_scope(engagement=made, asset=asset, by=tested.officer())
    made.refresh_from_db()
    assert made.state == "draft" and not made.authorisations.in_force().exists()
    assert Delivery.objects.filter(user=cast.tester(), key__startswith="engagement-lapsed").exists()
    with pytest.raises(Conflict):
        engagements.begin_testing(engagement=made, by=tested.officer())
    assert Engagement.objects.visible_to(viewer_of(cast.tester())).exists()  # it reads that it must wait
    for paper in authorisations.make_papers(engagement=made, by=tested.officer()):
        tested.check(tested.sign(paper))
    assert engagements.begin_testing(engagement=made, by=tested.officer()).state == "going"


def test_a_change_of_days_or_methods_ends_it_too_but_not_of_the_title() -> None:
    made = tested.authorised()
    assert engagements.change_terms(engagement=made, title="Other", by=tested.officer()).state == "authorised"
    later = made.ends_on + timedelta(days=7)
    assert engagements.change_terms(engagement=made, ends_on=later, by=tested.officer()).state == "draft"


def test_a_paper_of_other_terms_does_not_count() -> None:
    made = tested.planned()
    (paper,) = authorisations.make_papers(engagement=made, by=tested.officer())
    tested.sign(paper)
    Engagement.objects.filter(pk=made.pk).update(rules="something else")  # past the verbs
    with pytest.raises(Conflict):
        tested.check(paper)


def test_what_comes_back_must_be_a_signed_paper() -> None:
    (paper,) = authorisations.make_papers(engagement=tested.planned(), by=tested.officer())
    given = {"authorisation": paper, "signed_by": "Head", "signed_on": moment.today(), "by": tested.officer()}
    for wrong in (
        {"name": "virus.exe", "stream": io.BytesIO(b"x")},
        {"name": "a.pdf", "stream": io.BytesIO(b"")},
        {"name": "a.pdf", "stream": io.BytesIO(b"x"), "signed_by": " "},
        {"name": "a.pdf", "stream": io.BytesIO(b"x"), "signed_on": moment.today() + timedelta(days=1)},
        {"name": "a.pdf", "stream": io.BytesIO(b"x"), "signed_on": moment.today() - timedelta(days=1)},
    ):
        with pytest.raises(Invalid):
            authorisations.bring_back(**(given | wrong))
    authorisations.refuse_paper(authorisation=paper, because="The wrong person signed", by=tested.officer())
    with pytest.raises(Conflict):
        tested.sign(paper)


def test_only_what_is_theirs_today_goes_in() -> None:
    made = tested.planned()
    other = cast.own(cast.eupen(), "eupen-other.be")
    gone = cast.own(cast.ronse(), "gone.be")
    type(gone).objects.filter(pk=gone.pk).update(valid_until=moment.today())
    for wrong in (
        {"asset": other},
        {"asset": gone},
        {"kind": "asn", "value": "64500"},
        {"kind": "network", "value": "192.0.2.0/24"},
    ):
        with pytest.raises(Invalid):
            scopes.put_in_scope(engagement=made, by=tested.officer(), **wrong)
    line = scopes.put_in_scope(engagement=made, kind="host", value="WWW.Ronse.be", by=tested.officer())
    assert line.value == "www.ronse.be"
    with pytest.raises(Conflict):
        scopes.put_in_scope(engagement=made, kind="host", value="www.ronse.be", by=tested.officer())
    scopes.take_out_of_scope(line=line, by=tested.officer())
    assert made.scope.count() == 1


def test_a_tester_is_nothing_else_in_the_house() -> None:
    made = tested.authorised()
    with pytest.raises(Invalid):
        tested.invited(made, cast.observer())
    row = tested.invited(made, cast.tester())
    with pytest.raises(Conflict):
        tested.invited(made, cast.tester())
    assert Delivery.objects.filter(user=cast.tester(), key__startswith="tester:").count() == 1
    viewer = viewer_of(cast.tester())
    assert list(Engagement.objects.visible_to(viewer)) == [made]
    testers.send_away(tester=row, by=tested.officer())
    assert not Engagement.objects.visible_to(viewer).exists()
    assert not Membership.objects.in_force().filter(user=cast.tester(), role="tester").exists()


def test_a_new_tester_gets_a_link_and_sees_nothing_before_it_is_authorised() -> None:
    made = tested.planned()
    row = testers.invite_tester(engagement=made, email="new@school.example", name="Student", by=tested.officer())
    told = Delivery.objects.get(user=row.user)
    assert "/accounts/" in told.body and "Ronse" not in told.body
    assert not Engagement.objects.visible_to(viewer_of(row.user)).exists()


def test_it_ends_for_its_testers_when_it_is_closed() -> None:
    made = tested.going()
    finding = tested.drafted(made)
    engagements.report_engagement(engagement=made, by=tested.officer())
    with pytest.raises(Invalid):
        engagements.close_engagement(engagement=made, by=tested.officer())
    disclose(finding=finding, by=actor_of(cast.tester()))
    assert engagements.close_engagement(engagement=made, by=tested.officer()).state == "closed"
    viewer = viewer_of(cast.tester())
    assert not Engagement.objects.visible_to(viewer).exists() and not Tester.objects.working(cast.tester().pk).exists()
    assert not Membership.objects.in_force().filter(user=cast.tester(), role="tester").exists()
    with pytest.raises(Conflict):
        engagements.close_engagement(engagement=made, by=tested.officer())


def test_after_the_last_day_it_is_reported_once() -> None:
    made = tested.going()
    assert engagements.end_overdue(today=made.ends_on) == 0
    assert engagements.end_overdue(today=made.ends_on + timedelta(days=1)) == 1
    assert engagements.end_overdue(today=made.ends_on + timedelta(days=1)) == 0
    made.refresh_from_db()
    assert made.state == "reporting"


def test_the_demonstration_has_one_and_says_that_it_is_none() -> None:
    cast.ronse(), cast.duty_officer(), cast.coordinator()
    engagements_demonstration.load()
    engagements_demonstration.load()
    row = Engagement.objects.get()
    assert row.exercise and row.state == "going" and row.findings.count() == 2
    assert not Engagement.objects.real().exists() and not Finding.objects.real().exists()
    assert not Disclosure.objects.real().exists() and not Delivery.objects.filter(exercise=False).exists()
