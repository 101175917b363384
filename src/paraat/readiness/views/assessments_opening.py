"""Beginning an assessment: a SPOC for itself, the team for any constituent, a provider for its customers."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from paraat.kernel.marking import Role
from paraat.platform import moment
from paraat.platform.guard import Request, allow
from paraat.platform.jinja import language
from paraat.platform.pages import attempt
from paraat.platform.picking import chosen
from paraat.readiness.actions import assessments as actions
from paraat.readiness.assessment_forms import CustomersForm, OpenForm, OwnForm, TeamForm
from paraat.readiness.models import Assessment
from paraat.readiness.views.assessments import WORKS
from paraat.registry.models import Organisation, Supply


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WORKS, Role.SPOC, Role.PROVIDER)
def new(request: Request) -> HttpResponse:
    """The form that fits who asks: the team chooses anybody, a provider its customers, a SPOC its own."""
    form = _form(request)
    if request.method == "POST" and form.is_valid():
        made = attempt(request, lambda: _opened(request, form), _("It is open. Everything is saved while you answer."))
        if made:
            return HttpResponseRedirect(_onward(made))
    return render(request, "readiness/assessments/new.html", {"form": form}, status=400 if form.errors else 200)


def _form(request: Request) -> OpenForm:
    posted = request.POST if request.method == "POST" else None
    if request.viewer.has(*WORKS):
        return TeamForm(posted, initial={"organisation": request.GET.get("organisation", "")})
    if request.viewer.has(Role.PROVIDER) and not (request.viewer.has(Role.SPOC) and request.GET.get("for") == "own"):
        return CustomersForm(posted, customers=_named(Organisation.objects.filter(pk__in=request.viewer.clients)))
    return OwnForm(posted, mine=_named(_mine(request)))


def _mine(request: Request) -> Any:
    return Organisation.objects.constituents().filter(pk__in=request.viewer.own)


def _named(rows: Any) -> list[tuple[str, str]]:
    return [(str(one.pk), one.name_in(language())) for one in rows.order_by("name")]


def _opened(request: Request, form: OpenForm) -> list[Assessment]:
    (edition, level), given = form.chosen(), form.cleaned_data
    known = {"edition": edition, "level": level, "due_on": given["due_on"], "by": request.actor}
    if isinstance(form, CustomersForm):
        towns = list(
            Organisation.objects.filter(pk__in=request.viewer.clients.intersection(chosen(given["customers"])))
        )
        return actions.open_for_customers(organisations=towns, author=_author(request, towns), **known)
    if isinstance(form, TeamForm):
        more = {name: given[name] for name in ("kind", "organisation")}
        if given["kind"] == "external":
            more |= {"author": given["author"], "auditor": given["auditor"]}
        return [actions.open_assessment(**known, **more)]
    town = _mine(request).get(pk=given["organisation"])
    return [actions.open_assessment(organisation=town, kind="self", **known)]


def _author(request: Request, towns: list[Organisation]) -> Organisation:
    """The one of the reader's organisations that supplies these customers."""
    supplied = Supply.objects.as_of(moment.today()).filter(consent=True, customer__in=towns, supplier__in=request.viewer.own)  # fmt: skip
    found: Organisation | None = (
        Organisation.objects.filter(pk__in=supplied.values("supplier")).order_by("name").first()
    )
    if found is None:
        raise Http404
    return found


def _onward(made: list[Assessment]) -> str:
    first = made[0]
    if first.kind == Assessment.Kind.PROVIDER:
        return reverse("assessments_together", args=[first.author_id, first.edition_id])
    return reverse("assessment", args=[first.pk])
