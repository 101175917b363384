"""What `paraat check` looks at in incidents: that evidence is whole, and checked."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count

from paraat.incidents.checking import EVERY
from paraat.incidents.models import Content, Evidence
from paraat.platform import configuration, moment
from paraat.platform.registrations import Finding, Level


def check_evidence() -> Iterator[Finding]:
    """Nothing damaged or missing, everything verified within the month or nearly."""
    bad = Evidence.objects.filter(state__in=[Evidence.State.DAMAGED, Evidence.State.MISSING])
    for row in bad.order_by().values("state").annotate(number=Count("pk")):
        text = f"{row['number']} pieces of evidence are {row['state']}"
        yield Finding(
            "evidence", Level.ERROR, text, "Put the content back from a backup, or upload the same file again."
        )
    late = Content.objects.kept().filter(verified_at__lt=moment.now() - 2 * EVERY).count()
    if late:
        text = f"{late} files of evidence were not verified for two months"
        yield Finding(
            "evidence", Level.WARNING, text, "Look whether the jobs of the queue bulk run, or: paraat evidence verify"
        )
    if configuration.EVIDENCE_S3_ENDPOINT.get():
        text = "evidence lies in an S3 store, which `paraat backup` does not copy"
        yield Finding(
            "evidence", Level.OK, text, "Have that store keep copies of its own; the keys are in the database."
        )
    if not bad.exists() and not late:
        yield Finding("evidence", Level.OK, f"{Content.objects.kept().count()} files of evidence are whole")
