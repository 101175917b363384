"""Coverage in SQL: the classes of `rules.coverage` for any number of rows in one query, for an alert and for the register."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Value, When

from paraat.alerts.looks import LAPSED
from paraat.alerts.models import Alert, Delivery, Notice, Told
from paraat.alerts.rules.coverage import Coverage
from paraat.registry.models import Asset, Contact, ContactChannel, Organisation, OrganisationQuerySet


def of_alert(alert: Alert) -> QuerySet[Any]:
    """The notices of an alert that were told (or are to be), each with its class as `coverage`."""
    return classified_notices(alert.notices.all())


def classified_notices(notices: QuerySet[Any]) -> QuerySet[Any]:
    """Notices, each with its class as `coverage` (`rules.coverage.of_notice`)."""
    told = Told.objects.filter(notice=OuterRef("pk"), purpose=Delivery.Purpose.NOTICE)
    alive = told.exclude(delivery__state__in=[Delivery.State.BOUNCED, Delivery.State.CANCELLED])
    rows = notices.annotate(
        was_bounced=Exists(told.filter(delivery__state=Delivery.State.BOUNCED)), is_on_its_way=Exists(alive)
    )
    classified: QuerySet[Any] = rows.annotate(
        coverage=Case(
            When(acknowledged_at__isnull=False, then=Value(Coverage.REACHED.value)),
            When(reach=Notice.Reach.NONE, then=Value(Coverage.NO_CONTACT.value)),
            When(Q(was_bounced=True, is_on_its_way=False), then=Value(Coverage.BOUNCED.value)),
            When(reach=Notice.Reach.NOT_OUT_OF_BAND, then=Value(Coverage.NO_OUT_OF_BAND.value)),
            When(LAPSED | Q(state=Notice.State.EXPIRED), then=Value(Coverage.SILENT.value)),
            default=Value(Coverage.WAITING.value),
        )
    )
    return classified


def of_register(organisations: OrganisationQuerySet, day: date) -> QuerySet[Any]:
    """Organisations, each with its class as `coverage` (`rules.coverage.of_register`). Answered: confirmed, answered a test, or acknowledged a
    real notice."""
    contacts = Contact.objects.as_of(day).filter(organisation=OuterRef("pk"), erased_at=None)
    channels = ContactChannel.objects.filter(contact__organisation=OuterRef("pk"), contact__erased_at=None).filter(
        Q(contact__valid_until=None) | Q(contact__valid_until__gt=day)
    )
    sent = Delivery.objects.filter(contact__organisation=OuterRef("pk"), channel__isnull=False, exercise=False)
    alive = sent.exclude(state__in=[Delivery.State.BOUNCED, Delivery.State.CANCELLED])
    rows = organisations.annotate(
        has_asset=Exists(Asset.objects.as_of(day).filter(organisation=OuterRef("pk"))),
        has_channel=Exists(channels),
        has_out_of_band=Exists(channels.filter(out_of_band=True)),
        has_answered=Exists(contacts.filter(Q(confirmed_at__isnull=False) | Q(tested_at__isnull=False))),
        has_acknowledged=Exists(
            Notice.objects.real().filter(organisation=OuterRef("pk"), acknowledged_at__isnull=False)
        ),
        was_asked=Exists(contacts.filter(tests__task_at__isnull=False, tests__answered_at=None)),
        has_bounced=Exists(sent.filter(state=Delivery.State.BOUNCED)),
        is_reachable=Exists(alive),
    )
    classified: QuerySet[Any] = rows.annotate(
        coverage=Case(
            When(has_asset=False, then=Value(Coverage.NO_ASSET.value)),
            When(has_channel=False, then=Value(Coverage.NO_CONTACT.value)),
            When(Q(has_bounced=True, is_reachable=False), then=Value(Coverage.BOUNCED.value)),
            When(has_out_of_band=False, then=Value(Coverage.NO_OUT_OF_BAND.value)),
            When(Q(has_answered=True) | Q(has_acknowledged=True), then=Value(Coverage.REACHED.value)),
            When(was_asked=True, then=Value(Coverage.SILENT.value)),
            default=Value(Coverage.WAITING.value),
        )
    )
    return classified


def counts(rows: QuerySet[Any]) -> dict[str, int]:
    """How many of each class, every class named; one query."""
    found = dict(rows.order_by().values_list("coverage").annotate(number=Count("pk")))
    return {one.value: found.get(one.value, 0) for one in Coverage}


def constituents(day: date) -> OrganisationQuerySet:
    """The denominator of the register: whom the team looks after on that day."""
    found: OrganisationQuerySet = Organisation.objects.constituents().as_of(day)
    return found
