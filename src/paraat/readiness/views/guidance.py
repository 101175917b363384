"""The library: a list with search and filters, one recommendation with its older versions, and what the team does with them."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Func, TextField, Value
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from paraat.alerts.views.acting import WORKS, act
from paraat.kernel.errors import Conflict, Invalid
from paraat.kernel.marking import MEMBERS
from paraat.platform.guard import Request, allow
from paraat.platform.jinja import in_language, language
from paraat.platform.pages import words_for
from paraat.platform.tables import Column, Filter, Table
from paraat.readiness.actions.guidance import add_recommendation, check_recommendation, withdraw_recommendation
from paraat.readiness.guidance_forms import AUDIENCES, RecommendationForm, initial_of
from paraat.readiness.lesson_forms import LANGUAGES, BecauseForm
from paraat.readiness.models import Recommendation

PLACES = [
    ("lesson", _("Lessons")),
    ("measure", _("Measures")),
    ("alert", _("Alerts")),
    ("control", _("Checklist items")),
]


@require_safe
@allow(*sorted(MEMBERS))
def listing(request: Request) -> HttpResponseBase:
    """What is in force; withdrawn and older ones by the filter."""
    stands = request.GET.get("stands", "")
    table = Table(
        request,
        Recommendation.objects.all() if stands == "gone" else Recommendation.objects.current(),
        name="guidance",
        columns=[
            Column("title", _("Title"), value=lambda row: in_language(row.title)),
            Column("publisher", _("Publisher"), sort="publisher"),
            Column("summary", _("In our own words"), value=lambda row: in_language(row.summary)),
            Column("languages", _("Languages"), value=lambda row: sorted(row.links)),
            Column("version", _("Version"), sort="version"),
            Column("checked_on", _("Links checked"), sort="checked_on"),
            Column("link", _("Address"), value=lambda row: in_language(row.links)),
        ],
        search=["title", "summary", "publisher", "key"],
        filters=[
            Filter("audience", _("For whom"), AUDIENCES, apply=lambda rows, value: rows.filter(audiences__contains=[value])),
            Filter("place", _("Shown with"), PLACES, apply=_shown_with),
            Filter("language", _("Written in"), list(LANGUAGES.items()), apply=lambda rows, value: rows.filter(links__has_key=value)),
            Filter("stands", _("In force"), [("gone", _("older and withdrawn"))], apply=_gone),
        ],
        order="publisher",
        empty=_("No recommendation yet."),
        hint=_("What ships with Paraat comes in within half an hour after its start."),
    )  # fmt: skip
    return table.answer("readiness/guidance/list.html", {"works": request.viewer.has(*WORKS)})


def _shown_with(rows: Any, value: str) -> Any:
    """Those with a topic of this place: `alert` itself, or `alert:ddos`."""
    places = Func(F("topics"), Value(" "), function="array_to_string", output_field=TextField())
    return rows.annotate(places=places).filter(places__regex=rf"(^| ){value}(:| |$)")


def _gone(rows: Any, value: str) -> Any:  # noqa: ARG001  # a filter's shape
    return rows.exclude(pk__in=Recommendation.objects.current().values("pk"))


@require_safe
@allow(*sorted(MEMBERS))
def one(request: Request, key: str) -> HttpResponse:
    """The newest version, and the older ones below it; `?version=` opens an older one."""
    rows = list(Recommendation.objects.filter(key=key).order_by("replaced_at", "-added_at"))
    newest = next((row for row in rows if row.replaced_at is None), rows[0] if rows else None)
    asked = request.GET.get("version", "")
    row = next((one for one in rows if one.version == asked), None) if asked else newest
    if row is None:
        raise Http404
    context = {
        "row": row,
        "newest": newest,
        "older": [one for one in rows if one.pk != row.pk],
        "links": [(LANGUAGES.get(code, code), code, link) for code, link in sorted(row.links.items())],
        "audiences": [label for name, label in AUDIENCES if name in row.audiences],
        "works": request.viewer.has(*WORKS),
        "why": BecauseForm(),
    }
    return render(request, "readiness/guidance/one.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WORKS)
def new(request: Request, key: str = "") -> HttpResponse:
    """Add one; with a key, a newer version of that one."""
    before = _current(key) if key else None
    form = RecommendationForm(
        request.POST if request.method == "POST" else None,
        initial=initial_of(before) if before else {}, first=language(), known=before is not None,
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        made = _add(request, form, before.key if before else form.cleaned_data["key"])
        if made is not None:
            return HttpResponseRedirect(reverse("recommendation", args=[made.key]))
    return render(
        request, "readiness/guidance/write.html", {"form": form, "before": before}, status=400 if form.errors else 200
    )


def _add(request: Request, form: RecommendationForm, key: str) -> Recommendation | None:
    if "key" in form.fields and Recommendation.objects.filter(key=key).exists():
        form.add_error("key", gettext("There is one with this key: add a newer version on its page."))
        return None
    try:
        return add_recommendation(key=key, by=request.actor, **form.said())
    except (Invalid, Conflict) as error:
        field = str(error.context.get("field") or ("version" if isinstance(error, Conflict) else ""))
        at = f"{field}_{form.order[0]}" if f"{field}_{form.order[0]}" in form.fields else field
        form.add_error(at if at in form.fields else None, words_for(error))
        return None


def _current(key: str) -> Recommendation:
    row: Recommendation | None = Recommendation.objects.filter(key=key, replaced_at=None).first()
    if row is None:
        raise Http404
    return row


@require_POST
@allow(*WORKS)
def check(request: Request, key: str) -> HttpResponse:
    """I looked today: the links work and still say so."""
    row = _current(key)
    deed = lambda: check_recommendation(row=row, by=request.actor)  # noqa: E731
    return act(request, deed, gettext("Noted under your name."), back=reverse("recommendation", args=[key]))


@require_POST
@allow(*WORKS)
def withdraw(request: Request, key: str) -> HttpResponse:
    """Show it nowhere any more."""
    row, why = _current(key), request.POST.get("because", "")
    deed = lambda: withdraw_recommendation(row=row, by=request.actor, because=why)  # noqa: E731
    return act(request, deed, gettext("Withdrawn. It stays readable."), back=reverse("recommendation", args=[key]))
