"""Mail about accounts (a new password, a changed second factor) leaves through the same port as everything else."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.translation import get_language

from paraat.accounts.actions.letters import keep_in_house
from paraat.kernel.ids import uuid7
from paraat.platform import channels
from paraat.platform.channels import Outcome, Outgoing, State


class HouseBackend(BaseEmailBackend):
    """Django's mail, carried by our mail channel; in a demonstration it stays in the house and is shown there."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Send; returns how many were accepted."""
        batch = [_outgoing(message, address) for message in email_messages for address in message.to]
        return sum(send(one).state is State.ACCEPTED for one in batch)


def send(outgoing: Outgoing) -> Outcome:
    """Send one mail now. Raises NotConfigured where no mail server is set."""
    outcome = next(iter(channels.of("mail").send([outgoing])))
    if outcome.in_house:
        keep_in_house(outgoing=outgoing)
    return outcome


def _outgoing(message: EmailMessage, address: str) -> Outgoing:
    return Outgoing(
        delivery=uuid7(),
        address=address,
        subject=str(message.subject),
        text=str(message.body),
        language=(get_language() or "en")[:2],
    )
