"""The list of organisations, and one organisation with all that is known of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from paraat.kernel.marking import TEAM, Role, Viewer
from paraat.platform import moment
from paraat.platform.guard import Request, allow
from paraat.platform.pages import attempt
from paraat.platform.tables import Column, Filter, Table, export
from paraat.registry import actions, writing
from paraat.registry.forms import AbsenceForm, AssetForm, ClosingForm, OrganisationForm, SupplyForm
from paraat.registry.models import Asset, Contact, Organisation, Supply
from paraat.registry.rules.onboarding import is_stale, stage
from paraat.registry.words import PROVINCES, REACH, STAGES

READERS = (Role.DUTY_OFFICER, Role.COORDINATOR, Role.AUDITOR, Role.OBSERVER, Role.PARTNER, Role.SPOC, Role.PROVIDER)
EDITORS = tuple(sorted(TEAM))
_OPEN = [
    Column("name", _("Name"), sort="name"),
    Column("kind", _("Kind"), value=lambda row: row.get_kind_display(), sort="kind"),
    Column("province", _("Province"), value=lambda row: PROVINCES.get(row.province, ""), sort="province"),
    Column("nis", _("NIS code"), sort="nis"),
]
_SENSITIVE = [
    Column("reach", _("Reach"), value=lambda row: str(REACH[row.reach]), sort="reach"),
    Column("onboarding", _("Onboarding"), value=lambda row: str(STAGES[row.onboarding]), sort="onboarding"),
]


class _Organisations(Table):
    """Searched by names in every language, numbers and what they own."""

    def _matches(self, words: str) -> Q:
        return Q(pk__in=Organisation.objects.matching(words).values("pk"))


@allow(*READERS)
@require_safe
def listing(request: Request) -> HttpResponseBase:
    """Everybody whom the reader may see; who can be reached only for those who may know."""
    today, told = moment.today(), sees_reach(request.viewer)
    rows = Organisation.objects.visible_to(request.viewer).with_reach(today).with_onboarding(today)
    if not request.GET.get("when"):
        rows = rows.as_of(today)
    table = _Organisations(
        request,
        rows,
        name="organisations",
        columns=[*_OPEN, *(_SENSITIVE if told else [])],
        search=["name"],
        filters=_filters(today, told),
        order="name",
        empty=_("No organisation is on file yet."),
        hint=_("Import a register, or load what is built in about Belgium with: paraat registry load-belgium"),
    )
    context = {"reach": REACH, "stages": STAGES, "provinces": PROVINCES, "told": told, "editor": request.viewer.is_team}
    return table.answer("registry/organisations.html", context)


def sees_reach(viewer: Viewer) -> bool:
    """Who has no contact is of use to an attacker, and follows from contacts, which are AMBER: the team, auditors, and a SPOC of its own."""
    return viewer.is_team or viewer.has(Role.AUDITOR) or viewer.roles <= {Role.SPOC, Role.ADMINISTRATOR}


def _filters(today: date, told: bool) -> Sequence[Filter]:
    def when(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        return rows.filter(active_until__lte=today) if value == "past" else rows

    constituents = [("yes", _("yes")), ("no", _("no"))]
    return [
        Filter("kind", _("Kind"), Organisation.Kind.choices),
        Filter("province", _("Province"), PROVINCES.items()),
        *(
            [Filter("reach", _("Reach"), REACH.items()), Filter("onboarding", _("Onboarding"), STAGES.items())]
            if told
            else []
        ),
        Filter(
            "ours", _("Looked after"), constituents, apply=lambda rows, value: rows.filter(constituent=value == "yes")
        ),
        Filter("when", _("Existence"), [("all", _("also past and coming")), ("past", _("no longer"))], apply=when),
    ]


@allow(*EDITORS)
@require_safe
def register_file(request: Request) -> HttpResponseBase:
    """The register in the format that an import reads, with contacts: for the team."""
    rows = writing.cells(rows=Organisation.objects.visible_to(request.viewer))
    columns = [Column(name, name, value=_cell(place)) for place, name in enumerate(writing.COLUMNS)]
    form = "xlsx" if request.GET.get("format") == "xlsx" else "csv"
    return export(rows, columns, form, name="register")


def _cell(place: int) -> Callable[[list[str]], str]:
    return lambda cells: cells[place]


@allow(*READERS)
@require_safe
def detail(request: Request, pk: UUID) -> HttpResponseBase:
    """One organisation: what it owns, who answers, who supplies it, and what happened."""
    now = moment.now()
    organisation = one(request, pk, moment.day(now))
    contacts = _contacts(request, organisation)
    context: dict[str, Any] = {
        "organisation": organisation,
        "assets": Asset.objects.visible_to(request.viewer).filter(organisation=organisation, valid_until=None),
        "past_assets": Asset.objects.visible_to(request.viewer).filter(
            organisation=organisation, valid_until__isnull=False
        ),
        "contacts": [(contact, stage_of(contact), is_stale(contact.confirmed_at, now)) for contact in contacts],
        "suppliers": _supplies(request, moment.day(now)).filter(customer=organisation),
        "customers": _supplies(request, moment.day(now)).filter(supplier=organisation),
        "last_day": organisation.active_until and organisation.active_until - timedelta(days=1),
        "province": PROVINCES.get(organisation.province, ""),
        "stages": STAGES,
        "reach": REACH,
        "told": sees_reach(request.viewer),
        "editor": request.viewer.is_team,
        "absences": [],
        "now": now,
    }
    if pk in request.viewer.own and not request.viewer.is_team:
        current = [contact for contact in contacts if contact.valid_until is None]
        context["absences"] = [
            (contact, AbsenceForm(contact, initial={"since": now}, auto_id=f"{contact.pk}_%s")) for contact in current
        ]
    if request.viewer.is_team:
        context |= {
            "asset_form": AssetForm(),
            "supply_form": SupplyForm(),
            "closing_form": ClosingForm(initial={"on": moment.day(now)}),
        }
    return render(request, "registry/organisation.html", context)


def one(request: Request, pk: UUID, today: date) -> Organisation:
    """An organisation that the reader may see, else 404."""
    seen = Organisation.objects.visible_to(request.viewer).with_reach(today).with_onboarding(today)
    found: Organisation = get_object_or_404(seen.select_related("merged_into"), pk=pk)
    return found


def stage_of(contact: Contact) -> int:
    """How far a contact got."""
    named = ("invited_at", "called_at", "confirmed_at", "tested_at")
    return stage(**{name: getattr(contact, name) for name in named})


def _contacts(request: Request, organisation: Organisation) -> list[Contact]:
    ladder = [role for role, _word in Contact.Role.choices]
    rows = Contact.objects.visible_to(request.viewer).answering().filter(organisation=organisation)
    found = list(rows.select_related("replaced_by").prefetch_related(Prefetch("channels")))
    return sorted(
        found, key=lambda contact: (contact.valid_until is not None, ladder.index(contact.role), contact.name)
    )


def _supplies(request: Request, today: date) -> QuerySet[Any]:
    return (
        Supply.objects.visible_to(request.viewer).as_of(today).select_related("supplier", "customer").order_by("what")
    )


@allow(*EDITORS)
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: Request) -> HttpResponseBase:
    """Put an organisation on file by hand."""
    form = OrganisationForm(request.POST or None, initial={"languages": ["nl"], "constituent": True})
    if request.method == "POST" and form.is_valid():
        made = attempt(
            request, lambda: actions.add_organisation(by=request.actor, **form.values()), _("It is on file.")
        )
        if made is not None:
            return redirect("organisation", made.pk)
    return render(
        request, "registry/edit.html", {"form": form, "organisation": None}, status=422 if form.errors else 200
    )


@allow(*EDITORS)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: Request, pk: UUID) -> HttpResponseBase:
    """Change an organisation by hand; what was changed wins over imports."""
    organisation = one(request, pk, moment.today())
    form = OrganisationForm(request.POST) if request.method == "POST" else OrganisationForm.of(organisation)
    if request.method == "POST" and form.is_valid():
        deed_ = attempt(
            request,
            lambda: actions.change_organisation(organisation=organisation, by=request.actor, **form.values()),
            _("Saved. Imports leave what you changed as it is."),
        )
        if deed_ is not None:
            return redirect("organisation", pk)
    context = {"form": form, "organisation": organisation}
    return render(request, "registry/edit.html", context, status=422 if form.errors else 200)
