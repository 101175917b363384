"""What is done in a room: opened, joined, signals, decisions, tasks, triggers, closed; and disinformation that is forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from paraat.accounts.models import WaitingTask
from paraat.incidents.actions.cases import open_case
from paraat.incidents.actions.states import move_case
from paraat.kernel.errors import Conflict, Invalid, ParaatError
from paraat.kernel.marking import Tlp
from paraat.platform import live, moment
from paraat.platform.models import JournalDetail, JournalEntry
from paraat.warroom.actions import decisions, participants, purging, review, rooms, signals, tasks, threat, triggers
from paraat.warroom.actions.log import add_line
from paraat.warroom.models import Lane, LogEntry, Room, Signal, ThreatLevel, Trigger
from tests import cast
from tests.warroom import staging

pytestmark = pytest.mark.django_db

ABOUT = {
    "claim": "Voting machines are connected",
    "channel": "A messaging app",
    "spread": "Some hundreds",
    "legal_basis": "GDPR 6(1)(e)",
}


def cursor_of(room: Room) -> int:
    return Room.objects.values_list("cursor", flat=True).get(pk=room.pk)


def signal(room: Room, lane: str = "general", **more: Any) -> Signal:
    return signals.report_signal(room=room, lane=lane, by=staging.by(), **({"text": "Seen"} | more))


@pytest.fixture
def told() -> Iterator[Any]:
    """What the live process hears: a second connection that listens."""
    with psycopg.connect(
        **connection.get_connection_params() | {"autocommit": True},
    ) as other:  # type: ignore[arg-type]
        other.execute(f"LISTEN {live.CHANNEL}")
        yield lambda: [one.payload for one in other.notifies(timeout=1, stop_after=5)]


def test_an_election_room_has_a_number_four_lanes_and_a_threat_level() -> None:
    room = staging.election()
    assert room.number.startswith("W") and room.exercise
    assert [lane.key for lane in room.lanes.all()] == ["cyber", "public_order", "disinformation", "operational"]
    assert [one.level for one in ThreatLevel.objects.filter(room=room)] == [1]
    assert [lane.key for lane in staging.room().lanes.all()] == ["general"]


def test_exercise_and_reality_are_not_joined() -> None:
    case = open_case(organisation=cast.ronse(), title="Encrypted", by=staging.by(), exercise=True)
    with pytest.raises(Invalid, match="not joined"):
        staging.room(cases=[case])
    assert list(staging.election(cases=[case]).cases.all()) == [case]


def test_a_lane_is_added_once() -> None:
    room = staging.room()
    lane = rooms.add_lane(room=room, title="Schools", by=staging.by())
    assert lane.title["fr"] == "Schools" and lane.position == 1
    with pytest.raises(Conflict):
        rooms.add_lane(room=room, title="schools", by=staging.by())


def test_a_ceiling_below_the_room_is_refused_and_a_second_part_replaces_the_first() -> None:
    room = staging.room()
    with pytest.raises(Invalid, match="ceiling"):
        participants.join_room(room=room, organisation=cast.partner(), part="lead", ceiling=Tlp.GREEN, by=staging.by())
    participants.join_room(room=room, organisation=cast.partner(), part="lead", by=staging.by())
    now = participants.join_room(room=room, organisation=cast.partner(), part="observer", by=staging.by())
    assert list(room.participants.filter(left_at=None)) == [now]
    participants.leave_room(participant=now, by=staging.by())
    with pytest.raises(Conflict):
        participants.leave_room(participant=now, by=staging.by())


def test_a_signal_is_taken_verified_escalated_and_closed() -> None:
    one = signal(staging.room(), reliability="B", credibility=2, source="Police")
    assert (one.state, one.verified, one.tlp) == ("new", None, Tlp.AMBER)
    signals.take_signal(signal=one, by=staging.by())
    with pytest.raises(Conflict):
        signals.take_signal(signal=one, by=staging.by())
    signals.verify_signal(signal=one, verified=False, how="Phoned the town", by=staging.by())
    signals.escalate_signal(signal=one, to="Governor", by=staging.by())
    signals.close_signal(signal=one, outcome="Rumour", by=staging.by())
    assert (one.state, one.verified, one.escalated_to, one.outcome) == ("closed", False, "Governor", "Rumour")
    with pytest.raises(Conflict):
        signals.verify_signal(signal=one, verified=True, how="Again", by=staging.by())


@pytest.mark.parametrize(
    "wrong",
    [{"text": " "}, {"reliability": "G"}, {"credibility": 7}, {"lane": "cyber"}],
    ids=["no words", "no such letter", "no such number", "another room's lane"],
)
def test_a_signal_needs_words_a_grade_and_a_lane(wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        signal(staging.room(), **wrong)
    assert not Signal.objects.exists()


@pytest.mark.parametrize("without", ["claim", "channel", "legal_basis"])
def test_disinformation_needs_claim_channel_and_legal_basis(without: str) -> None:
    with pytest.raises(Invalid):
        signal(staging.election(), "disinformation", **{**ABOUT, without: " "})


@pytest.mark.parametrize("field", ["text", "claim", "channel", "spread", "source"])
def test_disinformation_holds_no_private_person(field: str) -> None:
    room = staging.election()
    with pytest.raises(Invalid, match="account"):
        signal(room, "disinformation", **{**ABOUT, field: "said by @somebody"})
    assert signal(room, "cyber", text="posted by @NoName057").text  # elsewhere an actor may be named


def test_disinformation_goes_90_days_after_the_period_and_the_count_stays() -> None:
    now = moment.now()
    room = staging.election(period=(now, now + timedelta(days=1)))
    one, other = signal(room, "disinformation", **ABOUT), signal(room, "cyber")
    end = now + timedelta(days=3)
    rooms.set_period(room=room, begin=now, end=end, rhythm=[], by=staging.by())
    assert purging.purge_disinformation(now=end + timedelta(days=89)) == 0
    assert purging.purge_disinformation(now=end + timedelta(days=90, seconds=1)) == 1
    assert purging.purge_disinformation(now=end + timedelta(days=91)) == 0
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.text, one.claim, one.channel, one.spread, one.source) == ("", "", "", "", "")
    assert one.purged_at and one.legal_basis and other.text
    assert Signal.objects.filter(room=room).count() == 2
    purged = JournalEntry.objects.get(verb="signal.purged")
    assert JournalDetail.objects.get(entry=purged.pk).detail["signals"] == 1


def test_a_new_period_does_not_keep_the_signals_of_the_old_one_longer() -> None:
    now = moment.now()
    room = staging.election(period=(now - timedelta(days=3), now - timedelta(days=1)))
    one = signal(room, "disinformation", **ABOUT)
    before = one.purge_at
    rooms.set_period(room=room, begin=now, end=now + timedelta(days=30), rhythm=[], by=staging.by())
    one.refresh_from_db()
    assert one.purge_at == before


def test_without_a_period_closing_starts_the_90_days() -> None:
    room = staging.election()
    one = signal(room, "disinformation", **ABOUT)
    assert one.purge_at is None
    rooms.move_room(room=room, to="closed", by=staging.by())
    one.refresh_from_db()
    assert one.purge_at and room.closed_at and one.purge_at - room.closed_at == timedelta(days=90)


def test_the_journal_never_holds_the_words_of_a_room() -> None:
    room = staging.election(tlp=Tlp.GREEN)
    signal(room, "disinformation", **ABOUT)
    add_line(room=room, text="Secret words", by=staging.by(), tlp=Tlp.CLEAR)
    details = str(list(JournalDetail.objects.values_list("detail", flat=True)))
    assert "Voting machines" not in details and "Secret words" not in details
    entries = JournalEntry.objects.filter(verb__in=["signal.reported", "room.log", "room.opened"])
    assert {entry.tlp for entry in entries} == {Tlp.AMBER_STRICT}


def test_a_decision_says_why_and_who_was_there() -> None:
    room = staging.room()
    asked = decisions.ask_decision(room=room, asked="Close the counters?", by=staging.by())
    with pytest.raises(Invalid, match="present"):
        decisions.answer_decision(decision=asked, text="Yes", because="Unsafe", present=[" "], by=staging.by())
    with pytest.raises(Invalid, match="why"):
        decisions.record_decision(room=room, text="Yes", because="", present=["Lead"], by=staging.by())
    decisions.answer_decision(decision=asked, text="Yes", because="Unsafe", present=["Lead"], by=staging.by())
    with pytest.raises(Conflict):
        decisions.answer_decision(decision=asked, text="No", because="Safe", present=["Lead"], by=staging.by())
    later = decisions.record_decision(
        room=room, text="Open", because="Safe", present=["Lead"], replaces=asked, by=staging.by()
    )
    assert later.replaces == asked and asked.text == "Yes"


def test_a_task_is_done_once() -> None:
    task = tasks.add_task(room=staging.room(), title="Phone the governor", organisation=cast.ronse(), by=staging.by())
    tasks.finish_task(task=task, outcome="Done", by=staging.by())
    with pytest.raises(Conflict):
        tasks.finish_task(task=task, by=staging.by())


def test_the_log_cannot_be_changed() -> None:
    entry = add_line(room=staging.room(), text="Power is back", by=staging.by())
    with pytest.raises(DatabaseError), transaction.atomic():
        LogEntry.objects.filter(pk=entry.pk).update(text="Power is off")


def test_a_threat_level_has_a_reason_and_a_history() -> None:
    room = staging.room()
    stale = Room.objects.get(pk=room.pk)
    threat.set_threat_level(room=room, level=3, because="Third town hit", by=staging.by())
    with pytest.raises(Conflict):
        threat.set_threat_level(room=stale, level=2, because="Calm", by=staging.by())
    with pytest.raises(Invalid):
        threat.set_threat_level(room=room, level=5, because="Panic", by=staging.by())
    assert [one.level for one in room.threat_levels.all()] == [3, 1]


def test_a_trigger_that_nobody_answers_pages_once() -> None:
    room = staging.election()
    trigger = triggers.add_trigger(
        room=room, condition="Counting stops", then="Call the governor", minutes=15, by=staging.by()
    )
    triggers.pull_trigger(trigger=trigger, by=staging.by())
    with pytest.raises(Conflict):
        triggers.pull_trigger(trigger=trigger, by=staging.by())
    assert triggers.page_silent_triggers(now=trigger.due_at - timedelta(seconds=1)) == 0
    late = trigger.due_at + timedelta(hours=5)
    assert triggers.page_silent_triggers(now=late) == 1
    assert triggers.page_silent_triggers(now=late + timedelta(hours=1)) == 0
    waiting = WaitingTask.objects.open().get(kind="trigger")
    assert waiting.exercise and waiting.urgent and waiting.url == f"/rooms/{room.pk}/"
    triggers.answer_trigger(trigger=trigger, outcome="Called", by=staging.by())
    assert not WaitingTask.objects.open().exists()
    triggers.pull_trigger(trigger=trigger, by=staging.by())
    assert trigger.answered_at is None
    assert triggers.page_silent_triggers(now=moment.now() + timedelta(hours=1)) == 1  # pulled again, it pages again


def test_an_answer_in_time_pages_nobody() -> None:
    trigger = triggers.add_trigger(room=staging.room(), condition="x", then="y", minutes=5, by=staging.by())
    triggers.pull_trigger(trigger=trigger, by=staging.by())
    triggers.answer_trigger(trigger=trigger, outcome="Done", by=staging.by())
    assert triggers.page_silent_triggers(now=moment.now() + timedelta(days=1)) == 0
    with pytest.raises(Conflict):
        triggers.answer_trigger(trigger=trigger, outcome="Again", by=staging.by())


def test_in_a_closed_room_nothing_is_done_but_the_review() -> None:
    room = staging.room()
    open_task = tasks.add_task(room=room, title="x", by=staging.by())
    stale = Room.objects.get(pk=room.pk)
    rooms.move_room(room=room, to="closed", by=staging.by())
    with pytest.raises(Conflict):
        rooms.move_room(room=stale, to="active", by=staging.by())
    deeds = [
        lambda: signal(room), lambda: add_line(room=room, text="x", by=staging.by()), lambda: tasks.finish_task(task=open_task, by=staging.by()),
        lambda: decisions.ask_decision(room=room, asked="x", by=staging.by()), lambda: rooms.add_lane(room=room, title="x", by=staging.by()),
    ]  # fmt: skip
    for deed in deeds:
        with pytest.raises(Conflict, match="closed"):
            deed()
    assert not Signal.objects.exists() and Lane.objects.count() == 1
    review.write_review(room=room, answers={"expected": "Calm"}, by=staging.by())
    review.write_review(room=room, answers={"expected": "Calm", "why": "Rain"}, by=staging.by())
    assert room.review == {"expected": "Calm", "happened": "", "why": "Rain", "changes": ""}
    rooms.move_room(room=room, to="active", by=staging.by())
    assert signal(room).pk and Room.objects.get(pk=room.pk).closed_at is None


@pytest.mark.parametrize("deed", ["signal", "decision", "task", "log", "threat", "trigger", "joined"])
def test_every_change_moves_the_cursor(deed: str) -> None:
    room = staging.room()
    before = cursor_of(room)
    {
        "signal": lambda: signal(room), "decision": lambda: decisions.ask_decision(room=room, asked="x", by=staging.by()),
        "task": lambda: tasks.add_task(room=room, title="x", by=staging.by()), "log": lambda: add_line(room=room, text="x", by=staging.by()),
        "threat": lambda: threat.set_threat_level(room=room, level=2, because="x", by=staging.by()),
        "trigger": lambda: triggers.add_trigger(room=room, condition="x", then="y", minutes=1, by=staging.by()),
        "joined": lambda: participants.join_room(room=room, organisation=cast.partner(), part="lead", by=staging.by()),
    }[deed]()  # fmt: skip
    assert cursor_of(room) > before


@pytest.mark.django_db(transaction=True)
def test_the_live_event_says_which_room_and_nothing_else(told: Any) -> None:
    room = staging.room()
    with transaction.atomic():
        signal(room, text="Very secret", tlp=Tlp.RED)
        signal(room, text="More of it", tlp=Tlp.RED)
    heard = [one for one in told() if one.startswith("room.")]
    assert heard and set(heard) == {f"room.{room.pk} {room.pk}"}
    assert len(heard) == 2  # one for the opening, one for the transaction with two signals
    with pytest.raises(ParaatError), transaction.atomic():
        signal(room, text=" ")
    assert not told()
    assert Trigger.objects.count() == 0


def test_a_case_that_moves_moves_its_rooms() -> None:
    room = staging.room()
    case = open_case(organisation=cast.ronse(), title="Encrypted", by=staging.by())
    rooms.join_case(room=room, case=case, by=staging.by())
    before, elsewhere = cursor_of(room), cursor_of(staging.room())
    move_case(case=case, to="contained", by=staging.by())
    assert cursor_of(room) > before and elsewhere == 1
