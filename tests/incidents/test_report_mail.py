"""The team's mailbox, read as the job reads it: a mail becomes a report once, replies come to their report and case, machines are never answered."""

from __future__ import annotations

from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path

import pytest

from paraat.accounts.models import WaitingTask
from paraat.alerts import actions as alerts
from paraat.alerts import jobs
from paraat.alerts.models import Delivery, Inbound
from paraat.formats import mail, mail_parts
from paraat.incidents import attaching
from paraat.incidents.actions import triage
from paraat.incidents.actions.correspondence import RECEIPTS, receipt_key
from paraat.incidents.models import Attachment, Correspondence, Evidence, Report
from paraat.platform import files
from tests import cast
from tests.alerts import staging
from tests.web.pages import client_of, officer, page

pytestmark = pytest.mark.django_db
TEAM = "alerts@team.example"


@pytest.fixture
def inbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A real Maildir, as a mail server delivers into."""
    for name in ("new", "cur", "tmp"):
        (tmp_path / "mail" / name).mkdir(parents=True)
    monkeypatch.setenv("PARAAT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PARAAT_MAILBOX_URL", f"maildir:{tmp_path / 'mail'}")
    monkeypatch.setenv("PARAAT_MAIL_FROM", TEAM)
    return tmp_path / "mail"


def letter(sender: str, subject: str, text: str = "All files end in .play", **headers: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, TEAM, subject
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


def arrives(inbox: Path, *messages: EmailMessage) -> None:
    for message in messages:
        (inbox / "new" / f"{len(list(inbox.rglob('*')))}.{id(message)}").write_bytes(message.as_bytes())
        jobs.read_mailbox(0)
    assert not list((inbox / "new").iterdir())


def test_a_mail_of_a_contact_on_file_becomes_its_report_and_gets_one_receipt(inbox: Path) -> None:
    ronse, message = cast.ronse(), letter("spoc@ronse.example", "Hacked?")
    arrives(inbox, message)
    report = Report.objects.get()
    assert (report.through, report.organisation, report.contact) == ("mail", ronse, cast.contact(ronse))
    assert report.verification == "none" and "Hacked?" in report.text and ".play" in report.text
    assert WaitingTask.objects.open().get().key == f"report:{report.pk}"
    receipt = Delivery.objects.get(key=receipt_key(report))
    assert receipt.address == "spoc@ronse.example" and report.code in receipt.body and receipt.purpose == "receipt"
    assert ".play" not in receipt.body and "netwerkkabel" in receipt.body
    assert Inbound.objects.get().verdict == "taken" and "Nothing matches" in page(officer(), "/inbound/?waits=yes")


def test_the_same_message_twice_is_one_report(inbox: Path) -> None:
    cast.ronse()
    message = letter("spoc@ronse.example", "Hacked?")
    arrives(inbox, message, message)
    assert (
        Report.objects.count() == Correspondence.objects.filter(inbound=True).count() == Delivery.objects.count() == 1
    )


def test_who_is_not_on_file_is_kept_by_domain_or_as_unknown_and_gets_no_mail(inbox: Path) -> None:
    ronse = cast.ronse()
    arrives(inbox, letter("clerk@mail.ronse.be", "Help"), letter("clerk@example.org", "Help"))
    assert [one.organisation for one in Report.objects.order_by("received_at")] == [ronse, None]
    assert not Delivery.objects.exists() and WaitingTask.objects.filter(urgent=True).count() == 2


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"}, {"Precedence": "bulk"}, {"X_Autoreply": "yes"}, {"X_Paraat_Delivery": "ours"},
    ],
)  # fmt: skip
def test_machines_make_no_report_and_get_no_answer(inbox: Path, headers: dict[str, str]) -> None:
    cast.ronse()
    arrives(inbox, letter("spoc@ronse.example", "Hacked?", **headers), letter(TEAM, "From ourselves"))
    assert not Report.objects.exists() and not Delivery.objects.exists() and Inbound.objects.count() == 2


def test_two_robots_that_say_nothing_of_it_stop_after_a_few_receipts(inbox: Path) -> None:
    cast.ronse()
    arrives(inbox, *(letter("spoc@ronse.example", f"ticket {number}") for number in range(RECEIPTS + 3)))
    assert Report.objects.count() == RECEIPTS + 3 and Delivery.objects.count() == RECEIPTS


def test_a_conversation_comes_to_its_report_and_then_to_its_case(inbox: Path) -> None:
    cast.ronse()
    first = letter("spoc@ronse.example", "Hacked?")
    arrives(inbox, first)
    report = Report.objects.get()
    receipt = Delivery.objects.get()
    answer = letter("spoc@ronse.example", "Re: we have your report", "And the phones")
    answer["In-Reply-To"] = mail.message_id(receipt.pk, "team.example")
    again = letter("ict@ronse.example", "Re: Hacked?", "And the backups")
    again["References"] = f"<nothing@x.example> {first['Message-ID']}"
    arrives(inbox, answer, again)
    assert Report.objects.count() == 1 and report.mails.filter(inbound=True).count() == 3
    case = triage.accept_report(report=report, by=staging.officer())
    by_number = letter("boss@elsewhere.example", f"Fwd: about {report.number}", "Forwarded")
    by_case = letter("boss@elsewhere.example", f"[{case.number}] more", "More")
    away = letter("spoc@ronse.example", "Automatic reply", "I am away", Auto_Submitted="auto-replied")
    away["In-Reply-To"] = first["Message-ID"]
    arrives(inbox, by_number, by_case, away)
    assert Report.objects.count() == 1
    mails = list(case.mails.order_by("at"))
    assert len(mails) == 7 and [one.automatic for one in mails if one.inbound] == [False] * 5 + [True]
    shown = page(officer(), f"/cases/{case.pk}/")
    assert "And the backups" in shown and "never answered" in shown
    assert WaitingTask.objects.open().filter(kind="mail").count() == 4
    assert Delivery.objects.count() == 1
    assert "And the backups" not in client_of(cast.observer()).get(f"/cases/{case.pk}/").content.decode()


def test_an_answer_to_an_alert_is_an_answer_and_no_report(inbox: Path) -> None:
    ronse = cast.ronse()
    alert = staging.alert_for(ronse)
    delivery = Delivery.objects.get(alert=alert)
    answer = letter("spoc@ronse.example", "Re: alert", "Seen")
    answer["In-Reply-To"] = mail.message_id(delivery.pk, "team.example")
    by_code = letter("deputy@ronse.example", staging.notice_of(alert, ronse).code, "ok")
    arrives(inbox, answer, by_code)
    assert staging.notice_of(alert, ronse).state == "acknowledged" and not Report.objects.exists()


def test_attachments_are_kept_and_become_evidence_with_the_case(inbox: Path) -> None:
    cast.ronse()
    message = letter("spoc@ronse.example", "Ransom note")
    message.add_attachment(b"\x00MZ note", maintype="application", subtype="octet-stream", filename="../../note.exe")
    message.add_attachment(letter("thief@evil.example", "Pay", "Pay up"))
    arrives(inbox, message)
    report, kept = Report.objects.get(), list(Attachment.objects.order_by("pk"))
    assert [one.name for one in kept] == ["../../note.exe", "attachment-2.eml"]
    with files.open_stored(kept[0].place) as stream:
        assert stream.read() == b"\x00MZ note"
    assert "note.exe" in page(officer(), f"/reports/{report.pk}/")
    assert attaching.attach_due() == 0
    case = triage.accept_report(report=report, by=staging.officer())
    assert attaching.attach_due() == 2 and attaching.attach_due() == 0
    evidence = Evidence.objects.filter(case=case)
    assert {one.sha256 for one in evidence} == {one.sha256 for one in kept}
    assert all(one.report == report for one in evidence)
    assert not Attachment.objects.exclude(place="").exists()


def test_a_file_that_is_not_accepted_says_so_and_is_not_tried_again(
    inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast.ronse()
    message = letter("spoc@ronse.example", "Note")
    message.add_attachment(b"x", maintype="application", subtype="octet-stream", filename="a.exe")
    arrives(inbox, message)
    triage.accept_report(report=Report.objects.get(), by=staging.officer())
    monkeypatch.setenv("PARAAT_EVIDENCE_ENDINGS", ".log")
    assert attaching.attach_due() == 0 and Attachment.objects.get().refused
    assert Attachment.objects.get().place and not Evidence.objects.exists()


def test_a_mail_that_breaks_every_rule_is_still_a_report(inbox: Path) -> None:
    cast.ronse()
    (inbox / "new" / "1.raw").write_bytes(
        b"From: spoc@ronse.example\nSubject: =?utf-8?q?bad\nMessage-ID: <x>\nContent-Type: multipart/mixed; boundary=none\n\nhelp\x00 us"
    )
    jobs.read_mailbox(0)
    assert Report.objects.get().organisation == cast.ronse()
    assert mail_parts.follows(b"") == () and list(mail_parts.attachments(b"\xff\x00")) == []


def test_an_exercise_keeps_its_conversation_in_the_exercise(inbox: Path) -> None:
    from tests.incidents.test_reports import taken

    report = taken(organisation=cast.ronse(), exercise=True)
    arrives(inbox, letter("spoc@ronse.example", f"About {report.number}"))
    assert Correspondence.objects.get().exercise and not Delivery.objects.exists()
    assert alerts is not None
