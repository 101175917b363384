"""Notices before they are sent: who gets one, of what, in which languages, with which code."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection

from paraat.alerts import guidance, ladders
from paraat.alerts.models import Alert, Notice
from paraat.alerts.rules import ladder, repeats
from paraat.kernel import codes
from paraat.registry.models import Organisation

_RAISING = 0x50_41_52_01


def one_at_a_time() -> None:
    """Until this transaction ends nobody else makes or releases alerts, so that two at once cannot tell the same organisation the same."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_RAISING])


def still_to_tell(
    targets: Mapping[UUID, Sequence[str]], *, exercise: bool, now: datetime, but: UUID | None = None
) -> dict[UUID, repeats.Fresh]:
    """Per organisation what nobody told it yet, or what was told and no longer stands. `but` leaves out an alert's own notices."""
    rows = Notice.objects.filter(
        organisation__in=list(targets), exercise=exercise, alert__state=Alert.State.SENT,
        state__in=[Notice.State.OPEN, Notice.State.ACKNOWLEDGED],
    ).exclude(alert=but)  # fmt: skip
    earlier: defaultdict[UUID, list[repeats.Earlier]] = defaultdict(list)
    for notice in rows.only("organisation", "targets", "state", "mitigation_until"):
        acknowledged = notice.state == Notice.State.ACKNOWLEDGED
        earlier[notice.organisation_id].append(
            repeats.Earlier(notice.pk, frozenset(notice.targets), acknowledged, notice.mitigation_until)
        )
    return {one: repeats.fresh(named, earlier[one], now) for one, named in targets.items()}


def keep_standing(fresh: Iterable[repeats.Fresh], now: datetime) -> None:
    """Open notices that speak of what is named again stand as long as if they were sent now: they must not end unheard while they suppress others."""
    named = Notice.objects.open().filter(pk__in={notice for one in fresh for notice in one.repeats})
    for kind in set(named.order_by().values_list("alert__guidance", flat=True)):
        until = now + guidance.get(kind or guidance.GENERIC).valid
        named.filter(alert__guidance=kind, expires_at__lt=until).update(expires_at=until)


def make_notices(
    alert: Alert,
    organisations: Sequence[Organisation],
    now: datetime,
    values: Mapping[UUID, Mapping[str, object]] | None = None,
) -> list[Notice]:
    """A prepared notice per organisation, in its languages, with how far it can be reached and a code of its own."""
    people = ladders.book({organisation.pk for organisation in organisations}, now).people
    notices = [
        Notice(
            alert=alert,
            organisation=organisation,
            province=organisation.province,
            tlp=alert.tlp,
            exercise=alert.exercise,
            languages=list(ladders.written_languages(organisation, None)),
            reach=ladder.reach(people.get(organisation.pk, ())),
            code=code,
            **({"severity": alert.severity} | dict((values or {}).get(organisation.pk, {}))),
        )
        for organisation, code in zip(organisations, _codes(len(organisations)), strict=True)
    ]
    return Notice.objects.bulk_create(notices, batch_size=2000)


def _codes(number: int) -> list[str]:
    """So many codes that no notice has."""
    found: set[str] = set()
    while len(found) < number:
        found |= {codes.make() for _each in range(number - len(found))}
        found -= set(Notice.objects.filter(code__in=found).values_list("code", flat=True))
    return list(found)
