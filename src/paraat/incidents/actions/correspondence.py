"""The team's mailbox: a mail that answers nothing becomes a report, once; a reply goes to its report and case; machines are never answered."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext as _

from paraat.alerts import happening
from paraat.alerts.models import Delivery
from paraat.formats import mail_parts
from paraat.formats.mail import Kind
from paraat.incidents import playbooks
from paraat.incidents.actions.reports import take_report
from paraat.incidents.happening import case_changed
from paraat.incidents.models import Attachment, Case, Correspondence, Report
from paraat.incidents.proposing import owner_of_address
from paraat.kernel.actor import SYSTEM, Actor, ActorKind
from paraat.kernel.ids import HOUSE
from paraat.kernel.marking import Tlp
from paraat.platform import configuration, facts, files, live, moment
from paraat.platform.actions import action, record
from paraat.platform.mailbox.taking import Came
from paraat.registry.models import Contact, ContactChannel, Organisation

RECEIPTS = 3
"""Receipts that one contact gets within an hour: two robots that greet each other stop here, whatever their headers say."""
_NUMBER = re.compile(r"\b([RC]\d{4}-\d{4,6})\b", re.IGNORECASE)
_KEY = "report:"


@action
def take_mail(*, came: Came) -> bool:
    """Put a mail where it belongs; whether it was taken. A person's mail always is, unless it answers what another app told."""
    report, case = _thread(came)
    if report is not None or case is not None:
        _keep(came, report, case)
        return True
    if came.message.kind is not Kind.HUMAN or (came.key and not came.key.startswith(_KEY)):
        return False
    made = _report(came)
    _keep(came, made, None)
    if made.contact is not None:
        _tell_received(made, made.contact)
    return True


def receipt_key(report: Report) -> str:
    """The key of the mail that says that a report came in; a reply to it names the report."""
    return f"{_KEY}{report.pk}:received"


def _thread(came: Came) -> tuple[Report | None, Case | None]:
    """The report or case that a mail follows: by what it answers, by the messages that it names, or by a number in its subject."""
    report = _by_key(came.key)
    ids = mail_parts.follows(came.raw)
    if report is None and ids:
        known = Correspondence.objects.filter(message_id__in=ids).select_related("report__case", "case")
        found = known.order_by("-at").first()
        if found is not None:
            return found.report, _living(found.case or (found.report.case if found.report else None))
        report = Report.objects.select_related("case").filter(message_id__in=ids).first()
    for number in [] if report else _NUMBER.findall(came.message.subject.upper()):
        report = Report.objects.select_related("case").filter(number=number).first()
        case = Case.objects.select_related("merged_into").filter(number=number).first()
        if report or case:
            return report, _living(case or (report.case if report else None))
    return report, _living(report.case) if report else None


def _by_key(key: str) -> Report | None:
    if not key.startswith(_KEY):
        return None
    found: Report | None = Report.objects.select_related("case").filter(pk=UUID(key.split(":")[1])).first()
    return found


def _living(case: Case | None) -> Case | None:
    """The case that a merged one lives on in."""
    while case is not None and case.merged_into is not None:
        case = case.merged_into
    return case


def _report(came: Came) -> Report:
    message = came.message
    town = owner_of_address(message.sender)
    contact = _contact(message.sender, town)
    words = message.text or (_("(encrypted)") if message.encrypted else _("(no text)"))
    return take_report(
        through=Report.Through.MAIL,
        text=f"{message.subject}\n\n{words}".strip(),
        by=Actor(ActorKind.CONTACT, contact.pk if contact else None, contact.name if contact else message.sender),
        organisation=town,
        reporter=message.sender,
        reachable_at=message.sender,
        contact=contact,
        language=(contact.languages or town.languages or ["nl"])[0] if contact and town else _language(town),
        message_id=message.key,
    )


def _language(town: Organisation | None) -> str:
    return town.languages[0] if town and town.languages else configuration.LANGUAGE.get()


def _contact(sender: str, town: Organisation | None) -> Contact | None:
    if town is None:
        return None
    usable = ContactChannel.objects.usable(moment.today()).filter(contact__organisation=town, kind="mail")
    channel = usable.filter(address__iexact=sender).select_related("contact").first()
    return channel.contact if channel else None


