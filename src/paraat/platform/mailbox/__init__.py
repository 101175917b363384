"""The mailbox for replies and delivery reports: read letters, hand them over, mark them only after the caller has committed.

    for letter in mailbox.letters(limit=200):
        with transaction.atomic(): ...            # `formats.mail.read(letter.raw)`, refusing a key that was seen before
        mailbox.done(letter)

A crash between the commit and `done` shows the letter again, hence the key: at least once here, once only there.
"""

from __future__ import annotations

from paraat.kernel.errors import SettingError
from paraat.platform import configuration
from paraat.platform.mailbox.base import Letter, Mailbox, MailboxDown
from paraat.platform.mailbox.imap import ImapAccount, ImapMailbox
from paraat.platform.mailbox.maildir import MaildirMailbox

__all__ = ["ImapAccount", "ImapMailbox", "Letter", "Mailbox", "MailboxDown", "MaildirMailbox", "at", "configured"]


def configured() -> Mailbox | None:
    """The mailbox of this installation; None when it has none. Raises SettingError."""
    url = configuration.MAILBOX_URL.get()
    return at(url) if url else None


def at(url: str) -> Mailbox:
    """The mailbox that a setting names: `imaps://`, `imap://` (STARTTLS) or `maildir:`."""
    try:
        if url.startswith("maildir:"):
            return MaildirMailbox.from_url(url)
        return ImapMailbox(ImapAccount.from_url(url))
    except ValueError as fault:
        raise SettingError(f"{configuration.MAILBOX_URL.name} is wrong: {fault}") from fault
