"""The terms of an engagement as they stand in the database, for the paper, the check of the paper, and the check of a target."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from paraat.readiness.models import Authorisation, Engagement, InScope
from paraat.readiness.rules import terms as rules
from paraat.readiness.rules.scope import Standing
from paraat.readiness.rules.terms import Entry, Terms


def lacks(engagement: Engagement) -> list[str]:
    """What must still be filled in before a paper can be made; keys of `hacking_words.LACKS`."""
    rows = list(engagement.scope.select_related("asset"))
    inside = [row for row in rows if not row.excluded]
    return rules.missing(
        scope=inside,
        starts_on=engagement.starts_on,
        ends_on=engagement.ends_on,
        allowed=engagement.allowed,
        stop_phone=engagement.stop_phone,
        social=engagement.social_engineering,
        social_words=engagement.social_words,
        shared_unnamed=[row.value for row in inside if row.asset and row.asset.shared and row.provider_id is None],
    )


def terms_of(engagement: Engagement, *, provider: UUID | None = None) -> Terms:
    """What the owner signs; for a provider only the lines that are its own."""
    rows = list(engagement.scope.all())
    if provider is not None:
        rows = [row for row in rows if row.provider_id == provider]
    return Terms(
        organisation=str(engagement.organisation_id),
        scope=_entries([row for row in rows if not row.excluded]),
        excluded=_entries([row for row in rows if row.excluded]),
        starts_on=engagement.starts_on,  # type: ignore[arg-type]  # `lacks` was asked before
        ends_on=engagement.ends_on,  # type: ignore[arg-type]
        allowed=tuple(sorted(engagement.allowed)),
        forbidden=tuple(sorted(engagement.forbidden)),
        social=engagement.social_engineering,
        social_words=engagement.social_words.strip() if engagement.social_engineering else "",
        stop_phone=engagement.stop_phone.strip(),
        rules=engagement.rules.strip(),
    )


def _entries(rows: list[InScope]) -> tuple[Entry, ...]:
    return tuple(sorted(Entry(row.kind, row.value, str(row.provider_id or "")) for row in rows))


def standing(engagement: Engagement) -> Standing:
    """How it stands for the check of a target: the terms that its owner signed, and who else did."""
    rows: list[Authorisation] = list(engagement.authorisations.in_force())
    signed = {str(row.organisation_id) for row in rows}
    own = next((row for row in rows if row.organisation_id == engagement.organisation_id), None)
    return Standing(engagement.state, rules.read(own.terms) if own else None, signed)


def providers(engagement: Engagement) -> list[Any]:
    """The providers whose shared infrastructure is in the scope, each once."""
    rows = engagement.scope.filter(excluded=False, provider__isnull=False).select_related("provider")
    return list({row.provider_id: row.provider for row in rows}.values())
