"""The continuity sheet: what must be back first, within how many hours, what it needs, and how it goes on without computers. PDF/UA, for the wall."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from paraat.kernel.marking import Tlp
from paraat.platform import configuration, documents, moment
from paraat.platform.jinja import moment as shown
from paraat.readiness.continuity_picture import Line, Picture
from paraat.registry.models import Organisation

TEMPLATE = "readiness/typst/continuity.typ"


def pdf(organisation: Organisation, picture: Picture, *, language: str) -> bytes:
    """The PDF in `language`; what people typed stays as they typed it."""
    with translation.override(language), timezone.override(settings.TIME_ZONE):
        return documents.pdf(TEMPLATE, _data(organisation, picture, language), language=language)


def _data(organisation: Organisation, picture: Picture, language: str) -> dict[str, Any]:
    name = organisation.name_in(language)
    reviewed = shown(picture.reviewed_on, "day") if picture.reviewed_on else _("not yet looked through as a whole")
    return {
        "title": _("Continuity: %(organisation)s") % {"organisation": name},
        "tlp": Tlp.AMBER_STRICT.label,
        "exercise": None,
        "made": shown(moment.now(), "long"),
        "footer": f"{configuration.TEAM_NAME.get()} · {name}",
        "lead": _("What must be back first stands first. Reviewed: %(day)s.") % {"day": reviewed},
        "columns": [_("Service"), _("At most gone"), _("Claimed"), _("Shown"), _("Needs")],
        "rows": [_row(line) for line in picture.lines],
        "around_title": _("How it goes on without computers"),
        "around": [_around(line) for line in picture.lines if line.service.workaround],
        "missing_title": _("Without a workaround"),
        "missing": [line.service.name for line in picture.lines if not line.service.workaround],
        "note": _("Hours marked with * are a proposal that nobody decided yet."),
        "proposals": bool(picture.proposals),
    }


def _row(line: Line) -> list[str]:
    row = line.service
    names = [one.name for one in row.suppliers.all()] + list(row.systems) + [one.name for one in line.needs]
    limit = hours(row.max_downtime_hours) + (" *" if row.max_downtime_proposed else "")
    exercised = None if row.exercised is None else float(row.exercised)
    return [
        row.name,
        limit,
        hours(row.rto_hours),
        hours(exercised) if exercised is not None else _("never"),
        ", ".join(names),
    ]


def _around(line: Line) -> dict[str, str]:
    where = _("Printed, where people work.") if line.service.on_paper else _("Not printed yet.")
    return {"name": line.service.name, "text": line.service.workaround, "where": where}


def hours(number: float | None) -> str:
    """Hours as people say them; nothing for None."""
    if number is None:
        return ""
    if number >= 48 and number % 24 == 0:
        return ngettext("%(num)d day", "%(num)d days", int(number // 24)) % {"num": number // 24}
    if number == int(number):
        return ngettext("%(num)d hour", "%(num)d hours", int(number)) % {"num": number}
    return _("%(num).1f hours") % {"num": number}
