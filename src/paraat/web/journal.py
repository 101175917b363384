"""The journal page: who did what and when, of what one may see; to filter, to read and to save."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.paginator import Page
from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from paraat.kernel.actor import ActorKind
from paraat.kernel.marking import MEMBERS
from paraat.platform.guard import Request, allow
from paraat.platform.tables import CHUNK, FORMATS, Column, Filter, Table, export
from paraat.web import log

KINDS = [
    (ActorKind.USER.value, _("An account")),
    (ActorKind.CONTACT.value, _("A contact")),
    (ActorKind.TOKEN.value, _("A program")),
    (ActorKind.SYSTEM.value, _("Paraat itself")),
]
_ROLES = tuple(MEMBERS)

COLUMNS = [
    Column("at", _("When"), sort="at", value=lambda said: said.at),
    Column("actor", _("Who"), value=lambda said: said.actor),
    Column("organisation", _("About"), value=lambda said: said.organisation),
    Column("verb", _("What"), sort="verb", value=lambda said: said.words),
    Column("object", _("Object"), value=lambda said: f"{said.entry.object_type} {said.entry.object_id}"),
    Column("detail", _("Detail"), value=lambda said: said.detail_words),
]


@allow(*_ROLES)
def listing(request: Request) -> HttpResponseBase:
    """The list, newest first."""
    table = Table(
        request,
        log.entries(request.viewer),
        name="journal",
        columns=COLUMNS,
        search=["verb__istartswith", "object_type__iexact", "object_id__iexact"],
        filters=[
            Filter("actor_kind", _("Who"), KINDS),
            Filter("exercise", _("Kind"), [("no", _("Reality")), ("yes", _("Exercise"))], apply=_world),
            Filter("days", _("Since"), [("1", _("a day")), ("7", _("a week")), ("31", _("a month"))], apply=_since),
        ],
        order="-at",
    )
    table.rows = _about(table.rows, request)
    asked = request.GET.get("format", "")
    if asked in FORMATS:
        return export(log.in_words(table.filtered.iterator(chunk_size=CHUNK)), COLUMNS, asked, name="journal")
    page: Page[Any] = table.page
    page.object_list = log.said(page.object_list)
    return table.answer("web/journal.html")


def _about(rows: QuerySet[Any], request: Request) -> QuerySet[Any]:
    """Only one object's history, when the address names it."""
    for name in ("object_type", "object_id"):
        if request.GET.get(name):
            rows = rows.filter(**{name: request.GET[name]})
    return rows


def _world(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(exercise=value == "yes")


def _since(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(at__gte=timezone.now() - timedelta(days=int(value)))
