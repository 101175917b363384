"""What the emergency cloud puts on other pages: on an organisation's, on a case's, and on the SPOC's."""

from __future__ import annotations

from typing import Any

from paraat.cloud.models import Drill, Preparation, Tenant
from paraat.cloud.standing import standing_of
from paraat.cloud.words import LOOKS
from paraat.incidents.models import Case
from paraat.kernel.marking import TEAM, WATCHES, Role, Viewer
from paraat.platform.panels import render
from paraat.registry.models import Organisation

SHOWN = 3
OVER = frozenset({Tenant.State.REFUSED, Tenant.State.DESTROYED})


def of_organisation(viewer: Viewer, organisation: Organisation) -> str | None:
    """How well it is prepared, its emergency cloud, and its last drill."""
    if not organisation.constituent or not (viewer.has(*WATCHES) or _is_own(viewer, organisation)):
        return None
    tenants = list(_tenants(viewer).filter(organisation=organisation.pk).exclude(kind="drill")[:SHOWN])
    context = {
        "organisation": organisation,
        "tenants": tenants,
        "alive": any(one.state not in OVER and not one.exercise for one in tenants),
        "standing": standing_of(viewer, organisation),
        "drill": Drill.objects.visible_to(viewer).filter(organisation=organisation.pk).exclude(state="running").first(),
        "looks": LOOKS,
        "starts": viewer.has(*TEAM),
        "own": _is_own(viewer, organisation),
    }
    return render("cloud/panel_organisation.html", context)


def of_case(viewer: Viewer, case: Case) -> str | None:
    """The emergency cloud of the victim, or the button to start one. A helper reads the case, not what the victim runs."""
    own = viewer.has(Role.SPOC) and case.organisation_id in viewer.own
    if not viewer.has(*WATCHES) and not own:
        return None
    tenants = list(
        _tenants(viewer).filter(organisation=case.organisation_id, exercise=case.exercise).exclude(kind="drill")[:SHOWN]
    )
    starts = viewer.has(*TEAM) and case.state not in {Case.State.CLOSED, Case.State.MERGED}
    if not tenants and not starts:
        return None
    alive = any(one.state not in OVER for one in tenants)
    context = {"case": case, "tenants": tenants, "looks": LOOKS, "starts": starts and not alive}
    return render("cloud/panel_case.html", context)


def of_portal(viewer: Viewer, _subject: Any) -> str | None:
    """On the SPOC's first page: where the emergency cloud is asked for, and how it stands."""
    if not viewer.has(Role.SPOC) or not viewer.own:
        return None
    tenants = list(_tenants(viewer).alive().filter(organisation__in=viewer.own).exclude(kind="drill")[:SHOWN])
    missing = not Preparation.objects.visible_to(viewer).filter(organisation__in=viewer.own).exists()
    return render("cloud/panel_portal.html", {"tenants": tenants, "looks": LOOKS, "missing": missing})


def _tenants(viewer: Viewer) -> Any:
    return Tenant.objects.visible_to(viewer).select_related("organisation")


def _is_own(viewer: Viewer, organisation: Organisation) -> bool:
    return viewer.has(Role.SPOC) and organisation.pk in viewer.own
