"""Who took the report on measures for a council."""

from __future__ import annotations

from paraat.kernel.actor import Actor
from paraat.platform.actions import action, record
from paraat.registry.models import Organisation


@action
def note_council_report(*, organisation: Organisation, language: str, by: Actor) -> None:
    """Somebody took the report."""
    record("measure.report", by=by, on=organisation, organisation=organisation.pk, detail={"language": language})
