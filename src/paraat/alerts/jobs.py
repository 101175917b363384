"""The clockwork of alerts. Every task looks for what is due in the database, so a tick that was missed or came twice changes nothing."""

from __future__ import annotations

import logging
from itertools import count

from paraat.alerts import actions, grabbag, webhooks
from paraat.alerts.actions import telling
from paraat.alerts.sending import BATCH, send_due
from paraat.formats import mail
from paraat.kernel.errors import ParaatError
from paraat.platform import channels, configuration, mailbox
from paraat.platform.jobs import periodic, task

_log = logging.getLogger("paraat.alerts")
ROUNDS = 20
"""Batches that one job sends before it makes room for another."""


@task(queue="urgent")
def send(*, kind: str) -> None:
    """Send what is due for one kind of channel."""
    for _round in range(ROUNDS):
        if send_due(kind) < BATCH:
            return
    telling.enqueue(kind)


@periodic("* * * * * */5", queue="urgent")
def send_all(timestamp: int) -> None:  # the library gives it
    """Every five seconds: what was deferred, given back or left by a dead process. One dead server holds up its own kind only."""
    for kind in channels.kinds():
        telling.enqueue(kind)


@periodic("* * * * * */5", queue="urgent")
def climb(timestamp: int) -> None:
    """Every five seconds: ladders whose next step is due."""
    actions.climb_ladders()


@periodic("* * * * * */15", queue="urgent")
def page(timestamp: int) -> None:
    """Every fifteen seconds: officers for what waits."""
    actions.page_officers()


@periodic("* * * * * */20", queue="urgent")
def read_mailbox(timestamp: int) -> None:
    """Every twenty seconds: replies and reports. A letter is marked only after what it says was written."""
    box = mailbox.configured()
    if box is None:
        return
    own = frozenset(
        address.lower() for address in (configuration.MAIL_FROM.get(), configuration.MAIL_REPLIES.get()) if address
    )
    with box:
        for letter in box.letters(limit=200):
            try:
                actions.receive(message=mail.read(letter.raw, own=own), raw=letter.raw)
            except (ParaatError, ValueError):  # one letter must not keep the others waiting
                _log.exception("a letter could not be taken in")
                box.put_aside(letter)
            else:
                box.done(letter)


@periodic("* * * * * */10")
def tell_outside(timestamp: int) -> None:
    """Every ten seconds: outside systems that asked to be told."""
    for _round in range(ROUNDS):
        if webhooks.send_due() < webhooks.BATCH:
            return


@periodic("*/5 * * * *")
def expire(timestamp: int) -> None:
    """Every five minutes: what is over, and what is about to end."""
    for _round in count():
        if not actions.expire():
            break
    actions.remind_mitigations()
    webhooks.forget()


@periodic("7 * * * *", queue="bulk")
def pack_grabbag(timestamp: int) -> None:
    """Every hour: the offline pack, where somebody could open it."""
    if grabbag.is_configured():
        grabbag.write()
