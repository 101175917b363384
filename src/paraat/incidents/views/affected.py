"""Around a case: which services work, which suppliers are involved, who helps with the victim's consent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from paraat.alerts.forms import ReasonForm
from paraat.alerts.views.acting import WORKS, found
from paraat.incidents.actions.affected import note_service
from paraat.incidents.actions.consents import consent_to_helper, end_help, propose_helper
from paraat.incidents.actions.suppliers import involve_supplier, release_supplier
from paraat.incidents.case_forms import ConsentForm, HelperForm, ServiceForm, SupplierForm
from paraat.incidents.models import Case, CaseHelper, CaseService
from paraat.incidents.views.cases import case_of
from paraat.kernel.marking import Role, Viewer
from paraat.platform.guard import Request, allow
from paraat.platform.pages import attempt

# Services -------------------------------------------------------------------------------------------------------------------------

_WORST_FIRST: list[str] = [
    CaseService.Status.DOWN,
    CaseService.Status.DEGRADED,
    CaseService.Status.UNKNOWN,
    CaseService.Status.UP,
]


def services_panel(viewer: Viewer, case: Case) -> str | None:
    """What works and what does not, the worst first."""
    rows = sorted(case.services.all(), key=lambda row: (_WORST_FIRST.index(row.status), row.operation, row.name))
    works = _works(viewer, case)
    if not rows and not works:
        return None
    context = {"case": case, "services": rows, "works": works, "form": ServiceForm(auto_id="service_%s")}
    return SafeString(render_to_string("incidents/_services.html", context))


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WORKS)
def service(request: Request, pk: UUID) -> HttpResponse:
    """Say how a service does; `?service=` fills in one that is known."""
    case = case_of(request, pk)
    known = case.services.filter(name=request.GET.get("service", "")).first()
    initial = {name: getattr(known, name) for name in ServiceForm.base_fields} if known else {}
    form = ServiceForm(request.POST or None, initial=initial)
    return _form_page(
        request,
        case,
        form,
        _("How a service does"),
        lambda said: note_service(case=case, by=request.actor, **said),
        "services",
    )


# Suppliers ------------------------------------------------------------------------------------------------------------------------


def suppliers_panel(viewer: Viewer, case: Case) -> str | None:
    """The suppliers that are involved; for the team and the victim."""
    if not (_reads_for_team(viewer) or case.organisation_id in viewer.own):
        return None
    rows = list(case.suppliers.select_related("organisation").order_by("at"))
    works = _works(viewer, case)
    if not rows and not works:
        return None
    context = {
        "case": case,
        "suppliers": rows,
        "works": works,
        "form": SupplierForm(auto_id="supplier_%s"),
        "reason": ReasonForm(),
    }
    return SafeString(render_to_string("incidents/_suppliers.html", context))


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WORKS)
def supplier(request: Request, pk: UUID) -> HttpResponse:
    """Note that a supplier is involved."""
    case, form = case_of(request, pk), SupplierForm(request.POST or None)
    return _form_page(
        request,
        case,
        form,
        _("A supplier is involved"),
        lambda said: involve_supplier(case=case, by=request.actor, **said),
        "suppliers",
    )


@require_POST
@allow(*WORKS)
def supplier_release(request: Request, pk: UUID, supplier: UUID) -> HttpResponse:
    """A supplier was not involved after all."""
    case = case_of(request, pk)
    involved = found(case.suppliers.select_related("case", "organisation"), supplier)
    reason = request.POST.get("reason", "")
    attempt(request, lambda: release_supplier(supplier=involved, by=request.actor, reason=reason), _("Noted."))
    return _back(pk, "suppliers")


# Helpers --------------------------------------------------------------------------------------------------------------------------

DECIDES = (*WORKS, Role.SPOC)
"""Who may say yes or no to a helper: the victim itself, or the team that notes down what the victim said."""


def helpers_panel(viewer: Viewer, case: Case) -> str | None:
    """Who helps, and with whose consent."""
    own = case.organisation_id in viewer.own
    rows = list(case.helpers.select_related("organisation").order_by("asked_at"))
    if not (_reads_for_team(viewer) or own):
        rows = [row for row in rows if row.organisation_id in viewer.own and row.consent_at and not row.ended_at]
    works = _works(viewer, case)
    if not rows and not works:
        return None
    context = {
        "case": case,
        "helpers": rows,
        "works": works,
        "victim": own and viewer.has(Role.SPOC),
        "form": HelperForm(auto_id="helper_%s"),
        "consent": ConsentForm(auto_id=False),
    }
    return SafeString(render_to_string("incidents/_helpers.html", context))


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WORKS)
def helper(request: Request, pk: UUID) -> HttpResponse:
    """Propose a helper to the victim."""
    case, form = case_of(request, pk), HelperForm(request.POST or None)
    return _form_page(
        request,
        case,
        form,
        _("Propose a helper"),
        lambda said: propose_helper(case=case, by=request.actor, **said),
        "helpers",
    )


@require_POST
@allow(*DECIDES)
def consent(request: Request, pk: UUID, helper: UUID) -> HttpResponse:
    """The victim agrees: it says so itself, or the team notes down who said it."""
    case = case_of(request, pk)
    proposed = _helper(request, case, helper)
    said_by = request.POST.get("consent_by", "")
    if case.organisation_id in request.viewer.own:
        said_by = said_by or request.actor.label
    done = _("The consent is recorded. %(name)s reads along from now on.") % {"name": proposed.organisation.name}
    attempt(request, lambda: consent_to_helper(helper=proposed, consent_by=said_by, by=request.actor), done)
    return _back(pk, "helpers")


@require_POST
@allow(*DECIDES)
def helper_end(request: Request, pk: UUID, helper: UUID) -> HttpResponse:
    """The help ends, and with it the sight."""
    case = case_of(request, pk)
    ended = _helper(request, case, helper)
    done = _("%(name)s does not see this case any more.") % {"name": ended.organisation.name}
    attempt(request, lambda: end_help(helper=ended, by=request.actor, reason=request.POST.get("reason", "")), done)
    return _back(pk, "helpers")


def _helper(request: Request, case: Case, pk: UUID) -> CaseHelper:
    """A helper of a case over which this person decides: the team, or the SPOC of the victim itself; a helper's own SPOC does not."""
    if not (request.viewer.has(*WORKS) or case.organisation_id in request.viewer.own):
        raise Http404
    row: CaseHelper = found(case.helpers.select_related("case", "organisation"), pk)
    return row


# What they share ------------------------------------------------------------------------------------------------------------------


def _works(viewer: Viewer, case: Case) -> bool:
    return viewer.has(*WORKS) and case.state != Case.State.MERGED


def _reads_for_team(viewer: Viewer) -> bool:
    return viewer.has(*WORKS, Role.AUDITOR)


def _form_page(
    request: Request, case: Case, form: forms.Form, title: str, deed: Callable[[dict[str, Any]], Any], anchor: str
) -> HttpResponse:
    """A form on a page of its own: shown, done, or shown again with what is wrong."""
    if (
        request.method == "POST"
        and form.is_valid()
        and attempt(request, lambda: deed(dict(form.cleaned_data)), _("Noted."))
    ):
        return _back(case.pk, anchor)
    context = {"case": case, "form": form, "title": title, "entry": None}
    return render(request, "incidents/case_entry.html", context, status=400 if form.errors else 200)


def _back(pk: UUID, anchor: str) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('case', args=[pk])}#{anchor}")
