"""One notice in the words of one language: what a mail and the page behind its link have in common."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from paraat.alerts import guidance
from paraat.alerts.models import Alert, Notice
from paraat.alerts.rules import content
from paraat.kernel.marking import Tlp
from paraat.platform import configuration

SHOWN = 25
"""Targets named in a message; the rest is on the page."""


@dataclass(frozen=True, slots=True)
class View:
    """One notice in one language, as a mail or the page behind its link shows it. `targets` are lines such as "www.ronse.be, port 443"."""

    notice: Notice
    organisation: str
    title: str
    targets: tuple[str, ...]
    more: int
    source: str
    when: str
    consequence: str
    text: str
    steps: tuple[str, ...]
    tlp: str
    provider: str
    through: str


def view(notice: Notice, language: str) -> View:
    """One notice in one language."""
    with translation.override(language):
        alert = notice.alert
        advice = guidance.get(alert.guidance).advice[language] if alert.guidance else None
        targets = _targets(notice)
        return View(
            notice=notice,
            organisation=notice.organisation.name_in(language),
            title=in_language(alert.title, language) or (advice.title if advice else ""),
            targets=targets[:SHOWN],
            more=max(len(targets) - SHOWN, 0),
            source=_source(alert),
            when=moment_text(alert.listed_at or alert.sent_at or alert.created_at),
            consequence=advice.consequence if advice else "",
            text=in_language(alert.text, language),
            steps=advice.steps if advice else (),
            tlp=Tlp(notice.tlp).label,
            provider=_provider(notice.tlp),
            through=_("You are concerned through %(what)s.") % {"what": notice.through} if notice.through else "",
        )


def moment_text(at: datetime) -> str:
    """A moment as people read it, in the time zone of the installation and the language in force."""
    local = timezone.localtime(at)
    return f"{formats.date_format(local, 'DATE_FORMAT')} {local:%H:%M}"


def in_language(words: dict[str, str], language: str) -> str:
    """The words in the language, else in the first language that was written."""
    return words.get(language) or next((text for text in words.values() if text), "")


def _provider(tlp: int) -> str:
    if content.may_show_provider(tlp):
        return _("You may show this to your ICT provider.")
    return _("Keep this within your organisation: do not show it to your ICT provider.")


def _source(alert: Alert) -> str:
    if not alert.source_title:
        return str(configuration.TEAM_NAME.get())
    return f"{alert.source_title} ({alert.reliability}{alert.credibility})"


def _targets(notice: Notice) -> tuple[str, ...]:
    told = {one["target"]: one for one in notice.facts.get("targets", ()) if isinstance(one, dict) and "target" in one}
    return tuple(_target(target, told.get(target, {})) for target in notice.targets)


def _target(target: str, said: dict[str, Any]) -> str:
    ports = ", ".join(str(port) for port in said.get("ports", ())[:5])
    paths = ", ".join(str(path) for path in said.get("paths", ())[:3] if path != "/")
    parts = [target]
    parts += [_("port %(ports)s") % {"ports": ports}] if ports else []
    return ", ".join([*parts, paths] if paths else parts)
