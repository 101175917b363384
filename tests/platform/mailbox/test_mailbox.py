"""Both kinds of mailbox keep one contract: oldest first, shown again until marked, never shown after."""

from __future__ import annotations

import imaplib
import shutil
import ssl
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from paraat.formats import mail
from paraat.kernel.errors import SettingError
from paraat.platform import mailbox
from paraat.platform.mailbox import MailboxDown, MaildirMailbox, base, imap, maildir
from paraat.platform.mailbox.imap import KEYWORD, ImapMailbox
from tests.platform.channels.servers import free_port
from tests.platform.mailbox.conftest import PASSWORD, USER, Imap

Deliver = Callable[[bytes], None]


def _deliverer(folder: Path, owner: str | None = None) -> Deliver:
    """As a mail server does it: written in tmp, then moved to new."""

    def deliver(raw: bytes) -> None:
        name = f"{time.time_ns()}.P1.test"
        (folder / "tmp" / name).write_bytes(raw)
        if owner:
            shutil.chown(folder / "tmp" / name, owner, owner)
        (folder / "tmp" / name).rename(folder / "new" / name)

    return deliver


def letter(text: str, **headers: str) -> bytes:
    lines = {
        "From": "spoc@ronse.example",
        "Subject": "Re: x",
        "Message-ID": f"<{uuid.uuid4()}@ronse.example>",
        **headers,
    }
    return ("".join(f"{name}: {value}\r\n" for name, value in lines.items()) + f"\r\n{text}\r\n").encode()


@pytest.fixture(params=["maildir", "imap"])
def box(request: pytest.FixtureRequest) -> Iterator[tuple[str, Deliver]]:
    """The setting of an empty mailbox, and a way to deliver into it."""
    if request.param == "maildir":
        folder: Path = request.getfixturevalue("maildir")
        yield f"maildir://{folder}", _deliverer(folder)
        return
    server: Imap = request.getfixturevalue("dovecot")
    with mailbox.at(server.url) as opened:
        for old in opened.letters(limit=1000):
            opened.done(old)
    yield server.url, _deliverer(server.maildir, "mail")


def texts(url: str, limit: int = 100) -> list[str]:
    with mailbox.at(url) as opened:
        return [mail.read(item.raw).text for item in opened.letters(limit=limit)]


def test_letters_come_oldest_first_and_no_more_than_asked(box: tuple[str, Deliver]) -> None:
    url, deliver = box
    for number in range(5):
        deliver(letter(f"number {number}"))
    assert texts(url) == [f"number {number}" for number in range(5)]
    assert texts(url, limit=2) == ["number 0", "number 1"]


def test_a_letter_is_shown_again_until_it_is_marked_and_never_after(box: tuple[str, Deliver]) -> None:
    """A worker that dies between its commit and the mark sees the letter again, with the same key."""
    url, deliver = box
    deliver(letter("first"))
    deliver(letter("second"))
    with mailbox.at(url) as opened:
        seen = list(opened.letters(limit=10))
        opened.done(seen[0])
    with mailbox.at(url) as opened:
        (again,) = opened.letters(limit=10)
        assert mail.read(again.raw).key == mail.read(seen[1].raw).key
        opened.put_aside(again)
        opened.put_aside(again)
    assert texts(url) == []


def test_a_letter_that_arrives_meanwhile_is_seen_the_next_time(box: tuple[str, Deliver]) -> None:
    url, deliver = box
    deliver(letter("first"))
    with mailbox.at(url) as opened:
        for item in opened.letters(limit=10):
            deliver(letter("second"))
            opened.done(item)
    assert texts(url) == ["second"]


def test_a_letter_arrives_byte_for_byte(box: tuple[str, Deliver]) -> None:
    url, deliver = box
    raw = (
        letter("é \x01 \n.\n>From here\n", **{"Content-Type": "text/plain; charset=utf-8"})
        .replace(b"\r\n", b"\n")
        .replace(b"\n", b"\r\n")
    )
    deliver(raw)
    with mailbox.at(url) as opened:
        (item,) = opened.letters(limit=10)
    assert item.raw == raw and not item.cut


