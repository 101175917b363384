"""The certificate of a drill: what was proven, by which clients, how long it took, and what it does not prove. PDF/UA."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from paraat.cloud import words
from paraat.cloud.actions import drills
from paraat.cloud.models import Drill
from paraat.cloud.rules import recovery
from paraat.kernel.errors import Conflict
from paraat.kernel.marking import Tlp
from paraat.platform import configuration, documents, moment
from paraat.platform.jinja import moment as shown

TEMPLATE = "cloud/typst/drill.typ"
LEGS = {
    "start": gettext_lazy("Asked for until started"),
    "health": gettext_lazy("Started until the empty services were proven"),
    "restore": gettext_lazy("Data brought back and compared"),
    "proof": gettext_lazy("Proven again, on the data"),
}


def certificate(drill: Drill, *, language: str) -> bytes:
    """The PDF. Conflict for a drill that did not pass: there is nothing to certify."""
    if drill.state != Drill.State.PASSED:
        raise Conflict("This drill did not pass; there is nothing to certify", state=drill.state)
    with translation.override(language), timezone.override(settings.TIME_ZONE):
        return documents.pdf(TEMPLATE, _data(drill, language), language=language)


def _data(drill: Drill, language: str) -> dict[str, Any]:
    found = recovery.recovery(drills.times(drill), drill.bytes)
    name = drill.organisation.name_in(language)
    return {
        "title": _("Drill %(number)s: %(organisation)s") % {"number": drill.number, "organisation": name},
        "tlp": Tlp(drill.tlp).label,
        "exercise": _("EXERCISE: nothing of this happened") if drill.exercise else None,
        "made": shown(moment.now(), "long"),
        "footer": f"{configuration.TEAM_NAME.get()} · {drill.number}",
        "lead": _("Everything was lost, restored into an empty store and proven by real clients in %(time)s.")
        % {"time": duration(found.seconds)},
        "facts": _facts(drill, found),
        "times_title": _("Times"),
        "times_columns": [_("Stretch"), _("Until"), _("Took")],
        "times": _times(drill, found),
        "proven_title": _("What was proven, and by which client"),
        "proven_columns": [_("Service"), _("Proven")],
        "proven": [[words.service_title(service, language), "; ".join(said)] for service, said in drill.proven.items()],
        "limits_title": _("What this does not prove"),
        "limits": list(limits(drill)),
    }


def _facts(drill: Drill, found: recovery.Recovery) -> list[tuple[str, str]]:
    kept = drill.backup
    source = (
        _("Sample data, made for this drill")
        if kept is None
        else _("The backup of %(at)s") % {"at": shown(kept.began_at)}
    )
    facts = [
        (_("Day"), shown(drill.requested_at, "long")),
        (_("Asked for by"), drill.by),
        (_("Restored from"), source),
        (_("Brought back"), _("%(megabytes)s MB in %(files)s files, every one compared by SHA-256") % {
            "megabytes": round(drill.bytes / recovery.MEGABYTE, 1), "files": drill.files}),
        (_("Recovery time (exercised RTO)"), duration(found.seconds)),
        (_("Target"), _("%(minutes)s minutes") % {"minutes": drill.target_rto_minutes}),
        (_("Target met"), _("yes") if recovery.within(found.minutes, drill.target_rto_minutes) else _("no")),
    ]  # fmt: skip
    if drill.claimed_rto_minutes is not None:
        facts.append((_("Claimed"), _("%(minutes)s minutes") % {"minutes": drill.claimed_rto_minutes}))
    if drill.extrapolated_minutes is not None:
        facts.append(
            (
                _("Computed for its own amount of data"),
                _("%(minutes)s minutes") % {"minutes": drill.extrapolated_minutes},
            )
        )
    facts.append((_("Engine"), drill.driver))
    if drill.gone_at:
        facts.append(
            (
                _("Throw-away tenant"),
                _("destroyed %(at)s; nothing of it was found afterwards") % {"at": shown(drill.gone_at)},
            )
        )
    return facts


def _times(drill: Drill, found: recovery.Recovery) -> list[list[str]]:
    ends = (drill.started_at, drill.healthy_at, drill.restored_at, drill.verified_at)
    rows = [
        [str(LEGS[leg.name]), shown(end, "seconds"), duration(leg.seconds)]
        for leg, end in zip(found.legs, ends, strict=False)
    ]
    return [*rows, [_("Altogether"), "", duration(found.seconds)]]


def limits(drill: Drill) -> list[str]:
    """What nobody may conclude from it, in plain sentences."""
    said = [
        _(
            "It ran on this engine at that moment, with what else ran there; a region that is hit at once shares the same hosts."
        ),
        _("People were not measured: deciding, calling back and handing out accounts come on top."),
        _(
            "The names in the domain name system were not changed, and nothing came in from or went out to the internet."
        ),
        _("Whether a point in time is clean of an intruder is decided by people; a drill does not decide it."),
    ]
    if drill.sample:
        said.insert(0, _("The data were sample data: no backup of the organisation's own was restored."))
    if drill.extrapolated_minutes is not None:
        said.append(_("The time for its own amount of data is computed from the measured speed, not measured."))
    return said


def duration(seconds: float | None) -> str:
    """Seconds below two minutes, else minutes: for people."""
    if seconds is None:
        return _("not proven")
    if seconds < 120:
        return _("%(seconds)s s") % {"seconds": round(seconds, 1)}
    return _("%(minutes)s min") % {"minutes": round(seconds / 60, 1)}
