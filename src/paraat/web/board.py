"""What the board shows, read in a constant number of queries. Counts over many constituents are made in the database; rights by `visible_to`."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.postgres.aggregates import BoolOr
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, F, Min, Q, QuerySet, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone
from django.utils.translation import gettext as _

from paraat.accounts.models import WaitingTask
from paraat.alerts.looks import IS, PLACE, Median
from paraat.alerts.models import Alert, CallLine, Notice
from paraat.alerts.rules.looks import NEEDS_SOMEBODY, Look, Tally, tally
from paraat.feeds.models import Run
from paraat.kernel.marking import Role, Viewer
from paraat.registry.models import ContactChannel, Organisation
from paraat.web.remembered import counts, number_of, register_totals, remembered, rights_class
from paraat.web.rules import NAMED, TILES, badness

_LINES = 30


@dataclass(frozen=True, slots=True)
class Line:
    """One active alert."""

    alert: Alert
    counts: Tally
    prepared: int
    mitigated: int
    median: timedelta | None

    @property
    def held(self) -> bool:
        """Whether it waits for a click."""
        return bool(self.alert.state == Alert.State.HELD)


@dataclass(frozen=True, slots=True)
class Needs:
    """A town that needs somebody, by its full name."""

    organisation: UUID
    name: str
    look: Look
    notice: UUID
    alert: UUID
    number: str
    since: datetime | None
    waits_until: datetime | None
    exhausted: bool


class Tile(NamedTuple):
    """One constituent. `reach` is the second mark: empty when it can be reached out-of-band."""

    id: UUID
    name: str
    look: Look
    reach: str


@dataclass(frozen=True, slots=True)
class Province:
    """A block of the board: tiles, or (at 100,000) counts only. Two that say the same are equal, so what was rendered serves again."""

    code: str
    name: str
    total: int = 0
    counts: Tally = Tally()  # noqa: RUF009  # frozen
    tiles: tuple[Tile, ...] = ()
    municipalities: int = 0  # of the total


@dataclass(frozen=True, slots=True)
class Figures:
    """The five figures that say where to act. None: not for this viewer, so not shown."""

    silent: int
    waiting: int
    known: int
    calls: int | None
    tasks: int | None
    unreachable: int | None


@dataclass(frozen=True, slots=True)
class Board:
    """Everything on the board at one moment."""

    lines: list[Line]
    held: int
    figures: Figures
    counts: Tally
    needs: list[Needs]
    provinces: list[Province]
    total: int
    tiles: bool
    last_list: tuple[str, datetime] | None  # the title of its source, and when it came
    exercise: bool
    other_world: int  # active alerts of the other kind: real while an exercise is shown, or the reverse


def board(viewer: Viewer, *, language: str, exercise: bool | None = None) -> Board:
    """The board of a viewer; names in `language`. Without `exercise`: reality when anything real is active, else an exercise that runs."""
    alerts = list(_active(viewer))
    shown = _world(alerts) if exercise is None else exercise
    here = [alert for alert in alerts if alert.exercise == shown]
    notices = Notice.objects.shown_to(viewer).filter(alert__in=[alert.pk for alert in here], exercise=shown)
    lines = list(_lines(here, notices))
    provinces, counts, unreachable = _places(viewer, notices, language)
    total = sum(province.total for province in provinces)
    return Board(
        lines=lines,
        held=sum(line.held for line in lines),
        figures=_figures(viewer, shown, counts, unreachable),
        counts=counts,
        needs=list(_needs(notices, language)) if counts.silent or counts.none else [],
        provinces=provinces,
        total=total,
        tiles=total <= TILES,
        last_list=_last_list(viewer, shown),
        exercise=shown,
        other_world=len(alerts) - len(here),
    )


# Alerts ---------------------------------------------------------------------------------------------------------------------------


def _last_list(viewer: Viewer, exercise: bool) -> tuple[str, datetime] | None:
    read = Run.objects.visible_to(viewer).filter(exercise=exercise, state=Run.State.READ)
    return next(iter(read.order_by("-received_at").values_list("source__title", "received_at")[:1]), None)


def _active(viewer: Viewer) -> QuerySet[Any]:
    """The alerts that somebody may have to act upon; a correction is for reading only."""
    told = Alert.objects.visible_to(viewer).active().exclude(kind=Alert.Kind.CORRECTION)
    return told.order_by("-severity", "-created_at").only(*_SHOWN)


_SHOWN = ("number", "title", "source_title", "severity", "tlp", "exercise", "state")


def _world(alerts: Iterable[Alert]) -> bool:
    worlds = {alert.exercise for alert in alerts}
    return worlds == {True}


def _lines(alerts: list[Alert], notices: QuerySet[Any]) -> Iterator[Line]:
    """Each alert with its counts, in one pass over the notices (grouping by look as well would sort them all: half as much again)."""
    counted = notices.values("alert").order_by().annotate(
        **{one.value: Count("pk", filter=IS[one]) for one in IS},
        prepared=Count("pk", filter=Q(state=Notice.State.PREPARED)),
        mitigated=Count("mitigated_at"),
        median=Median(F("acknowledged_at") - F("sent_at"), filter=IS[Look.KNOWN]),
    )  # fmt: skip
    by_alert = {row.pop("alert"): row for row in counted} if alerts else {}
    made = []
    for alert in alerts:
        row = by_alert.get(alert.pk, {})
        counts = Tally(**{one.value: row.get(one.value, 0) for one in IS})
        made.append(Line(alert, counts, row.get("prepared", 0), row.get("mitigated", 0), row.get("median")))
    made.sort(key=lambda line: badness(held=line.held, severity=line.alert.severity, counts=line.counts), reverse=True)
    yield from made[:_LINES]


_TOWN = ("rank", "pk", "organisation", "organisation__name", "organisation__names", "alert", "alert__number", "silent_since", "sent_at",
         "waits_until", "exhausted_at")  # fmt: skip


def _needs(notices: QuerySet[Any], language: str) -> Iterator[Needs]:
    """The worst of those that need somebody. They are picked first and named then: sorting a thousand with their names costs twice as much."""
    order = ("rank", "-severity", "silent_since", "sent_at")
    wanted = notices.filter(rank__lte=PLACE[Look.NONE]).order_by(*order)
    named = Notice.objects.filter(pk__in=wanted.values("pk")[:NAMED]).order_by(*order)
    for rank, notice, town, name, names, alert, number, silent, sent, waits, exhausted in named.values_list(*_TOWN):
        yield Needs(
            organisation=town,
            name=names.get(language) or name,
            look=_LOOKS[rank],
            notice=notice,
            alert=alert,
            number=number,
            since=silent or sent,
            waits_until=waits,
            exhausted=exhausted is not None,
        )


# Figures --------------------------------------------------------------------------------------------------------------------------

WORKS = (Role.DUTY_OFFICER, Role.COORDINATOR)


def _figures(viewer: Viewer, exercise: bool, told: Tally, unreachable: int | None) -> Figures:
    works = viewer.has(*WORKS)
    calls = tasks = None
    if works:
        waiting = WaitingTask.objects.open().filter(exercise=exercise)
        calls, tasks = counts(CallLine.objects.open().filter(exercise=exercise), waiting)
    return Figures(told.silent, told.waiting, told.known, calls, tasks, unreachable)


# Places ---------------------------------------------------------------------------------------------------------------------------


def _places(viewer: Viewer, notices: QuerySet[Any], language: str) -> tuple[list[Province], Tally, int | None]:
    towns = Organisation.objects.visible_to(viewer).constituents().as_of(timezone.localdate()).order_by()
    names = province_names(language)
    key = f"{rights_class(viewer)}:{timezone.localdate()}"
    if number_of(towns, key) > TILES:
        return _counted(towns, notices, names, key)
    text = TextField()
    own = NullIf(KeyTextTransform(language, "names"), Value("", text), output_field=text)
    called = Coalesce(own, "name", output_field=text)  # picked by the database: taking JSON apart 300 times costs 3 ms
    rows = towns.annotate(called=called).values_list("pk", "called", "province", "kind").order_by("called")
    return _tiled(list(rows), notices, names)


def province_names(language: str) -> dict[str, str]:
    """What the provinces on file are called, by their code; at most a minute old."""
    return remembered(f"provinces:{language}", lambda: _province_names(language))


def _province_names(language: str) -> dict[str, str]:
    found = Organisation.objects.filter(kind=Organisation.Kind.PROVINCE).values_list("nis", "name", "names").order_by()
    return {nis: str(names.get(language) or name) for nis, name, names in found}


def _tiled(rows: list[Any], notices: QuerySet[Any], names: dict[str, str]) -> tuple[list[Province], Tally, int | None]:
    looks, reaches = _looks(notices), _reaches()
    blocks: defaultdict[str, list[Tile]] = defaultdict(list)
    municipalities: Counter[str] = Counter()
    for pk, called, code, kind in rows:
        name = _("Prov. %(name)s") % {"name": called} if kind == Organisation.Kind.PROVINCE else called
        blocks[code].append(Tile(pk, name, looks.get(pk, Look.CALM), reaches.get(pk, "none")))
        municipalities[code] += kind == Organisation.Kind.MUNICIPALITY
    made = [_province(code, names.get(code, code), tiles, municipalities[code]) for code, tiles in blocks.items()]
    made.sort(key=lambda block: (not block.code, block.name))
    unreachable = sum(bool(tile.reach) for tiles in blocks.values() for tile in tiles)
    return made, tally(looks.values()), unreachable


def _province(code: str, name: str, tiles: list[Tile], municipalities: int) -> Province:
    """A block; who needs somebody stands first."""
    tiles.sort(key=lambda tile: tile.look not in NEEDS_SOMEBODY)
    counts = tally(tile.look for tile in tiles if tile.look is not Look.CALM)
    return Province(code, name, len(tiles), counts, tuple(tiles), municipalities)


def _looks(notices: QuerySet[Any]) -> dict[UUID, Look]:
    """Where each town that was told stands; with several notices, where it is worst."""
    towns = notices.values_list("organisation").order_by().annotate(worst=Min("rank"))
    return {organisation: _LOOKS[rank] for organisation, rank in towns}


_LOOKS = tuple(Look)


def _channels() -> QuerySet[Any]:
    return ContactChannel.objects.usable(timezone.localdate())


def _reaches() -> dict[UUID, str]:
    """For whoever has a channel: "" when one of them is out-of-band, else "not_out_of_band"."""
    rows = _channels().values_list("contact__organisation").order_by().annotate(good=BoolOr("out_of_band"))
    return {organisation: "" if good else "not_out_of_band" for organisation, good in rows}


def _counted(
    towns: QuerySet[Any], notices: QuerySet[Any], names: dict[str, str], key: str
) -> tuple[list[Province], Tally, int | None]:
    """By province: how many there are (remembered for a minute, the register is slow to change) and how they stand (counted now)."""
    totals, unreachable = register_totals(towns, _channels(), key)
    standing = _standing_by_province(notices)
    blocks = [Province(code, names.get(code, code), total, standing.get(code, Tally())) for code, total in totals]
    blocks.sort(key=lambda block: (-(block.counts.silent + block.counts.none), not block.code, block.name))
    return blocks, sum(standing.values(), Tally()), unreachable


def _standing_by_province(notices: QuerySet[Any]) -> dict[str, Tally]:
    """How many towns of each province stand where; a town with several notices counts once, where it is worst."""
    told = notices.filter(rank__lte=PLACE[Look.KNOWN])
    towns = told.values("organisation_id").order_by().annotate(worst=Min("rank"), where=Min("province"))
    try:
        sql, parameters = towns.query.sql_with_params()
    except EmptyResultSet:  # no alert is active, so nobody was told anything
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT province, rank, count(*) FROM ({sql}) AS town (organisation, rank, province) GROUP BY 1, 2",  # noqa: S608
            parameters,
        )
        rows = cursor.fetchall()
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for province, rank, count in rows:
        found[province][_LOOKS[rank].value] = count
    return {province: Tally(**counts) for province, counts in found.items()}
