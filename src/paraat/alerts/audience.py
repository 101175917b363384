"""To whom an announcement goes, and whether they were told the same a short while ago."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from paraat.alerts.models import Alert, Notice
from paraat.alerts.rules import repeats
from paraat.kernel.errors import Invalid
from paraat.platform import moment
from paraat.registry.models import Organisation, OrganisationQuerySet, Supply

WITHIN = timedelta(days=3)
"""How far back doubles are looked for."""

_KEYS = {"all", "province", "kind", "supplier", "organisations", "without"}


def recipients(audience: Mapping[str, object]) -> OrganisationQuerySet:
    """The constituents of an audience, as of today. `{"all": true}`, `{"province": NIS}`, `{"kind": kind}`, `{"supplier": id}`,
    `{"organisations": [ids]}`; several keys narrow it down, and `without` [ids] takes some out of what another key
    names. Raises Invalid for anything else: an audience that is not understood must not become everybody."""
    today = moment.today()
    found = Organisation.objects.constituents().as_of(today)
    if not set(audience) - {"without"} or set(audience) - _KEYS:
        raise Invalid("This audience is not understood", audience=dict(audience))
    if "province" in audience:
        found = found.filter(province=str(audience["province"]))
    if "kind" in audience:
        found = found.filter(kind=str(audience["kind"]))
    if "supplier" in audience:
        customers = Supply.objects.as_of(today).filter(supplier=UUID(str(audience["supplier"])))
        found = found.filter(pk__in=customers.values("customer"))
    if "organisations" in audience:
        found = found.filter(pk__in=_ids(audience["organisations"]))
    if "without" in audience:
        found = found.exclude(pk__in=_ids(audience["without"]))
    return found


def _ids(named: object) -> list[UUID]:
    if not isinstance(named, list):
        raise Invalid("This audience is not understood", audience=named)
    return [UUID(str(one)) for one in named]


def doubles(alert: Alert, now: datetime) -> list[Alert]:
    """Alerts that other senders (or we) sent to some of the same organisations within three days and that say much the same, newest first."""
    if alert.audience:
        before = Notice.objects.filter(organisation__in=recipients(alert.audience).values("pk"))
    else:
        before = Notice.objects.filter(organisation__in=alert.notices.values("organisation"))
    told = before.exclude(state=Notice.State.PREPARED).values("alert")
    recent = Alert.objects.filter(pk__in=told, sent_at__gte=now - WITHIN, exercise=alert.exercise).exclude(pk=alert.pk)
    return [one for one in recent.order_by("-sent_at")[:200] if _alike(alert, one)]


def _alike(alert: Alert, other: Alert) -> bool:
    if alert.guidance and alert.guidance == other.guidance:
        return True
    shared = set(alert.title) & set(other.title)
    return any(
        repeats.alike(alert.title[language], other.title[language])
        or repeats.alike(alert.text.get(language, ""), other.text.get(language, ""))
        for language in shared
    )
