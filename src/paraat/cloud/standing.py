"""How ready organisations are, gathered in one query over the population, and the DNS records that one of them has to set."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import reduce
from operator import add
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce
from django.db.models.lookups import In
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from paraat.cloud import dns
from paraat.cloud.models import DnsCheck, Drill, Preparation, PreparedAccount
from paraat.cloud.rules import readiness
from paraat.cloud.rules.readiness import Facts
from paraat.kernel.marking import Viewer
from paraat.platform import moment
from paraat.registry.models import Contact, ContactChannel, Organisation

WORDS: dict[str, Any] = {
    "contacts": _("two people who can be called when everything is down"),
    "services": _("which services start"),
    "page": _("what citizens read, in your own words"),
    "page_approved": _("the approval of the page for citizens"),
    "accounts": _("the list of accounts"),
    "dns": _("the DNS records, set and found right"),
    "drill": _("a drill that passed in the last year"),
    "domain": _("an emergency domain of your own"),
    "phone": _("a telephone number for citizens"),
    "targets": _("how long restoring takes, and how much data there is"),
}
ANCHORS = {
    "services": "basics",
    "domain": "basics",
    "targets": "basics",
    "dns": "dns",
    "accounts": "accounts",
    "page": "page",
    "page_approved": "page",
    "phone": "page",
    "drill": "drills",
}
"""The part of the editor where each is mended; contacts have a page of their own."""


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that is missing, and where it is mended."""

    words: str
    href: str


@dataclass(frozen=True, slots=True)
class Standing:
    """The score of one organisation, for a page."""

    percent: int
    missing: tuple[Missing, ...]


def rows(viewer: Viewer, today: date) -> QuerySet[Organisation]:
    """The constituents that a viewer sees, each with what `of` needs; what is prepared counts only where the viewer may read it."""
    seen = Preparation.objects.visible_to(viewer)
    mine = seen.filter(organisation=OuterRef("pk"))
    told = {name: Subquery(mine.values(field)[:1]) for name, field in _FIELDS.items()}
    checks = DnsCheck.objects.filter(preparation__organisation=OuterRef("pk"), preparation__in=seen).order_by("-at")
    drills = Drill.objects.visible_to(viewer).filter(
        organisation=OuterRef("pk"), state=Drill.State.PASSED, exercise=False
    )
    found: QuerySet[Organisation] = (
        Organisation.objects.visible_to(viewer)
        .constituents()
        .as_of(today)
        .annotate(
            **told,
            account_count=_count(
                PreparedAccount.objects.filter(preparation__organisation=OuterRef("pk"), preparation__in=seen),
                "preparation",
            ),
            callable_count=_count(_callable(today), "organisation"),
            dns_right=Coalesce(Subquery(checks.values("right")[:1]), False, output_field=BooleanField()),
            drilled_at=Subquery(drills.order_by("-requested_at").values("requested_at")[:1]),
        )
    )
    return found


def scored(found: QuerySet[Organisation], today: date) -> QuerySet[Organisation]:
    """`rows` with their score in the query, so that a list sorts and filters by it: what `readiness.score` says of each, in SQL."""
    first = datetime.combine(today - timedelta(days=readiness.DRILL_HOLDS), time(), moment.ZONE)
    has = {
        "contacts": Q(callable_count__gte=2),
        "services": Q(prepared_services__len__gt=0),
        "page": _says("message") | _says("title"),
        "page_approved": Q(approved_at__isnull=False),
        "accounts": Q(account_count__gt=0),
        "dns": Q(prepared_domain__gt="", dns_right=True),
        "drill": Q(drilled_at__gte=first),
        "domain": Q(prepared_domain__gt=""),
        "phone": _says("phone") | _says("phones"),
        "targets": Q(claimed_minutes__isnull=False, prepared_mb__isnull=False),
    }
    points = [Case(When(has[name], then=Value(worth)), default=Value(0)) for name, worth in readiness.POINTS.items()]
    return found.annotate(score=reduce(add, points))


def _says(key: str) -> Q:
    """Whether a text or list of the prepared page holds anything."""
    said = Coalesce(KeyTextTransform(key, F("prepared_page")), Value(""), output_field=TextField())
    return ~Q(In(said, ["", "{}", "[]"]))


_FIELDS = {
    "prepared_services": "services",
    "prepared_domain": "domain",
    "prepared_page": "page",
    "approved_at": "page_approved_at",
    "prepared_at": "changed_at",
    "claimed_minutes": "claimed_rto_minutes",
    "prepared_mb": "data_mb",
}


def _callable(today: date) -> QuerySet[Contact]:
    """Contacts with a confirmed telephone that does not hang on the victim's own systems."""
    phones = ContactChannel.objects.filter(contact=OuterRef("pk"), kind__in=["voice", "sms"], out_of_band=True)
    return Contact.objects.as_of(today).answering().filter(Exists(phones), organisation=OuterRef("pk"))


def _count(rows_: QuerySet[Any], by: str) -> Any:
    counted = rows_.order_by().values(by).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted[:1]), 0)


def of(row: Any) -> Standing:
    """The score of one of `rows`."""
    found = readiness.score(_facts(row))
    editor = reverse("preparation", args=[row.pk])
    missing = tuple(Missing(str(WORDS[one.name]), _where(one.name, row, editor)) for one in found.missing)
    return Standing(found.percent, missing)


def _where(name: str, row: Any, editor: str) -> str:
    return f"{editor}#{ANCHORS[name]}" if name in ANCHORS else f"/organisations/{row.pk}/#contacts"


def _facts(row: Any) -> Facts:
    page = row.prepared_page or {}
    drilled = row.drilled_at
    return Facts(
        services=len(row.prepared_services or ()),
        accounts=row.account_count,
        domain=bool(row.prepared_domain),
        dns_right=bool(row.dns_right),
        page=bool(page.get("message") or page.get("title")),
        page_approved=row.approved_at is not None,
        phone=bool(page.get("phone") or page.get("phones")),
        callable=row.callable_count,
        claimed=row.claimed_minutes is not None,
        sized=row.prepared_mb is not None,
        drilled_days_ago=(moment.today() - moment.day(drilled)).days if drilled else None,
    )


def standing_of(viewer: Viewer, organisation: Organisation) -> Standing | None:
    """The score of one organisation; None when nothing is prepared for it, or it is none of ours."""
    row: Any = rows(viewer, moment.today()).filter(pk=organisation.pk).first()
    return of(row) if row is not None and row.prepared_at is not None else None


# DNS ------------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Record:
    """One record that has to be set, and what was found when somebody last looked."""

    name: str
    type: str
    wanted: str
    found: tuple[str, ...] = ()
    right: bool | None = None  # None: nobody looked yet


def records(preparation: Preparation) -> list[Record]:
    """The records for the preparation's own domain, each with what the last look found."""
    last = preparation.dns_checks.first()
    seen = {(one["name"], one["type"]): one for one in (last.records if last else ())}
    return [_seen(Record(one.name, one.type, one.wanted), seen) for one in dns.wanted(preparation)]


def _seen(wanted: Record, seen: dict[tuple[str, str], dict[str, Any]]) -> Record:
    one = seen.get((wanted.name, wanted.type))
    if one is None:
        return wanted
    return Record(wanted.name, wanted.type, wanted.wanted, tuple(one.get("found") or ()), bool(one.get("right")))
