"""Which regimes an organisation is under: the panel on its page, and the form with its source."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from paraat.alerts.views.acting import WORKS, found
from paraat.incidents import regimes
from paraat.incidents.actions.regime_flags import set_regime
from paraat.incidents.clock_forms import RegimeForm
from paraat.incidents.clocks import words
from paraat.incidents.models import OrganisationRegime
from paraat.incidents.views.clocks import SEES, tell_wrong
from paraat.kernel.marking import Viewer
from paraat.platform import moment
from paraat.platform.guard import Request, allow
from paraat.platform.pages import attempt
from paraat.registry.models import Organisation


def organisation_panel(viewer: Viewer, organisation: Organisation) -> str | None:
    """The flags of an organisation, for whoever may know them."""
    if not viewer.has(*SEES):
        return None
    flags = OrganisationRegime.objects.visible_to(viewer).filter(organisation=organisation.pk).order_by("regime")
    rows = [(flag, _title(flag.regime)) for flag in flags]
    if not rows and not viewer.is_team:
        return None
    context = {"organisation": organisation, "rows": rows, "works": viewer.is_team}
    return SafeString(render_to_string("incidents/_regimes.html", context))


def _title(key: str) -> str:
    versions = regimes.all_versions().get(key)
    return words(versions[-1].title) if versions else key


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WORKS)
def edit(request: Request, pk: UUID) -> HttpResponse:
    """Say whether an organisation is under a regime."""
    organisation: Organisation = found(Organisation.objects.visible_to(request.viewer), pk)
    form = RegimeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = {**form.cleaned_data, "applies": form.cleaned_data["applies"] == "yes"}
        done = attempt(
            request, lambda: set_regime(organisation=organisation, by=request.actor, **said), _("It is on file.")
        )
        if done:
            return HttpResponseRedirect(reverse("organisation", args=[organisation.pk]))
    elif request.method == "POST":
        tell_wrong(request, form)
    context = {
        "organisation": organisation,
        "form": form,
        "known": [(one, words(one.title)) for one in regimes.in_force(moment.today())],
    }
    return render(request, "incidents/regimes.html", context)
