"""Merging and splitting: all or nothing, nothing lost, and no victim reads what another one does."""

from __future__ import annotations

import pytest

from paraat.incidents.actions import merging
from paraat.incidents.actions.merging import merge_cases, split_case
from paraat.incidents.actions.states import move_case
from paraat.incidents.actions.timeline import add_entry
from paraat.incidents.actions.triage import accept_report
from paraat.incidents.models import Case, CaseService, Clock, Evidence, RansomDecision, Task, TimelineEntry
from paraat.kernel.errors import Conflict, Invalid
from paraat.kernel.marking import Tlp
from paraat.platform import facts, moment
from tests import cast
from tests.incidents import stories
from tests.web.pages import officer, page, said

pytestmark = pytest.mark.django_db


def merge(case: Case, into: Case, reason: str = "The same thing") -> Case:
    return merge_cases(case=case, into=into, by=stories.officer(), reason=reason)


def full_case() -> Case:
    """A case with something of everything."""
    now = moment.now()
    case = stories.case(title="Second report")
    accept_report(report=stories.report(cast.ronse(), services=["Mail", "Web"]), case=case, by=stories.officer())
    wrong = add_entry(case=case, text="At ten", by=stories.officer(), tlp=Tlp.RED)
    add_entry(case=case, text="At eleven", by=stories.officer(), corrects=wrong)
    case.tasks.all().delete()
    for key, state in [("a", "open"), ("b", "open"), ("c", "done")]:
        Task.objects.create(case=case, key=key, title=key, state=state, made_at=now, made_by="x")
    RansomDecision.objects.create(
        case=case,
        decision="not_pay",
        decided_by="College",
        decided_at=now,
        because="No",
        recorded_at=now,
        recorded_by="x",
    )
    Evidence.objects.create(
        case=case,
        report=case.reports.get(),
        number="E1",
        name="note.txt",
        sha256="0" * 64,
        size=1,
        received_at=now,
        received_by="x",
    )
    return case


def test_everything_that_is_worked_on_goes_along_and_nothing_is_lost() -> None:
    case, into = full_case(), stories.case(title="First report")
    into.tasks.all().delete()
    Task.objects.create(case=into, key="a", title="a", made_at=moment.now(), made_by="x")
    CaseService.objects.create(case=into, name="Mail", status="up", changed_at=moment.now())
    before = case.timeline.count()
    merge(case, into)
    case.refresh_from_db()
    assert (case.state, case.merged_into, case.rank) == ("merged", into, 9)
    assert case.timeline.count() == before + 1
    copies = into.timeline.filter(came_from=case.pk)
    assert copies.count() == before
    correction = copies.get(text="At eleven")
    assert correction.corrects is not None and correction.corrects.case == into and correction.tlp == Tlp.RED
    assert into.reports.count() == 1 and case.reports.count() == 0
    assert dict(into.services.values_list("name", "status")) == {"Mail": "up", "Web": "down"}
    assert set(into.tasks.values_list("key", flat=True)) == {"a", "b"}
    assert dict(case.tasks.values_list("key", "state")) == {"a": "dropped", "c": "done"}
    assert into.ransom_decisions.count() == case.ransom_decisions.count() == 1
    evidence = into.evidence.get()
    assert evidence.custody.filter(deed="moved", to=into.number).count() == 1


def test_no_clock_is_lost_or_moved() -> None:
    case, into = stories.case(), stories.case()
    shared = set(case.clocks.values_list("regime", flat=True))
    for one, regime in [(case, "x"), (case, "y"), (into, "x")]:
        Clock.objects.create(
            organisation=one.organisation, case=one, regime=regime, regime_version="1", proposed_at=moment.now()
        )
    merge(case, into)
    assert set(into.clocks.values_list("regime", flat=True)) == shared | {"x", "y"}
    assert set(case.clocks.values_list("regime", "state")) == {(regime, "proposed") for regime in shared | {"x"}}


def test_a_real_case_and_an_exercise_are_never_mixed() -> None:
    with pytest.raises(Invalid, match="exercise"):
        merge(stories.case(), stories.case(exercise=True))


def test_no_victim_reads_what_another_one_does() -> None:
    ronse, eupen = stories.case(), stories.case(cast.eupen())
    with pytest.raises(Invalid, match="two victims"):
        merge(ronse, eupen)
    assert eupen.timeline.count() == 1


