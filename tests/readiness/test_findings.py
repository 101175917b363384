"""Findings: the owner first, then the team, later the auditors, and nobody else; and the patterns that speak of nobody."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest

from paraat.accounts.middleware import actor_of, viewer_of
from paraat.accounts.models import WaitingTask
from paraat.alerts.models import Delivery
from paraat.kernel.errors import Conflict, Invalid, NotFound
from paraat.kernel.marking import Role, Viewer
from paraat.platform import moment
from paraat.platform.models import JournalDetail, JournalEntry
from paraat.readiness import finding_patterns
from paraat.readiness.actions import findings
from paraat.readiness.models import Finding, Lesson, Retest, Touched
from tests import cast
from tests.readiness import assessed, tested

pytestmark = pytest.mark.django_db


def spoc() -> object:
    return actor_of(cast.spoc_user(cast.ronse()))


def test_the_owner_is_told_at_once_and_no_message_says_what_it_is() -> None:
    row = tested.disclosed(tested.going())
    told = list(Delivery.objects.filter(key__startswith=f"finding:{row.pk}"))
    assert {one.contact.role for one in told} == {"spoc", "deputy", "ict_on_call"}
    for one in told:
        words = f"{one.subject} {one.body}"
        assert row.number in words and one.severity == 5
        assert not any(secret in words for secret in (row.title, row.target, row.what, row.reproduction, "CVSS"))
    assert Touched.objects.filter(organisation=cast.ronse().pk).exists()
    with pytest.raises(Conflict):
        findings.disclose(finding=row, by=tested.officer())
    assert Delivery.objects.filter(key__startswith=f"finding:{row.pk}").count() == 3


def test_the_team_has_a_task_until_the_owner_looked() -> None:
    row = tested.disclosed(tested.going())
    assert WaitingTask.objects.open().filter(key=f"finding:{row.pk}").exists()
    findings.see_finding(finding=row, by=spoc())
    assert not WaitingTask.objects.open().filter(key=f"finding:{row.pk}").exists()
    with pytest.raises(Conflict):
        findings.see_finding(finding=row, by=spoc())


def test_too_little_to_act_on_is_not_told() -> None:
    row = tested.drafted(tested.going(), vector="", reproduction="")
    with pytest.raises(Invalid) as error:
        findings.disclose(finding=row, by=tested.officer())
    assert error.value.context["missing"] == "reproduction, vector"


def test_what_the_owner_was_told_does_not_change() -> None:
    row = tested.drafted(tested.going())
    findings.change_finding(finding=row, title="Better", by=tested.officer())
    findings.disclose(finding=row, by=tested.officer())
    with pytest.raises(Conflict):
        findings.change_finding(finding=row, title="Worse", by=tested.officer())


def test_the_circles_open_one_after_the_other() -> None:
    row = tested.drafted(tested.going(with_testers=2))
    people = {
        "author": cast.tester(), "co-tester": cast.tester(2), "owner": cast.spoc_user(cast.ronse()), "team": cast.duty_officer(),
        "auditor": cast.auditor(), "other town": cast.spoc_user(cast.eupen()), "provider": cast.provider_user(), "observer": cast.observer(),
        "partner": cast.partner_user(), "assessor": cast.assessor(), "other tester": cast.tester(3), "administrator": cast.administrator(),
    }  # fmt: skip

    def circle(scope: str) -> set[str]:
        return {name for name, user in people.items() if getattr(Finding.objects, scope)(viewer_of(user)).exists()}

    assert circle("visible_to") == circle("known_to") == {"author", "co-tester"}
    findings.disclose(finding=row, by=tested.officer())
    assert circle("visible_to") == {"author", "co-tester", "owner"}
    assert circle("known_to") == {"author", "co-tester", "owner", "team"}
    findings.see_finding(finding=row, by=spoc())
    assert circle("visible_to") == {"author", "co-tester", "owner", "team"}
    Finding.objects.update(audit_at=moment.now())
    assert circle("visible_to") == {"author", "co-tester", "owner", "team", "auditor"}
    Finding.objects.update(tlp=0)  # no marking opens it to anybody else
    assert circle("visible_to") == {"author", "co-tester", "owner", "team", "auditor"}


def test_a_silent_owner_keeps_it_from_the_team_for_a_week_only() -> None:
    row = tested.disclosed(tested.going())
    assert row.opens_at - row.disclosed_at == timedelta(days=7) and row.audit_at - row.disclosed_at == timedelta(
        days=90
    )
    Finding.objects.update(opens_at=moment.now())
    assert Finding.objects.visible_to(viewer_of(cast.duty_officer())).exists()


def test_the_journal_keeps_a_draft_from_its_owner_and_details_from_everybody() -> None:
    row = tested.drafted(tested.going())
    viewer = viewer_of(cast.spoc_user(cast.ronse()))
    assert not JournalEntry.objects.visible_to(viewer).filter(object_id=str(row.pk)).exists()
    findings.disclose(finding=row, by=tested.officer())
    assert JournalEntry.objects.visible_to(viewer).filter(object_id=str(row.pk), verb="finding.disclosed").exists()

    said = str(list(JournalDetail.objects.values_list("detail", flat=True)))
    assert row.title not in said and row.reproduction not in said


def test_fixed_tested_again_and_open_again() -> None:
    row = tested.disclosed(tested.going())
    with pytest.raises(Conflict):
        findings.retest_finding(finding=row, gone=True, note="", by=tested.officer())
    findings.fix_finding(finding=row, how="Escaped", by=spoc())  # who answers has seen it
    row.refresh_from_db()
    assert row.seen_at and row.state == "fixed"
    author, other = cast.tester(), cast.tester(2)
    assert findings.retest_finding(finding=row, gone=False, note="Still", by=actor_of(author), user=author).same_person
    row.refresh_from_db()
    assert row.state == "reopened"
    findings.fix_finding(finding=row, how="Now really", by=spoc())
    assert not findings.retest_finding(finding=row, gone=True, note="", by=actor_of(other), user=other).same_person
    row.refresh_from_db()
    assert row.state == "retested" and Retest.objects.count() == 2 and not Finding.objects.all().open().exists()
    with pytest.raises(Conflict):
        findings.accept_finding(finding=row, because="x", by=spoc())


def test_a_risk_is_accepted_with_a_reason() -> None:
    row = tested.disclosed(tested.going())
    with pytest.raises(Invalid):
        findings.accept_finding(finding=row, because=" ", by=spoc())
    assert findings.accept_finding(finding=row, because="It goes next month", by=spoc()).state == "accepted"


def test_evidence_lies_under_its_digest() -> None:
    row = tested.drafted(tested.going())
    made = findings.add_finding_evidence(finding=row, name="shot.png", stream=io.BytesIO(b"x"), by=tested.officer())
    assert made.digest == "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
    with pytest.raises(Invalid):
        findings.add_finding_evidence(finding=row, name="x", stream=io.BytesIO(b""), by=tested.officer())


@pytest.mark.parametrize("wrong", [{"title": ""}, {"vector": "CVSS:3.1/AV:N"}, {"pattern": "XSS"}, {"score": "10"}])
def test_what_cannot_be_kept_is_said(wrong: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        tested.drafted(tested.going(), **wrong)


def test_nothing_is_written_before_it_begins_or_from_nowhere() -> None:
    row = tested.authorised()
    with pytest.raises(Conflict):
        tested.drafted(row)
    with pytest.raises(Invalid):
        findings.draft_finding(author=None, by=tested.officer(), title="x")


def test_a_finding_of_an_audit_is_about_what_it_asked() -> None:
    audit = assessed.opened(cast.ronse(), kind="external", auditor=cast.assessor())
    asked = assessed.answer(audit, "C01").control
    fields = {"author": cast.assessor(), "by": tested.officer(), "title": "x", "control": asked}
    assert findings.draft_finding(assessment=audit, **fields).control == asked
    with pytest.raises(Invalid):
        findings.draft_finding(engagement=tested.going(), **fields)
    other = assessed.opened(cast.eupen(), assessed.edition(key="other"), kind="external")
    with pytest.raises(Invalid):
        findings.draft_finding(assessment=other, **fields)


# Patterns -------------------------------------------------------------------------------------------------------------------------


def test_a_pattern_of_five_becomes_a_lesson_that_names_nobody() -> None:
    towns = [cast.ronse(), cast.eupen(), cast.ixelles(), cast.spiere_helkijn(), cast.east_flanders()]
    for town in towns[:4]:
        row = tested.disclosed(tested.going(town))
    tested.disclosed(row.engagement)  # a second one of the same town counts once
    Finding.objects.update(opens_at=moment.now())
    assert finding_patterns.current() == []
    with pytest.raises(NotFound):
        finding_patterns.as_lesson("CWE-79", by=tested.officer())
    tested.disclosed(tested.going(towns[4]))
    assert finding_patterns.current() == []  # not for the house to read yet
    Finding.objects.update(opens_at=moment.now())
    (found,) = finding_patterns.current()
    assert (found.pattern, found.organisations) == ("CWE-79", 5)
    lesson = finding_patterns.as_lesson("CWE-79", by=tested.officer())
    assert (
        lesson.state == Lesson.State.DRAFT
        and set(lesson.title) == {"nl", "fr", "de", "en"}
        and "CWE-79" in lesson.title["en"]
    )
    words = str([lesson.title, lesson.happened, lesson.advice])
    assert not any(town.name in words for town in towns) and "Search box" not in words


def test_exercises_make_no_pattern() -> None:
    for town in (cast.ronse(), cast.eupen(), cast.ixelles(), cast.spiere_helkijn(), cast.east_flanders()):
        tested.disclosed(tested.going(town, exercise=True))
    Finding.objects.update(opens_at=moment.now())
    assert finding_patterns.current() == []


def test_auditors_of_the_house_do_not_learn_from_the_journal_what_they_may_not_know_yet() -> None:
    row = tested.disclosed(tested.going())
    viewer = viewer_of(cast.auditor())
    lines = JournalEntry.objects.visible_to(viewer).filter(object_type="finding")
    assert not lines.exists()
    assert JournalEntry.objects.visible_to(viewer_of(cast.duty_officer())).filter(verb="finding.disclosed").exists()
    Finding.objects.update(audit_at=moment.now())
    findings.see_finding(finding=row, by=spoc())
    assert [one.verb for one in lines] == ["finding.seen"]


def test_who_is_no_tester_any_more_reads_nothing_of_what_he_tested() -> None:
    row = tested.disclosed(tested.going())
    named = viewer_of(cast.tester())
    assert Finding.objects.visible_to(named).get() == row
    for role in (Role.SPOC, Role.ASSESSOR):
        later = Viewer(user=named.user, roles=frozenset({role}), own=frozenset({cast.eupen().pk}))
        assert not Finding.objects.visible_to(later).exists()
