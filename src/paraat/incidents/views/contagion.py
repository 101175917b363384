"""Who may be next: who shares the victim's suppliers or systems, how they can be reached, and one click to warn them all. For the team."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from paraat.alerts.views.acting import WATCHES, WORKS, found, officer_of
from paraat.incidents.actions.contagion import warn_customers
from paraat.incidents.contagion import sources
from paraat.incidents.models import Case
from paraat.incidents.views.cases import case_of
from paraat.incidents.wording import about_supplier
from paraat.incidents.work_forms import WarningForm
from paraat.kernel.marking import Tlp, Viewer
from paraat.platform import panels
from paraat.platform.guard import Request, allow
from paraat.platform.pages import attempt
from paraat.registry.models import Organisation

REACH: dict[str, Any] = {
    "ok": gettext_lazy("can be reached"),
    "not_out_of_band": gettext_lazy("only on its own systems"),
    "none": gettext_lazy("nobody to reach"),
}


def panel(viewer: Viewer, case: Case) -> str | None:
    """How many share what with the victim."""
    if not viewer.has(*WATCHES):
        return None
    found_sources = sources(case)
    if not found_sources:
        return None
    context = {"case": case, "sources": found_sources, "works": viewer.has(*WORKS)}
    return panels.render("incidents/_contagion.html", context)


@require_safe
@allow(*WATCHES)
def view(request: Request, pk: UUID) -> HttpResponse:
    """Everybody who shares something with the victim, with how far each can be reached."""
    case = case_of(request, pk)
    context = {"case": case, "sources": sources(case), "works": request.viewer.has(*WORKS), "reach": REACH}
    return render(request, "incidents/contagion.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WORKS)
def warn(request: Request, pk: UUID, supplier: UUID) -> HttpResponse:
    """What the customers of an involved supplier are told; it becomes a draft that is sent as every announcement is."""
    case = case_of(request, pk)
    firm: Organisation = found(Organisation.objects.filter(involved_in__case=case), supplier)
    title, text = about_supplier(firm.name)
    initial = {f"title_{code}": words for code, words in title.items()} | {
        f"text_{code}": words for code, words in text.items()
    }
    form = WarningForm(request.POST or None, languages=settings.LANGUAGES, initial=initial | {"tlp": int(Tlp.AMBER)})
    if request.method == "POST" and form.is_valid():
        alert = attempt(
            request,
            lambda: warn_customers(
                case=case, supplier=firm, title=form.texts("title"), text=form.texts("text"), author=officer_of(request),
                by=request.actor, severity=form.cleaned_data["severity"], tlp=form.cleaned_data["tlp"],
            ),
        )  # fmt: skip
        if alert is not None:
            messages.success(request, _("This is a draft: look at it, and send it."))
            return HttpResponseRedirect(f"/announcements/{alert.pk}/")
    context = {"case": case, "form": form, "supplier": firm}
    return render(request, "incidents/contagion_warn.html", context, status=400 if form.errors else 200)
