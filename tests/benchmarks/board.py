"""Our side and the opponent of `board-...`: the board as an officer's browser gets it, and the same bytes ready-made.

Both go through the same handler, middleware and session of the same signed-in officer. Processor time is that of this process and of its PostgreSQL
backend together. Before every request of ours the journal grows, so that nothing that is remembered from the last one serves.
"""

# Django is set up before our apps are imported
from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

os.environ["PARAAT_SECOND_FACTOR"] = "no"  # the session stands for an officer who signed in with two

from tests.benchmarks.persisted import cost, fresh_database  # sets Django up

# isort: split

import psycopg
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import path

from paraat.alerts.models import Alert, CallLine, Notice
from paraat.kernel.actor import SYSTEM
from paraat.kernel.ids import uuid7
from paraat.platform import embedded, moment
from paraat.platform.actions import Subject, action, record
from paraat.platform.guard import EVERYBODY, Request, allow
from paraat.registry.models import Contact, ContactChannel, Organisation
from paraat.web import urls
from tests import cast

ROUNDS, REQUESTS = 5, 30
NAMED = 30
"""One constituent in so many is named by the target list: 10 of 300, as on 8 October 2024."""
READY: dict[str, bytes] = {}


@allow(*EVERYBODY)
def ready_made(request: Request) -> HttpResponse:
    """The bytes of the board, without a thought."""
    return HttpResponse(READY["board"])


@action
def something_happens() -> None:
    """The journal grows by an entry."""
    record("exercise.pace", by=SYSTEM, on=Subject("switch", "1"), tlp=0)


def put_region(constituents: int) -> None:
    """Provinces of sixty to a thousand municipalities, most with an out-of-band contact, and three active alerts."""
    provinces = [f"{number:05d}" for number in range(max(5, constituents // 1000))]
    bodies = [
        Organisation(
            kind="province", name=f"Province {code}", nis=code, province=code, languages=["nl"], constituent=False
        )
        for code in provinces
    ]
    towns = [
        Organisation(
            kind="municipality",
            name=f"Gemeente {number}",
            nis=f"{number % 90000:05d}",
            province=provinces[number % len(provinces)],
            languages=["nl"],
        )
        for number in range(constituents)
    ]
    Organisation.objects.bulk_create([*bodies, *towns], batch_size=5000)
    contacts = [Contact(organisation=town, role="spoc", name="SPOC") for town in towns if hash(town.nis) % 20]
    Contact.objects.bulk_create(contacts, batch_size=5000)
    ContactChannel.objects.bulk_create(
        [
            ContactChannel(
                contact=contact,
                kind="mail",
                address=f"{contact.pk}@region.example",
                out_of_band=True,
                confirmed_at=cast.CONFIRMED,
            )
            for contact in contacts
        ],
        batch_size=5000,
    )
    put_alerts(towns)


def put_alerts(towns: list[Organisation]) -> None:
    """A target list (one in thirty), a list that is held (one in sixty) and an announcement (one in sixty)."""
    _alert("2024-0031", "sent", 3, towns[::NAMED])
    _alert("2024-0032", "held", 3, towns[1 :: NAMED * 2])
    _alert("2024-0029", "sent", 1, towns[2 :: NAMED * 2])


def _alert(number: str, state: str, severity: int, towns: list[Organisation]) -> None:
    now = moment.now()
    alert = Alert.objects.create(
        number=number,
        kind="target_list",
        state=state,
        title={"nl": "Doellijst"},
        severity=severity,
        tlp=0,
        created_at=now,
        created_by="Paraat",
        sent_at=now,
    )
    Notice.objects.bulk_create(list(_notices(alert, towns)), batch_size=5000)
    silent = [
        notice.organisation
        for notice in Notice.objects.filter(alert=alert, silent_since__isnull=False).select_related("organisation")
    ]
    CallLine.objects.bulk_create(
        [CallLine(organisation=town, since=now, address=f"+32{town.nis}", tlp=0) for town in silent[:50]]
    )


def _notices(alert: Alert, towns: list[Organisation]) -> Iterator[Notice]:
    now = moment.now()
    states = ["acknowledged"] * 7 + ["open"] * 3 if alert.state == "sent" else ["prepared"]
    for place, town in enumerate(towns):
        state = states[place % len(states)]
        yield Notice(
            alert=alert,
            organisation=town,
            province=town.province,
            state=state,
            severity=alert.severity,
            tlp=0,
            code=uuid7().hex[-12:],
            sent_at=now - timedelta(minutes=6),
            acknowledged_at=now if state == "acknowledged" else None,
            silent_since=now if state == "open" and place % 10 == 7 else None,
            reach="none" if state == "open" and place % 10 == 8 else "ok",
        )


def environ(where: str, cookie: str) -> dict[str, Any]:
    """What a WSGI server hands over."""
    return {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": where,
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "localhost",
        "HTTP_COOKIE": cookie,
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.input": io.BytesIO(),
        "wsgi.url_scheme": "http",
        "wsgi.errors": sys.stderr,
        "wsgi.version": (1, 0),
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }


def mean(where: str, handler: WSGIHandler, cookie: str, before: Callable[[], None]) -> tuple[float, bytes]:
    """Processor seconds of one request, the mean of a round, and the last answer."""
    spent, answer = 0.0, b""
    for _ in range(REQUESTS):
        before()
        response: list[Any] = []
        spent += cost(lambda: response.append(handler(environ(where, cookie), lambda *_: None)))  # noqa: B023
        assert response[0].status_code == 200, (response[0].status_code, response[0].headers)
        answer = response[0].content
    return spent / REQUESTS, answer


def nothing_happens() -> None:
    """The journal stays as it is."""


def main(constituents: int) -> None:
    """Measure the page, the page when nothing changed, and the ready-made bytes."""
    settings.ALLOWED_HOSTS = ["*"]
    urls.urlpatterns.append(path("ready-made/", ready_made))
    with fresh_database():
        put_region(constituents)
        vacuum()
        connection.close_at = None  # one backend for all, whose processor time we read
        client = Client()
        client.force_login(cast.duty_officer())
        cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
        handler = WSGIHandler()
        rounds: dict[str, list[float]] = {"fresh": [], "remembered": [], "ready": []}
        for _ in range(ROUNDS + 1):  # in turn, so that a busy machine is busy for all three; the first warms up
            fresh, READY["board"] = mean("/", handler, cookie, something_happens)
            remembered, _answer = mean("/", handler, cookie, nothing_happens)
            ready, _answer = mean("/ready-made/", handler, cookie, nothing_happens)
            for name, seconds in (("fresh", fresh), ("remembered", remembered), ("ready", ready)):
                rounds[name].append(seconds)
        result = {name: min(found[1:]) for name, found in rounds.items()} | {"bytes": len(READY["board"])}
        print(json.dumps(result))


def vacuum() -> None:
    """What autovacuum would have done by then."""
    url = embedded.start().url(embedded.SUPERUSER, str(connection.settings_dict["NAME"]))
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute("VACUUM ANALYZE")


if __name__ == "__main__":
    try:
        main(int(sys.argv[1]))
    finally:
        embedded.stop()
