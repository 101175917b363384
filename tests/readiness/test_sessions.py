"""Sessions: invited, answered, moved, held, chased, cancelled; each told once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar
import pytest
from django.utils import translation

from paraat.alerts.actions.announcing import approve_announcement, send_announcement
from paraat.alerts.actions.releasing import decline_alert
from paraat.alerts.models import Delivery, Notice
from paraat.formats import spreadsheet
from paraat.kernel.actor import SYSTEM
from paraat.kernel.errors import Conflict, Invalid, NotAllowed
from paraat.kernel.marking import Role, Viewer
from paraat.platform import moment
from paraat.readiness import session_calendar, session_figures
from paraat.readiness.actions import session_attendance, session_talk, sessions
from paraat.readiness.actions.session_answers import answer_invitation
from paraat.readiness.actions.session_personal import erase_person, export_person
from paraat.readiness.actions.session_telling import remind_due
from paraat.readiness.models import Attendance, Session, SessionDue, Touched
from paraat.registry.models import Organisation
from tests import cast
from tests.readiness import convening

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english() -> Any:
    with translation.override("en"):
        yield


def told(key: str) -> list[Delivery]:
    return list(Delivery.objects.filter(key__startswith=f"session:{key}").order_by("created_at"))


# Planning and inviting ------------------------------------------------------------------------------------------------------------
def test_a_session_needs_a_title_a_time_to_come_and_somebody_to_invite() -> None:
    cast.ronse()
    for more in (
        {"title": {"nl": " "}},
        {"days": -1.0},
        {"audience": {"province": "99999"}},
        {"audience": {"moon": True}},
    ):
        with pytest.raises(Invalid):
            convening.planned(**more)
    with pytest.raises(Invalid):
        sessions.plan_session(
            title=convening.TITLE, starts_at=convening.in_days(2), ends_at=convening.in_days(1), by=SYSTEM
        )
    assert convening.planned().number == f"B{moment.today().year}-0001"


def test_an_invitation_is_an_announcement_with_where_to_answer() -> None:
    session = convening.invited(cast.ronse(), cast.eupen())
    assert session.state == Session.State.INVITED
    assert session.alert is not None
    assert f"/sessions/{session.pk}/" in session.alert.text["nl"]
    assert "secret-room" not in str(session.alert.text)
    assert session.alert.title == convening.TITLE
    assert session.alert.valid_until == session.starts_at
    assert {row.organisation.name for row in session.attendances.all()} == {"Ronse", "Eupen"}
    with pytest.raises(Conflict):
        sessions.invite_to_session(session=session, by=SYSTEM, author=cast.duty_officer())


def test_many_are_invited_only_after_a_second_persons_yes() -> None:
    for number in range(30):
        Organisation.objects.create(kind="municipality", name=f"Town {number}", languages=["nl"])
    session = convening.planned()
    alert = sessions.invite_to_session(session=session, by=SYSTEM, author=cast.duty_officer())
    session.refresh_from_db()
    assert session.state == Session.State.DRAFT
    assert not session.attendances.exists()
    assert not session.due.exists()
    with pytest.raises(NotAllowed):
        send_announcement(alert=alert, by=SYSTEM)
    with pytest.raises(Conflict):
        sessions.change_session(session=session, version=session.version, by=SYSTEM, place="Elsewhere")
    with pytest.raises(Conflict):
        sessions.cancel_session(session=session, by=SYSTEM, because="No room")
    send_announcement(alert=approve_announcement(alert=alert, by=SYSTEM, officer=cast.coordinator()), by=SYSTEM)
    session.refresh_from_db()
    assert session.state == Session.State.INVITED
    assert session.attendances.count() == 30
    assert session.due.count() == 1


def test_a_declined_invitation_can_be_written_again() -> None:
    for number in range(30):
        Organisation.objects.create(kind="municipality", name=f"Town {number}", languages=["nl"])
    session = convening.planned()
    alert = sessions.invite_to_session(session=session, by=SYSTEM, author=cast.duty_officer())
    decline_alert(alert=alert, by=SYSTEM, reason="A mistake in the date")
    session.refresh_from_db()
    changed = sessions.change_session(session=session, version=session.version, by=SYSTEM, place="Gent")
    assert changed.sequence == 0  # nobody has it in a calendar yet
    again = sessions.invite_to_session(session=changed, by=SYSTEM, author=cast.duty_officer())
    assert again.pk != alert.pk
    assert "Gent" in again.text["nl"]


def test_an_exercise_stays_one() -> None:
    session = convening.invited(cast.ronse(), exercise=True)
    assert session.alert is not None
    assert session.alert.exercise
    assert convening.of(session, cast.ronse()).exercise


# Answers --------------------------------------------------------------------------------------------------------------------------
def test_who_answers_has_seen_it_so_the_ladder_stops() -> None:
    session = convening.invited(cast.ronse())
    assert Notice.objects.get(alert=session.alert).state == Notice.State.OPEN
    convening.comes(session, cast.ronse(), who="ICT")
    assert Notice.objects.get(alert=session.alert).state == Notice.State.ACKNOWLEDGED
    assert Touched.objects.filter(organisation=cast.ronse().pk).exists()


def test_a_full_session_has_a_waiting_list_that_moves_up_by_itself() -> None:
    ronse, eupen, ixelles, spiere = cast.ronse(), cast.eupen(), cast.ixelles(), cast.spiere_helkijn()
    session = convening.invited(ronse, eupen, ixelles, spiere, seats=3)
    assert convening.comes(session, ronse, 2).state == "coming"
    assert convening.comes(session, eupen, 3).state == "waiting"
    assert convening.comes(session, ixelles, 2).state == "waiting"
    assert convening.comes(session, spiere, 1).state == "coming"
    with pytest.raises(Conflict):
        convening.comes(session, spiere, 2)  # keeps the one it has
    assert convening.of(session, spiere).seats == 1
    answer_invitation(attendance=convening.of(session, ronse), by=SYSTEM, comes=False)
    assert convening.of(session, eupen).state == "waiting"  # three do not fit
    assert convening.of(session, ixelles).state == "coming"
    letters = told(f"{session.pk}:up:")
    assert [one.contact.organisation.name for one in letters if one.contact] == ["Ixelles"]
    assert "place" not in letters[0].subject.lower() or letters[0].language == "fr"


def test_more_seats_let_others_in() -> None:
    ronse, eupen = cast.ronse(), cast.eupen()
    session = convening.invited(ronse, eupen, seats=1)
    convening.comes(session, ronse)
    assert convening.comes(session, eupen).state == "waiting"
    sessions.change_session(session=session, version=session.version, by=SYSTEM, seats=2)
    assert convening.of(session, eupen).state == "coming"
    assert len(told(f"{session.pk}:up:")) == 1
    session.refresh_from_db()
    assert session.sequence == 0  # seats are not in calendars


def test_no_answer_is_taken_after_it_began() -> None:
    session = convening.begun(convening.invited(cast.ronse()))
    with pytest.raises(Conflict):
        convening.comes(session, cast.ronse())
    with pytest.raises(Invalid):
        convening.comes(convening.invited(cast.ronse()), cast.ronse(), 0)


# Reminders ------------------------------------------------------------------------------------------------------------------------
def test_who_comes_is_reminded_the_day_before_once() -> None:
    ronse, eupen = cast.ronse(), cast.eupen()
    session = convening.invited(ronse, eupen)
    convening.comes(session, ronse)
    before = session.starts_at - timedelta(hours=24, minutes=1)
    assert remind_due(now=before) == 0
    assert remind_due(now=before + timedelta(minutes=2)) == 1
    assert remind_due(now=before + timedelta(minutes=3)) == 0
    due = SessionDue.objects.get()
    letters = told(str(due.pk))
    assert [one.contact.organisation.name for one in letters if one.contact] == ["Ronse"]
    assert "secret-room" in letters[0].body


def test_a_session_that_moves_moves_its_reminder_and_tells_who_was_asked() -> None:
    ronse, eupen = cast.ronse(), cast.eupen()
    session = convening.invited(ronse, eupen)
    convening.comes(session, ronse)
    answer_invitation(attendance=convening.of(session, eupen), by=SYSTEM, comes=False)
    starts = session.starts_at + timedelta(days=3)
    moved = sessions.change_session(
        session=session, version=session.version, by=SYSTEM, starts_at=starts, ends_at=starts + timedelta(hours=1)
    )
    assert moved.sequence == 1
    assert SessionDue.objects.get().due_at == starts - timedelta(days=1)
    assert [one.contact.organisation.name for one in told(f"{session.pk}:changed:1") if one.contact] == ["Ronse"]
    remind_due(now=starts - timedelta(days=1))
    later = starts + timedelta(days=2)
    sessions.change_session(
        session=moved, version=moved.version, by=SYSTEM, starts_at=later, ends_at=later + timedelta(hours=1)
    )
    assert SessionDue.objects.filter(fired_at=None).get().due_at == later - timedelta(days=1)
    with pytest.raises(Conflict):
        sessions.change_session(session=moved, version=1, by=SYSTEM, place="X")
    with pytest.raises(Conflict):
        sessions.change_session(session=moved, version=moved.version + 1, by=SYSTEM, audience={"all": True})


def test_nothing_is_due_when_it_is_tomorrow_already_or_off() -> None:
    soon = convening.invited(cast.ronse(), days=0.5)
    assert not soon.due.exists()
    off = convening.invited(cast.ronse())
    sessions.cancel_session(session=off, by=SYSTEM, because="The speaker is ill")
    assert remind_due(now=off.starts_at - timedelta(hours=23)) == 0
    assert not off.due.exists()


# Held, missed, off ----------------------------------------------------------------------------------------------------------------
def test_who_registered_and_was_not_there_is_chased_once_with_the_next_date() -> None:
    ronse, eupen, ixelles = cast.ronse(), cast.eupen(), cast.ixelles()
    session = convening.invited(ronse, eupen, ixelles)
    for town in (ronse, eupen):
        convening.comes(session, town)
    with pytest.raises(Conflict):
        sessions.hold_session(session=session, by=SYSTEM)
    with pytest.raises(Conflict):
        session_attendance.note_came(attendance=convening.of(session, ronse), by=SYSTEM, came=True)
    convening.begun(session)
    session_attendance.note_came(attendance=convening.of(session, ronse), by=SYSTEM, came=True)
    with pytest.raises(Conflict):
        session_attendance.chase_absent(session=session, by=SYSTEM)
    sessions.hold_session(session=session, by=SYSTEM)
    assert convening.of(session, eupen).came is False
    assert convening.of(session, ixelles).came is None
    again = convening.invited(cast.spiere_helkijn())
    assert session_attendance.chase_absent(session=session, by=SYSTEM, again=again) == 1
    assert session_attendance.chase_absent(session=session, by=SYSTEM, again=again) == 0
    assert session_attendance.chase_absent(session=session, by=SYSTEM, silent=True) == 1
    letters = told(f"{session.pk}:missed")
    assert [one.contact.organisation.name for one in letters if one.contact] == ["Eupen", "Ixelles"]
    assert f"/sessions/{again.pk}/" in letters[0].body
    assert convening.of(again, eupen).state == "invited"


def test_a_file_of_who_came_is_taken_and_every_bad_row_is_named() -> None:
    ronse, eupen = cast.ronse(), cast.eupen()
    session = convening.begun(convening.invited(ronse, eupen))
    content = b"nis;organisation;came\n45041;;yes\n;eupen;nee\n;Nowhere;yes\n63023;;perhaps\n;;yes\n"
    taken, faults = session_attendance.read_attendance(session=session, rows=spreadsheet.read(content).rows, by=SYSTEM)
    assert taken == 2
    assert [(one.row, one.why) for one in faults] == [
        (4, "nobody of this name or code was invited"), (5, "came is neither yes nor no"), (6, "neither a NIS code nor an organisation")
    ]  # fmt: skip
    assert (convening.of(session, ronse).came, convening.of(session, eupen).came) == (True, False)


def test_a_cancellation_reaches_everybody_who_did_not_decline() -> None:
    ronse, eupen = cast.ronse(), cast.eupen()
    session = convening.invited(ronse, eupen, cast.ixelles())
    convening.comes(session, ronse)
    answer_invitation(attendance=convening.of(session, eupen), by=SYSTEM, comes=False)
    with pytest.raises(Invalid):
        sessions.cancel_session(session=session, by=SYSTEM, because="")
    sessions.cancel_session(session=session, by=SYSTEM, because="The speaker is ill")
    letters = told(f"{session.pk}:cancelled")
    assert {one.contact.organisation.name for one in letters if one.contact} == {"Ronse", "Ixelles"}
    assert all("The speaker is ill" in one.body for one in letters)
    with pytest.raises(Conflict):
        sessions.cancel_session(session=session, by=SYSTEM, because="again")
    with pytest.raises(Conflict):
        convening.comes(session, ronse)


# The calendar file ----------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("day", "offset"), [(datetime(2027, 1, 20, 13, 0, tzinfo=UTC), 1), (datetime(2027, 7, 20, 12, 0, tzinfo=UTC), 2)]
)
def test_a_calendar_program_reads_the_time_of_brussels_in_winter_and_summer(day: datetime, offset: int) -> None:
    session = convening.invited(cast.ronse())
    Session.objects.filter(pk=session.pk).update(
        starts_at=day, ends_at=day + timedelta(hours=2), place="Zaal; 1, boven"
    )
    session.refresh_from_db()
    content = session_calendar.file(session, joins=False)
    assert b"DTSTART;TZID=Europe/Brussels:2027" in content
    assert b"secret-room" not in content
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    read = icalendar.Calendar.from_ical(content)
    event = read.walk("VEVENT")[0]
    assert read["METHOD"] == "PUBLISH"
    assert event["DTSTART"].dt == day
    assert event["DTSTART"].dt.utcoffset() == timedelta(hours=offset)
    assert str(event["LOCATION"]) == "Zaal; 1, boven"
    assert read.walk("VTIMEZONE")[0]["TZID"] == "Europe/Brussels"
    assert {part.name for part in read.walk("VTIMEZONE")[0].subcomponents} == {"STANDARD", "DAYLIGHT"}
    assert not event.get("ATTENDEE")
    assert b"secret-room" in session_calendar.file(session, joins=True)


def test_the_sequence_grows_and_a_cancellation_cancels_the_same_entry() -> None:
    session = convening.invited(cast.ronse())
    first = icalendar.Calendar.from_ical(session_calendar.file(session, joins=True)).walk("VEVENT")[0]
    changed = sessions.change_session(session=session, version=session.version, by=SYSTEM, place="Elsewhere")
    second = icalendar.Calendar.from_ical(session_calendar.file(changed, joins=True)).walk("VEVENT")[0]
    off = sessions.cancel_session(session=changed, by=SYSTEM, because="The speaker is ill")
    third = icalendar.Calendar.from_ical(session_calendar.file(off, joins=True))
    last = third.walk("VEVENT")[0]
    assert first["UID"] == second["UID"] == last["UID"]
    assert [int(one["SEQUENCE"]) for one in (first, second, last)] == [0, 1, 2]
    assert (str(third["METHOD"]), str(last["STATUS"])) == ("CANCEL", "CANCELLED")
    assert second["DTSTAMP"].dt >= first["DTSTAMP"].dt
    assert "secret-room" not in str(last["DESCRIPTION"])


# Questions, feedback, figures -----------------------------------------------------------------------------------------------------
def test_an_answer_is_for_all_and_says_not_who_asked() -> None:
    session = convening.invited(cast.ronse())
    asked = session_talk.ask_question(
        session=session, by=SYSTEM, text="We of Ronse wonder", attendance=convening.of(session, cast.ronse())
    )
    with pytest.raises(Invalid):
        session_talk.answer_question(question=asked, by=SYSTEM, answer=" ")
    session_talk.answer_question(question=asked, by=SYSTEM, answer="Yes", text="Is it so?")
    asked.refresh_from_db()
    assert (asked.text, asked.answer, asked.shown) == ("Is it so?", "Yes", True)
    with pytest.raises(Conflict):
        session_talk.ask_question(session=convening.planned(cast.ronse()), by=SYSTEM, text="?")


def test_feedback_is_shown_from_five_answers_up() -> None:
    towns = [cast.ronse(), cast.eupen(), cast.ixelles(), cast.spiere_helkijn(), cast.drogenbos()]
    session = convening.invited(*towns)
    for town in towns:
        convening.comes(session, town)
    with pytest.raises(Conflict):
        session_talk.give_feedback(attendance=convening.of(session, towns[0]), by=SYSTEM, rating=5)
    convening.begun(session)
    for number, town in enumerate(towns[:4], start=1):
        session_talk.give_feedback(
            attendance=convening.of(session, town), by=SYSTEM, rating=number, text=f"{9 - number} words"
        )
    assert session_figures.thought(session) is None
    session_talk.give_feedback(attendance=convening.of(session, towns[4]), by=SYSTEM, rating=5)
    found = session_figures.thought(session)
    assert found is not None
    assert (found.figures.answers, found.figures.average) == (5, 3.0)
    assert found.words == ("5 words", "6 words", "7 words", "8 words")
    with pytest.raises(Invalid):
        session_talk.give_feedback(attendance=convening.of(session, towns[0]), by=SYSTEM, rating=6)


def test_figures_count_invited_registered_and_came_per_province() -> None:
    ronse, eupen, spiere = cast.ronse(), cast.eupen(), cast.spiere_helkijn()
    session = convening.invited(ronse, eupen, spiere)
    for town in (ronse, eupen):
        convening.comes(session, town, 2)
    convening.begun(session)
    session_attendance.note_came(attendance=convening.of(session, ronse), by=SYSTEM, came=True)
    row = session_figures.counted(cast.team_viewer()).get()
    assert (row.invited, row.registered, row.waiting, row.came, row.seats_taken) == (3, 2, 0, 1, 4)
    found = {
        one.province: (one.invited, one.registered, one.came)
        for one in session_figures.per_province(cast.team_viewer(), session)
    }
    assert found == {"30000": (1, 0, 0), "40000": (1, 1, 1), "60000": (1, 1, 0)}


def test_a_name_that_was_written_down_can_be_given_and_forgotten() -> None:
    session = convening.invited(cast.ronse())
    person = cast.contact(cast.ronse())
    convening.comes(session, cast.ronse(), who=f"{person.name} and another")
    assert export_person(person.pk)["registrations"][0]["session__number"] == session.number
    assert erase_person(contact=person.pk) == 1
    assert convening.of(session, cast.ronse()).who == ""
    assert export_person(person.pk) == {"registrations": []}


# Who sees what --------------------------------------------------------------------------------------------------------------------
def test_a_session_is_seen_by_who_was_invited_and_an_attendance_by_whose_it_is() -> None:
    session = convening.invited(cast.ronse(), cast.eupen())
    assert Session.objects.visible_to(cast.spoc_viewer(cast.ronse())).exists()
    assert not Session.objects.visible_to(cast.spoc_viewer(cast.ixelles())).exists()
    assert [row.organisation.name for row in Attendance.objects.visible_to(cast.spoc_viewer(cast.ronse()))] == ["Ronse"]
    for role in (Role.TESTER, Role.ASSESSOR, Role.ADMINISTRATOR, Role.PROVIDER):
        viewer = Viewer(user=cast.tester().pk, roles=frozenset({role}))
        assert not Session.objects.visible_to(viewer).exists()
        assert not Attendance.objects.visible_to(viewer).exists()
    assert not Attendance.objects.visible_to(Viewer(roles=frozenset({Role.PARTNER, Role.OBSERVER}))).exists()
    draft = convening.planned(cast.ronse())
    assert not Session.objects.visible_to(cast.spoc_viewer(cast.ronse())).filter(pk=draft.pk).exists()
    assert session_figures.counted(cast.spoc_viewer(cast.ronse())).get().invited == 1  # its own only
    assert session.pk


def test_who_was_missed_in_reality_is_not_sent_to_an_exercise() -> None:
    session = convening.begun(convening.invited(cast.ronse()))
    sessions.hold_session(session=session, by=SYSTEM)
    played = convening.invited(cast.eupen(), exercise=True)
    with pytest.raises(Conflict):
        session_attendance.chase_absent(session=session, by=SYSTEM, again=played)
    assert not played.attendances.filter(organisation=cast.ronse()).exists()
