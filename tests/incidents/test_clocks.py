"""Statutory clocks: proposed with the case, decided by the organisation, frozen once a fact is recorded, done when everything is submitted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from paraat.incidents import regimes
from paraat.incidents.actions.cases import open_case
from paraat.incidents.actions.clocks import (
    confirm_recipient,
    decide_clock,
    note_change,
    propose_clocks,
    record_fact,
    start_clock,
)
from paraat.incidents.actions.filing import save_form, submit_step, waive_step
from paraat.incidents.actions.regime_flags import remove_regime, set_regime
from paraat.incidents.models import Case, Clock, ClockFact, ClockReminder, ClockStep, OrganisationRegime
from paraat.incidents.rules import clocks as rules
from paraat.kernel.actor import Actor, ActorKind
from paraat.kernel.errors import Conflict, Invalid, NotFound
from paraat.platform import configuration, moment
from paraat.registry import actions as registry
from paraat.registry.models import Organisation
from tests import cast

pytestmark = pytest.mark.django_db

BY = Actor(ActorKind.SYSTEM, None, "test")
HOUR = timedelta(hours=1)
DPO = "DPO, Ronse"


def under_nis2(town: Organisation) -> OrganisationRegime:
    return set_regime(organisation=town, regime="nis2-be", applies=True, source="Decision of the council", by=BY)


def a_case(town: Organisation | None = None, **more: Any) -> Case:
    return open_case(organisation=town or cast.ronse(), title="Files encrypted", by=BY, **more)


def nis2(case: Case | None = None) -> Clock:
    """The proposed NIS2 clock of a case in Ronse."""
    if case is None:
        under_nis2(cast.ronse())
        case = a_case()
    return Clock.objects.get(case=case, regime="nis2-be")


def running(aware: datetime | None = None) -> Clock:
    at = aware or moment.now() - 2 * HOUR
    return decide_clock(clock=nis2(), exists=True, aware_at=at, said_by=DPO, by=BY)


def step(clock: Clock, key: str) -> ClockStep:
    return ClockStep.objects.select_related("clock").get(clock=clock, key=key)


def submit(clock: Clock, key: str, at: datetime | None = None, receipt: str = "") -> Any:
    return submit_step(step=step(clock, key), at=at or moment.now(), by=BY, said_by=DPO, receipt=receipt)


# Proposed --------------------------------------------------------------------------------------------------------------------------


def test_a_municipality_gets_no_nis2_clock_by_itself() -> None:
    case = a_case()
    assert [(clock.regime, clock.state) for clock in case.clocks.all()] == [("gdpr", "proposed")]
    assert case.clocks.get().recipient == "VTC"


def test_a_flag_with_its_source_proposes_the_clock_and_one_that_says_no_does_not() -> None:
    under_nis2(cast.ronse())
    set_regime(organisation=cast.ronse(), regime="gdpr", applies=False, source="No personal data at all", by=BY)
    assert [clock.regime for clock in a_case().clocks.all()] == ["nis2-be"]
    with pytest.raises(Invalid):
        set_regime(organisation=cast.ronse(), regime="nis2-be", applies=True, source=" ", by=BY)
    with pytest.raises(NotFound):
        set_regime(organisation=cast.ronse(), regime="nis3", applies=True, source="x", by=BY)
    remove_regime(organisation=cast.ronse(), regime="gdpr", by=BY)
    assert {clock.regime for clock in a_case().clocks.all()} == {"nis2-be", "gdpr"}


def test_a_clock_is_proposed_once_per_case_and_carries_exercise_and_marking() -> None:
    case = a_case(exercise=True, tlp=3)
    assert propose_clocks(case=case, by=BY) == []
    clock = case.clocks.get()
    assert (clock.exercise, clock.tlp) == (True, 3)
    assert {(one.exercise, one.tlp) for one in clock.steps.all()} == {(True, 3)}


def test_time_is_counted_provisionally_until_the_organisation_decides() -> None:
    case = a_case()
    notification = case.clocks.get().steps.get(key="notification")
    assert notification.due_at == case.opened_at + 72 * HOUR
    assert not notification.counted
    assert not ClockFact.objects.exists()
    levels = list(notification.reminders.values_list("about", "level"))
    assert sorted(levels) == sorted([("decision", level) for level in ("50", "75", "90", "due", "overdue")])


def test_a_moment_that_the_report_named_is_counted_from() -> None:
    aware = moment.now() - 5 * HOUR
    assert a_case(aware_at=aware).clocks.get().steps.get(key="notification").due_at == aware + 72 * HOUR


def test_a_regime_of_no_flag_is_started_by_hand() -> None:
    case = a_case()
    clock = start_clock(case=case, regime="researcher-disclosure-be", by=BY)
    assert clock.state == "proposed"
    with pytest.raises(Conflict):
        start_clock(case=case, regime="researcher-disclosure-be", by=BY)
    with pytest.raises(NotFound):
        start_clock(case=case, regime="none", by=BY)
    with pytest.raises(Invalid):
        start_clock(case=case, regime="contact-change-be", by=BY)


# Decided ---------------------------------------------------------------------------------------------------------------------------


def test_the_organisation_decides_and_the_trigger_is_kept_with_who_says_so() -> None:
    aware = moment.now() - 3 * HOUR
    clock = running(aware)
    assert (clock.state, clock.decided_by) == ("running", DPO)
    fact = clock.facts.get()
    assert (fact.name, fact.at, fact.said_by) == ("aware", aware, DPO)
    due = {one.key: one.due_at for one in clock.steps.all()}
    assert due == {"early-warning": aware + 24 * HOUR, "notification": aware + 72 * HOUR, "final-report": None}
    assert set(step(clock, "notification").reminders.values_list("about", flat=True)) == {"submission"}
    decision = ClockReminder.objects.filter(step__clock=clock, about="decision")
    assert not decision.filter(cancelled_at=None).exists()
    assert "duty exists" in clock.case.timeline.latest("recorded_at").text


def test_it_is_decided_once() -> None:
    clock = running()
    with pytest.raises(Conflict):
        decide_clock(clock=clock, exists=True, aware_at=moment.now(), said_by="somebody else", by=BY)
    assert clock.facts.get().said_by == DPO


def test_a_fact_and_its_moments_never_move_says_the_database() -> None:
    clock = running()
    with pytest.raises(DatabaseError), transaction.atomic():
        ClockFact.objects.filter(clock=clock).update(at=moment.now())
    with pytest.raises(DatabaseError), transaction.atomic():
        ClockFact.objects.filter(clock=clock).delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        ClockStep.objects.filter(clock=clock, key="notification").update(due_at=moment.now())
    with pytest.raises(DatabaseError), transaction.atomic():
        ClockStep.objects.filter(clock=clock, key="notification").update(counted=False)


def test_what_is_not_said_or_lies_ahead_is_refused() -> None:
    clock, now = nis2(), moment.now()
    for wrong in (
        {"aware_at": None, "said_by": DPO},
        {"aware_at": now + HOUR, "said_by": DPO},
        {"aware_at": now, "said_by": " "},
    ):
        with pytest.raises(Invalid):
            decide_clock(clock=clock, exists=True, by=BY, **wrong)  # type: ignore[arg-type]
    with pytest.raises(Invalid):
        decide_clock(clock=clock, exists=False, said_by=DPO, because="", by=BY)
    clock.refresh_from_db()
    assert clock.state == "proposed"
    assert not clock.facts.exists()


def test_no_duty_stops_it_with_a_reason_and_may_become_a_duty_later() -> None:
    clock = decide_clock(clock=nis2(), exists=False, said_by=DPO, because="Nothing significant", by=BY)
    assert (clock.state, clock.because) == ("no_duty", "Nothing significant")
    assert not ClockReminder.objects.filter(step__clock=clock, cancelled_at=None).exists()
    assert not clock.steps.open().exists()  # type: ignore[attr-defined]
    with pytest.raises(Conflict):
        submit(clock, "early-warning")
    again = decide_clock(clock=clock, exists=True, aware_at=moment.now(), said_by=DPO, by=BY)
    assert again.state == "running"
    assert step(again, "early-warning").reminders.filter(about="submission", cancelled_at=None).count() == 5


def test_the_dpo_confirms_the_recipient_or_names_another() -> None:
    clock = running()
    assert clock.recipient_confirmed_at is None
    confirmed = confirm_recipient(clock=clock, recipient="CCB, sectoral desk", said_by=DPO, by=BY)
    assert (confirmed.recipient, confirmed.recipient_confirmed_by) == ("CCB, sectoral desk", DPO)
    with pytest.raises(Invalid):
        confirm_recipient(clock=clock, recipient="CCB", said_by="", by=BY)


# Submitted -------------------------------------------------------------------------------------------------------------------------


def test_the_first_submission_starts_the_next_step_and_later_ones_move_nothing() -> None:
    clock = running(datetime(2026, 1, 30, 22, 30, tzinfo=UTC))
    first = datetime(2026, 1, 31, 9, 0, tzinfo=UTC)
    submit(clock, "notification", first, "CCB-1")
    assert clock.facts.get(name="notified").at == first
    due = step(clock, "final-report").due_at
    assert due == datetime(2026, 2, 28, 9, 0, tzinfo=UTC)
    for hours in (1, 30):
        submit(clock, "notification", first + hours * HOUR, f"again {hours}")
    kept = step(clock, "notification")
    assert (kept.submitted_at, kept.receipt) == (first, "CCB-1")
    assert [one.receipt for one in kept.submissions.all()] == ["CCB-1", "again 1", "again 30"]
    assert step(clock, "final-report").due_at == due
    assert clock.facts.filter(name="notified").count() == 1


def test_submission_stops_the_reminders_of_its_step_only() -> None:
    clock = running()
    submit(clock, "early-warning")
    assert not step(clock, "early-warning").reminders.filter(cancelled_at=None).exists()
    assert step(clock, "notification").reminders.filter(cancelled_at=None).count() == 5


def test_it_is_done_when_everything_is_submitted_or_not_needed() -> None:
    clock = running(moment.now() - 100 * HOUR)
    for key in ("early-warning", "notification", "final-report"):
        assert Clock.objects.get(pk=clock.pk).state == "running"
        submit(clock, key)
    assert Clock.objects.get(pk=clock.pk).state == "done"
    assert submit(clock, "final-report").pk
    assert Clock.objects.get(pk=clock.pk).state == "done"


def test_article_34_has_no_moment_and_may_be_not_needed() -> None:
    clock = decide_clock(clock=a_case().clocks.get(), exists=True, aware_at=moment.now(), said_by=DPO, by=BY)
    communication = step(clock, "communication")
    assert (communication.due_at, communication.recipient) == (None, "The people concerned")
    assert not communication.reminders.exists()
    with pytest.raises(Invalid):
        waive_step(step=communication, because=" ", said_by=DPO, by=BY)
    waive_step(step=communication, because="The risk is not high", said_by=DPO, by=BY)
    with pytest.raises(Conflict):
        submit(clock, "communication")
    submit(clock, "notification")
    assert Clock.objects.get(pk=clock.pk).state == "done"


def test_what_cannot_be_is_refused() -> None:
    clock, now = running(), moment.now()
    for at in (now + HOUR, now - 3 * HOUR):
        with pytest.raises(Invalid):
            submit(clock, "early-warning", at)
    with pytest.raises(Conflict):
        submit(clock, "final-report")  # the notification comes first
    assert not step(clock, "early-warning").submissions.exists()


def test_an_incident_that_goes_on_gets_a_progress_report_and_a_final_one_after_handling() -> None:
    clock = running(moment.now() - 60 * HOUR)
    notified, now = moment.now() - 50 * HOUR, moment.now()
    submit(clock, "notification", notified)
    record_fact(clock=clock, name="ongoing", at=now, said_by=DPO, by=BY)
    assert step(clock, "final-report").waived_at is not None
    progress = step(clock, "progress-report")
    assert progress.due_at == rules.due_moment(notified, rules.Duration(1, "months"))
    assert progress.reminders.filter(cancelled_at=None).count() == 5
    assert step(clock, "final-report-after-handling").due_at is None
    handled = record_fact(clock=clock, name="handled", at=moment.now(), said_by=DPO, by=BY)
    last = step(clock, "final-report-after-handling")
    assert last.due_at == rules.due_moment(handled.at, rules.Duration(1, "months"))
    for wrong in ("aware", "notified", "nonsense"):
        with pytest.raises(Invalid):
            record_fact(clock=clock, name=wrong, at=now, said_by=DPO, by=BY)
    with pytest.raises(Conflict):
        record_fact(clock=clock, name="handled", at=now, said_by=DPO, by=BY)


def test_a_draft_is_kept_and_two_writers_do_not_overwrite_each_other() -> None:
    warning = step(running(), "early-warning")
    saved = save_form(step=warning, form={"what": "Files were encrypted "}, by=BY)
    assert saved.form == {"what": "Files were encrypted"}
    with pytest.raises(Conflict):
        save_form(step=warning, form={"what": "mine"}, by=BY, seen=None)
    save_form(step=saved, form={"what": "more"}, by=BY, seen=saved.form_at)
    with pytest.raises(Invalid):
        save_form(step=saved, form={"nonsense": "x"}, by=BY, seen=saved.form_at)
    made = submit(step(running_of(warning), "early-warning").clock, "early-warning")
    assert made.form == {"what": "more"}


def running_of(one: ClockStep) -> Clock:
    return Clock.objects.get(pk=one.clock_id)


# Changes of registered data --------------------------------------------------------------------------------------------------------


def changes() -> list[Clock]:
    return list(Clock.objects.filter(regime="contact-change-be"))


def test_a_change_of_contact_data_starts_one_clock_that_collects_the_next() -> None:
    ronse = cast.ronse()
    under_nis2(ronse)
    registry.add_channel(contact=cast.contact(ronse), kind="mail", address="new@ronse.example", by=BY)
    clock = changes()[0]
    due = clock.steps.get().due_at
    assert due == rules.due_moment(clock.facts.get(name="changed").at, rules.Duration(2, "weeks"))
    registry.add_asset(organisation=ronse, kind="network", value="192.0.2.0/28", by=BY, source="test")
    assert [one.pk for one in changes()] == [clock.pk]
    clock.refresh_from_db()
    assert [one["what"] for one in clock.changes] == ["contact data", "IP ranges"]
    assert clock.steps.get().due_at == due
    decide_clock(clock=clock, exists=True, said_by=DPO, by=BY)
    submit(clock, "change")
    assert Clock.objects.get(pk=clock.pk).state == "done"
    note_change(organisation=ronse, what="contact data", by=BY)
    assert len(changes()) == 2


def test_who_is_not_under_nis2_and_what_is_not_registered_start_nothing() -> None:
    ronse = cast.ronse()
    registry.add_channel(contact=cast.contact(ronse), kind="mail", address="new@ronse.example", by=BY)
    under_nis2(ronse)
    registry.add_asset(organisation=ronse, kind="domain", value="ronse-feest.be", by=BY, source="test")
    assert changes() == []


# A change in law -------------------------------------------------------------------------------------------------------------------


def test_a_change_in_law_is_a_file_and_running_clocks_keep_theirs(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = running()
    shipped = regimes.current("nis2-be", moment.today())
    folder = tmp_path / "regimes"
    folder.mkdir()
    text = (configuration.root() / "src/paraat/incidents/regimes/nis2-be_2024-10-18.toml").read_text()
    changed = text.replace("2024-10-18", "2026-11-01").replace("hours = 24", "hours = 12")
    (folder / "nis2-be_2026-11-01.toml").write_text(changed)
    monkeypatch.setenv("PARAAT_REGIMES", str(folder))
    assert regimes.current("nis2-be", moment.today()).version == "2026-11-01"
    assert regimes.current("nis2-be", moment.today() - timedelta(days=400)).version == shipped.version
    new = nis2(a_case())
    decide_clock(clock=new, exists=True, aware_at=moment.now(), said_by=DPO, by=BY)
    aware = new.facts.get().at
    assert (new.regime_version, step(new, "early-warning").due_at) == ("2026-11-01", aware + 12 * HOUR)
    assert step(clock, "early-warning").due_at == clock.facts.get().at + 24 * HOUR
    submit(clock, "notification")
    assert clock.facts.filter(name="notified").exists()
    monkeypatch.delenv("PARAAT_REGIMES")
    with pytest.raises(NotFound):
        regimes.get("nis2-be", "2026-11-01")
