"""When what failed is tried again. Its trouble stands on the page meanwhile; trying at once, for ever, would only make noise."""

from __future__ import annotations

from datetime import datetime
from itertools import takewhile

from django.db.models import Count, Max, Q

from paraat.cloud.models import Step, Tenant
from paraat.cloud.rules.patience import pause

DEEDS = ("start", "verify", "stop", "destroy")
"""What the loop tries again by itself: a restore that failed is for people."""
LOOKED_AT = 10
"""Runs that are looked at: after so many failures in a row the wait grows no more."""


def again_at(tenant: Tenant) -> datetime | None:
    """When a tenant whose last run failed is tried again by itself; None for one without trouble, or that waits for something else."""
    if not tenant.trouble or tenant.state == Tenant.State.QUEUED or tenant.wanted == Tenant.Wanted.NOTHING:
        return None
    runs = tenant.steps.filter(deed__in=DEEDS).values("run").annotate(
        failed=Count("pk", filter=Q(state=Step.State.FAILED)), at=Max("ended_at", filter=Q(state=Step.State.FAILED))
    )  # fmt: skip
    failed = list(takewhile(lambda one: one["failed"], runs.order_by("-run")[:LOOKED_AT]))
    if not failed:
        return None
    last: datetime = failed[0]["at"]
    return last + pause(len(failed))
