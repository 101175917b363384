"""Measures: planned from findings, changed by one of two, done by one and verified by another, dropped, opened again, undone, and back in time."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from paraat.accounts.middleware import viewer_of
from paraat.accounts.models import ApiToken
from paraat.kernel.actor import SYSTEM, Actor, ActorKind
from paraat.kernel.errors import Conflict, Invalid, NotAllowed
from paraat.kernel.marking import Tlp
from paraat.platform import moment
from paraat.platform.models import JournalEntry
from paraat.readiness.actions import measures, measures_states
from paraat.readiness.actions.measures_evidence import add_measure_evidence
from paraat.readiness.actions.measures_personal import erase_person, export_person
from paraat.readiness.models import Finding, Measure, Touched
from tests import cast
from tests.readiness import measured, tested

pytestmark = pytest.mark.django_db


def test_planned_from_two_findings_it_is_as_secret_as_they_are() -> None:
    one, two = measured.found(), measured.found(number=2, tlp=Tlp.RED)
    row = measured.planned(findings=[one, two], cost=Decimal("1200.50"))
    assert row.number.startswith("M") and row.state == "planned" and row.tlp == Tlp.RED
    assert set(row.findings.all()) == {one, two} and list(one.measures.all()) == [row]
    assert row.reminders.count() == 6
    assert JournalEntry.objects.filter(verb="measure.planned", object_id=str(row.pk)).exists()
    assert Touched.objects.filter(organisation=row.organisation_id).exists()


def test_a_finding_of_another_town_and_a_mix_of_worlds_are_refused() -> None:
    with pytest.raises(Invalid):
        measured.planned(findings=[measured.found(cast.spiere_helkijn())])
    played = measured.found(number=3, exercise=True)
    with pytest.raises(Invalid):
        measured.planned(findings=[measured.found(number=4), played])
    assert measured.planned(findings=[played]).exercise, "what is made from something played is played too"
    with pytest.raises(Invalid):
        measured.planned(owner=cast.contact(cast.spiere_helkijn()))
    for wrong in ({"title": " "}, {"cost": Decimal(-1)}, {"every": 0}, {"topic": "weak_passwords"}):
        with pytest.raises(Invalid):
            measured.planned(**wrong)


def test_two_who_change_it_at_once_are_told() -> None:
    row = measured.planned()
    changed = measures.change_measure(
        measure=row, version=0, by=measured.spoc(), due_on=date(2027, 5, 31), because="Budget in May"
    )
    assert changed.version == 1 and changed.first_due_on == moment.today() + timedelta(days=60), (
        "the first promise stays"
    )
    with pytest.raises(Conflict):
        measures.change_measure(measure=row, version=0, by=measured.officer(), title="Mine")
    history = row.changes.first()
    assert (
        history.deed == "changed" and history.detail["due_on"][1] == "2027-05-31" and history.because == "Budget in May"
    )
    assert measures.change_measure(measure=changed, version=1, by=measured.spoc(), title=changed.title).version == 1, (
        "nothing changed"
    )


def test_who_said_that_it_is_done_cannot_verify_it_by_any_way_of_signing_in() -> None:
    town = cast.ronse()
    user = cast.spoc_user(town)
    row = measures_states.finish_measure(measure=measured.planned(), by=measured.actor(user))
    measured.proven(row)
    token = ApiToken.objects.create(user=user, name="mine", digest="d", created_at=moment.now())
    for same in (
        measured.actor(user),
        measured.actor(cast.contact(town)),  # the contact on file, by a signed link
        Actor(ActorKind.TOKEN, token.pk, "SPOC (mine)"),
    ):
        for deed in (measures_states.verify_measure, measures_states.refuse_measure):
            with pytest.raises(NotAllowed):
                deed(measure=row, by=same, because="I saw it")
    verified = measures_states.verify_measure(measure=row, by=measured.actor(measured.deputy_user()))
    assert verified.state == "verified" and verified.verified_by == "Deputy, Ronse"
    assert not row.reminders.filter(fired_at=None, cancelled_at=None).exists(), "nobody is reminded of what is done"


def test_on_the_command_line_a_name_says_who_it_is() -> None:
    one = Actor(ActorKind.SYSTEM, None, "command line (ann)")
    row = measures_states.finish_measure(measure=measured.planned(), by=one)
    with pytest.raises(NotAllowed):
        measures_states.verify_measure(measure=row, by=one, because="I saw it")
    other = Actor(ActorKind.SYSTEM, None, "command line (bo)")
    assert measures_states.verify_measure(measure=row, by=other, because="I saw it").state == "verified"


def test_without_a_proof_one_says_how_one_saw_it() -> None:
    row = measures_states.finish_measure(measure=measured.planned(), by=measured.spoc())
    with pytest.raises(Invalid):
        measures_states.verify_measure(measure=row, by=measured.officer())
    assert (
        measures_states.verify_measure(measure=row, by=measured.officer(), because="Tried to sign in").state
        == "verified"
    )


def test_what_was_not_seen_is_open_again_and_its_reminders_too() -> None:
    row = measures_states.finish_measure(measure=measured.planned(), by=measured.spoc())
    refused = measures_states.refuse_measure(
        measure=row, by=measured.officer(), because="Only for half of the accounts"
    )
    assert (refused.state, refused.done_by, refused.done_by_id) == ("going", "", None)
    assert row.reminders.filter(fired_at=None, cancelled_at=None).count() == 6


def test_dropping_and_opening_again_want_a_reason() -> None:
    row = measured.planned()
    with pytest.raises(Invalid):
        measures_states.drop_measure(measure=row, by=measured.spoc(), because=" ")
    dropped = measures_states.drop_measure(measure=row, by=measured.spoc(), because="The system goes in January")
    assert dropped.state == "dropped" and dropped.ended_because == "The system goes in January"
    with pytest.raises(Conflict):
        measures_states.finish_measure(measure=dropped, by=measured.spoc())
    again = measures_states.reopen_measure(measure=dropped, by=measured.spoc(), because="It stays after all")
    assert (again.state, again.ended_because) == ("planned", "")


def test_the_last_deed_is_undone_by_who_did_it_and_by_nobody_else() -> None:
    row = measures_states.finish_measure(measure=measured.planned(), by=measured.spoc())
    done_at = row.done_at
    measures_states.drop_measure(measure=row, by=measured.officer(), because="A mistake")
    with pytest.raises(Conflict):
        measures_states.undo_measure(measure=row, by=measured.spoc())
    back = measures_states.undo_measure(measure=row, by=measured.officer())
    assert (back.state, back.done_at, back.done_by_id) == ("done", done_at, measured.spoc().id), "as it was"
    with pytest.raises(Conflict):
        measures_states.undo_measure(measure=row, by=measured.officer())
    with pytest.raises(NotAllowed):
        measures_states.verify_measure(measure=back, by=measured.spoc(), because="I saw it")


def test_a_stale_copy_changes_nothing() -> None:
    row = measured.planned()
    stale = Measure.objects.get(pk=row.pk)
    measures_states.finish_measure(measure=row, by=measured.spoc())
    with pytest.raises(Conflict):
        measures_states.begin_measure(measure=stale, by=measured.officer())
    assert Measure.objects.get(pk=row.pk).state == "done"


def test_what_comes_back_is_planned_when_it_is_verified_and_undone_with_it() -> None:
    row = measured.planned(due_on=date(2027, 1, 31), every=1, cost=Decimal(100), cost_yearly=Decimal(50))
    measures_states.finish_measure(measure=row, by=measured.spoc())
    measures_states.verify_measure(measure=row, by=measured.officer(), because="Seen")
    second = Measure.objects.get(follows=row)
    assert (second.due_on, second.day, second.cost, second.cost_yearly) == (date(2027, 2, 28), 31, None, Decimal(50))
    with pytest.raises(Conflict):
        measures_states.reopen_measure(measure=row, by=measured.spoc(), because="Again")
    measures_states.undo_measure(measure=row, by=measured.officer())
    second.refresh_from_db()
    assert (row.state, second.state) == ("done", "dropped")
    measures_states.verify_measure(measure=row, by=measured.officer(), because="Seen")
    second.refresh_from_db()
    assert second.state == "planned" and Measure.objects.filter(follows=row).count() == 1
    measures_states.finish_measure(measure=second, by=measured.spoc())
    measures_states.verify_measure(measure=second, by=measured.officer(), because="Seen")
    assert Measure.objects.get(follows=second).due_on == date(2027, 3, 31), "not 28: the end of the month"
    with pytest.raises(Conflict):
        measures_states.undo_measure(measure=second, by=measured.spoc())


def test_a_next_one_that_somebody_began_with_keeps_its_verification() -> None:
    row = measured.planned(due_on=date(2027, 1, 31), every=6)
    measures_states.finish_measure(measure=row, by=measured.spoc())
    measures_states.verify_measure(measure=row, by=measured.officer(), because="Seen")
    measures_states.begin_measure(measure=Measure.objects.get(follows=row), by=measured.spoc())
    with pytest.raises(Conflict):
        measures_states.undo_measure(measure=row, by=measured.officer())
    row.refresh_from_db()
    assert row.state == "verified"


def test_proofs_are_revisions_and_never_replaced(tmp_path: Any) -> None:
    row = measured.planned()
    first, second = measured.proven(row), measured.proven(row, b"another picture")
    assert [(one.revision, one.digest) for one in row.evidence.all()] == [(1, first.digest), (2, second.digest)]
    with pytest.raises(Conflict):
        measured.proven(row, b"another picture")
    with pytest.raises(Invalid):
        measured.proven(row, b"")
    with pytest.raises(Invalid):
        add_measure_evidence(measure=row, name="x.txt", stream=[b"x"], by=SYSTEM, digest="0" * 64)
    assert measured.proven(row).revision == 3, "what was there before may come back, as a revision of its own"


def test_a_person_is_found_by_its_account_too_and_taken_out() -> None:
    contact = cast.contact(cast.ronse())
    row = measured.planned()
    measures_states.finish_measure(measure=row, by=measured.spoc())
    measures_states.verify_measure(measure=row, by=measured.actor(measured.deputy_user()), because="Seen")
    assert [one["deed"] for one in export_person(contact.pk)["did"]] == ["done"]
    deputy = cast.contact(cast.ronse(), "deputy")
    for one in (contact, deputy):
        assert erase_person(contact=one.pk) > 0
    row.refresh_from_db()
    assert (row.done_by, row.verified_by, row.state) == ("", "", "verified")
    assert set(row.changes.exclude(deed="planned").values_list("by", flat=True)) == {""}


def test_a_measure_tells_auditors_of_the_house_of_a_finding_when_it_is_their_turn() -> None:
    row = measured.planned(findings=[measured.found(audit_at=moment.now() + timedelta(days=90))])
    auditor, officer = viewer_of(cast.auditor()), viewer_of(cast.duty_officer())
    planned = JournalEntry.objects.filter(verb="measure.planned", object_id=str(row.pk))
    assert not Measure.objects.visible_to(auditor).exists() and Measure.objects.visible_to(officer).get() == row
    assert Measure.objects.visible_to(cast.spoc_viewer(cast.ronse())).get() == row
    assert not planned.visible_to(auditor).exists() and planned.visible_to(officer).exists()
    Finding.objects.update(audit_at=moment.now())
    assert Measure.objects.visible_to(auditor).get() == row
    measured.planned()
    assert Measure.objects.visible_to(auditor).count() == 2


def test_who_plans_from_a_finding_has_seen_it_and_the_team_reads_it_from_then_on() -> None:
    row = tested.disclosed(tested.going())
    assert not Finding.objects.visible_to(viewer_of(cast.duty_officer())).exists()
    measured.planned(findings=[row], by=measured.spoc())
    assert Finding.objects.visible_to(viewer_of(cast.duty_officer())).get().state == "seen"
