"""Importing a register on screen: upload, see the difference and the bad rows, then confirm or leave."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from paraat.platform import moment
from paraat.platform.guard import Request, allow
from paraat.platform.pages import attempt
from paraat.platform.tables import Column, Table
from paraat.registry import actions
from paraat.registry.forms import ImportForm
from paraat.registry.models import ImportFault, ImportRun
from paraat.registry.views.organisations import EDITORS
from paraat.registry.words import FIELDS, reason

_SHOWN = 100


@allow(*EDITORS)
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: Request) -> HttpResponseBase:
    """Hand in a file; nothing is written yet."""
    today = moment.today()
    form = ImportForm(request.POST or None, request.FILES or None, initial={"as_of": today})
    if request.method == "POST" and form.is_valid():
        run = attempt(request, lambda: _read(request, form))
        if run is not None:
            return redirect("import", run.pk)
    runs = ImportRun.objects.defer("content", "difference")[:20]
    return render(request, "registry/imports.html", {"form": form, "runs": runs}, status=422 if form.errors else 200)


def _read(request: Request, form: ImportForm) -> ImportRun:
    file, as_of = form.cleaned_data["file"], form.cleaned_data["as_of"]
    return actions.read_import(content=file.read(), file_name=file.name, as_of=as_of, by=request.actor)


@allow(*EDITORS)
@require_safe
def run(request: Request, pk: UUID) -> HttpResponseBase:
    """The difference that an import makes, and the rows that it cannot take; the rows can be saved."""
    found = get_object_or_404(ImportRun.objects.defer("content"), pk=pk)
    table = Table(
        request,
        ImportFault.objects.filter(run=found),
        name="bad-rows",
        columns=[
            Column("row", _("Row"), sort="row", number=True),
            Column("field", _("Column")),
            Column("reason", _("What is wrong"), value=lambda fault: reason(fault.reason)),
            Column("raw", _("The row as it was"), value=lambda fault: _line(fault.raw)),
        ],
        order="row",
        empty=_("Every row could be taken."),
    )
    difference: dict[str, Any] = found.difference
    shown = {name: difference.get(name, [])[:_SHOWN] for name in ("new", "changed", "kept")}
    words = {"line": _line, "reason": reason, "fields": FIELDS}
    context = {"run": found, "counts": difference.get("counts", {}), **words, **shown}
    return table.answer("registry/import.html", context)


def _line(raw: dict[str, str]) -> str:
    return ", ".join(f"{name}: {cell}" for name, cell in raw.items() if cell)


@allow(*EDITORS)
@require_POST
def decide(request: Request, pk: UUID) -> HttpResponseBase:
    """Confirm the import (`confirm`), or leave it."""
    found = get_object_or_404(ImportRun, pk=pk)
    if "confirm" in request.POST:
        attempt(request, lambda: actions.confirm_import(run=found, by=request.actor), _("Imported."))
    else:
        attempt(request, lambda: actions.drop_import(run=found, by=request.actor), _("Left. Nothing was written."))
    return redirect("import", pk)
