"""What suppliers were asked for all their customers: the list, one of them with who waits, and the promise."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Count, Min, Q
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from paraat.alerts.views.acting import act, found
from paraat.kernel.errors import Invalid
from paraat.kernel.marking import TEAM, WATCHES, Role
from paraat.platform import moment
from paraat.platform.guard import Request, allow
from paraat.platform.pages import attempt
from paraat.platform.picking import chosen
from paraat.platform.tables import WORLD, Column, Filter, Table
from paraat.readiness import measure_rights as rights
from paraat.readiness.actions import measures_suppliers as actions
from paraat.readiness.measure_forms import PromiseForm, SupplierMeasureForm
from paraat.readiness.measure_words import SUPPLIER_LOOKS
from paraat.readiness.models import Measure, SupplierMeasure
from paraat.readiness.rules import measures as rules
from paraat.readiness.views.measures import measure_of
from paraat.registry.models import Organisation, Supply

WAITING = Q(measures__state__in=[*rules.OPEN, Measure.State.DONE])


@require_safe
@allow(*rights.SUPPLIES)
def listing(request: Request) -> HttpResponseBase:
    """What suppliers were asked, as far as the reader may see it. How many wait, a customer does not learn."""
    counts = request.viewer.has(*WATCHES, Role.PROVIDER)
    rows = SupplierMeasure.objects.visible_to(request.viewer).select_related("organisation")
    columns = [
        Column("title", gettext_lazy("What is to be done"), sort="title"),
        Column(
            "organisation", gettext_lazy("Supplier"), sort="organisation__name", value=lambda row: row.organisation.name
        ),
        Column("state", gettext_lazy("State"), sort="state", value=lambda row: row.get_state_display()),
        Column("promised_on", gettext_lazy("Promised for"), sort="promised_on"),
    ]
    if counts:
        rows = rows.annotate(waits=Count("measures__organisation", filter=WAITING, distinct=True))
        columns.append(
            Column(
                "waits",
                gettext_lazy("Customers that wait"),
                sort="waits",
                value=lambda row: _counted(request, row),
                number=True,
            )
        )
    columns.append(Column("changed_at", gettext_lazy("Last word"), sort="changed_at"))
    table = Table(
        request,
        rows,
        name="supplier-measures",
        columns=columns,
        search=["title", "organisation__name"],
        filters=[Filter("state", gettext_lazy("State"), SupplierMeasure.State.choices), WORLD],
        order="-changed_at",
        empty=gettext_lazy("No supplier was asked for anything yet."),
        hint=gettext_lazy("The team asks a supplier once, for all its customers; a measure then waits for it."),
    )
    context = {
        "looks": SUPPLIER_LOOKS,
        "today": moment.today(),
        "counts": counts,
        "counted": lambda row: _counted(request, row),
        "asks": request.viewer.has(*TEAM),
    }
    return table.answer("readiness/measures/suppliers.html", context)


def _counted(request: Request, row: Any) -> int | None:
    """How many customers wait, for who may know: of another supplier's a provider, as its customer, does not learn it."""
    return row.waits if rights.sees_customers(request.viewer, row) else None


def _row(request: Request, pk: UUID) -> SupplierMeasure:
    row: SupplierMeasure = found(SupplierMeasure.objects.visible_to(request.viewer).select_related("organisation"), pk)
    return row


@require_safe
@allow(*rights.SUPPLIES)
def one(request: Request, pk: UUID) -> HttpResponse:
    """One question to a supplier."""
    return _page(request, _row(request, pk))


def _page(request: Request, row: SupplierMeasure, form: PromiseForm | None = None) -> HttpResponse:
    mine = Measure.objects.visible_to(request.viewer).filter(supplier=row).select_related("organisation")
    initial = {"state": row.state, "promised_on": row.promised_on, "answer": row.answer, "version": row.version}
    context = {
        "row": row,
        "looks": SUPPLIER_LOOKS,
        "today": moment.today(),
        "customers": _customers(row) if rights.sees_customers(request.viewer, row) else None,
        "measures": list(mine[:200]),
        "answers": rights.answers(request.viewer, row),
        "form": form or PromiseForm(initial=initial),
    }
    return render(
        request, "readiness/measures/supplier.html", context, status=400 if form is not None and form.errors else 200
    )


