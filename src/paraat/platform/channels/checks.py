"""What is wrong with the ways out and in: mail servers, gateways, the mailbox, and a mail certificate that is about to end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone

from paraat.kernel.errors import SettingError
from paraat.platform import channels, configuration, mailbox
from paraat.platform.channels.base import Channel, NotConfigured
from paraat.platform.registrations import Check, Finding, Level, checks

ENDS_SOON = timedelta(days=30)


def check_channels() -> Iterator[Finding]:
    """Whether a message could leave now, by every route of every channel."""
    if configuration.is_demonstration():
        yield Finding("channels", Level.OK, "a demonstration: nothing leaves")
        return
    for kind in channels.kinds():
        try:
            channel = channels.of(kind)
        except NotConfigured as fault:
            yield _absent(kind, str(fault))
        except SettingError as fault:
            yield Finding(kind, Level.ERROR, str(fault), "Correct the setting; see docs/settings.md")
        else:
            yield from _of_channel(channel)


def check_mailbox() -> Iterator[Finding]:
    """Whether replies and delivery reports can be read."""
    box = mailbox.configured()
    if box is None:
        if configuration.is_production():
            yield Finding(
                "mailbox", Level.WARNING, "nobody reads replies and delivery reports", "Set PARAAT_MAILBOX_URL"
            )
        return
    faults = box.probe()
    yield from (Finding("mailbox", Level.ERROR, fault, "Check PARAAT_MAILBOX_URL and the server") for fault in faults)
    if not faults:
        yield Finding("mailbox", Level.OK, "replies and delivery reports can be read")


def register() -> None:
    """Register both."""
    checks.add(Check("channels", check_channels))
    checks.add(Check("mailbox", check_mailbox))


def _absent(kind: str, fault: str) -> Finding:
    """Without mail nobody is warned; the other channels are a choice, though one of them should work when mail does not."""
    level = Level.ERROR if kind == "mail" else Level.WARNING if kind == "sms" else Level.OK
    return Finding(
        kind, level, "is not used" if level is Level.OK else fault, "" if level is Level.OK else "See docs/settings.md"
    )


def _of_channel(channel: Channel) -> Iterator[Finding]:
    faults = channel.probe()
    yield from (Finding(channel.kind, Level.ERROR, fault, "Check the setting and the server") for fault in faults)
    if channel.kind == "mail":
        yield from _of_mail(channel)
    if not faults:
        yield Finding(channel.kind, Level.OK, "messages can leave")


def _of_mail(channel: Channel) -> Iterator[Finding]:
    from paraat.platform.channels.mail import (
        MailChannel,
    )  # these two bring the cryptography along, which no other command waits for
    from paraat.platform.channels.mail.sealing import SmimeSigner, Unsigned

    assert isinstance(channel, MailChannel)  # noqa: S101 - of("mail") is one
    signer = channel.press.signer
    if len(channel.routes) < 2:
        yield Finding("mail", Level.WARNING, "there is no second way for mail", "Set PARAAT_SMTP_SECOND_URL")
    if isinstance(signer, Unsigned):
        yield Finding("mail", Level.WARNING, "mail is not signed", "Set PARAAT_SMIME_CERTIFICATE or PARAAT_PGP_KEY")
    if isinstance(signer, SmimeSigner) and signer.expires() - timezone.now() < ENDS_SOON:
        yield Finding(
            "mail", Level.ERROR, f"the certificate that signs mail ends on {signer.expires():%Y-%m-%d}", "Renew it"
        )
