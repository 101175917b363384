"""Live tokens, and the transaction that tells."""

from __future__ import annotations

import contextlib
import json

import psycopg
import pytest
from django.db import connection, transaction
from django.test import Client

from paraat.kernel.errors import NotAllowed
from paraat.kernel.ids import uuid7
from paraat.kernel.marking import ANONYMOUS, Role, Viewer
from paraat.platform import live

OFFICER = Viewer(user=uuid7(), roles=frozenset({Role.DUTY_OFFICER}))


def test_a_token_names_its_topics() -> None:
    ticket = live.read(live.token(["board", "alert:1"], now=1000))
    assert (ticket.topics, ticket.expires) == (("alert:1", "board"), 1300)


@pytest.mark.parametrize("damage", ["", "x", "AAAA", "..."])
def test_a_damaged_token_is_refused(damage: str) -> None:
    with pytest.raises(NotAllowed):
        live.read(damage)


def test_nobody_adds_a_topic_to_a_token() -> None:
    good = live.token(["board"])
    other = live.write(live.Ticket(("board", "alert:1"), "", 9999999999))
    with pytest.raises(NotAllowed):
        live.read(good[:20] + other[20:])


def test_it_is_renewed_for_the_same_holder_only() -> None:
    token = live.token(["board"], holder=live.holder(OFFICER), now=1000)
    assert live.read(live.renew(token, holder=live.holder(OFFICER), now=2000)).expires == 2300
    with pytest.raises(NotAllowed):
        live.renew(token, holder=live.holder(ANONYMOUS), now=2000)


def test_a_lost_role_ends_renewal() -> None:
    token = live.token(["board"], holder=live.holder(OFFICER))
    with pytest.raises(NotAllowed):
        live.renew(token, holder=live.holder(Viewer(user=OFFICER.user)))


def test_a_token_of_yesterday_is_not_renewed() -> None:
    token = live.token(["board"], now=1000)
    with pytest.raises(NotAllowed):
        live.renew(token, holder="", now=1000 + live.LIFETIME + live.RENEWABLE + 1)


@pytest.mark.django_db
def test_the_page_exchanges_its_token(client: Client) -> None:
    token = live.token(["board"], holder=live.holder(ANONYMOUS))
    answer = client.get("/live-token", headers={"X-Live-Token": token})
    assert live.read(answer.content.decode()).topics == ("board",)
    assert client.get("/live-token", headers={"X-Live-Token": "x"}).status_code == 403


@pytest.mark.django_db(transaction=True)
@pytest.mark.pg15
def test_a_rollback_tells_nothing_and_a_commit_once() -> None:
    parameters = connection.get_connection_params()
    dsn = psycopg.conninfo.make_conninfo(
        host=parameters["host"], port=parameters["port"], user=parameters["user"], dbname=parameters["dbname"]
    )
    with contextlib.closing(psycopg.connect(dsn, autocommit=True)) as listener:
        listener.execute(f"LISTEN {live.CHANNEL}".encode())
        with contextlib.suppress(RuntimeError), transaction.atomic():
            live.publish("board", id="rolled back")
            raise RuntimeError
        with transaction.atomic():
            live.publish("board", id="one")
            live.publish("board", id="one")
        told = [notice.payload for notice in listener.notifies(timeout=0.5)]
    assert told == ["board one"], json.dumps(told)
