"""Playbooks: the list, one with its versions and what differs, editing in every language, and going back to an older version."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from paraat.alerts.forms import ReasonForm
from paraat.alerts.views.acting import WORKS, act
from paraat.incidents import playbooks as shipped
from paraat.incidents.actions import playbooks as actions
from paraat.incidents.models import Playbook
from paraat.incidents.playbook_forms import PlaybookForm
from paraat.incidents.reading import active_playbooks, versions_of
from paraat.incidents.rules.playbooks import changes
from paraat.incidents.taxonomy import type_word
from paraat.incidents.views.cases import READS
from paraat.kernel.errors import Conflict, ParaatError
from paraat.platform.guard import Request, allow
from paraat.platform.jinja import language
from paraat.platform.pages import words_for


@require_safe
@allow(*READS)
def listing(request: Request) -> HttpResponse:
    """Every playbook in the version that new cases get."""
    context = {"playbooks": active_playbooks(), "type_word": type_word, "works": request.viewer.has(*WORKS)}
    return render(request, "incidents/playbooks.html", context)


@require_safe
@allow(*READS)
def one(request: Request, key: str, version: int | None = None) -> HttpResponse:
    """One version, the active one unless another is asked; beside it what differs from the one before it, or from `?from=`."""
    versions = versions_of(key)
    shown = _of(versions, version) if version is not None else next((one for one in versions if one.active), None)
    if shown is None:
        raise Http404
    older = _compared(request, versions, shown)
    context = {
        "playbook": shown,
        "versions": versions,
        "older": older,
        "changes": changes(as_data(older), as_data(shown), language()) if older else [],
        "sources": shipped.load()[key].sources if key in shipped.load() else (),
        "type_word": type_word,
        "works": request.viewer.has(*WORKS),
        "reason": ReasonForm(),
    }
    return render(request, "incidents/playbook.html", context)


def _of(versions: list[Playbook], version: int) -> Playbook | None:
    return next((one for one in versions if one.version == version), None)


def _compared(request: Request, versions: list[Playbook], shown: Playbook) -> Playbook | None:
    asked = request.GET.get("from", "")
    if asked.isdecimal():
        return _of(versions, int(asked))
    return next((one for one in versions if one.version < shown.version), None)


def as_data(playbook: Playbook) -> dict[str, Any]:
    """A version as the rules compare it."""
    return {name: getattr(playbook, name) for name in ("title", "first_hour", "steps", "classifications")}


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WORKS)
def edit(request: Request, key: str) -> HttpResponse:
    """Edit in every language; saving makes the next version. What is wrong is said, and what was typed stays."""
    base = next((one for one in versions_of(key) if one.active), None)
    if base is None:
        raise Http404
    form = PlaybookForm(request.POST or None, languages=settings.LANGUAGES, playbook=base)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.edit_playbook(key=key, by=request.actor, **form.values())
            return HttpResponseRedirect(reverse("playbook_version", args=[key, made.version]))
        except ParaatError as error:
            form.add_error(None, words_for(error))
            status = 409 if isinstance(error, Conflict) else 400
    status = 400 if form.errors and status == 200 else status
    return render(request, "incidents/playbook_edit.html", {"form": form, "playbook": base}, status=status)


@require_POST
@allow(*WORKS)
def activate(request: Request, key: str, version: int) -> HttpResponse:
    """New cases get this version from now on."""
    reason = request.POST.get("reason", "")
    deed = lambda: actions.activate_playbook(key=key, version=version, because=reason, by=request.actor)  # noqa: E731
    return act(request, deed, _("New cases get this version."), back=reverse("playbook", args=[key]))
