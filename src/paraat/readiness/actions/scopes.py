"""What may be tested, and what must be left alone: lines of the scope, each held against the register when it is put in."""

from __future__ import annotations

from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import moment
from paraat.platform.actions import action, record
from paraat.readiness.actions.engagements import CHANGEABLE, lapse, locked
from paraat.readiness.bearing import held_for
from paraat.readiness.models import Engagement, InScope
from paraat.readiness.rules import scope as rules
from paraat.readiness.rules import targets
from paraat.readiness.rules.terms import Entry
from paraat.registry.actions.assets import normalised
from paraat.registry.models import Asset, Organisation

KINDS = ("domain", "host", "page", "network")


@action
def put_in_scope(
    *,
    engagement: Engagement,
    by: Actor,
    kind: str = "",
    value: str = "",
    asset: Asset | None = None,
    excluded: bool = False,
    provider: Organisation | None = None,
) -> InScope:
    """Put an asset, or a host, page or network below one, in the scope (`excluded`: name it to be left alone). What was signed ends.

    Raises Invalid for what is no target or not theirs today, Conflict when it stands there already or the terms are fixed.
    """
    row = locked(engagement, *CHANGEABLE)
    if asset is not None:
        kind, value = asset.kind, asset.value
    if kind not in KINDS:
        raise Invalid("Only domains, hosts, pages and networks can be tested", field="kind")
    kept = normalised(kind, value)
    if targets.of_entry(kind, kept) is None:
        raise Invalid("This is no target", field="value")
    if not excluded:
        _demand_theirs(row, kind, kept, provider)
    made, new = InScope.objects.get_or_create(
        engagement=row,
        kind=kind,
        value=kept,
        defaults={"asset": asset or _asset(row, kind, kept), "excluded": excluded, "provider": provider},
    )
    if not new:
        raise Conflict("This stands in the scope already", value=kept)
    detail = {"value": kept, "kind": kind, "excluded": excluded, "provider": provider.pk if provider else None}
    record("engagement.scope", by=by, on=row, organisation=row.organisation_id, detail={"added": detail})
    lapse(row, by, "the scope was changed")
    return made


@action
def take_out_of_scope(*, line: InScope, by: Actor) -> None:
    """Take a line out again. What was signed ends. Raises Conflict when it is gone already, or the terms are fixed."""
    row = locked(line.engagement, *CHANGEABLE)
    if InScope.objects.filter(pk=line.pk).delete()[0] != 1:
        raise Conflict
    detail = {"value": line.value, "kind": line.kind, "excluded": line.excluded}
    record("engagement.scope", by=by, on=row, organisation=row.organisation_id, detail={"removed": detail})
    lapse(row, by, "the scope was changed")


def _asset(row: Engagement, kind: str, value: str) -> Asset | None:
    return Asset.objects.as_of(moment.today()).filter(organisation=row.organisation_id, kind=kind, value=value).first()


def _demand_theirs(row: Engagement, kind: str, value: str, provider: Organisation | None) -> None:
    """Nobody authorises what is not his: the line itself must pass the check of ownership, signatures aside."""
    line = targets.of_entry(kind, value)
    whole = targets.Target(targets.BELOW, line.host) if kind == "domain" and line else line
    if whole is None or whole.kind == targets.PAGE:
        whole = targets.Target(targets.HOST, whole.host) if whole else None
    if whole is None:
        raise Invalid("This is no target", field="value")
    entry = Entry(kind, value, str(provider.pk) if provider else "")
    signed = {entry.provider} - {""}
    verdict = rules.owned(whole, entry, str(row.organisation_id), held_for(whole, moment.today()), signed)
    fine = {rules.Reason.IN_SCOPE, rules.Reason.PARTLY_OTHER}  # parts of others are refused when they are asked for
    if provider is None:
        fine.add(rules.Reason.SHARED)  # whose it is can be said later; before that no paper is made
    if verdict.reason not in fine:
        raise Invalid("The register does not say that this is theirs today", field="value", reason=verdict.reason.value)