def _keep(came: Came, report: Report | None, case: Case | None) -> None:
    """The mail with its files. What comes to a case or a known report is for somebody to read."""
    message = came.message
    about = case or report
    row = Correspondence(
        report=report,
        case=case,
        organisation_id=about.organisation_id if about else None,
        message_id=message.key[:300],
        sender=_clean(message.sender)[:254],
        subject=_clean(message.subject)[:300],
        text=_clean(message.text)[:20_000],
        automatic=message.kind is not Kind.HUMAN,
        at=moment.now(),
        tlp=max([int(Tlp.AMBER), *(one.tlp for one in (report, case) if one)]),
        exercise=bool(about and about.exercise),
    )
    Correspondence.objects.bulk_create([row], ignore_conflicts=True)
    if not Correspondence.objects.filter(pk=row.pk).exists():
        return  # it came before
    _keep_files(row, came.raw)
    record("mail.threaded", by=SYSTEM, on=row, organisation=row.organisation_id, detail={"automatic": row.automatic})
    live.publish("reports", id=report.pk if report else "")
    if case is not None:
        case_changed(case.pk, case.organisation_id)
    if not row.automatic and (case is not None or (report is not None and report.message_id != message.key)):
        _waits(row, report, case)


def _keep_files(row: Correspondence, raw: bytes) -> None:
    for file in mail_parts.attachments(raw):
        stored = files.store([file.content])
        Attachment.objects.create(
            mail=row,
            name=file.name,
            media_type=file.media_type,
            size=stored.size,
            sha256=stored.digest,
            place=stored.path,
        )


def _waits(row: Correspondence, report: Report | None, case: Case | None) -> None:
    about = case.number if case else report.number if report else ""
    address = f"/cases/{case.pk}/#mails" if case else f"/reports/{report.pk}/#mails" if report else ""
    with happening.for_officers():
        summary = _("A mail about %(number)s") % {"number": about}
    waits = facts.Waits(
        "mail", f"mail:{row.pk}", summary, address, row.organisation_id or HOUSE, urgent=False, exercise=row.exercise
    )
    facts.announce(waits)


def _tell_received(report: Report, contact: Contact) -> None:
    """One receipt, only to a contact on file: with the code and what to do now, and nothing of what was written."""
    since = report.received_at - timedelta(hours=1)
    told = Report.objects.filter(through=Report.Through.MAIL, contact=contact, received_at__gt=since)
    if told.count() > RECEIPTS:
        return
    way = contact.channels.filter(kind="mail", address__iexact=report.reachable_at).first()
    with translation.override(report.language):
        subject = _("%(number)s: we have your report") % {"number": report.number}
        body = _(
            "Your report is saved. Its code is %(code)s: name it when you call or when we call you. We call back through a contact on file."
        ) % {"code": report.code}
        phone = configuration.TEAM_PHONE.get()
        call = _("Telephone of the team: %(phone)s") % {"phone": phone} if phone else ""
        now = "\n".join(f"- {line}" for line in playbooks.first_hour(report.kind, report.language))
        text = "\n\n".join(part for part in (body, call, _("What to do now"), now) if part)
    key = receipt_key(report)
    facts.announce(
        facts.Tells(key, contact.pk, "receipt", subject, text, way.pk if way else None, exercise=report.exercise)
    )
    _keep_sent(report, key, subject, text)


def _keep_sent(report: Report, key: str, subject: str, text: str) -> None:
    delivery = Delivery.objects.filter(key=key).first()
    if delivery is None:
        return
    row = Correspondence.objects.create(
        report=report,
        organisation_id=report.organisation_id,
        inbound=False,
        message_id=f"<{delivery.pk}@>",
        recipient=delivery.address,
        subject=subject[:300],
        text=text,
        automatic=True,
        at=moment.now(),
        tlp=report.tlp,
        exercise=report.exercise,
    )
    record("mail.sent", by=SYSTEM, on=row, organisation=report.organisation_id)


def _clean(text: str) -> str:
    """PostgreSQL holds every character but NUL."""
    return text.replace("\0", "")
