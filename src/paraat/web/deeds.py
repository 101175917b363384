"""Every verb of the journal as people say it: who did it stands before, whom it is about stands beside. A test finds verbs that are missing here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

DEEDS: dict[str, Any] = {
    # alerts
    "alert.raised": _("an alert was made"),
    "alert.widened": _("an alert was widened"),
    "alert.not_needed": _("no alert: everybody on the list was told before"),
    "alert.sent": _("an alert was sent"),
    "alert.declined": _("an alert was not sent"),
    "alert.rings": _("phones may ring at night for an alert"),
    "alert.withdrawn": _("an alert was withdrawn"),
    "alert.closed": _("an alert was closed"),
    "announcement.drafted": _("an announcement was written"),
    "announcement.approved": _("an announcement was approved"),
    "notice.sent": _("is warned"),
    "notice.told": _("next step of the ladder"),
    "notice.silent": _("is silent, the ladder climbs on"),
    "notice.bounced": _("a message came back"),
    "notice.exhausted": _("nobody answered on any rung"),
    "notice.taken": _("an officer takes it"),
    "notice.acknowledged": _("acknowledges"),
    "notice.mitigated": _("took a measure"),
    "notice.reminded": _("reminded: the measure ends soon"),
    "notice.site": _("reports on its site"),
    "notice.withdrawn": _("gets a correction"),
    "notice.expired": _("the notice has expired"),
    "call.listed": _("must be phoned"),
    "call.claimed": _("an officer is calling"),
    "call.released": _("a call was given back"),
    "call.closed": _("was called"),
    "call.not_needed": _("a call is not needed any more"),
    "call.reopened": _("must be phoned again"),
    "deliveries.sent": _("messages went out"),
    "deliveries.recovered": _("messages of a worker that died are sent again"),
    "sending.stopped": _("all sending was stopped"),
    "sending.resumed": _("sending goes on"),
    "worker.killed": _("the sending processes were killed on purpose"),
    "exercise.pace": _("the clock of exercises was set"),
    "inbound.received": _("a message came in"),
    "inbound.read": _("a message was read"),
    "contact.told": _("a contact was told something"),
    "person.erased": _("a person's data in messages was erased"),
    # reports and requests for help
    "report.taken": _("a report of an incident came in"),
    "report.placed": _("a report was given its organisation"),
    "report.called_back": _("a report was confirmed by calling back"),
    "report.denied": _("a report was denied by the organisation"),
    "mail.threaded": _("a mail was put with its report or case"),
    "mail.sent": _("a mail about a report went out"),
    "help.asked": _("asks for help"),
    "help.answered": _("a request for help was answered"),
    "help.withdrawn": _("a request for help was withdrawn"),
    "help.silent": _("a request for help got no answer in time"),
    # cases
    "case.opened": _("a case was opened"),
    "case.changed": _("a case was changed"),
    "case.moved": _("a case moved on"),
    "case.timeline": _("the timeline of a case got an entry"),
    "case.service": _("how a service does was noted"),
    "case.supplier": _("a supplier is involved"),
    "case.supplier_released": _("a supplier was not involved after all"),
    "case.helper_proposed": _("a helper was proposed to the victim"),
    "case.helper_consented": _("the victim consents to a helper"),
    "case.helper_ended": _("a helper helps no longer"),
    "case.merged": _("a case was merged into another"),
    "case.split": _("reports were split off into a case of their own"),
    "report.accepted": _("a report became part of a case"),
    "report.dismissed": _("a report is no incident"),
    # evidence, indicators, case files
    "evidence.received": _("evidence came in"),
    "evidence.viewed": _("evidence was looked up"),
    "evidence.downloaded": _("evidence was saved elsewhere"),
    "evidence.verified": _("evidence was found whole"),
    "evidence.failed": _("evidence was found damaged or missing"),
    "evidence.handed_over": _("evidence was handed over"),
    "evidence.exported": _("evidence left with its case"),
    "evidence.destroyed": _("evidence was destroyed"),
    "evidence.moved": _("evidence went to another case"),
    "evidence.rewrapped": _("the keys of evidence were wrapped anew"),
    "indicator.proposed": _("indicators wait for review"),
    "indicator.accepted": _("an indicator was accepted"),
    "indicator.rejected": _("an indicator was rejected"),
    "indicator.changed": _("an indicator was changed"),
    "case.exported": _("a case was exported"),
    "case.imported": _("a case came from another installation"),
    # lists
    "file.received": _("a list came in"),
    "file.repeated": _("a list came in that we had"),
    "file.read": _("a list was read"),
    "file.read_again": _("a list was read again"),
    "file.failed": _("a list could not be read"),
    "rows.replayed": _("rows from quarantine were read again"),
    "rows.dropped": _("rows in quarantine were dropped"),
    "source.added": _("a source was added"),
    "source.changed": _("a source was changed"),
    "source.confirmed": _("a source was confirmed"),
    "source.failed": _("a source did not answer"),
    "source.stale": _("a source has gone quiet"),
    "perhaps.decided": _("a “perhaps” was decided"),
    "host.assigned": _("a host was assigned"),
    "host.handed_over": _("a host was handed over to its own team"),
    "host.left": _("a host was left"),
    # the register
    "organisation.add": _("was added"),
    "organisation.change": _("was changed"),
    "organisation.close": _("was closed"),
    "organisation.follow": _("was merged"),
    "organisation.load": _("organisations were loaded"),
    "asset.add": _("an asset was added"),
    "asset.close": _("an asset was closed"),
    "asset.share": _("an asset was marked as shared"),
    "asset.verify": _("an asset was verified"),
    "contact.nominate": _("a contact was nominated"),
    "contact.invite": _("a contact was invited"),
    "contact.call": _("a contact was called"),
    "contact.confirm": _("a contact was confirmed"),
    "contact.change": _("a contact was changed"),
    "contact.away": _("a contact is away"),
    "contact.back": _("a contact is back"),
    "contact.end": _("a contact left"),
    "contact.erase": _("a contact's personal data was erased"),
    "channel.add": _("a channel was added"),
    "channel.ask": _("a change of channel was asked for"),
    "channel.change": _("a channel was changed"),
    "channel.order": _("channels were put in another order"),
    "channel.refuse": _("a change of channel was refused"),
    "channel.remove": _("a channel was removed"),
    "codeword.rotate": _("got a new code word"),
    "codeword.read": _("its code word was looked up"),
    "supply.add": _("a supplier was noted"),
    "supply.consent": _("consent for a supplier was changed"),
    "supply.end": _("a supplier ended"),
    "import.read": _("a register file was read"),
    "import.confirm": _("a register file was imported"),
    "import.drop": _("a register file was left"),
    "test.send": _("a test alert was sent"),
    "test.answer": _("answered a test alert"),
    "test.unanswered": _("did not answer a test alert"),
    # people
    "account.add": _("an account was made"),
    "account.profile": _("a profile was changed"),
    "account.password": _("a password was changed"),
    "account.close": _("an account was closed"),
    "account.open": _("an account was opened again"),
    "account.erase": _("an account's personal data was erased"),
    "account.welcome": _("an account was invited"),
    "account.sign_in": _("signed in"),
    "token.issue": _("an API token was made"),
    "token.revoke": _("an API token was revoked"),
    "webhook.add": _("a webhook was added"),
    "webhook.end": _("a webhook was ended"),
    "shift.add": _("a shift was added"),
    "shift.change": _("a shift was changed"),
    "shift.remove": _("a shift was removed"),
    "shift.swap": _("a shift was swapped"),
    "task.wait": _("waits for a person"),
    "task.page": _("an officer was paged"),
    "task.take": _("a task was taken"),
    "task.hand_back": _("a task was handed back"),
    "task.settle": _("a task is settled"),
    "task.close": _("a task was closed"),
}
"""Verb -> words."""

_SAYS = {
    "alert.declined": "reason", "alert.withdrawn": "reason", "sending.stopped": "reason", "sending.resumed": "reason",
    "alert.raised": "number", "alert.sent": "number", "notice.mitigated": "text", "source.failed": "error",
    "file.failed": "error", "file.read": "file", "notice.bounced": "detail", "host.left": "host", "host.assigned": "host",
    "host.handed_over": "host", "task.wait": "summary",
}  # fmt: skip
"""What of the detail is worth the log's line."""
_HEAVY = {
    "notice.silent",
    "notice.exhausted",
    "notice.bounced",
    "sending.stopped",
    "file.failed",
    "source.failed",
    "source.stale",
}


def sentence(verb: str, *, rows: int, facts: Mapping[str, Any]) -> str:
    """The words for a verb, with how many when there were several and what of the detail matters."""
    words = str(DEEDS.get(verb) or verb.replace(".", ": ").replace("_", " "))
    if rows > 1:
        times = ngettext("%(num)s time", "%(num)s times", rows) % {"num": rows}
        words += f" ({times})"
    said = facts.get(_SAYS.get(verb, ""))
    return f"{words}: {str(said)[:120]}" if said else words


def weight(verb: str) -> str:
    """How it stands out in the log: "silent" (red) or nothing."""
    return "silent" if verb in _HEAVY else ""
