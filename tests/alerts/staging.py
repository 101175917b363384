"""What the tests of alerts put on stage: lists that were read, and steps in time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from paraat.alerts import actions
from paraat.alerts.models import Alert, CallLine, Delivery, Notice
from paraat.feeds.models import Run, Source
from paraat.kernel.actor import Actor, ActorKind
from paraat.kernel.ids import uuid7
from paraat.kernel.marking import Tlp
from paraat.observations.models import Finding
from paraat.platform import facts, moment
from paraat.registry.models import Contact, Organisation
from tests import cast

NOW = moment.now


def officer() -> Actor:
    """The duty officer as an actor."""
    user = cast.duty_officer()
    return Actor(ActorKind.USER, user.pk, user.name)


def spoc(of: Organisation) -> Actor:
    """The SPOC of a town, through a link."""
    contact = cast.contact(of)
    return Actor(ActorKind.CONTACT, contact.pk, contact.name)


def source(**more: object) -> Source:
    """A source that a person confirmed and whose lists go out at once."""
    values = {
        "title": "NoName057(16)", "format": "ddosia", "policy": "at_once", "tlp": Tlp.CLEAR, "severity": 3, "confirmed_at": NOW(),
        "reliability": "A", "credibility": "2",
    }  # fmt: skip
    return Source.objects.get_or_create(slug="test-list", defaults=values | more)[0]


def run_of(
    hosts: Mapping[Organisation, Sequence[str]],
    *,
    listed_at: datetime | None = None,
    exercise: bool = False,
    confirmed: bool = True,
    **more: object,
) -> facts.ListRead:
    """A run that found these hosts; not yet announced. The contacts of the towns were confirmed today, unless `confirmed` is False."""
    Contact.objects.filter(organisation__in=list(hosts)).update(confirmed_at=NOW() if confirmed else None)
    listed = listed_at or NOW()
    run = Run.objects.create(
        source=source(**more), file_name="list.json", digest=uuid7().hex, origin="upload", by_label="test", received_at=listed,
        listed_at=listed, state="read", exercise=exercise,
    )  # fmt: skip
    for town, targets in hosts.items():
        for target in targets:
            found(run.pk, town, target, listed)
    return facts.ListRead(run.pk, run.source.slug, listed, exercise)


def found(run: UUID, town: Organisation, target: str, listed: datetime, **more: object) -> Finding:
    """One finding."""
    values = {
        "classification": "availability/ddos",
        "severity": 0,
        "certainty": "certain",
        "reason": "domain",
        "because": target,
        "facts": {"ports": [443]},
    }
    return Finding.objects.create(
        run=run, organisation=town, target=target, listed_at=listed, tlp=Tlp.CLEAR, **(values | more)
    )


def alert_for(*towns: Organisation, **more: object) -> Alert:
    """An alert to these towns about their web site, sent."""
    alert = actions.raise_alert(run=run_of({town: [f"www.{town.name.lower()}.be"] for town in towns}, **more))  # type: ignore[arg-type]
    assert alert is not None
    return alert


def notice_of(alert: Alert, town: Organisation) -> Notice:
    """The notice of one town."""
    return Notice.objects.select_related("alert", "organisation").get(alert=alert, organisation=town)


def told(alert: Alert) -> list[tuple[str, str]]:
    """(kind, address) of every delivery of an alert, in the order in which they were made."""
    return list(Delivery.objects.filter(alert=alert).order_by("created_at", "address").values_list("kind", "address"))


def later(alert: Alert, **delta: float) -> datetime:
    """Pretend that so much time has gone by for an alert: everything due lies that much earlier, and what is due happens."""
    back = timedelta(**delta)
    for notice in Notice.objects.filter(alert=alert, step_due_at__isnull=False):
        Notice.objects.filter(pk=notice.pk).update(step_due_at=notice.step_due_at - back)
    now = NOW()
    actions.climb_ladders(now=now)
    return now


def lines() -> list[CallLine]:
    """The open lines of the call list."""
    return list(CallLine.objects.open().order_by("pk"))
