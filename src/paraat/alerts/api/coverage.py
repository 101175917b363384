"""Coverage: who was reached by an alert, or can be according to the register, and who not."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import Field

from paraat.alerts import coverage
from paraat.alerts.models import Alert
from paraat.kernel.marking import ROOM, WATCHES
from paraat.platform import moment
from paraat.platform.api import Answer, ApiRequest, Operations, Scope, visible

operations = Operations(tags=["coverage"])


class CoverageOut(Answer):
    """How many organisations of each class; `of` all of them."""

    as_of: datetime
    denominator: int
    counts: dict[str, int] = Field(
        description="reached: a named person acknowledged; waiting; silent; bounced; no_out_of_band; no_contact; no_asset"
    )


@operations.read(
    "/coverage", scope=Scope.ALERTS_READ, roles=ROOM, answer=CoverageOut, operation_id="getRegisterCoverage"
)
def of_register(request: ApiRequest) -> CoverageOut:
    """Whom the register can reach, as of today."""
    now = moment.now()
    ours = coverage.constituents(moment.day(now)).visible_to(request.viewer)
    counts = coverage.counts(coverage.of_register(ours, moment.day(now)))
    return CoverageOut(as_of=now, denominator=sum(counts.values()), counts=counts)


@operations.read(
    "/alerts/{uuid:alert}/coverage",
    scope=Scope.ALERTS_READ,
    roles=WATCHES,
    answer=CoverageOut,
    operation_id="getAlertCoverage",
)
def of_alert(request: ApiRequest, alert: UUID) -> CoverageOut:
    """Who was reached by one alert."""
    found = visible(Alert.objects.all(), request, alert)
    counts = coverage.counts(coverage.of_alert(found))
    return CoverageOut(as_of=moment.now(), denominator=sum(counts.values()), counts=counts)
