"""What a report may come from: the notice of an alert, or a line of a list that names an organisation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from paraat.alerts.models import Notice
from paraat.incidents.models import Report
from paraat.kernel.marking import Tlp
from paraat.observations.models import Finding
from paraat.registry.models import Organisation


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a report comes from. A report is never marked lower than this, and is an exercise when this is."""

    organisation: Organisation
    title: str
    text: str  # proposed words
    through: str
    tlp: int
    exercise: bool
    notice: Any = None
    finding: Any = None

    def says(self) -> dict[str, Any]:
        """What `take_report` takes of it."""
        return {
            "through": self.through,
            "notice": self.notice,
            "finding": self.finding,
            "exercise": self.exercise,
            "tlp": max(int(Tlp.AMBER), self.tlp),
        }


def of_notice(notice: Notice) -> Origin:
    """The notice came true."""
    language = (get_language() or settings.LANGUAGE_CODE)[:2]
    title = notice.alert.title.get(language) or notice.alert.source_title or notice.alert.number
    words = _("What alert %(number)s warned of: %(targets)s") % {
        "number": notice.alert.number,
        "targets": ", ".join(notice.targets) or title,
    }
    return Origin(
        notice.organisation, title, words, Report.Through.ALERT, notice.tlp, notice.exercise, notice=notice.pk
    )


def of_finding(finding: Finding) -> Origin:
    """A line of a list came true."""
    words = _("%(target)s was on a list: %(classification)s") % {
        "target": finding.target,
        "classification": finding.classification,
    }
    return Origin(
        finding.organisation,
        finding.target,
        words,
        Report.Through.OBSERVATION,
        finding.tlp,
        finding.exercise,
        finding=finding.pk,
    )
