"""The main job with the real processes: a list in, notices out by a real mail server, a reply in, the silent one escalated; and what goes wrong
on the way: a worker is killed, the mail server is away, the clock jumps."""

from __future__ import annotations

import re
import time
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from playwright.sync_api import Browser

from tests.e2e.person import Person
from tests.installation import Installation, installation
from tests.platform.channels.servers import Inbox, free_port

pytestmark = [pytest.mark.e2e, pytest.mark.fault]

REGISTER = """
import django; django.setup()
from tests import cast
from paraat.platform import moment
from paraat.registry.models import Contact
for town in (cast.ronse(), cast.spiere_helkijn(), cast.eupen(), cast.ixelles(), cast.drogenbos()): pass
for nis, name in (("45059", "Brakel"), ("45063", "Lierde"), ("45064", "Maarkedal"), ("45065", "Zwalm")):
    town, _made = cast._town(nis, name, "40000", ["nl"], ["nl"])
    for role, title in (("spoc", "spoc"), ("deputy", "deputy"), ("ict_on_call", "ict")):
        cast.channels(cast._contact(town, role), [("mail", f"{title}@{name.lower()}.example")])
Contact.objects.update(confirmed_at=moment.now())
"""
DELIVERIES = "SELECT d.address, d.state, d.perhaps_twice FROM alerts_delivery d WHERE d.purpose = 'notice' ORDER BY 1"
STATE = "SELECT n.state, n.acknowledged_through FROM alerts_notice n JOIN registry_organisation o ON o.id = n.organisation_id WHERE o.name = %s"
NOTICES = "SELECT o.name, n.state, n.acknowledged_through FROM alerts_notice n JOIN registry_organisation o ON o.id = n.organisation_id ORDER BY 1"


class MailServer:
    """A real SMTP server on a port of its own that can go away and come back."""

    def __init__(self, inbox: Inbox, port: int) -> None:
        self.inbox, self.port = inbox, port

    def __enter__(self) -> MailServer:
        self.controller = Controller(self.inbox, hostname="127.0.0.1", port=self.port, server_hostname="sink.example")
        self.controller.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.controller.stop()


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory):
    """One installation for all tests here: starting it costs more than all that they do."""
    inbox, tmp_path, port = Inbox(), tmp_path_factory.mktemp("room"), free_port()
    server = MailServer(inbox, port)
    for folder in ("cur", "new", "tmp"):
        (tmp_path / "mailbox" / folder).mkdir(parents=True)
    with (
        server,
        installation(
            PARAAT_MODE="test",
            PARAAT_SMTP_URL=f"smtp://127.0.0.1:{port}",
            PARAAT_MAIL_FROM="alerts@team.example",
            PARAAT_MAILBOX_URL=f"maildir:{tmp_path / 'mailbox'}",
        ) as made,
    ):
        made.run("up")
        made.python(REGISTER)
        yield made, inbox, tmp_path, server


def test_from_a_list_to_an_acknowledged_alert_and_an_escalated_silence(room):
    made, inbox, folder, _server = room
    alert = read_list(made, folder, "www.ronse.be", "www.spiere-helkijn.be", "www.eupen.be")
    made.wait(lambda: len(inbox.envelopes) == 3, 30, "sending")
    assert sorted(inbox.recipients) == ["spoc@eupen.example", "spoc@ronse.example", "spoc@spiere-helkijn.example"]

    reply(inbox, folder, "spoc@ronse.example")
    made.wait(lambda: ("Ronse", "acknowledged", "mail") in made.sql(NOTICES), 45, "the reply")
    made.sql("UPDATE alerts_notice SET step_due_at = now() WHERE state = 'open'")
    made.wait(lambda: made.sql("SELECT count(*) FROM alerts_delivery WHERE kind = 'sms'") == [(2,)], 30, "the ladder")
    assert made.json("coverage", alert["number"], "--json")["counts"]["reached"] == 1


def test_killed_workers_are_followed_by_others_that_lose_nothing(room):
    made, inbox, folder, _server = room
    inbox.delay, before = 1.0, len(inbox.envelopes)
    read_list(made, folder, "www.ixelles.be", "www.drogenbos.be")
    made.wait(lambda: made.sql("SELECT 1 FROM alerts_claim WHERE ended_at IS NULL AND kind = 'mail'"), 30, "a claim")
    assert made.kill("worker-urgent")
    inbox.delay = 0.0
    made.wait(
        lambda: {state for address, state, _twice in made.sql(DELIVERIES) if "@" in address} == {"accepted"},
        60,
        "the recovery",
    )
    arrived = [address for envelope in inbox.envelopes[before:] for address in envelope.rcpt_tos]
    assert {"spoc@ixelles.example", "spoc@drogenbos.be"} <= set(arrived)
    twice = {address for address, _state, perhaps in made.sql(DELIVERIES) if perhaps}
    assert {address for address in arrived if arrived.count(address) > 1} <= twice


