"""What is prepared, over the whole population and for one organisation: services, names, accounts, the page of citizens, targets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Q
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from paraat.cloud import configuration, standing
from paraat.cloud.actions.preparations import approve_page, check_dns, prepare
from paraat.cloud.catalog.web import page as citizens
from paraat.cloud.models import Drill, Preparation, Tenant
from paraat.cloud.preparation_forms import AccountsForm, BasicsForm, IntakeForm, PageForm, basics_initial, page_initial
from paraat.cloud.rules import lines
from paraat.cloud.views.reading import READS, WORKS, found, is_own, watches, works
from paraat.cloud.words import LOOKS, service_title
from paraat.kernel.marking import Role
from paraat.platform import moment
from paraat.platform.guard import Request, allow
from paraat.platform.jinja import language
from paraat.platform.pages import attempt
from paraat.platform.tables import Column, Filter, Table
from paraat.registry.models import Organisation
from paraat.registry.words import PROVINCES

WRITES = (*WORKS, Role.SPOC)
"""Who prepares: the team anybody, a SPOC its own."""

# The population -------------------------------------------------------------------------------------------------------------------


@require_safe
@allow(*READS)
def listing(request: Request) -> HttpResponseBase:
    """Every constituent, prepared or not, with what is missing."""
    rows = standing.scored(standing.rows(request.viewer, moment.today()), moment.today())
    if not watches(request):
        rows = rows.filter(pk__in=request.viewer.own)
    table = _Scored(
        request,
        rows,
        name="preparations",
        columns=[
            Column("name", _("Name"), sort="name"),
            Column("score", _("Ready, of 100"), sort="score", value=lambda row: standing.of(row).percent, number=True),
            Column("missing", _("Missing"), value=lambda row: [one.words for one in standing.of(row).missing]),
            Column("changed", _("Changed"), value=lambda row: row.prepared_at, sort="prepared_at"),
            Column("claimed", _("Claimed, minutes"), value=lambda row: row.claimed_minutes, sort="claimed_minutes", number=True),
            Column("drilled", _("Last drill"), value=lambda row: row.drilled_at, sort="drilled_at"),
        ],
        search=["name", "nis"],
        filters=[
            Filter("prepared", _("Prepared"), [("no", _("not prepared")), ("yes", _("something is prepared"))], apply=_is_prepared),
            Filter("ready", _("Ready, of 100"), [(one, one) for one in READY], apply=_ready),
            Filter("page", _("Emergency page"), [("no", _("not approved")), ("yes", _("approved"))], apply=_is_approved),
            Filter("dns", _("DNS records"), [("right", _("right")), ("wrong", _("not right, or not looked at"))], apply=_dns),
            Filter("province", _("Province"), list(PROVINCES.items())),
        ],
        order="name",
        empty=_("No organisation is on file yet."),
    )  # fmt: skip
    return table.answer(
        "cloud/preparations.html", {"of": standing.of, "watches": watches(request), "now": moment.now()}
    )


class _Scored(Table):
    """Searched by names in every language, numbers and what they own."""

    def _matches(self, words: str) -> Any:
        return Q(pk__in=Organisation.objects.matching(words).values("pk"))


def _is_prepared(rows: Any, value: str) -> Any:
    return rows.filter(prepared_at__isnull=value != "yes")


READY = {"0-49": (0, 49), "50-79": (50, 79), "80-100": (80, 100)}


def _ready(rows: Any, value: str) -> Any:
    return rows.filter(score__range=READY[value])


def _is_approved(rows: Any, value: str) -> Any:
    return rows.filter(approved_at__isnull=value != "yes")


def _dns(rows: Any, value: str) -> Any:
    return rows.filter(dns_right=True) if value == "right" else rows.exclude(dns_right=True)


# One organisation -----------------------------------------------------------------------------------------------------------------


@require_safe
@allow(*READS)
def one(request: Request, pk: UUID) -> HttpResponse:
    """What is prepared for one organisation, and what is missing."""
    return _page(request, _organisation(request, pk))


def _organisation(request: Request, pk: UUID) -> Organisation:
    """Whom the reader may prepare or read, else 404: a SPOC its own, the team everybody it looks after."""
    rows = standing.rows(request.viewer, moment.today())
    if not watches(request):
        rows = rows.filter(pk__in=request.viewer.own)
    organisation: Organisation = found(rows, pk)
    return organisation


def _page(request: Request, organisation: Organisation, **wrong: forms.Form) -> HttpResponse:
    row = _row(request, organisation)
    languages = _languages(organisation)
    accounts = list(row.accounts.all()) if row else []
    written = lines.written(
        [{"login": one.login, "name": one.name, "language": one.language} for one in accounts],
        "login",
        "name",
        "language",
    )
    intake = {"counters": "\n".join(row.counters), "forms_": "\n".join(row.forms)} if row else {}
    context = {
        "organisation": organisation,
        "row": row,
        "standing": standing.of(organisation),
        "accounts": accounts,
        "basics_form": BasicsForm(initial=basics_initial(row), places=works(request)),
        "accounts_form": AccountsForm(initial={"accounts": written}),
        "intake_form": IntakeForm(initial=intake),
        "page_form": PageForm(initial=page_initial(row.page if row else {}, languages), languages=languages),
        "languages": languages,
        "titles": [service_title(name, language()) for name in (row.services if row else ())],
        "records": standing.records(row) if row else [],
        "addresses": configuration.ADDRESSES.get(),
        "check": row.dns_checks.first() if row else None,
        "team_domain": configuration.DOMAIN.get(),
        "drills": list(Drill.objects.visible_to(request.viewer).filter(organisation=organisation.pk)[:5]),
        "tenants": list(Tenant.objects.visible_to(request.viewer).alive().filter(organisation=organisation.pk)[:3]),
        "looks": LOOKS,
        "writes": works(request) or is_own(request, organisation.pk),
        "watches": watches(request),
        "now": moment.now(),
    } | wrong  # fmt: skip
    return render(request, "cloud/preparation.html", context, status=400 if wrong else 200)


def _row(request: Request, organisation: Organisation) -> Preparation | None:
    """What was prepared, where the reader may see it."""
    return (
        Preparation.objects.visible_to(request.viewer)
        .filter(organisation=organisation.pk)
        .prefetch_related("accounts")
        .first()
    )


def _languages(organisation: Organisation) -> list[str]:
    """Those of its citizens first, then ours."""
    own = organisation.citizen_languages or organisation.languages or ["nl"]
    return list(dict.fromkeys(one for one in [*own, *citizens.LANGUAGES] if one in citizens.LANGUAGES))


# What is written ------------------------------------------------------------------------------------------------------------------


@require_POST
@allow(*WRITES)
def save(request: Request, pk: UUID, part: str) -> HttpResponse:
    """Save one part: basics, accounts, intake or the page."""
    organisation = _organisation(request, pk)
    if part not in _PARTS:
        return _page(request, organisation)
    form, values = _PARTS[part](request, organisation)
    if not form.is_valid():
        return _page(request, organisation, **{f"{part}_form": form})
    attempt(request, lambda: prepare(organisation=organisation, by=request.actor, **values(form)), _now("Saved."))
    return HttpResponseRedirect(f"{reverse('preparation', args=[pk])}#{part}")


Made = tuple[forms.Form, Callable[[Any], dict[str, Any]]]


def _basics(request: Request, _organisation: Organisation) -> Made:
    return BasicsForm(request.POST, places=works(request)), lambda form: form.cleaned_data


def _accounts(request: Request, organisation: Organisation) -> Made:
    language = (organisation.languages or ["nl"])[0]
    return AccountsForm(request.POST, language=language), lambda form: form.cleaned_data


def _intake(request: Request, _organisation: Organisation) -> Made:
    return IntakeForm(request.POST), lambda form: {"counters": form.names("counters"), "forms": form.names("forms_")}


def _citizens_page(request: Request, organisation: Organisation) -> Made:
    row = _row(request, organisation)
    form = PageForm(request.POST, languages=_languages(organisation))
    return form, lambda form: {"page": _dated(form.page(), row.page if row else {})}


def _dated(page: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """The page with the moment of its change; the same words keep theirs, and their approval."""
    if page == {name: value for name, value in before.items() if name != "updated"}:
        return before
    return page | {"updated": moment.now().astimezone(moment.ZONE).isoformat(timespec="seconds")}


_PARTS: dict[str, Callable[[Request, Organisation], Made]] = {
    "basics": _basics,
    "accounts": _accounts,
    "intake": _intake,
    "page": _citizens_page,
}


@require_POST
@allow(*WRITES)
def approve(request: Request, pk: UUID) -> HttpResponse:
    """The page may be shown as it is now. Whoever changes it later asks again."""
    organisation = _organisation(request, pk)
    row = _row(request, organisation)
    if row is not None:
        attempt(request, lambda: approve_page(preparation=row, by=request.actor), _now("Approved."))
    return HttpResponseRedirect(f"{reverse('preparation', args=[pk])}#page")


@require_POST
@allow(*WRITES)
def look(request: Request, pk: UUID) -> HttpResponse:
    """Ask the domain name system whether the records are right."""
    organisation = _organisation(request, pk)
    row = _row(request, organisation)
    if row is not None:
        attempt(request, lambda: check_dns(preparation=row, by=request.actor), _now("Looked at."))
    return HttpResponseRedirect(f"{reverse('preparation', args=[pk])}#dns")


# The page as citizens will read it ------------------------------------------------------------------------------------------------

POLICY = (
    "default-src 'none'; style-src 'self'; img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
"""The page is text of the organisation: it may load its own style, and nothing else."""


@require_safe
@allow(*READS)
def preview(request: Request, pk: UUID, name: str) -> HttpResponse:
    """One file of the emergency page as it would be served now."""
    organisation = _organisation(request, pk)
    row = _row(request, organisation)
    languages = _languages(organisation)
    names = {code: organisation.name_in(code) for code in languages}
    kept = row.page if row else {}
    files = citizens.render(kept, names=names, languages=languages, phone=kept.get("phone", ""))
    if name not in files:
        return HttpResponse(status=404)
    kind = {"css": "text/css", "json": "application/json"}.get(name.rpartition(".")[2], "text/html")
    return HttpResponse(files[name], content_type=f"{kind}; charset=utf-8", headers={"Content-Security-Policy": POLICY})