def test_what_is_merged_or_closed_takes_nothing_in() -> None:
    first, second, third = stories.case(), stories.case(), stories.case()
    with pytest.raises(Invalid):
        merge(first, first)
    with pytest.raises(Invalid):
        merge(first, second, reason=" ")
    merge(first, second)
    with pytest.raises(Conflict):
        merge(first, third)
    with pytest.raises(Conflict):
        merge(third, first)
    closed = move_case(case=third, to="closed", by=stories.officer(), because="x")
    with pytest.raises(Invalid):
        merge(second, closed)


def test_a_merged_case_takes_no_entries_and_no_edits() -> None:
    first, second = stories.case(), stories.case()
    merge(first, second)
    with pytest.raises(Invalid):
        add_entry(case=first, text="x", by=stories.officer())
    with pytest.raises(Invalid):
        move_case(case=first, to="contained", by=stories.officer())
    text = page(officer(), f"/cases/{first.pk}/")
    assert second.number in text and "Add to the timeline" not in text and "Change the state" not in text


def test_a_merge_that_breaks_leaves_everything_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    case, into = full_case(), stories.case()

    def broken(_fact: object) -> None:
        raise RuntimeError("killed")

    monkeypatch.setattr(merging, "announce", broken)
    entries = TimelineEntry.objects.count()
    with pytest.raises(RuntimeError):
        merge(case, into)
    case.refresh_from_db()
    assert case.state == "opened" and case.reports.count() == 1 and TimelineEntry.objects.count() == entries


def test_higher_apps_are_told_where_a_case_lives_on() -> None:
    heard: list[facts.CaseMerged] = []
    facts.subscribe(facts.CaseMerged)(heard.append)
    case, into = stories.case(), stories.case()
    try:
        merge(case, into)
    finally:
        facts._subscribers[facts.CaseMerged].remove(heard.append)
    assert [(one.case, one.into) for one in heard] == [(case.pk, into.pk)]


def test_splitting_undoes_a_merge() -> None:
    case, into = full_case(), stories.case()
    merge(case, into)
    reports = list(into.reports.all())
    made = split_case(
        case=into, reports=reports, title="After all another", by=stories.officer(), reason="Another intruder"
    )
    assert list(made.reports.all()) == reports and made.split_from == into and not into.reports.exists()
    assert made.timeline.filter(report=reports[0]).count() == 1
    assert made.evidence.get().custody.filter(deed="moved").count() == 2
    assert into.timeline.filter(text__contains=made.number).exists()


def test_a_report_in_the_wrong_case_goes_to_its_own_victim() -> None:
    case = stories.case()
    report = stories.report(cast.eupen())
    accept_report(report=report, case=case, by=stories.officer())
    report.refresh_from_db()
    made = split_case(case=case, reports=[report], title="Eupen too", by=stories.officer(), reason="Wrong town")
    assert made.organisation == cast.eupen()


def test_a_report_that_left_is_not_split_off_twice() -> None:
    case = full_case()
    reports = list(case.reports.all())
    split_case(case=case, reports=reports, title="One", by=stories.officer(), reason="x")
    cases = Case.objects.count()
    with pytest.raises(Conflict):
        split_case(case=case, reports=reports, title="Two", by=stories.officer(), reason="x")
    assert Case.objects.count() == cases


def test_the_pages_merge_and_split() -> None:
    case, into, client = full_case(), stories.case(title="The first"), officer()
    stories.case(cast.eupen(), title="Of another town")
    text = page(client, f"/cases/{case.pk}/merge/")
    assert "The first" in text and "Of another town" not in text
    text = said(client, f"/cases/{case.pk}/merge/", {"into": str(into.pk), "reason": "The same"})
    assert f"{case.number} lives on in this case." in text and f"taken over from {case.number}" in text
    assert client.get(f"/cases/{case.pk}/merge/").status_code == 404
    report = into.reports.get()
    said(
        client, f"/cases/{into.pk}/split/", {"reports": [str(report.pk)], "title": "Its own", "reason": "Not the same"}
    )
    report.refresh_from_db()
    assert report.case is not None and report.case.title == "Its own"


def test_what_is_joined_is_marked_as_the_higher_of_the_two() -> None:
    """A line that nobody could read because of its case is not opened by merging that case into a lower one."""
    case, into = stories.case(tlp=Tlp.RED), stories.case(tlp=Tlp.GREEN)
    add_entry(case=case, text="At ten", by=stories.officer(), tlp=Tlp.GREEN)
    merge_cases(case=case, into=into, by=stories.officer(), reason="The same")
    into.refresh_from_db()
    assert into.tlp == Tlp.RED
