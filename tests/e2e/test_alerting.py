"""The main job with the real processes: a list in, notices out by a real mail server, a reply in, the silent one escalated, a worker killed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.installation import Installation, installation
from tests.platform.channels.servers import Inbox, smtp_server

pytestmark = [pytest.mark.e2e, pytest.mark.fault]

REGISTER = """
import django; django.setup()
from tests import cast
from paraat.platform import moment
from paraat.registry.models import Contact
for town in (cast.ronse(), cast.spiere_helkijn(), cast.eupen(), cast.ixelles(), cast.drogenbos()): pass
Contact.objects.update(confirmed_at=moment.now())
"""
DELIVERIES = "SELECT d.address, d.state, d.perhaps_twice FROM alerts_delivery d WHERE d.purpose = 'notice' ORDER BY 1"
NOTICES = "SELECT o.name, n.state, n.acknowledged_through FROM alerts_notice n JOIN registry_organisation o ON o.id = n.organisation_id ORDER BY 1"


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory):
    """One installation for all tests here: starting it costs more than all that they do."""
    inbox, tmp_path = Inbox(), tmp_path_factory.mktemp("room")
    for folder in ("cur", "new", "tmp"):
        (tmp_path / "mailbox" / folder).mkdir(parents=True)
    with (
        smtp_server(inbox) as port,
        installation(
            PARAAT_MODE="test",
            PARAAT_SMTP_URL=f"smtp://127.0.0.1:{port}",
            PARAAT_MAIL_FROM="alerts@team.example",
            PARAAT_MAILBOX_URL=f"maildir:{tmp_path / 'mailbox'}",
        ) as made,
    ):
        made.run("up")
        made.python(REGISTER)
        yield made, inbox, tmp_path


def test_from_a_list_to_an_acknowledged_alert_and_an_escalated_silence(room):
    made, inbox, folder = room
    alert = read_list(made, folder, "www.ronse.be", "www.spiere-helkijn.be", "www.eupen.be")
    made.wait(lambda: len(inbox.envelopes) == 3, 30, "sending")
    assert sorted(inbox.recipients) == ["spoc@eupen.example", "spoc@ronse.example", "spoc@spiere-helkijn.example"]

    reply(inbox, folder, "spoc@ronse.example")
    made.wait(lambda: ("Ronse", "acknowledged", "mail") in made.sql(NOTICES), 45, "the reply")
    made.sql("UPDATE alerts_notice SET step_due_at = now() WHERE state = 'open'")
    made.wait(lambda: made.sql("SELECT count(*) FROM alerts_delivery WHERE kind = 'sms'") == [(2,)], 30, "the ladder")
    assert made.json("coverage", alert["number"], "--json")["counts"]["reached"] == 1


def test_killed_workers_are_followed_by_others_that_lose_nothing(room):
    made, inbox, folder = room
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


def reply(inbox: Inbox, folder: Path, sender: str) -> None:
    """What a mail program makes of "Reply"."""
    from email import message_from_bytes

    envelope = next(one for one in inbox.envelopes if one.rcpt_tos == [sender])
    original = message_from_bytes(envelope.content)
    letter = (
        f"From: {sender}\r\nTo: {original['Reply-To']}\r\nSubject: Re: {original['Subject']}\r\nMessage-ID: <reply@{sender}>\r\n"
        f"In-Reply-To: {original['Message-ID']}\r\n\r\nWe are on it.\r\n"
    )
    (folder / "mailbox" / "new" / "1.reply").write_bytes(letter.encode())
