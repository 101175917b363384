"""List pages: search, filters, sorting, pages of 50, and the same rows as CSV or XLSX.

A list view is a `Table` and its answer:

    def listing(request: HttpRequest) -> HttpResponse:
        table = Table(
            request,
            Organisation.objects.visible_to(request.viewer),
            name="organisations",
            columns=[
                Column("name", _("Name"), sort="name"),
                Column("province", _("Province"), value=lambda row: PROVINCES[row.province]),
                Column("population", _("Population"), sort="population"),
            ],
            search=["name", "nis", "kbo"],
            filters=[Filter("kind", _("Kind"), Organisation.Kind.choices)],
            order="name",
        )
        return table.answer("registry/organisations.html", {"more": "context"})

and its template:

    {% extends "base.html" %}{% import "ui.html" as ui with context %}
    {% block title %}{{ _("Organisations") }}{% endblock %}
    {% block main %}
      {{ ui.heading(_("Organisations"), table.total) }}
      {{ ui.filters(table) }}
      {% call(row) ui.table(table) %}
        <td><a href="{{ url('organisation', row.pk) }}">{{ row.name }}</a></td><td>...</td><td>...</td>
      {% endcall %}
      {{ ui.pager(table.page) }}
    {% endblock %}

`?q=` searches, `?sort=name` or `-name` sorts (only columns that name a `sort`), `?page=`, `?format=csv|xlsx` exports every row that the
filters leave, not just the page. A filter that needs more than equality gives `apply`.
"""

from __future__ import annotations

import csv
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID

import xlsxwriter
from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

PER_PAGE = 50
CHUNK = 500
"""Rows that an export reads at a time: 10,000 constituents of it take 5 MB; of 2,000 at a time they took 19."""

_NOTHING = _("Nothing here yet.")
_harmless = re.compile(r"[+-][\d ]+([.,]\d+)?").fullmatch


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name in addresses and files, its title, what it shows of a row in a file, and the field it sorts by (none: it does not)."""

    name: str
    title: Any
    value: Callable[[Any], Any] | None = None  # None: the attribute called `name`
    sort: str = ""
    number: bool = False  # to the right, as figures stand

    def of(self, row: Any) -> Any:
        """What a file shows of `row`."""
        return self.value(row) if self.value else getattr(row, self.name)


@dataclass(frozen=True, slots=True)
class Filter:
    """A choice above the list. `apply(rows, value)` narrows the rows; without it the field called `name` (or `lookup`) equals the choice."""

    name: str
    title: Any
    choices: Iterable[tuple[Any, Any]]
    apply: Callable[[QuerySet[Any], str], QuerySet[Any]] | None = None
    lookup: str = ""

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        """The rows that the choice `value` leaves."""
        return self.apply(rows, value) if self.apply else rows.filter(**{self.lookup or self.name: value})


def _in_world(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(exercise=value == "yes")


WORLD = Filter("exercise", _("World"), [("no", _("Reality")), ("yes", _("Exercise"))], apply=_in_world)
"""Of lists that show reality and exercises beside each other."""


@dataclass
class Table:
    """One list page for one request; see the module's docstring."""

    request: HttpRequest
    rows: QuerySet[Any]
    name: str
    columns: Sequence[Column]
    search: Sequence[str] = ()  # fields, or lookups such as "host__istartswith"; without a lookup: contains
    filters: Sequence[Filter] = ()
    order: str = ""  # as in ?sort=
    per_page: int = PER_PAGE
    empty: Any = _NOTHING
    hint: Any = ""  # what to do next when the list is empty
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """The page of this list, without its filters; the parts of a live page are fetched below it."""
        return self.request.path.removesuffix("parts/")

    @cached_property
    def form(self) -> forms.Form:
        """The filter form (GET), with the search box when the list can be searched."""
        fields: dict[str, forms.Field] = {}
        if self.search:
            fields["q"] = forms.CharField(label=_("Search"), required=False, max_length=200, widget=forms.SearchInput)
            fields["q"].widget.attrs["autocomplete"] = "off"
        for one in self.filters:
            choices = [("", _("All")), *one.choices]
            fields[one.name] = forms.ChoiceField(label=one.title, choices=choices, required=False)
        form: type[forms.Form] = type("FilterForm", (forms.Form,), fields)
        return form(self.request.GET or None, auto_id="filter_%s")

    @cached_property
    def chosen(self) -> dict[str, str]:
        """The filters that are set and known; an unknown choice counts as none."""
        if not self.form.is_bound:
            return {}
        self.form.is_valid()
        return {name: str(value) for name, value in self.form.cleaned_data.items() if value not in ("", None)}

    @cached_property
    def sort(self) -> str:
        """The sorting that holds: that of the address when it names a sortable column, else the list's own."""
        asked = self.request.GET.get("sort", "")
        return asked if asked.removeprefix("-") in self._sortable else self.order

    @cached_property
    def _sortable(self) -> dict[str, str]:
        return {column.name: column.sort for column in self.columns if column.sort}

    @cached_property
    def filtered(self) -> QuerySet[Any]:
        """Every row that search and filters leave, in order."""
        rows = self.rows
        for one in self.filters:
            if one.name in self.chosen:
                rows = one.narrow(rows, self.chosen[one.name])
        if "q" in self.chosen:
            rows = rows.filter(self._matches(self.chosen["q"]))
        return rows.order_by(*self._ordering()) if self._ordering() else rows

    def _matches(self, words: str) -> Q:
        """Every word must be found in one of the fields."""
        found = Q()
        for word in words.split()[:8]:
            one = Q()
            for lookup in self.search:
                known = lookup.rpartition("__")[2] in {"istartswith", "iexact", "icontains", "contains"}
                one |= Q(**{lookup if known else f"{lookup}__icontains": word})
            found &= one
        return found

    def _ordering(self) -> list[str]:
        name, minus = self.sort.removeprefix("-"), "-" if self.sort.startswith("-") else ""
        path = self._sortable.get(name, "")
        if not path:
            return []
        turned = path[1:] if minus and path.startswith("-") else minus + path
        return [turned, "pk"]  # a last word, so that pages do not overlap

    @cached_property
    def page(self) -> Page[Any]:
        """The page that was asked for; a page that does not exist is the nearest one."""
        return Paginator(self.filtered, self.per_page).get_page(self.request.GET.get("page"))

    @property
    def total(self) -> int:
        """How many rows the filters leave."""
        return self.page.paginator.count

    def next_sort(self, column: Column) -> str:
        """The sorting that a click on the column's head asks for."""
        return f"-{column.name}" if self.sort == column.name else column.name

    def direction(self, column: Column) -> str:
        """How the list is sorted by this column, as `aria-sort` says it."""
        if self.sort.removeprefix("-") != column.name:
            return "none"
        return "descending" if self.sort.startswith("-") else "ascending"

    def answer(self, template: str, context: Mapping[str, Any] | None = None) -> HttpResponseBase:
        """The page, or the file that `?format=` asks for."""
        asked = self.request.GET.get("format", "")
        if asked in FORMATS:
            return export(self.filtered.iterator(chunk_size=CHUNK), self.columns, asked, name=self.name)
        return render(self.request, template, {"table": self, **self.extra, **(context or {})})


