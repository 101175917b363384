"""The figures of a period for whoever asks in parliament: real events only, each figure with what it means, of what, from where and when.

Counting is over everything, whatever its TLP, since only totals leave the house; what would point at a victim is put together (`rules.figures`).
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import xlsxwriter
from django.conf import settings
from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from paraat.alerts import coverage
from paraat.alerts.looks import Median
from paraat.alerts.models import Alert, Notice
from paraat.incidents.models import Case
from paraat.kernel import rsit
from paraat.kernel.marking import Tlp
from paraat.platform import configuration, documents, moment
from paraat.platform.jinja import hours, in_language
from paraat.platform.jinja import moment as at_words
from paraat.registry.models import Organisation
from paraat.warroom.models import PressCall, Room, SituationReport, Statement
from paraat.warroom.rules.figures import FEW, SMALLEST, Figure, breakdown, shown

TEMPLATE = "warroom/typst/figures.typ"


@dataclass(frozen=True, slots=True)
class Period:
    """From the beginning of `begin` to the end of `end`, in the time zone of the installation."""

    begin: date
    end: date

    @property
    def span(self) -> tuple[datetime, datetime]:
        """Its first moment, and the first moment after it."""
        zone = timezone.get_default_timezone()
        return (
            datetime.combine(self.begin, time(), zone),
            datetime.combine(self.end + timedelta(days=1), time(), zone),
        )

    def of(self, rows: QuerySet[Any], field: str) -> QuerySet[Any]:
        """The real rows whose moment lies in it."""
        first, last = self.span
        return rows.filter(**{f"{field}__gte": first, f"{field}__lt": last}, exercise=False)


def figures(period: Period, now: datetime) -> list[Figure]:
    """The figures, in the language of the moment."""
    return [*_warned(period, now), *_incidents(period, now), *_war_rooms(period, now)]


def _warned(period: Period, now: datetime) -> Iterator[Figure]:
    ours = coverage.constituents(min(period.end, moment.day(now))).real()
    everybody = ours.count()
    notices = period.of(Notice.objects.all(), "sent_at")
    ours_only = notices.filter(organisation__in=ours.values("pk"))
    told = ours_only.order_by().aggregate(
        told=Count("organisation", distinct=True),
        reached=Count("organisation", distinct=True, filter=Q(acknowledged_at__isnull=False)),
        notices=Count("pk"),
        known=Count("pk", filter=Q(acknowledged_at__isnull=False)),
        median=Median(F("acknowledged_at") - F("sent_at"), filter=Q(acknowledged_at__isnull=False)),
    )
    alerts = period.of(Alert.objects.exclude(kind=Alert.Kind.CORRECTION), "sent_at").count()
    source = _("notices that were sent in the period")
    yield Figure(
        "alerts",
        _("Alerts sent"),
        str(alerts),
        "",
        "",
        _("Alerts and announcements of which the first message left in the period; corrections are not counted."),
        _("alerts"),
        now,
    )
    yield Figure(
        "warned",
        _("Constituents warned"),
        str(told["told"]),
        str(everybody),
        _("constituents on the last day of the period"),
        _("Organisations that the team looks after and to which at least one notice was sent; each counts once."),
        source,
        now,
    )
    yield Figure(
        "reached",
        _("Constituents reached"),
        str(told["reached"]),
        str(told["told"]),
        _("constituents warned"),
        _("A named person acknowledged at least one of these notices. An automatic reply does not count."),
        source,
        now,
    )
    yield Figure(
        "median",
        _("Median time to acknowledge"),
        hours(told["median"]) or _("not measured"),
        str(told["known"]),
        _("acknowledged notices of %(all)s sent") % {"all": told["notices"]},
        _("Half of the acknowledged notices were acknowledged within this time after they were sent."),
        source,
        now,
    )


def _incidents(period: Period, now: datetime) -> Iterator[Figure]:
    cases = period.of(Case.objects.exclude(state=Case.State.MERGED), "opened_at")
    total, source = cases.count(), _("cases opened in the period")
    yield Figure(
        "incidents",
        _("Incidents"),
        shown(total),
        "",
        "",
        _("Cases that were opened, whatever their end; cases merged into another are not counted."),
        source,
        now,
    )
    closed = cases.filter(state=Case.State.CLOSED).count()
    ended = shown(closed) if total - closed >= SMALLEST or total == closed else FEW
    yield Figure(
        "closed",
        _("Incidents closed"),
        ended,
        shown(total),
        _("incidents"),
        _("Of these, those that are closed at the as-of date."),
        source,
        now,
    )
    classes = {rsit.name(name): number for name, number in _counted(cases, "classification").items()}
    yield from _broken_down("class", _("By class (RSIT)"), classes, total, now)
    severities = {str(level): number for level, number in _counted(cases, "severity").items()}
    yield from _broken_down("severity", _("By severity (0 to 5)"), severities, total, now)
    yield from _broken_down("province", _("By province of the victim"), _by_province(cases), total, now)


def _counted(rows: QuerySet[Any], field: str) -> dict[Any, int]:
    return dict(rows.order_by(field).values_list(field).annotate(number=Count("pk")))


def _by_province(cases: QuerySet[Any]) -> dict[str, int]:
    names = {one.nis: in_language(one.names) or one.name for one in Organisation.objects.filter(kind="province")}
    found: dict[str, int] = dict.fromkeys(names.values(), 0)
    for nis, number in _counted(cases, "organisation__province").items():
        place = names.get(nis) or (nis or _("elsewhere"))
        found[place] = found.get(place, 0) + number
    return found


def _broken_down(key: str, group: str, counts: Mapping[str, int], total: int, now: datetime) -> Iterator[Figure]:
    """The cells of a breakdown as they may be shown, and the rest together."""
    made = breakdown(counts)
    words = _("Fewer than %(few)s in one place are put together with others, so that no victim is pointed at.") % {
        "few": SMALLEST
    }
    if not made.cells and not made.together:
        yield Figure(
            key,
            _("not broken down"),
            FEW if total else "0",
            shown(total),
            _("incidents"),
            words,
            _("cases"),
            now,
            group,
        )
        return
    for name, number in made.cells.items():
        yield Figure(f"{key}-{name}", name, str(number), shown(total), _("incidents"), "", _("cases"), now, group)
    if made.together:
        yield Figure(
            f"{key}-rest",
            _("the others together"),
            str(made.together),
            shown(total),
            _("incidents"),
            words,
            _("cases"),
            now,
            group,
        )


def _war_rooms(period: Period, now: datetime) -> Iterator[Figure]:
    rooms = period.of(Room.objects.all(), "opened_at").count()
    reports = period.of(SituationReport.objects.kept(), "frozen_at")
    versions = _counted(reports, "version")
    said = period.of(Statement.objects.filter(approved_at__isnull=False), "approved_at").count()
    calls = period.of(PressCall.objects.all(), "at").count()
    yield Figure(
        "rooms",
        _("War rooms opened"),
        str(rooms),
        "",
        "",
        _("Rooms in which several organisations worked together."),
        _("war rooms"),
        now,
    )
    for version, label in SituationReport.Version.choices:
        yield Figure(
            f"sitreps-{version}",
            _("Situation reports (%(version)s)") % {"version": label},
            str(versions.get(version, 0)),
            "",
            "",
            _("Reports approved by a second person and frozen in the period."),
            _("situation reports"),
            now,
        )
    yield Figure(
        "statements",
        _("Statements approved"),
        str(said),
        "",
        "",
        _("Lines for press and citizens in four languages, approved by a second person."),
        _("statements"),
        now,
    )
    yield Figure(
        "press",
        _("Calls of the press"),
        str(calls),
        "",
        "",
        _("Calls written down in the press log."),
        _("press log"),
        now,
    )


# On paper -------------------------------------------------------------------------------------------------------------------------


def columns() -> list[str]:
    """What stands above the columns."""
    return [_("Figure"), _("Value"), _("Of"), _("Definition"), _("Source"), _("As of")]


def rows(found: Iterable[Figure]) -> list[list[str]]:
    """The figures as text."""
    return [
        [
            f"{one.group}: {one.title}" if one.group else one.title,
            one.value,
            f"{one.denominator} {one.of}".strip(),
            one.definition,
            one.source,
            at_words(one.as_of, "long"),
        ]
        for one in found
    ]


def as_pdf(period: Period, found: list[Figure], language: str) -> bytes:
    """The figures as PDF/UA-1."""
    with translation.override(language), timezone.override(settings.TIME_ZONE):
        words = {"begin": at_words(period.begin), "end": at_words(period.end)}
        data = {
            "title": _("Figures from %(begin)s to %(end)s") % words,
            "tlp": Tlp.CLEAR.label,
            "made": at_words(found[0].as_of, "long"),
            "footer": configuration.TEAM_NAME.get(),
            "columns": columns(),
            "rows": rows(found),
            "note": _(
                "Exercises are not counted. Fewer than %(few)s incidents in one place are not shown by themselves."
            )
            % {"few": SMALLEST},
        }
    return documents.pdf(TEMPLATE, data, language=language)


def as_xlsx(found: list[Figure]) -> bytes:
    """The figures as a sheet; every cell is text, so that none starts a formula."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True})
    sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
    sheet.freeze_panes(1, 0)
    for line, row in enumerate([columns(), *rows(found)]):
        for place, words in enumerate(row):
            sheet.write_string(line, place, words, None if line else bold)
    sheet.set_column(0, len(columns()) - 1, 28)
    book.close()
    return made.getvalue()
