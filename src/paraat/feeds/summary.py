"""What a run says, in a few lists: whom it concerns, through whom, who is perhaps meant, and what nobody owns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from paraat.feeds.models import Run
from paraat.observations.models import Certainty, Finding, UnassignedHost


def summary(run: Run) -> dict[str, Any]:
    """The answer of `paraat feed read --json`. A file that came before answers with what its first reading found. Four queries.

    `organisations` is everybody named for certain (a "perhaps" that a person said yes to included), alerted before or not.
    """
    read = run.same_as or run
    findings = (
        Finding.objects.filter(run=read.pk).select_related("organisation").order_by("organisation__name", "target")
    )
    by: dict[str, list[Finding]] = {"organisations": [], "concerned": [], "perhaps": []}
    for finding in findings:
        place = _place(finding)
        if place:
            by[place].append(finding)
    hosts = UnassignedHost.objects.filter(run=read.pk).exclude(state=UnassignedHost.State.ASSIGNED).order_by("host")
    return {
        "records": read.records,
        "quarantined": read.quarantined,
        "observations": read.records,
        **{place: _grouped(found) for place, found in by.items()},
        "unassigned": list(hosts.values_list("host", flat=True)),
    }


def _place(finding: Finding) -> str:
    if finding.certainty == Certainty.CERTAIN or finding.decision == "yes":
        return "organisations"
    if finding.certainty == Certainty.CONCERNED:
        return "concerned"
    return "" if finding.decision == "no" else "perhaps"


def _grouped(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    found: dict[Any, dict[str, Any]] = {}
    for finding in findings:
        body = finding.organisation
        line = found.setdefault(body.pk, {"nis": body.nis, "kind": body.kind, "name": body.name, "hosts": []})
        if finding.target not in line["hosts"]:
            line["hosts"].append(finding.target)
    return list(found.values())
