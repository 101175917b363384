"""Mail works when a message sent with a login arrives and is read with one, and when nobody gets anything without."""

from __future__ import annotations

import contextlib
import imaplib
import smtplib
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from uuid import uuid4

from paraat.cloud.access import VERIFIER, Access, NotVerified

OUTSIDE = "somebody@elsewhere.example"
"""An address that is certainly not the tenant's (RFC 2606)."""
PATIENCE = 10.0
"""Seconds in which a message sent to oneself must be there."""


def verify(access: Access) -> list[str]:
    """What was proven of mail; NotVerified says what it did not do. All at once, for who is refused is made to wait."""
    address = f"{VERIFIER}@{access.prepared.domain}"
    proofs = [closed_imap, closed_submission, refused_relay, delivered]
    proofs += [] if access.prepared.relay else [kept_inside]
    try:
        with ThreadPoolExecutor(len(proofs)) as pool:
            return list(pool.map(lambda proof: proof(access, address), proofs))
    except (OSError, smtplib.SMTPException, imaplib.IMAP4.error) as error:
        raise NotVerified(f"Mail does not answer as it should: {error}") from error


def closed_imap(access: Access, address: str) -> str:
    """IMAP opens for nobody without the right password."""
    with _imap(access) as imap:
        if _allowed(imap.select):
            raise NotVerified("IMAP shows a mailbox without a login")
        if _allowed(lambda: imap.login(address, f"not-{uuid4()}")):
            raise NotVerified("IMAP let a wrong password in")
    return "IMAP refuses a wrong password, and shows nothing without one"


def closed_submission(access: Access, address: str) -> str:
    """Nobody sends without the right password, not even to the tenant itself."""
    with _smtp(access, "submission") as smtp:
        smtp.mail(OUTSIDE)
        if smtp.rcpt(address)[0] < 400:
            raise NotVerified("Submission takes mail without a login")
    with _smtp(access, "submission") as smtp:
        if smtp.docmd("AUTH PLAIN", b64encode(f"\0{address}\0not-{uuid4()}".encode()).decode())[0] < 400:
            raise NotVerified("Submission let a wrong password in")
    return "submission refuses a wrong password, and takes nothing without one"


def refused_relay(access: Access, address: str) -> str:
    """The port for incoming mail takes none for others, none in the domain's own name, and none for who is not there."""
    attempts = (
        (OUTSIDE, "other@elsewhere.example", "relays mail of outsiders to outsiders"),
        (OUTSIDE, f"other%elsewhere.example@{access.prepared.domain}", "relays by the percent sign"),
        (OUTSIDE, f"nobody-{uuid4().hex}@{access.prepared.domain}", "takes mail for a mailbox that does not exist"),
        (address, address, "lets anybody write in the domain's own name"),
    )
    for sender, recipient, what in attempts:
        with _smtp(access, "smtp") as smtp:
            smtp.mail(sender)
            if smtp.rcpt(recipient)[0] < 500:
                raise NotVerified(f"The mail server {what}")
    return "no open relay: mail of outsiders for outsiders, and in the name of the domain, is refused"


def delivered(access: Access, address: str) -> str:
    """A message by submission, postfix, LMTP and IMAP; it is removed again."""
    began, mark = time.monotonic(), uuid4().hex
    message = EmailMessage()
    message["From"] = message["To"] = address
    message["Subject"] = mark
    message.set_content(f"{mark} ✓\n")
    with _smtp(access, "submission") as smtp:
        smtp.login(address, access.password)
        smtp.send_message(message)
    with _imap(access) as imap:
        imap.login(address, access.password)
        _read(imap, mark)
        _emptied(imap)
    return f"a message sent with a login was read over IMAP {(time.monotonic() - began) * 1000:.0f} ms later"


def kept_inside(access: Access, address: str) -> str:
    """Without a relay, mail for outside is refused at once and says why, instead of bouncing days later."""
    with _smtp(access, "submission") as smtp:
        smtp.login(address, access.password)
        smtp.mail(address)
        code, text = smtp.rcpt(OUTSIDE)
    if code < 500 or b"No mail leaves" not in text:
        raise NotVerified(f"Mail for outside was not refused with its reason: {code} {text!r}")
    return "mail for outside is refused with its reason, for no relay was set"


def _read(imap: imaplib.IMAP4, mark: str) -> None:
    """Wait for the message, and read it."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        imap.select()
        found = imap.search(None, "SUBJECT", mark)[1][0].split()
        if found:
            parts = imap.fetch(found[0].decode(), "(BODY[])")[1]
            if not any(isinstance(part, tuple) and mark.encode() in part[1] for part in parts):
                raise NotVerified("The message that was delivered is not the one that was sent")
            return
        time.sleep(0.05)
    raise NotVerified(f"A message sent to oneself did not arrive within {PATIENCE:.0f} s")


def _emptied(imap: imaplib.IMAP4) -> None:
    """The verifier's mailbox keeps nothing, of an earlier verification that was broken off neither."""
    imap.store("1:*", "+FLAGS.SILENT", r"(\Deleted)")
    imap.expunge()


def _allowed(attempt: Callable[[], object]) -> bool:
    """Whether the attempt was let through."""
    try:
        attempt()
    except imaplib.IMAP4.error:
        return False
    return True


def _imap(access: Access) -> imaplib.IMAP4:
    return imaplib.IMAP4(*access.address("mail", "imap"), timeout=PATIENCE)


@contextlib.contextmanager
def _smtp(access: Access, port: str) -> Iterator[smtplib.SMTP]:
    with smtplib.SMTP(*access.address("mail", port), local_hostname="verifier.example", timeout=PATIENCE) as smtp:
        smtp.ehlo()
        yield smtp
