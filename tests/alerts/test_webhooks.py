"""Outside systems are told what their owner may see, signed, again when they do not answer, and no more when they never do."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.test import Client

from paraat.accounts.models import User, WaitingTask
from paraat.alerts import actions, webhooks
from paraat.alerts.rules.webhooks import EVENTS, MOST_FAILURES, WAITS, wait_after
from paraat.alerts.webhook_models import Webhook, WebhookEvent
from paraat.kernel.actor import SYSTEM
from paraat.kernel.errors import Conflict, Invalid
from paraat.kernel.marking import Role, Tlp
from paraat.platform import moment
from paraat.platform.channels.signature import BadSignature, check
from tests import cast
from tests.alerts import staging
from tests.api.stage import Caller

pytestmark = pytest.mark.django_db


class Receiver:
    """An outside system on this machine."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.answer = 200
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.got.append((dict(self.headers.items()), body))
                self.send_response(outer.answer)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                """Nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def said(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.got]


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    monkeypatch.setenv("PARAAT_WEBHOOK_PRIVATE", "yes")
    made = Receiver()
    yield made
    made.server.shutdown()
    made.server.server_close()


def webhook(receiver: Receiver, user: User, *events: str) -> tuple[Webhook, str]:
    return actions.add_webhook(user=user, url=receiver.url, events=events or EVENTS, by=SYSTEM)


def later(**delta: float) -> None:
    """Pretend that so much time has gone by."""
    for event in WebhookEvent.objects.filter(done_at=None):
        WebhookEvent.objects.filter(pk=event.pk).update(due_at=event.due_at - timedelta(**delta))


def test_it_tells_what_happened_signed_and_once(receiver: Receiver) -> None:
    _, secret = webhook(receiver, cast.duty_officer())
    alert = staging.alert_for(cast.ronse())
    actions.acknowledge_notice(
        notice=staging.notice_of(alert, cast.ronse()), by=staging.spoc(cast.ronse()), through="link", name="SPOC"
    )
    assert webhooks.send_due() == 2
    receiver.got.sort(key=lambda one: json.loads(one[1])["type"])  # they travel over several connections at once
    assert [one["type"] for one in receiver.said()] == ["alert.sent", "notice.acknowledged"]
    headers, body = receiver.got[1]
    identifier = check(headers, body, [secret.encode()], datetime.now(UTC))
    assert WebhookEvent.objects.filter(pk=identifier, outcome="accepted").exists()
    with pytest.raises(BadSignature):
        check(headers, body.replace(b"45041", b"45042"), [secret.encode()], datetime.now(UTC))
    data = receiver.said()[1]["data"]
    assert (data["nis"], data["state"], data["number"]) == ("45041", "acknowledged", alert.number)
    assert webhooks.send_due() == 0


def test_no_message_holds_a_name_a_code_or_a_signed_link(receiver: Receiver) -> None:
    webhook(receiver, cast.duty_officer())
    alert = staging.alert_for(cast.ronse())
    notice = staging.notice_of(alert, cast.ronse())
    actions.acknowledge_notice(notice=notice, by=staging.spoc(cast.ronse()), through="link", name="Somebody Named")
    webhooks.send_due()
    text = json.dumps(receiver.said())
    assert notice.code not in text
    assert "Somebody" not in text
    assert "/n/" not in text


def test_each_is_told_only_what_its_owner_may_see(receiver: Receiver) -> None:
    ronse, silent = cast.ronse(), cast.spiere_helkijn()
    mine, _ = webhook(receiver, cast.spoc_user(ronse))
    observers, _ = webhook(receiver, cast.observer())
    alert = staging.alert_for(ronse, silent)
    alert.notices.update(tlp=Tlp.AMBER)
    type(alert).objects.filter(pk=alert.pk).update(tlp=Tlp.AMBER)
    for town in (ronse, silent):
        actions.acknowledge_notice(
            notice=staging.notice_of(alert, town), by=staging.spoc(town), through="link", name="SPOC"
        )
    webhooks.send_due()
    assert sorted((one["type"], one["data"].get("nis")) for one in receiver.said()) == [
        ("alert.sent", None),
        ("notice.acknowledged", "45041"),
    ]
    assert set(observers.pending.values_list("outcome", flat=True)) == {"not to be seen"}
    assert set(mine.pending.values_list("outcome", flat=True)) == {"accepted", "not to be seen"}


def test_a_right_that_was_taken_away_counts_at_once(receiver: Receiver) -> None:
    webhook(receiver, cast.duty_officer())
    staging.alert_for(cast.ronse())
    User.objects.filter(pk=cast.duty_officer().pk).update(is_active=False)
    webhooks.send_due()
    assert receiver.got == []


def test_an_exercise_stays_in_the_house(receiver: Receiver) -> None:
    webhook(receiver, cast.duty_officer())
    staging.alert_for(cast.ronse(), exercise=True)
    assert webhooks.send_due() == 1
    assert receiver.got == []
    assert WebhookEvent.objects.get().outcome == "in the house"


def test_who_does_not_answer_is_told_again_under_the_same_id(receiver: Receiver) -> None:
    webhook(receiver, cast.duty_officer(), "alert.sent")
    receiver.answer = 503
    staging.alert_for(cast.ronse())
    webhooks.send_due()
    event = WebhookEvent.objects.get()
    assert (event.attempts, event.done_at) == (1, None)
    assert webhooks.send_due() == 0  # not yet
    later(seconds=WAITS[0].total_seconds() + 1)
    receiver.answer = 200
    webhooks.send_due()
    assert {headers["webhook-id"] for headers, _ in receiver.got} == {str(event.pk)}
    assert len(receiver.got) == 2
    event.refresh_from_db()
    assert (event.outcome, event.attempts) == ("accepted", 2)


def test_a_process_that_dies_holds_an_event_up_for_a_while_only(receiver: Receiver) -> None:
    from paraat.alerts.actions.webhooks import LEASE, claim_events

    webhook(receiver, cast.duty_officer(), "alert.sent")
    staging.alert_for(cast.ronse())
    now = moment.now()
    assert len(claim_events(now=now, limit=10)) == 1  # and it is killed here
    assert webhooks.send_due() == 0
    assert len(claim_events(now=now + LEASE, limit=10)) == 1


def test_who_never_answers_is_told_no_more_and_a_person_knows(receiver: Receiver) -> None:
    made, _ = webhook(receiver, cast.duty_officer(), "alert.sent")
    receiver.answer = 410  # gone
    for town in (cast.ronse(), cast.eupen(), cast.ixelles()):
        staging.alert_for(town)
        webhooks.send_due()
    made.refresh_from_db()
    assert (made.failures, made.active) == (MOST_FAILURES, False)
    assert WaitingTask.objects.filter(kind="webhook", urgent=False).count() == 1
    staging.alert_for(cast.spiere_helkijn())
    assert webhooks.send_due() == 0


def test_an_answer_ends_a_row_of_failures(receiver: Receiver) -> None:
    made, _ = webhook(receiver, cast.duty_officer(), "alert.sent")
    for town, answer in ((cast.ronse(), 410), (cast.eupen(), 200), (cast.ixelles(), 410)):
        receiver.answer = answer
        staging.alert_for(town)
        webhooks.send_due()
    made.refresh_from_db()
    assert (made.failures, made.active) == (1, True)


def test_it_gives_up_after_two_days() -> None:
    waits = [wait_after(attempt) for attempt in range(1, 12)]
    assert waits[: len(WAITS)] == list(WAITS)
    assert waits[len(WAITS) :] == [None, None]
    assert timedelta(days=1) < sum(WAITS, timedelta()) < timedelta(days=3)


def test_only_known_events_and_real_addresses() -> None:
    user = cast.duty_officer()
    for url, events in (
        ("ftp://x", EVENTS),
        ("https://", EVENTS),
        ("https://x.example", ["alert.guessed"]),
        ("https://x.example", []),
    ):
        with pytest.raises(Invalid):
            actions.add_webhook(user=user, url=url, events=events, by=SYSTEM)


def test_an_address_inside_our_own_network_is_not_posted_to(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARAAT_WEBHOOK_PRIVATE", "no")
    webhook(receiver, cast.duty_officer(), "alert.sent")
    staging.alert_for(cast.ronse())
    webhooks.send_due()
    assert receiver.got == []


def test_the_api_makes_and_ends_ones_own(receiver: Receiver) -> None:
    caller, other = Caller(cast.duty_officer()), Caller(cast.account("else", "Else", Role.AUDITOR))
    made = caller.post("/webhooks", {"url": receiver.url, "events": ["alert.sent"]}).json()
    assert made["secret"].startswith("whsec_")
    assert "secret" not in caller.get("/webhooks").json()["items"][0]
    assert other.get("/webhooks").json()["total"] == 0
    assert other.post(f"/webhooks/{made['id']}/end").status_code == 404
    assert caller.post(f"/webhooks/{made['id']}/end").json()["active"] is False
    assert caller.post(f"/webhooks/{made['id']}/end").status_code == 409
    with pytest.raises(Conflict):
        actions.end_webhook(webhook=Webhook.objects.get(), by=SYSTEM)
    assert made["secret"].encode() not in bytes(Webhook.objects.get().secret)


def test_the_page_shows_the_secret_once() -> None:
    client = Client()
    client.force_login(cast.observer())
    page = client.post("/me/webhooks/", {"url": "https://siem.example/in", "events": ["alert.sent"]})
    assert "whsec_" in page.content.decode()
    again = client.get("/me/webhooks/").content.decode()
    assert "whsec_" not in again
    assert "siem.example" in again
    assert "/me/webhooks/" in client.get("/me/").content.decode()
    made = Webhook.objects.get()
    stranger = Client()
    stranger.force_login(cast.auditor())
    assert stranger.post(f"/me/webhooks/{made.pk}/end/").status_code == 404
    assert client.post(f"/me/webhooks/{made.pk}/end/").status_code == 302
    made.refresh_from_db()
    assert not made.active


def test_what_was_dealt_with_is_forgotten_after_a_month(receiver: Receiver) -> None:
    webhook(receiver, cast.duty_officer(), "alert.sent")
    staging.alert_for(cast.ronse())
    webhooks.send_due()
    assert webhooks.forget() == 0
    WebhookEvent.objects.update(done_at=moment.now() - timedelta(days=32))
    assert webhooks.forget() == 1


def test_a_hundred_thousand_silent_towns_ask_once_who_listens(django_assert_max_num_queries: Any) -> None:
    from paraat.platform.facts import Happened, announce

    now = moment.now()
    fact = Happened("notice.silent", cast.ronse().pk, cast.ronse().pk, "2024-1", now, 2, False, cast.ronse().pk)
    announce(fact)
    with django_assert_max_num_queries(1):
        for _ in range(50):
            announce(fact)


@pytest.mark.parametrize("url", ["http://]X", "ftp://a.example/", "https://", "no address", "https://a.example/\0"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(Invalid):
        actions.add_webhook(user=cast.duty_officer(), url=url, events=EVENTS, by=SYSTEM)
