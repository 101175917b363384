"""The clockwork of incidents. Every task looks for what is due in the database, so a tick that was missed or came twice changes nothing."""

from __future__ import annotations

from paraat.incidents import attaching, checking
from paraat.incidents.actions import reminding
from paraat.incidents.actions.extortion import fire_countdowns
from paraat.incidents.actions.help_requests import page_for_silence
from paraat.incidents.actions.tasks import remind_tasks
from paraat.platform.jobs import periodic


@periodic("23 1 * * *", queue="bulk")
def check_evidence(timestamp: int) -> None:
    """Every night: evidence that was not verified for a month, and content that no row knows."""
    checking.verify_due()
    checking.sweep()


# Statutory clocks -----------------------------------------------------------------------------------------------------------------

REMINDER_ROUNDS = 20
"""Batches of reminders that one job works off before it makes room for another."""


@periodic("* * * * *", queue="urgent")
def remind_of_clocks(timestamp: int) -> None:  # the library gives it
    """Every minute: reminders that are due, and those that a missed minute left."""
    for _round in range(REMINDER_ROUNDS):
        if reminding.fire_reminders() < reminding.BATCH:
            return


@periodic("* * * * * */20", queue="urgent")
def page_countdowns(timestamp: int) -> None:
    """Every twenty seconds: publications that actors announced and whose moment comes."""
    fire_countdowns()


@periodic("* * * * * 25")
def remind(timestamp: int) -> None:
    """Every minute: tasks of cases whose owners want reminding."""
    remind_tasks()


@periodic("* * * * * */15", queue="urgent")
def page_silent_help(timestamp: int) -> None:
    """Every fifteen seconds: requests for help that nobody answered in time."""
    page_for_silence()


@periodic("* * * * * */20")
def attach_mail(timestamp: int) -> None:
    """Every twenty seconds: files of mails whose report became part of a case."""
    attaching.attach_due()