def test_a_huge_letter_is_cut_and_still_understood(box: tuple[str, Deliver], monkeypatch: pytest.MonkeyPatch) -> None:
    url, deliver = box
    for module in (base, maildir, imap):
        monkeypatch.setattr(module, "LARGEST", 2000)
    deliver(letter("Gezien.\r\n-- \r\n" + "x" * 10_000))
    with mailbox.at(url) as opened:
        (item,) = opened.letters(limit=10)
        assert item.cut and len(item.raw) == 2000
        assert mail.read(item.raw).text == "Gezien."
        opened.done(item)


def test_a_mailbox_in_order_has_nothing_to_say(box: tuple[str, Deliver]) -> None:
    assert mailbox.at(box[0]).probe() == ()


def test_what_people_read_is_not_what_we_handled(dovecot: Imap) -> None:
    """An officer opens a reply in her own mail program; it must still reach the notice."""
    _deliverer(dovecot.maildir, "mail")(letter("read by an officer"))
    context = ssl.create_default_context(cafile=str(dovecot.certificate))
    with imaplib.IMAP4_SSL("localhost", dovecot.port, ssl_context=context) as officer:
        officer.login(USER, PASSWORD)
        officer.select("INBOX")
        officer.store("1:*", "+FLAGS", "\\Seen")
    with mailbox.at(dovecot.url) as opened:
        assert isinstance(opened, ImapMailbox) and opened._mark == KEYWORD
        items = list(opened.letters(limit=100))
        assert [mail.read(item.raw).text for item in items] == ["read by an officer"]
        opened.done(items[0])


def test_our_reading_does_not_make_a_letter_look_read(dovecot: Imap) -> None:
    _deliverer(dovecot.maildir, "mail")(letter("unseen"))
    with mailbox.at(dovecot.url) as opened:
        for item in opened.letters(limit=100):
            opened.done(item)
    context = ssl.create_default_context(cafile=str(dovecot.certificate))
    with imaplib.IMAP4_SSL("localhost", dovecot.port, ssl_context=context) as officer:
        officer.login(USER, PASSWORD)
        officer.select("INBOX", readonly=True)
        assert len(officer.search(None, "UNSEEN")[1][0].split()) == 1


@pytest.mark.parametrize("change", [("alerts", "nobody"), ("INBOX", "Elsewhere")])
def test_a_mailbox_that_cannot_be_opened_says_why(dovecot: Imap, change: tuple[str, str]) -> None:
    (said,) = mailbox.at(dovecot.url.replace(*change)).probe()
    assert said.startswith("localhost: ")


def test_a_certificate_that_nobody_signed_is_refused(dovecot: Imap) -> None:
    with pytest.raises(MailboxDown, match=r"(?i)certificate"), mailbox.at(dovecot.url.partition("?")[0]):
        pass


def test_a_dead_server_or_a_missing_folder_is_down(tmp_path: Path) -> None:
    dead = f"imaps://u:p@localhost:{free_port()}/INBOX"
    with pytest.raises(MailboxDown), mailbox.at(dead):
        pass
    assert mailbox.at(dead).probe()
    assert "no Maildir" in mailbox.at(f"maildir://{tmp_path}/none").probe()[0]
    with pytest.raises(MailboxDown):
        list(MaildirMailbox(tmp_path / "none").letters(limit=1))
    with pytest.raises(MailboxDown, match="not open"):
        mailbox.at(dead).done(base.Letter("1", b""))


@pytest.mark.parametrize(
    "url", ["pop3://u:p@host", "imaps://host", "imaps://", "maildir:relative", "imaps://u:p@h:99999"]
)
def test_a_wrong_setting_is_named(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAT_MAILBOX_URL", url)
    with pytest.raises(SettingError, match="PARAAT_MAILBOX_URL"):
        mailbox.configured()


def test_without_the_setting_there_is_no_mailbox() -> None:
    assert mailbox.configured() is None


def test_two_workers_on_one_maildir_do_not_trip_over_each_other(maildir: Path) -> None:
    deliver = _deliverer(maildir)
    for number in range(3):
        deliver(letter(str(number)))
    first, second = MaildirMailbox(maildir), MaildirMailbox(maildir)
    ours = first.letters(limit=10)
    next(ours)
    for item in second.letters(limit=10):
        second.done(item)
    assert list(ours) == []
    assert sorted(path.name.rpartition(":")[2] for path in (maildir / "cur").iterdir()) == ["2,S"] * 3