def test_the_link_in_the_mail_acknowledges_and_an_automatic_reply_does_not(room, browser: Browser):
    made, inbox, folder, _server = room
    read_list(made, folder, "www.brakel.be", "www.lierde.be")
    made.wait(lambda: {"spoc@brakel.example", "spoc@lierde.example"} <= set(inbox.recipients), 30, "the mails")

    spoc = Person(browser, made, phone=True, language="nl")
    spoc.go(link_in(inbox, "spoc@brakel.example"))
    assert made.sql(STATE, ["Brakel"]) == [("open", "")]  # a mail scanner opens links too
    spoc.press("form button.large")
    spoc.see(".message.success")
    spoc.close()
    assert made.sql(STATE, ["Brakel"]) == [("acknowledged", "link")]

    reply(inbox, folder, "spoc@lierde.example", "Auto-Submitted: auto-replied\r\n")
    made.wait(lambda: "deputy@lierde.example" in inbox.recipients, 60, "the deputy's mail")
    assert made.sql(STATE, ["Lierde"]) == [("open", "")]


def test_mail_waits_while_its_server_is_away(room):
    made, inbox, folder, server = room
    server.__exit__()
    read_list(made, folder, "www.maarkedal.be")
    waits = "SELECT attempts FROM alerts_delivery WHERE address = 'spoc@maarkedal.example' AND state = 'queued'"
    made.wait(lambda: made.sql(waits) and made.sql(waits)[0][0] >= 1, 30, "an attempt that failed")
    server.__enter__()
    made.wait(lambda: "spoc@maarkedal.example" in inbox.recipients, 90, "the mail after the server came back")
    made.wait(lambda: not made.sql(waits), 10, "the answer written down")
    assert inbox.recipients.count("spoc@maarkedal.example") == 1


def test_a_clock_that_jumps_fires_each_rung_once_and_leaves_the_next_its_time(room):
    """The clock jumps five hours ahead, over every rung of the ladder: the rows say so when they lie in the past."""
    made, inbox, folder, _server = room
    read_list(made, folder, "www.zwalm.be")
    made.wait(lambda: "spoc@zwalm.example" in inbox.recipients, 30, "the first rung")
    made.sql("UPDATE alerts_notice SET step_due_at = now() - interval '5 hours' WHERE 'www.zwalm.be' = ANY(targets)")
    made.wait(lambda: "deputy@zwalm.example" in inbox.recipients, 30, "the second rung")
    time.sleep(11)  # two more turns of the clockwork
    assert [one for one in inbox.recipients if one.endswith("@zwalm.example")] == [
        "spoc@zwalm.example",
        "deputy@zwalm.example",
    ]
    left = made.sql(
        "SELECT extract(epoch FROM step_due_at - now()) FROM alerts_notice WHERE 'www.zwalm.be' = ANY(targets)"
    )
    assert 540 < left[0][0] <= 600


def read_list(made: Installation, folder: Path, *hosts: str) -> dict[str, str]:
    """Read a list as an officer does, and give the click that it waits for; the alert as the command line shows it."""
    path = folder / f"{hosts[0]}.txt"
    path.write_text("\n".join(hosts))
    found = made.json("feed", "read", path, "--source", "target_text", "--json")
    assert len(found["organisations"]) == len(hosts)
    alert: dict[str, str] = made.json("alert", "list", "--json")["alerts"][0]
    assert alert["state"] == "held"
    made.run("alert", "release", alert["number"])
    return alert


def mail_to(inbox: Inbox, address: str) -> EmailMessage:
    """The first mail that came for an address."""
    envelope = next(one for one in inbox.envelopes if one.rcpt_tos == [address])
    return message_from_bytes(envelope.content, policy=policy.default)


def link_in(inbox: Inbox, address: str) -> str:
    """The signed link in it."""
    part = mail_to(inbox, address).get_body(("plain",))
    assert part is not None
    found = re.search(r"http\S+/n/\S+", part.get_content())
    assert found
    return found.group()


def reply(inbox: Inbox, folder: Path, sender: str, header: str = "") -> None:
    """What a mail program makes of "Reply"; with a header that says who wrote it."""
    original = mail_to(inbox, sender)
    letter = (
        f"From: {sender}\r\nTo: {original['Reply-To']}\r\nSubject: Re: {original['Subject']}\r\nMessage-ID: <reply@{sender}>\r\n"
        f"In-Reply-To: {original['Message-ID']}\r\n{header}\r\nWe are on it.\r\n"
    )
    (folder / "mailbox" / "new" / f"{sender}.reply").write_bytes(letter.encode())
