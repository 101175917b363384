"""Hosts of interest that nobody owns: assigned (which makes an asset), handed over to their own team, or left with a reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q

from paraat.formats.suffixes import is_public_suffix
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.observations.collecting import LISTS, MOST
from paraat.observations.models import Certainty, Finding, Match, Observation, UnassignedHost
from paraat.observations.rules import Reason
from paraat.platform import live, moment
from paraat.platform.actions import action, record
from paraat.platform.facts import PerhapsDecided, Settled, announce
from paraat.registry.actions.assets import add_asset
from paraat.registry.models import Asset, Organisation

State = UnassignedHost.State
Owned = tuple[str, UUID | None]
"""What explains an assignment: the value, and its asset; none in an exercise."""


@action
def assign_host(
    *, host: UnassignedHost, organisation: Organisation, value: str, by: Actor, note: str = ""
) -> list[Finding]:
    """Say whose this host is: `value` (the host itself, or a domain above it) becomes an asset, so that later lists know it by themselves.

    Every open host below `value` becomes a finding of its run; the organisation is told of those in this host's run, which are returned. In an
    exercise the hosts are assigned and the register stays as it is: an exercise changes nothing that is true.
    """
    if host.host != value and not host.host.endswith(f".{value}"):
        raise Invalid("The domain does not contain this host.", host=host.host, domain=value)
    if is_public_suffix(value):
        raise Invalid("Nobody can own a public suffix.", domain=value)
    kind = Asset.Kind.HOST if value == host.host and value.startswith("www.") else Asset.Kind.DOMAIN
    asset = None
    if not host.exercise:
        asset = add_asset(organisation=organisation, kind=kind, value=value, source="unassigned", by=by).pk
    open_ones = UnassignedHost.objects.select_for_update().filter(state=State.OPEN, exercise=host.exercise)
    same = list(open_ones.filter(Q(host=value) | Q(host__endswith=f".{value}")).order_by("pk"))
    if host.pk not in {one.pk for one in same}:
        raise Conflict("Somebody else dealt with this host meanwhile.", host=host.host)
    _close(same, State.ASSIGNED, by=by, note=note, assigned_to=organisation)
    found = [finding for one in same for finding in _findings(one, organisation, (value, asset), by)]
    record(
        "host.assigned",
        by=by,
        on=host,
        organisation=organisation.pk,
        detail={"host": host.host, "asset": value, "note": note},
    )
    for finding in found:
        if finding.run == host.run:
            announce(PerhapsDecided(finding.pk, finding.run, organisation.pk, yes=True))
    return [finding for finding in found if finding.run == host.run]


@action
def hand_over_hosts(*, hosts: Sequence[UUID], partner: Organisation, receipt: str, by: Actor, note: str = "") -> int:
    """Hand hosts outside our constituency to their own team, with its receipt (who took it, how, under what number). Returns how many rows.

    The same hosts that are still open in earlier lists go with them; so it is when they are left.
    """
    if partner.kind != Organisation.Kind.PARTNER:
        raise Invalid("Hosts are handed over to a partner of the team.", organisation=partner.name)
    if not receipt.strip():
        raise Invalid("A receipt is needed: who took it, how, under what number.")
    found = _taken(hosts)
    _close(found, State.HANDED_OVER, by=by, note=note, handed_to=partner, receipt=receipt.strip())
    for host in found:
        detail = {"host": host.host, "to": partner.name, "receipt": receipt}
        record("host.handed_over", by=by, on=host, detail=detail)
    return len(found)


@action
def leave_hosts(*, hosts: Sequence[UUID], reason: str, by: Actor) -> int:
    """Leave hosts as they are, for a reason that stays readable. Returns how many."""
    if not reason.strip():
        raise Invalid("Leaving a host needs a reason.")
    found = _taken(hosts)
    _close(found, State.LEFT, by=by, note=reason.strip())
    for host in found:
        record("host.left", by=by, on=host, detail={"host": host.host, "reason": reason})
    return len(found)


def _taken(hosts: Sequence[UUID]) -> list[UnassignedHost]:
    found = list(UnassignedHost.objects.select_for_update().filter(pk__in=hosts, state=State.OPEN).order_by("pk"))
    if len(found) != len(set(hosts)):
        raise Conflict("Somebody else dealt with one of these hosts meanwhile; look again.")
    names = Q(*[Q(host=host.host, exercise=host.exercise) for host in found], _connector=Q.OR)
    return list(UnassignedHost.objects.select_for_update().filter(names, state=State.OPEN).order_by("pk"))


def _close(hosts: Iterable[UnassignedHost], state: str, *, by: Actor, **changes: Any) -> None:
    hosts = list(hosts)
    UnassignedHost.objects.filter(pk__in=[host.pk for host in hosts]).update(
        state=state, decided_by=by.label, decided_at=moment.now(), **changes
    )
    runs = {host.run for host in hosts}
    still = set(UnassignedHost.objects.filter(run__in=runs, state=State.OPEN).values_list("run", flat=True))
    for run in sorted(runs):
        live.publish("unassigned", id=run)
        if run not in still:
            announce(Settled(f"unassigned/{run}"))


def _findings(host: UnassignedHost, organisation: Organisation, owned: Owned, by: Actor) -> list[Finding]:
    """The findings of one host, one for each classification, and the matches of its rows; attribution done again for this host alone."""
    reason = Reason.HOST if owned[0] == host.host else Reason.DOMAIN
    rows: defaultdict[str, list[Observation]] = defaultdict(list)
    for observation in Observation.objects.filter(run=host.run, host=host.host).order_by("row"):
        rows[observation.classification].append(observation)
    Match.objects.bulk_create(
        Match(
            run=host.run,
            row=one.row,
            organisation=organisation,
            asset=owned[1],
            reason=reason,
            certainty=Certainty.CERTAIN,
        )
        for seen in rows.values()
        for one in seen
    )
    return [
        _finding(host, organisation, owned, reason, classification, seen, by) for classification, seen in rows.items()
    ]


def _finding(
    host: UnassignedHost,
    organisation: Organisation,
    owned: Owned,
    reason: str,
    classification: str,
    rows: list[Observation],
    by: Actor,
) -> Finding:
    made, _ = Finding.objects.update_or_create(
        run=host.run,
        organisation=organisation,
        target=host.host,
        classification=classification,
        defaults={
            "severity": max(
                (row.severity if row.severity is not None else host.severity for row in rows), default=host.severity
            ),
            "certainty": Certainty.CERTAIN,
            "reason": reason,
            "because": owned[0],
            "asset": owned[1],
            "rows": len(rows),
            "facts": _facts(rows),
            "listed_at": host.listed_at,
            "tlp": host.tlp,
            "exercise": host.exercise,
            "decision": "yes",
            "decided_by": by.label,
            "decided_at": moment.now(),
        },
    )
    return made


def _facts(rows: list[Observation]) -> dict[str, list[Any]]:
    fields = LISTS | {"addresses": "ip"}
    return {
        name: list(dict.fromkeys(value for row in rows if (value := getattr(row, field)) is not None))[:MOST]
        for name, field in fields.items()
    }
