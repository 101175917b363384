"""Mail: exports that come back with dates and flags, and the real servers, tried and broken."""

from __future__ import annotations

import smtplib
import tarfile
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from paraat.cloud.access import Access, NotVerified
from paraat.cloud.catalog.mail import exports, hooks, verify
from paraat.cloud.workload import Account
from paraat.kernel.errors import Invalid
from tests.cloud.catalog.played import eventually, prepared, running

PEOPLE = (Account("mayor", "Mayor", "nl"), Account("crisis", "Crisis team", "nl"))
MBOX = b"""From anna@town.example Sat Nov 21 14:00:00 2026
From: anna@town.example
Subject: one
Date: Sat, 21 Nov 2026 14:00:00 +0100
Status: RO
X-Status: AF

>From the start.

From bert@town.example Sun Nov 22 08:30:00 2026
Subject: two
X-Mozilla-Status: 0001

Second.

From nobody Sun Nov 22 08:31:00 2026
this is no message at all
"""

BREAK = (
    "kill -STOP $(cat /run/dovecot/master.pid); "
    "for one in /proc/[0-9]*; do grep -qx imap-login $one/comm && kill -9 ${one#/proc/}; done; true"
)
"""Dovecot's master no longer answers, and nobody who could is left."""


def _written(folder: Path, content: bytes = MBOX, name: str = "crisis.mbox") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_an_mbox_keeps_dates_flags_and_lines_that_begin_with_from(tmp_path: Path) -> None:
    one, two, bad = exports.read("mbox", _written(tmp_path))
    assert (one.flags, two.flags) == ("FRS", "S")
    assert one.at == datetime(2026, 11, 21, 13, tzinfo=UTC)
    assert two.at == datetime(2026, 11, 22, 8, 30, tzinfo=UTC), "without a Date the line that began it counts"
    assert b"\nFrom the start.\n" in one.raw
    assert bad.wrong == "it does not begin with headers"
    assert b"this is no message at all" in bad.raw


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"Lost: and found\n\nbody", "before the first"),
        (b"From a Sat Nov 21 14:00:00 2026\nSubject: x\n\n\0\0", "zero bytes"),
        (b"From a Sat Nov 21 14:00:00 2026\nX-Else: x\n\nbody", "no header of a message"),
    ],
)
def test_what_is_no_message_is_kept_with_the_reason(tmp_path: Path, content: bytes, why: str) -> None:
    (found,) = exports.read("mbox", _written(tmp_path, content))
    assert why in found.wrong
    assert content.rpartition(b"\n")[2] in found.raw


@given(bodies=some.lists(some.binary(min_size=1, max_size=80), min_size=1, max_size=6))
def test_no_byte_of_an_mbox_is_lost(tmp_path_factory: pytest.TempPathFactory, bodies: list[bytes]) -> None:
    quoted = [body.replace(b"From ", b"Form ") for body in bodies]
    text = b"".join(b"From a Sat Nov 21 14:00:00 2026\nSubject: x\n\n" + body + b"\n\n" for body in quoted)
    found = list(exports.read("mbox", _written(tmp_path_factory.mktemp("m"), text)))
    assert len(found) == len(bodies)
    assert all(body in one.raw for body, one in zip(quoted, found, strict=True))


def test_a_maildir_keeps_folders_flags_and_times_from_a_folder_and_from_a_tar(tmp_path: Path) -> None:
    box = tmp_path / "Maildir"
    for place in ("cur/1.a:2,RS", "new/2.b", ".Sent.2026/cur/3.c:2,S"):
        (box / place).parent.mkdir(parents=True, exist_ok=True)
        (box / place).write_bytes(b"Subject: x\n\nbody\n")
    (box / "cur/link").symlink_to("/etc/passwd")
    with tarfile.open(tmp_path / "box.tar.gz", "w:gz") as archive:
        archive.add(box, "Maildir")
    for path in (box, tmp_path / "box.tar.gz"):
        found = {(one.folder, one.flags) for one in exports.read("maildir", path)}
        assert found == {((), "RS"), ((), ""), (("Sent", "2026"), "S")}


def test_an_export_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no maildir"):
        list(exports.read("maildir", _written(tmp_path)))
    with pytest.raises(ValueError, match="not pst"):
        exports.read("pst", _written(tmp_path))


def test_the_relay_is_the_host_itself_and_without_one_there_is_none() -> None:
    town = prepared("c1mail", "mail", accounts=PEOPLE)
    assert hooks.values(town) == {"MAIL_FIRST": "mayor", "RELAY_ADDRESS": ""}
    town = prepared("c1mail", "mail", relay="mail.team.example:587")
    assert hooks.values(town) == {"MAIL_FIRST": "", "RELAY_ADDRESS": "[mail.team.example]:587"}


# Real servers -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.containers
def test_mail_is_delivered_taken_in_and_refused_where_it_must_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = prepared("c1mail", "mail", accounts=PEOPLE)
    with running(town, "mail") as access:
        assert len(verify.verify(access)) == 5
        _role_addresses_are_read(access)
        _an_export_comes_back(access, tmp_path)
        _no_password_stands_in_the_logs(access)
        access.run("mail", "sh", "-c", BREAK, container="dovecot")
        monkeypatch.setattr(verify, "PATIENCE", 1.0)
        with pytest.raises(NotVerified):
            verify.verify(access)


def _role_addresses_are_read(access: Access) -> None:
    """Mail from outside for the domain arrives; postmaster is the first account."""
    domain = access.prepared.domain
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "x@elsewhere.example", f"postmaster@{domain}", "to postmaster"
    message.set_content("hello")

    def send() -> bool:
        with smtplib.SMTP(*access.address("mail", "smtp"), local_hostname="outside.example") as smtp:
            try:
                smtp.send_message(message)
            except smtplib.SMTPRecipientsRefused:  # the list of accounts takes two seconds to follow
                return False
        return True

    eventually(send)
    eventually(lambda: b"to postmaster" in access.run("mail", "sh", "-c", "cat /data/mayor/Maildir/new/* || true"))


def _an_export_comes_back(access: Access, folder: Path) -> None:
    """With dates and flags, once however often, and with what cannot be read in the quarantine."""
    path = _written(folder)
    first, second = hooks.take_in(access, "mbox", path), hooks.take_in(access, "mbox", path)
    assert (first.account, first.messages, first.quarantined, first.already) == ("crisis", 2, 1, 0)
    assert second.already == 3
    said = access.run(
        "mail", "doveadm", "fetch", "-u", f"crisis@{access.prepared.domain}", "hdr.subject flags date.received", "ALL"
    )
    text = said.decode()
    assert text.count("hdr.subject: one") == text.count("hdr.subject: two") == 1
    assert "\\Answered \\Flagged \\Seen" in text
    assert "2026-11-21 13:00:00" in text
    assert "cannot be read" in text
    with pytest.raises(Invalid):
        hooks.take_in(access, "mbox", path, account="nobody")


def _no_password_stands_in_the_logs(access: Access) -> None:
    from paraat.cloud.drivers import named

    assert access.password not in named("podman").logs(access.prepared.tenant, "mail", lines=5000)
