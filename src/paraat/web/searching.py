"""The search page: every source that an app registered, each within the rights of who asks."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from paraat.kernel.marking import Viewer
from paraat.platform.registrations import searchables

TITLES = {
    "registry": _("Organisations"),
    "cases": _("Cases"),
    "alerts": _("Alerts"),
    "notices": _("Notices"),
    "feeds": _("Lists"),
    "people": _("People"),
}
"""What a source is called; one that is not here is called by its name."""
LIMIT = 20
"""Results shown of each source."""


def groups(words: str, viewer: Viewer) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """(source, [(title, address, kind), ...]) for every source that found something; nothing for fewer than two characters."""
    return list(_found(words, viewer)) if len(words) >= 2 else []


def _found(words: str, viewer: Viewer) -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    for source in searchables:
        results = list(source.find(words, viewer, LIMIT))
        if results:
            yield str(TITLES.get(source.name, source.name)), results