# Files ----------------------------------------------------------------------------------------------------------------------------


def export(rows: Iterable[Any], columns: Sequence[Column], form: str, *, name: str) -> HttpResponseBase:
    """All rows as a file to save: form "csv" (UTF-8 with a mark, streamed) or "xlsx". `name` is the file's, without its end.

    No cell can become a formula: text that a spreadsheet would run gets an apostrophe in CSV and is written as text in XLSX.
    """
    stem = f"{name}-{timezone.localdate():%Y-%m-%d}"
    return FORMATS[form](rows, columns, f"{stem}.{form}")


class _Echo:
    """A file that gives back what is written, so that the csv module can feed a stream."""

    def write(self, text: str) -> str:
        """The text itself."""
        return text


def _csv(rows: Iterable[Any], columns: Sequence[Column], file_name: str) -> HttpResponseBase:
    answer = StreamingHttpResponse(_lines(rows, columns), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return answer


def _lines(rows: Iterable[Any], columns: Sequence[Column]) -> Iterator[bytes]:
    writer = csv.writer(_Echo())
    yield b"\xef\xbb\xbf" + writer.writerow([str(column.title) for column in columns]).encode()
    for row in rows:
        yield writer.writerow([guarded(plain(column.of(row))) for column in columns]).encode()


def _xlsx(rows: Iterable[Any], columns: Sequence[Column], file_name: str) -> HttpResponseBase:
    file = tempfile.TemporaryFile()  # noqa: SIM115  # FileResponse closes it
    book = xlsxwriter.Workbook(file, {"constant_memory": True})
    sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(columns):
        sheet.set_column(place, place, 22)
        sheet.write_string(0, place, str(column.title), bold)
    for line, row in enumerate(rows, start=1):
        for place, column in enumerate(columns):
            _cell(sheet, line, place, plain(column.of(row)))
    book.close()
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=file_name)


def _cell(sheet: Any, line: int, place: int, value: str | float) -> None:
    """Write as a number or as text, never as a formula."""
    if isinstance(value, str):
        sheet.write_string(line, place, value[:32_767])  # what a cell holds
    else:
        sheet.write_number(line, place, value)


FORMATS: dict[str, Callable[[Iterable[Any], Sequence[Column], str], HttpResponseBase]] = {"csv": _csv, "xlsx": _xlsx}


def plain(value: Any) -> str | int | float:
    """A value as a cell: numbers stay numbers, moments become ISO 8601 in the reader's time zone, lists are joined."""
    match value:
        case None:
            return ""
        case bool():
            return str(_("yes") if value else _("no"))
        case int() | float():
            return value
        case datetime():
            return timezone.localtime(value).isoformat(sep=" ", timespec="seconds")
        case date() | UUID():
            return str(value)
        case list() | tuple() | set() | frozenset():
            return ", ".join(str(one) for one in value)
    return str(value)


def guarded(value: str | float) -> str | float:
    """`value` such that no spreadsheet runs it (OWASP, CSV injection); plain numbers and telephone numbers are left alone."""
    if isinstance(value, str) and value[:1] in "=+-@\t\r" and value and not _harmless(value):
        return f"'{value}"
    return value


__all__ = ["CHUNK", "Column", "Filter", "Table", "export", "guarded", "plain"]