def _customers(row: SupplierMeasure) -> list[dict[str, Any]]:
    """Who waits and until when, for the supplier: no titles, since what a customer lacks is the customer's to tell."""
    waiting = row.measures.filter(state__in=[*rules.OPEN, Measure.State.DONE])
    return list(
        waiting.order_by().values("organisation__name").annotate(due=Min("due_on")).order_by("organisation__name")
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*TEAM)
def new(request: Request) -> HttpResponse:
    """Ask a supplier; the measure that wanted it waits for it at once."""
    held = Supply.objects.as_of(moment.today()).values("supplier")
    initial = {name: request.GET.get(name, "") for name in ("supplier", "measure")}
    form = SupplierMeasureForm(
        request.POST or None, suppliers=Organisation.objects.filter(pk__in=held).order_by("name"), initial=initial
    )
    if request.method == "POST" and form.is_valid():
        made = attempt(request, lambda: _asked(request, form.cleaned_data), _("The supplier is asked."))
        if made is not None:
            return HttpResponseRedirect(reverse("supplier_measure", args=[made.pk]))
    return render(request, "readiness/measures/supplier_new.html", {"form": form}, status=400 if form.errors else 200)


def _asked(request: Request, given: dict[str, Any]) -> SupplierMeasure:
    wanting = measure_of(request, given["measure"]) if given["measure"] else None
    exercise = wanting is not None and wanting.exercise
    row = actions.ask_supplier(
        supplier=given["supplier"], title=given["title"], text=given["text"], by=request.actor, exercise=exercise
    )
    if wanting is not None:
        actions.wait_for_supplier(measure=wanting, supplier=row, by=request.actor)
    return row


@require_POST
@allow(*rights.ANSWERS)
def answer(request: Request, pk: UUID) -> HttpResponse:
    """Write what the supplier promises."""
    row = _row(request, pk)
    if not rights.answers(request.viewer, row):
        raise Http404
    form = PromiseForm(request.POST)
    if not form.is_valid():
        return _page(request, row, form)
    return act(
        request,
        lambda: actions.answer_supplier_measure(row=row, by=request.actor, **form.cleaned_data),
        _("It was saved, and who waits for it is told."),
        back=reverse("supplier_measure", args=[pk]),
    )


@require_POST
@allow(*rights.WORKS)
def link(request: Request, pk: UUID) -> HttpResponse:
    """Let a measure wait for what a supplier was asked (`asked`), want a supplier to be asked (`supplier`), or let it wait no longer."""
    row = measure_of(request, pk)
    if not rights.works(request.viewer, row):
        raise Http404
    asked, wanted = chosen([request.POST.get("asked", "")]), chosen([request.POST.get("supplier", "")])
    if asked:
        other = _row(request, asked[0])
        return _done(
            request,
            row,
            lambda: actions.wait_for_supplier(measure=row, supplier=other, by=request.actor),
            _("It waits for the supplier."),
        )
    if wanted:
        supplier: Organisation = found(actions.suppliers_of(row.organisation), wanted[0])
        return _done(
            request,
            row,
            lambda: actions.want_supplier(measure=row, supplier=supplier, by=request.actor),
            _("The team was asked to ask the supplier, for all its customers."),
        )
    if request.POST.get("stop") == "yes":
        return _done(
            request,
            row,
            lambda: actions.stop_waiting_for_supplier(measure=row, by=request.actor),
            _("It waits no longer."),
        )
    return _done(request, row, _nothing, "")


def _done(request: Request, row: Measure, deed: Any, said: str) -> HttpResponse:
    return act(request, deed, said, back=reverse("measure", args=[row.pk]))


def _nothing() -> None:
    raise Invalid("Choose what it waits for", field="supplier")
