"""The short way to the parts of a room: it says what the long way says, and nothing any more to whom something was taken away."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from paraat.accounts.models import Membership, User
from paraat.kernel.marking import Tlp
from paraat.platform import configuration, moment
from paraat.warroom import parts as room_parts
from paraat.warroom.actions import tasks
from paraat.warroom.actions.log import add_line
from paraat.warroom.models import Participant, Room, RoomTask
from paraat.warroom.witness import witness
from tests import cast
from tests.warroom import rooms, staging
from tests.web.pages import body, client_of, page

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def on_a_slow_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Much time may pass between two requests on a busy machine, and what was made is made again: that is not what is counted here."""
    monkeypatch.setattr(room_parts, "SHORTEST", 600.0)
    monkeypatch.setattr(room_parts, "LONGEST", 600)


def parts(room: Room, kind: str = "") -> str:
    return f"/rooms/{room.pk}/{kind}parts/"


def known(user: User, room: Room) -> Client:
    """A browser whose page has asked before, so that it goes the short way now."""
    client = client_of(user)
    page(client, parts(room))
    assert cost(client, room) == 1
    return client


def cost(client: Client, room: Room) -> int:
    """How many queries the parts take."""
    with CaptureQueriesContext(connection) as made:
        client.get(parts(room))
    return len(made)


@pytest.mark.parametrize("kind", ["", "wall/"])
def test_it_says_what_the_long_way_says(kind: str) -> None:
    room = rooms.room()
    rooms.fill(room)
    observer = staging.taking_part(room, "observer")
    for user in (cast.duty_officer(), cast.auditor(), observer):
        client = client_of(user)
        long = body(client.get(parts(room, kind)))
        with CaptureQueriesContext(connection) as made:
            short = client.get(parts(room, kind))
        assert plain(body(short)) == plain(long) and "secret-of-green" in long
        assert len(made) == 1 or "csrfmiddlewaretoken" in long
        assert short.headers["Cache-Control"] == "no-store" and "Cookie" in short.headers["Vary"]


def plain(text: str) -> str:
    """Without the tokens of forms, which differ each time."""
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text)


def test_a_change_is_seen_by_it() -> None:
    room = staging.room()
    client = known(cast.duty_officer(), room)
    add_line(room=room, text="Just now", by=staging.by())
    first = client.get(parts(room))
    caches["local"].clear()
    assert first.headers.get("X-Live-Again") == "1" or "Just now" in body(first)
    assert "Just now" in page(client, parts(room))


def test_forms_go_the_long_way_to_the_token_of_their_page() -> None:
    room = staging.room()
    tasks.add_task(room=room, title="Phone", by=staging.by())
    client = client_of(cast.duty_officer())
    for _ in range(3):
        text = page(client, parts(room))
        assert str(RoomTask.objects.get().pk) in text and "0" * 64 not in text


def _left(user: User, room: Room) -> None:
    Participant.objects.filter(room=room).update(left_at=moment.now())


def _lowered(user: User, room: Room) -> None:
    Participant.objects.filter(room=room).update(ceiling=Tlp.CLEAR)


def _raised(user: User, room: Room) -> None:
    Room.objects.filter(pk=room.pk).update(tlp=Tlp.RED)


def _role_ended(user: User, room: Room) -> None:
    Membership.objects.filter(user=user).update(until=moment.now())


def _closed(user: User, room: Room) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def _signed_out(user: User, room: Room) -> None:
    Session.objects.all().delete()


def _run_out(user: User, room: Room) -> None:
    Session.objects.update(expire_date=moment.now())


def _new_password(user: User, room: Room) -> None:
    user.set_password("something else altogether")
    user.save()


@pytest.mark.parametrize(
    "taken",
    [_left, _lowered, _raised, _role_ended, _closed, _signed_out, _run_out, _new_password],
    ids=lambda one: one.__name__,
)
def test_what_is_taken_away_counts_for_the_next_answer(taken: Callable[[User, Room], None]) -> None:
    room = staging.room()
    user = staging.taking_part(room, "observer")
    client = known(user, room)
    taken(user, room)
    assert client.get(parts(room)).status_code in {302, 403, 404}


def test_a_lower_ceiling_is_another_class() -> None:
    room = staging.room(tlp=Tlp.CLEAR)
    add_line(room=room, text="Amber words", by=staging.by(), tlp=Tlp.AMBER)
    user = staging.taking_part(room, "observer", ceiling=Tlp.AMBER)
    client = known(user, room)
    assert "Amber words" in page(client, parts(room))
    Participant.objects.filter(room=room).update(ceiling=Tlp.GREEN)
    for _ in range(3):
        assert "Amber words" not in page(client, parts(room))


def test_who_must_have_a_second_factor_sets_one_up_first(monkeypatch: pytest.MonkeyPatch) -> None:
    room = staging.room()
    client = known(cast.duty_officer(), room)
    monkeypatch.setenv("PARAAT_SECOND_FACTOR", "yes")
    assert configuration.SECOND_FACTOR.get()
    assert client.get(parts(room)).status_code == 302


def test_a_session_is_no_key_to_another_account() -> None:
    room = staging.room()
    client = known(cast.duty_officer(), room)
    session = client.session.session_key
    assert session and witness(session, cast.duty_officer().pk, room.pk)
    assert witness(session, cast.coordinator().pk, room.pk) is None
    assert witness("another", cast.duty_officer().pk, room.pk) is None
    assert witness(session, cast.duty_officer().pk, uuid4()) is None
