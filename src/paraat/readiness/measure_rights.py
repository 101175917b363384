"""Who does what with a measure that one may see (decision 39): team and constituent work on it; the auditor of its audit verifies."""

from __future__ import annotations

from paraat.kernel.marking import TEAM, WATCHES, Role, Viewer
from paraat.readiness.models import Measure, SupplierMeasure
from paraat.registry.models import Organisation

READS = frozenset({*WATCHES, Role.SPOC, Role.ASSESSOR})
"""Who opens measures; which, `visible_to` decides."""
WORKS = frozenset({*TEAM, Role.SPOC})
"""Who plans and changes them."""
VERIFIES = WORKS | {Role.ASSESSOR}
"""Who says to have seen that one is done; never who said that it is."""
SUPPLIES = frozenset({*WATCHES, Role.SPOC, Role.PROVIDER})
"""Who opens what suppliers were asked."""
ANSWERS = frozenset({*TEAM, Role.PROVIDER})
"""Who writes what a supplier promises."""


def works_for(viewer: Viewer, organisation: Organisation) -> bool:
    """Whether this viewer plans and changes the measures of an organisation."""
    return viewer.is_team or (viewer.has(Role.SPOC) and organisation.pk in viewer.own)


def works(viewer: Viewer, row: Measure) -> bool:
    """Whether this viewer changes a measure."""
    return works_for(viewer, row.organisation)


def verifies(viewer: Viewer, row: Measure) -> bool:
    """Whether this viewer may verify it at all: the team, another contact of the town, or the auditor of the audit that it comes from."""
    if works(viewer, row):
        return True
    if viewer.user is None or not viewer.has(Role.ASSESSOR):
        return False
    return Measure.objects.filter(Measure.assigned(viewer.user), pk=row.pk).exists()


def answers(viewer: Viewer, row: SupplierMeasure) -> bool:
    """Whether this viewer writes what a supplier promises: the team, or the supplier itself."""
    return viewer.is_team or (viewer.has(Role.PROVIDER) and row.organisation_id in viewer.own)


def sees_customers(viewer: Viewer, row: SupplierMeasure) -> bool:
    """Whether this viewer reads which customers wait: the team, who watches it, and the supplier itself; a customer never."""
    return viewer.has(*WATCHES) or (viewer.has(Role.PROVIDER) and row.organisation_id in viewer.own)
