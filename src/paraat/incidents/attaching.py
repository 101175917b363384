"""Files of mails become evidence as soon as their mail has a case; until then they wait in the content store."""

from __future__ import annotations

import logging

from django.db import transaction

from paraat.incidents.actions.attachments import attach_evidence, refuse_attachment
from paraat.incidents.models import Attachment
from paraat.kernel.errors import Invalid, NotFound, ParaatError

BATCH = 100
_log = logging.getLogger("paraat.incidents")


def attach_due() -> int:
    """Put on their cases the files that wait for it; how many. One that is refused or lost says so and is not tried again."""
    waiting = Attachment.objects.filter(evidence=None, refused="", mail__case__isnull=False).exclude(place="")
    done = 0
    for file in waiting.select_related("mail__case", "mail__report").order_by("pk")[:BATCH]:
        try:
            with transaction.atomic():
                attach_evidence(attachment=file)
            done += 1
        except (Invalid, NotFound) as error:
            refuse_attachment(attachment=file, because=error.said)
        except ParaatError:  # the vault is out of reach or full: the file waits
            _log.exception("an attachment could not be put with the evidence")
    return done
