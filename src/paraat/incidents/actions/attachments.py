"""A file of a mail becomes evidence of the mail's case."""

from __future__ import annotations

from django.db import transaction

from paraat.incidents.actions.evidence import store_evidence
from paraat.incidents.models import Attachment, Evidence
from paraat.kernel.actor import SYSTEM
from paraat.kernel.errors import Conflict, Invalid
from paraat.kernel.marking import Tlp
from paraat.platform import files
from paraat.platform.actions import action, record


@action
def attach_evidence(*, attachment: Attachment) -> Evidence:
    """Hand the file to the vault, on the case of its mail; its copy in the content store goes when no other row speaks of it.

    Raises Conflict when somebody did so before, Invalid without a case, NotFound when the file is lost.
    """
    mail = attachment.mail
    if mail.case is None:
        raise Invalid("This mail has no case yet")
    if Attachment.objects.filter(pk=attachment.pk, evidence=None).select_for_update().first() is None:
        raise Conflict
    with files.open_stored(attachment.place) as stream:
        kept = store_evidence(
            case=mail.case,
            name=attachment.name,
            stream=stream,
            by=SYSTEM,
            report=mail.report,
            source=f"{mail.sender} {mail.message_id}"[:300],
            media_type=attachment.media_type,
            tlp=max(mail.tlp, mail.case.tlp, Tlp.AMBER_STRICT),
        )
    place = attachment.place
    Attachment.objects.filter(pk=attachment.pk).update(evidence=kept, place="")
    record("mail.attached", by=SYSTEM, on=mail, organisation=mail.organisation_id, detail={"evidence": kept.number})
    if not Attachment.objects.filter(place=place).exists():
        transaction.on_commit(lambda: files.forget(place))
    attachment.refresh_from_db()
    return kept


@action
def refuse_attachment(*, attachment: Attachment, because: str) -> None:
    """It cannot become evidence (its ending is not accepted, it is too large, it is lost); it is not tried again."""
    Attachment.objects.filter(pk=attachment.pk).update(refused=because[:300])
    mail = attachment.mail
    record("mail.refused", by=SYSTEM, on=mail, organisation=mail.organisation_id, detail={"because": because})
