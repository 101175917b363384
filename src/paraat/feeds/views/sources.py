"""Sources: added, changed, confirmed."""

from __future__ import annotations

from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from paraat.feeds import actions, sources
from paraat.feeds.forms import FormatForm, SourceForm
from paraat.feeds.models import Run, Source
from paraat.feeds.views.intake import health
from paraat.kernel.marking import TEAM, Role
from paraat.platform import moment
from paraat.platform.guard import Request, allow
from paraat.platform.pages import attempt

EDITORS = (*sorted(TEAM), Role.ADMINISTRATOR)


@allow(*EDITORS)
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: Request) -> HttpResponseBase:
    """A new source: its format and name; the rest starts with the format's defaults."""
    form = FormatForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = attempt(
            request,
            lambda: actions.add_source(**form.cleaned_data, by=request.actor),
            _("Added. Look at its properties, then confirm it: until then its lists wait for a person."),
        )
        if made is not None:
            return redirect("source", made.slug)
    shown = {"form": form, "formats": sources.formats()}
    return render(request, "feeds/source_add.html", shown, status=422 if form.errors else 200)


@allow(*EDITORS)
@require_http_methods(["GET", "HEAD", "POST"])
def source(request: Request, slug: str) -> HttpResponseBase:
    """One source: how it does, its properties, its last runs."""
    found = get_object_or_404(Source, slug=slug)
    form = SourceForm(request.POST or None, source=found)
    if request.method == "POST" and form.is_valid():
        changed = attempt(
            request, lambda: actions.change_source(source=found, by=request.actor, **form.values()), _("Changed.")
        )
        if changed is not None:
            return redirect("source", slug)
    shown = {
        "source": found,
        "form": form,
        "format": sources.get(found.format),
        "health": health(found, moment.now()),
        "runs": Run.objects.visible_to(request.viewer).filter(source=found)[:10],
        "may_confirm": request.viewer.is_team,
    }
    return render(request, "feeds/source.html", shown, status=422 if form.errors else 200)


@allow(*sorted(TEAM))
@require_POST
def confirm(request: Request, slug: str) -> HttpResponseBase:
    """A person says that the source is what it says it is."""
    found = get_object_or_404(Source, slug=slug)
    attempt(request, lambda: actions.confirm_source(source=found, by=request.actor), _("Confirmed."))
    return redirect("source", slug)
