"""A constituent beside its peers: which block of this quarter it is in, and the frozen figures of the whole block. Reads only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from paraat.kernel.marking import Role, Viewer
from paraat.readiness.models import Peer, PeerGroup, Standing
from paraat.readiness.rules.peers import Block, Values

QUESTIONS: Mapping[str, Any] = {
    "assessed": _("Has a submitted assessment"),
    "programme": _("Takes part in a programme, or has its own equivalent"),
    "lessons": _("Has answered every lesson that it was told"),
    "measures": _("Has no measure that is overdue"),
    "resumes": _("Could resume within three days, with proof"),
    "attended": _("Came to a session"),
}
STEPS: Mapping[str, float] = {"basics": 10, "cyfun": 0.5}
"""The scores, and in what steps they are shown."""
SCORES: Mapping[str, Any] = {"basics": _("Score of the checklist, of 100"), "cyfun": _("CyFun maturity, of 5")}


def quarter_of(day: date) -> str:
    """The quarter of a day: 2026-Q4."""
    return f"{day.year}-Q{(day.month + 2) // 3}"


def values_of(row: Standing, today: date) -> Values:
    """What one standing adds to the figures of its block."""
    overdue = row.measures_overdue_from is not None and row.measures_overdue_from < today
    yes = {
        "assessed": row.basics_on is not None or row.cyfun_on is not None,
        "programme": bool(row.programmes or row.equivalents),
        "lessons": not row.lessons_open,
        "measures": not overdue,
        "resumes": row.resumes == "all",
        "attended": row.sessions_attended > 0,
    }
    return Values(yes, {"basics": _float(row.basics_score), "cyfun": _float(row.cyfun_score)})


def _float(score: Any) -> float | None:
    return None if score is None else float(score)


# What was frozen ------------------------------------------------------------------------------------------------------------------
def blocks_before(quarter: str) -> tuple[list[Block[UUID]], dict[UUID, list[frozenset[UUID]]]]:
    """The blocks of the newest quarter before this one, and the members of every block that each constituent was ever in."""
    rows = Peer.objects.filter(quarter__lt=quarter).order_by("quarter")
    quarters: dict[str, str] = {}
    members: defaultdict[str, set[UUID]] = defaultdict(set)
    for key, who, when in rows.values_list("group__key", "organisation", "quarter"):
        quarters[key] = when
        members[key].add(who)
    seen: defaultdict[UUID, list[frozenset[UUID]]] = defaultdict(list)
    for found in map(frozenset, members.values()):
        for one in found:
            seen[one].append(found)
    last = max(quarters.values(), default="")
    groups = PeerGroup.objects.filter(quarter=last)
    return [block_of(group, members[group.key]) for group in groups], seen


def block_of(group: PeerGroup, members: set[UUID]) -> Block[UUID]:
    """A group as the rules know it."""
    title = group.title
    return Block(group.key, title["kind"], tuple(title["sizes"]), title["since"], frozenset(members))


@dataclass(frozen=True, slots=True)
class Beside:
    """One constituent beside its block: its own standing as it is now, the block, and why there is none to show."""

    own: Standing
    group: PeerGroup | None
    alone: bool = False  # several of its members are the same person's: with what that person knows it would be too few


def beside(viewer: Viewer, own: Standing) -> Beside:
    """The block of a constituent of this viewer, from the newest frozen quarter; nothing of any other, and none to who answers for two of it."""
    if not viewer.has(Role.SPOC) or own.organisation_id not in viewer.own:
        return Beside(own, None)
    newest = PeerGroup.objects.order_by("-quarter").values_list("quarter", flat=True)[:1]
    peer = Peer.objects.filter(organisation=own.organisation_id, quarter__in=newest).select_related("group").first()
    if peer is None:
        return Beside(own, None)
    alone = (
        Peer.objects.filter(group__key=peer.group.key, quarter=peer.quarter, organisation__in=viewer.own).count() > 1
    )
    return Beside(own, None, alone=True) if alone else Beside(own, peer.group)
