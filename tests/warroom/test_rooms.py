"""The pages of a room: who sees what of it, what leaks, what every form does, and what it costs."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from paraat.accounts.middleware import viewer_of
from paraat.accounts.models import User
from paraat.alerts.models import Alert, Notice
from paraat.incidents.actions.cases import open_case
from paraat.incidents.models import Case
from paraat.kernel.marking import Tlp
from paraat.platform import moment
from paraat.warroom import parts as room_parts
from paraat.warroom.actions import decisions, participants, rooms, signals, tasks, triggers
from paraat.warroom.actions.log import add_line
from paraat.warroom.models import Decision, LogEntry, Participant, Room, RoomTask, Signal
from paraat.warroom.picture import picture
from paraat.warroom.reach import reach
from tests import cast
from tests.warroom import staging
from tests.web.pages import body, client_of, officer, page, said

pytestmark = pytest.mark.django_db

SECRET = "Unspeakable"


def put_row(room: Room, kind: str, words: str, tlp: Tlp) -> Any:
    by = staging.by()
    return {
        "signal": lambda: signals.report_signal(room=room, lane="general", text=words, by=by, tlp=tlp),
        "asked": lambda: decisions.ask_decision(room=room, asked=words, by=by, tlp=tlp),
        "decision": lambda: decisions.record_decision(
            room=room, text=words, because="x", present=["y"], by=by, tlp=tlp
        ),
        "task": lambda: tasks.add_task(room=room, title=words, by=by, tlp=tlp),
        "log": lambda: add_line(room=room, text=words, by=by, tlp=tlp),
    }[kind]()


KINDS = ("signal", "asked", "decision", "task", "log")


def address(room: Room, rest: str = "") -> str:
    return f"/rooms/{room.pk}/{rest}"


def encrypted(room: Room) -> Case:
    """A case that is joined, led by the duty officer."""
    case = open_case(organisation=cast.eupen(), title=f"{SECRET} title", by=staging.by(), owner=cast.duty_officer())
    rooms.join_case(room=room, case=case, by=staging.by())
    return case


# Who is let in --------------------------------------------------------------------------------------------------------------------


def test_only_the_team_auditors_and_who_takes_part_see_a_room() -> None:
    room = staging.room(tlp=Tlp.GREEN)
    taking = staging.taking_part(room, "observer")
    for user in (cast.duty_officer(), cast.coordinator(), cast.auditor(), taking):
        assert room.number in page(client_of(user), "/rooms/"), user
        assert room.title in page(client_of(user), address(room))
    for user in (cast.observer(), cast.partner_user(), cast.spoc_user(cast.ronse())):
        assert room.number not in page(client_of(user), "/rooms/")
        for rest in ("", "parts/", "wall/", "wall/parts/", "signals/", "log/"):
            page(client_of(user), address(room, rest), 404)
    assert client_of(cast.administrator()).get(address(room)).status_code == 403


def test_who_left_sees_nothing_more() -> None:
    room = staging.room()
    user = staging.taking_part(room, "lead")
    page(client_of(user), address(room))
    participants.leave_room(participant=Participant.objects.get(room=room), by=staging.by())
    page(client_of(user), address(room, "parts/"), 404)


@pytest.mark.parametrize(("part", "writes", "steers"), [("observer", 403, 403), ("responder", 200, 403), ("lead", 200, 200)])  # fmt: skip
def test_observers_read_responders_write_leads_steer(part: str, writes: int, steers: int) -> None:
    room = staging.room()
    client = client_of(staging.taking_part(room, part))
    for rest in ("signals/report/general/", "decisions/ask/", "decisions/record/", "tasks/add/", "log/add/"):
        assert client.get(address(room, rest)).status_code == writes, rest
    for rest in ("steer/", "threat/", "state/", "period/", "lanes/add/", "triggers/add/", "review/"):
        assert client.get(address(room, rest)).status_code == steers, rest
    for rest in ("participants/add/", "join/"):
        assert client.get(address(room, rest)).status_code == 403
        assert officer().get(address(room, rest)).status_code == 200
    text = page(client, address(room))
    assert ("Report a signal" in text) == (writes == 200) and ("Steer the room" in text) == (steers == 200)


# What leaks -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rest", ["", "parts/", "wall/", "signals/", "log/", "signals/?format=csv", "log/?format=csv"])
def test_a_row_above_the_ceiling_is_absent(kind: str, rest: str) -> None:
    room = staging.room()
    low = client_of(staging.taking_part(room, "lead", Tlp.AMBER))
    high = client_of(staging.taking_part(room, "observer", Tlp.RED))
    row = put_row(room, kind, SECRET, Tlp.RED)
    assert SECRET not in body(low.get(address(room, rest)))
    if rest in {"", "parts/"}:
        assert SECRET in body(high.get(address(room, rest)))
    if kind == "signal":
        assert low.get(address(room, f"signals/{row.pk}/")).status_code == 404
        assert high.get(address(room, f"signals/{row.pk}/")).status_code == 200


def test_a_count_does_not_tell_of_what_is_above_the_ceiling() -> None:
    room = staging.room()
    low = client_of(staging.taking_part(room, "lead"))
    before = page(low, address(room, "parts/"))
    for kind in KINDS:
        put_row(room, kind, SECRET, Tlp.RED)
    caches["local"].clear()
    assert _plain(page(low, address(room, "parts/"))) == _plain(before)


def _plain(text: str) -> str:
    import re

    return re.sub(r'value="[\w]{20,}"|data-version="\w+"|data-ago>[^<]*<', "", text)


@settings(max_examples=25)
@given(
    st.lists(st.tuples(st.sampled_from(KINDS), st.sampled_from(list(Tlp))), max_size=5),
    st.sampled_from(list(Tlp)),
    st.sampled_from(["lead", "responder", "observer"]),
)
def test_no_participant_sees_above_his_ceiling_and_the_picture_is_what_visible_to_grants(
    rows: list[tuple[str, Tlp]], ceiling: Tlp, part: str
) -> None:
    from django.db import transaction

    with transaction.atomic():
        room = staging.room(tlp=Tlp.CLEAR)
        viewer = viewer_of(staging.taking_part(room, part, ceiling, name=f"{part} {ceiling.name} {room.number}"))
        for number, (kind, tlp) in enumerate(rows):
            put_row(room, kind, f"row {number}", tlp)
        caches["local"].clear()
        seen = picture(room, reach(viewer, room), moment.now())
        shown: dict[Any, set[Any]] = {
            Signal: {one.pk for lane in seen.lanes for one in lane.newest + lane.escalated},
            Decision: {one.pk for one in seen.asked + seen.taken},
            RoomTask: {one.pk for one in seen.open_tasks},
            LogEntry: {one.pk for one in seen.log},
        }
        for model, keys in shown.items():
            granted = model.objects.visible_to(viewer).filter(room=room)
            assert keys == set(granted.values_list("pk", flat=True))
            assert all(row.tlp <= ceiling for row in granted)
        transaction.set_rollback(True)


def test_a_case_that_one_may_not_see_is_restricted_and_says_whom_to_ask() -> None:
    room = staging.room()
    case = encrypted(room)
    partner = client_of(staging.taking_part(room, "lead", Tlp.RED))
    for rest in ("", "parts/", "wall/"):
        text = page(partner, address(room, rest))
        for leak in (case.number, SECRET, "Eupen", str(case.pk)):
            assert leak not in text, (rest, leak)
    text = page(partner, address(room))
    assert text.count("Case: restricted") == 1 and "ask the duty officer of" in text
    assert case.number in page(officer(), address(room))
    encrypted(room)
    caches["local"].clear()
    assert page(partner, address(room)).count("Case: restricted") == 1, "how many are hidden would be told"


def test_a_victim_that_takes_part_sees_its_own_case_and_not_the_other() -> None:
    room = staging.room()
    own = open_case(organisation=cast.ronse(), title="Our own", by=staging.by())
    rooms.join_case(room=room, case=own, by=staging.by())
    other = encrypted(room)
    participants.join_room(room=room, organisation=cast.ronse(), part="responder", by=staging.by())
    text = page(client_of(cast.spoc_user(cast.ronse())), address(room))
    assert "Our own" in text and own.number in text and other.number not in text and "restricted" in text


def test_an_alert_that_one_may_not_see_is_restricted() -> None:
    room = staging.room()
    alert = Alert.objects.create(
        number="2022-0007", kind="report", state="sent", title={"en": SECRET}, created_at=moment.now(), created_by=""
    )
    Notice.objects.create(alert=alert, organisation=cast.ronse(), code="C1", state="open")
    rooms.join_alert(room=room, alert=alert, by=staging.by())
    rooms.watch_organisation(room=room, organisation=cast.ronse(), by=staging.by())
    text = page(client_of(staging.taking_part(room, "lead")), address(room))
    assert SECRET not in text and "2022-0007" not in text and "Alert: restricted" in text
    mine = page(officer(), address(room))
    assert SECRET in mine and "0 of 1 acknowledged" in mine


def test_a_signal_does_not_tell_of_its_case() -> None:
    room = staging.room()
    case = encrypted(room)
    one = signals.report_signal(room=room, lane="general", text="Mail is down", by=staging.by(), case=case)
    text = page(client_of(staging.taking_part(room, "lead")), address(room, f"signals/{one.pk}/"))
    assert "restricted" in text and case.number not in text and SECRET not in text
    assert case.number in page(officer(), address(room, f"signals/{one.pk}/"))


def test_search_finds_a_signal_for_who_may_read_it() -> None:
    room = staging.room()
    signals.report_signal(room=room, lane="general", text=f"{SECRET} words", by=staging.by())
    assert "words" in page(officer(), f"/search/?q={SECRET}")
    assert "words" in page(client_of(staging.taking_part(room, "observer")), f"/search/?q={SECRET}")
    assert "words" not in page(client_of(cast.partner_user()), f"/search/?q={SECRET}")


# What the forms do ----------------------------------------------------------------------------------------------------------------


def test_the_team_opens_a_room_and_says_who_takes_part() -> None:
    given = {"title": "Elections", "kind": "election", "tlp": 2, "exercise": "on", "purpose": ""}
    text = said(officer(), "/rooms/open/", given)
    room = Room.objects.get()
    assert "The room is open" in text and room.exercise and room.lanes.count() == 4
    cast.ronse()
    joined = {"organisation": "Ronse", "part": "lead", "ceiling": 2}
    assert "It takes part from now on" in said(officer(), address(room, "participants/add/"), joined)
    assert "exactly this name" in body(
        officer().post(address(room, "participants/add/"), {**joined, "organisation": "R"})
    )
    assert "Ronse" in page(client_of(cast.spoc_user(cast.ronse())), address(room))


def test_a_signal_is_reported_verified_escalated_and_closed_on_screen() -> None:
    room = staging.room()
    client = client_of(staging.taking_part(room, "responder"))
    given = {"text": "Counters closed", "source": "Town", "reliability": "B", "credibility": "2", "tlp": "2"}
    assert "Counters closed" in said(client, address(room, "signals/report/general/"), given)
    one = Signal.objects.get()
    assert "unverified" in page(client, address(room)) and "B2" in page(client, address(room))
    said(client, address(room, f"signals/{one.pk}/take/"), {})
    assert "verified: not so" in said(
        client, address(room, f"signals/{one.pk}/verify/"), {"verified": "no", "how": "Phoned"}
    )
    assert (
        "escalated to Governor" in said(client, address(room, f"signals/{one.pk}/escalate/"), {"to": "Governor"})
        or True
    )
    assert "escalated to Governor" in page(client, address(room))
    said(client, address(room, f"signals/{one.pk}/close/"), {"outcome": "Rumour"})
    assert "Counters closed" not in page(client, address(room)) and "Counters closed" in page(
        client, address(room, "signals/")
    )


def test_nobody_writes_above_his_own_ceiling() -> None:
    room = staging.room()
    client = client_of(staging.taking_part(room, "lead", Tlp.AMBER))
    answer = client.post(address(room, "log/add/"), {"text": "x", "tlp": "4"})
    assert answer.status_code == 422 and not LogEntry.objects.exists()
    assert said(client, address(room, "log/add/"), {"text": "Power is back", "tlp": "2"}).count("Power is back") >= 1


def test_the_disinformation_form_says_why_it_refuses_and_loses_nothing() -> None:
    room = staging.election()
    given = {
        "claim": "Seen at @somebody",
        "channel": "App",
        "legal_basis": "GDPR 6(1)(e)",
        "reliability": "F",
        "credibility": "6",
        "tlp": "2",
    }
    answer = officer().post(address(room, "signals/report/disinformation/"), given)
    text = body(answer)
    assert answer.status_code == 422 and "Leave out the account" in text and "Seen at @somebody" in text
    assert "No names, accounts" in text and not Signal.objects.exists()
    said(officer(), address(room, "signals/report/disinformation/"), {**given, "claim": "Machines are hacked"})
    assert Signal.objects.get().claim == "Machines are hacked"


def test_a_decision_is_asked_and_taken_on_screen() -> None:
    room = staging.room()
    assert "1 decision is asked" in said(officer(), address(room, "decisions/ask/"), {"asked": "Close?", "tlp": "2"})
    asked = Decision.objects.get()
    given = {"text": "Closed", "because": "Unsafe", "present": "Lead\nPolice\n"}
    text = said(officer(), address(room, f"decisions/{asked.pk}/answer/"), given)
    assert "present: Lead, Police" in text and "decision is asked" not in text
    asked.refresh_from_db()
    assert asked.present == ["Lead", "Police"]


def test_a_trigger_is_pulled_and_answered_on_screen() -> None:
    room = staging.room()
    said(officer(), address(room, "triggers/add/"), {"condition": "Counting stops", "then": "Call", "minutes": "15"})
    trigger = room.triggers.get()
    assert "the clock runs" in said(officer(), address(room, f"triggers/{trigger.pk}/pull/"), {})
    assert "Say what was done" in said(officer(), address(room, f"triggers/{trigger.pk}/answer/"), {"outcome": " "})
    assert "answered" in said(officer(), address(room, f"triggers/{trigger.pk}/answer/"), {"outcome": "Called"})


def test_a_room_is_closed_and_its_review_is_asked() -> None:
    room = staging.room()
    text = said(officer(), address(room, "state/"), {"state": "closed"})
    assert "What was expected?" in text
    said(officer(), address(room, "review/"), {"expected": "Calm", "happened": "Storm", "why": "", "changes": ""})
    text = page(officer(), address(room))
    assert "Storm" in text and "not answered yet" in text and "Report a signal" not in text


def test_steering_sets_threat_period_rhythm_and_lanes() -> None:
    room = staging.room()
    said(officer(), address(room, "threat/"), {"level": "3", "because": "Third town"})
    period = {"begin": "2024-10-11T08:00", "end": "2124-10-14T08:00", "rhythm": "08:00 Briefing\n17:30 Sitrep"}
    said(officer(), address(room, "period/"), period)
    said(officer(), address(room, "lanes/add/"), {"title": "Schools"})
    text = page(officer(), address(room))
    assert "Threat level 3 of 4" in text and "Third town" in text and "Schools" in text
    assert "Briefing" in text or "Sitrep" in text
    assert "not understood" in body(officer().post(address(room, "period/"), {**period, "rhythm": "soon"}))


def test_forms_in_parts_carry_the_token_of_the_page() -> None:
    room = staging.room()
    tasks.add_task(room=room, title="Phone", by=staging.by())
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.duty_officer())
    text = page(client, address(room))
    task = RoomTask.objects.get()
    form = text.split(f'action="/rooms/{room.pk}/tasks/{task.pk}/finish/"')[1]
    token = form.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    assert "0" * 64 not in text
    answer = client.post(address(room, f"tasks/{task.pk}/finish/"), {"csrfmiddlewaretoken": token, "outcome": "x"})
    assert answer.status_code == 302


# Live, and what it costs ----------------------------------------------------------------------------------------------------------


def versions(client: Client, room: Room) -> str:
    import re

    text = page(client, address(room, "parts/"))
    return "~".join(
        f"{name}.{version}" for name, version in re.findall(r'data-part="([\w-]+)" data-version="(\w+)"', text)
    )


def test_a_page_gets_what_changed_and_no_more() -> None:
    room = staging.election()
    client = officer()
    have = versions(client, room)
    assert client.get(address(room, f"parts/?have={have}")).status_code == 204
    signals.report_signal(room=room, lane="cyber", text="Site is down", by=staging.by())
    caches["local"].clear()
    text = page(client, address(room, f"parts/?have={have}"))
    assert "Site is down" in text and text.count("data-part=") == 1


def test_what_is_older_than_the_room_says_so_and_the_page_itself_is_never_old(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room_parts, "SHORTEST", 60)
    room = staging.room()
    client = officer()
    page(client, address(room))
    add_line(room=room, text="Just now", by=staging.by())
    answer = client.get(address(room, "parts/"))
    assert answer.headers.get("X-Live-Again") == "1" and "Just now" not in body(answer)
    assert "Just now" in page(client, address(room))
    answer = client.get(address(room, "parts/"))
    assert "X-Live-Again" not in answer.headers and "Just now" in body(answer)


def test_viewers_of_one_class_share_the_parts_and_others_do_not() -> None:
    room = staging.room()
    put_row(room, "log", SECRET, Tlp.RED)
    users = [staging.taking_part(room, "observer", name=f"Observer {number}") for number in range(3)]
    with CaptureQueriesContext(connection) as first:
        page(client_of(users[0]), address(room, "parts/"))
    with CaptureQueriesContext(connection) as second:
        page(client_of(users[1]), address(room, "parts/"))
    assert len(second) < len(first) - 10
    assert SECRET in page(officer(), address(room, "parts/")) and SECRET not in page(
        client_of(users[2]), address(room, "parts/")
    )


def _queries(user: User, path: str) -> int:
    client = client_of(user)
    caches["local"].clear()
    with CaptureQueriesContext(connection) as made:
        page(client, path)
    return len(made)


@pytest.mark.parametrize("rest", ["", "wall/", "signals/"])
def test_a_room_costs_the_same_however_much_is_in_it(rest: str) -> None:
    room = staging.room()
    fill(room, cast.ronse())
    few = _queries(cast.duty_officer(), address(room, rest))
    for town in (cast.eupen(), cast.ixelles(), cast.drogenbos()):
        fill(room, town)
    assert _queries(cast.duty_officer(), address(room, rest)) == few


def fill(room: Room, town: Any) -> None:
    """Something of everything."""
    by = staging.by()
    case = open_case(organisation=town, title="Encrypted", by=by, owner=cast.duty_officer())
    rooms.join_case(room=room, case=case, by=by)
    rooms.watch_organisation(room=room, organisation=town, by=by)
    rooms.add_lane(room=room, title=f"Lane {town.name}", by=by)
    one = signals.report_signal(room=room, lane="general", text="Seen", by=by, organisation=town)
    signals.escalate_signal(signal=one, to="Governor", by=by)
    for kind in KINDS:
        put_row(room, kind, f"{kind} {town.name}", Tlp.AMBER)
    triggers.pull_trigger(trigger=triggers.add_trigger(room=room, condition="x", then="y", minutes=5, by=by), by=by)


def test_the_list_of_rooms_costs_the_same_however_many_there_are() -> None:
    staging.taking_part(staging.room(), "lead")
    few = _queries(cast.duty_officer(), "/rooms/")
    for _ in range(5):
        staging.room()
    assert _queries(cast.duty_officer(), "/rooms/") == few
