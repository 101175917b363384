"""What the search page finds of incidents."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse

from paraat.incidents.models import Case
from paraat.kernel.marking import Viewer


def find_cases(words: str, viewer: Viewer, limit: int) -> Iterator[tuple[str, str, str]]:
    """Cases by number, victim, title, summary and actor; the worst first."""
    found = Case.objects.visible_to(viewer).filter(Case.objects.matching(words)).order_by("rank", "-opened_at")
    for case in found.only("number", "title", "victim", "state", "exercise")[:limit]:
        yield (
            f"{case.number} · {case.title}, {case.victim}",
            reverse("case", args=[case.pk]),
            str(case.get_state_display()),
        )
