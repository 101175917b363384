"""Indicators on screen: the list in which the team reviews them, and a text of a case in which they are looked for. Shown defanged."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Count, QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from paraat.alerts.views.acting import WATCHES, WORKS, found
from paraat.formats.indicators import defang
from paraat.incidents.actions import indicators as actions
from paraat.incidents.evidence_forms import MOMENT, tlp_field
from paraat.incidents.models import Case, Indicator, IndicatorSighting
from paraat.kernel.marking import Tlp, Viewer
from paraat.platform import moment
from paraat.platform.guard import Request, allow
from paraat.platform.pages import attempt
from paraat.platform.tables import WORLD, Column, Filter, Table

SHOWN = 30
LARGEST = 5 * 1024 * 1024


class TextForm(forms.Form):
    """A text to look through: pasted, or a file."""

    text = forms.CharField(
        label=gettext_lazy("Text"),
        required=False,
        strip=False,
        max_length=LARGEST,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false", "autocomplete": "off"}),
        help_text=gettext_lazy("As it is: also written as hxxp, [.] or (at)."),
    )
    file = forms.FileField(label=gettext_lazy("Or a text file"), required=False)
    where = forms.CharField(
        label=gettext_lazy("What it is"), max_length=200, help_text=gettext_lazy("The ransom note, a log, a mail.")
    )
    tlp = tlp_field()

    def clean(self) -> dict[str, Any]:
        """One of both."""
        given = super().clean() or {}
        file = given.get("file")
        if file is not None and file.size > LARGEST:
            raise forms.ValidationError(_("This file is larger than 5 MB; cut it."))
        given["words"] = file.read().decode("utf-8", "replace") if file is not None else given.get("text", "")
        if not given["words"].strip():
            raise forms.ValidationError(_("Paste a text or choose a file."))
        return given


class ReviewForm(forms.Form):
    """What is decided about those that are ticked."""

    decision = forms.ChoiceField(choices=[("accept", ""), ("reject", "")])
    because = forms.CharField(label=gettext_lazy("Why not"), max_length=300, required=False)
    tlp = forms.TypedChoiceField(
        label="TLP",
        coerce=int,
        empty_value=None,
        required=False,
        choices=[("", gettext_lazy("as it is")), *((level.value, level.label) for level in Tlp)],
    )
    expires_at = forms.DateTimeField(
        label=gettext_lazy("Expires"),
        required=False,
        input_formats=MOMENT,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )


@require_safe
@allow(*WATCHES)
def listing(request: Request) -> HttpResponseBase:
    """Every indicator: those that wait first."""
    rows = Indicator.objects.visible_to(request.viewer).annotate(cases=Count("sightings"))
    table = Table(
        request,
        rows,
        name="indicators",
        columns=[
            Column("kind", gettext_lazy("Kind"), sort="kind"),
            Column("value", gettext_lazy("Value"), sort="value"),
            Column("state", gettext_lazy("State"), sort="state"),
            Column("tlp", "TLP", value=lambda row: Tlp(row.tlp).label, sort="tlp"),
            Column("cases", gettext_lazy("Cases"), sort="cases", number=True),
            Column("warning_lists", gettext_lazy("Lists of harmless values")),
            Column("expires_at", gettext_lazy("Expires"), sort="expires_at"),
            Column("proposed_at", gettext_lazy("Proposed"), sort="proposed_at"),
        ],
        search=["value"],
        filters=[
            Filter("state", gettext_lazy("State"), Indicator.State.choices),
            Filter("kind", gettext_lazy("Kind"), Indicator.Kind.choices),
            Filter("doubt", gettext_lazy("Doubt"), [("yes", gettext_lazy("On a list, or reserved"))], apply=_doubtful),
            Filter(
                "expired",
                gettext_lazy("Validity"),
                [("no", gettext_lazy("Valid")), ("yes", gettext_lazy("Expired"))],
                apply=_expired,
            ),
            WORLD,
        ],
        order="-proposed_at",
        empty=gettext_lazy("No indicator yet."),
        hint=gettext_lazy("Look through a text on the page of a case; what is found waits here for review."),
    )
    context = {"now": moment.now(), "works": request.viewer.has(*WORKS), "review": ReviewForm(auto_id="review_%s")}
    return table.answer("incidents/indicators.html", context | {"defang": defang})


def _doubtful(rows: QuerySet[Any], _value: str) -> QuerySet[Any]:
    return rows.exclude(warning_lists=[]) | rows.filter(reserved=True)


def _expired(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    over = rows.filter(expires_at__lte=moment.now())
    return over if value == "yes" else rows.exclude(pk__in=over.values("pk"))


@require_POST
@allow(*WORKS)
def review(request: Request) -> HttpResponse:
    """Accept or reject those that are ticked."""
    form, back = ReviewForm(request.POST), HttpResponseRedirect(reverse("indicators") + "?state=proposed")
    ticked = [key for key in request.POST.getlist("indicator") if len(key) == 36]
    rows = list(Indicator.objects.visible_to(request.viewer).filter(pk__in=ticked)) if form.is_valid() else []
    if not rows:
        return back
    given = form.cleaned_data
    deed = lambda: actions.review_indicators(  # noqa: E731
        indicators=rows,
        accept=given["decision"] == "accept",
        by=request.actor,
        because=given["because"],
        tlp=given["tlp"],
        expires_at=given["expires_at"],
    )
    attempt(
        request,
        deed,
        ngettext("%(num)s indicator reviewed.", "%(num)s indicators reviewed.", len(rows)) % {"num": len(rows)},
    )
    return back


@require_safe
@allow(*WATCHES)
def one(request: Request, pk: UUID) -> HttpResponse:
    """One indicator and where it was seen."""
    row: Indicator = found(Indicator.objects.visible_to(request.viewer), pk)
    cases = Case.objects.visible_to(request.viewer).order_by()
    seen = IndicatorSighting.objects.filter(indicator=row, case__in=cases).select_related("case").order_by("at")
    context = {"row": row, "seen": seen, "shown": defang(row.kind, row.value), "works": request.viewer.has(*WORKS)}
    return render(
        request, "incidents/indicator.html", context | {"review": ReviewForm(auto_id="review_%s"), "now": moment.now()}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WORKS)
def look(request: Request, case: UUID) -> HttpResponse:
    """Look for indicators in a text of a case."""
    of: Case = found(Case.objects.visible_to(request.viewer), case)
    form = TextForm(request.POST or None, request.FILES or None, initial={"tlp": of.tlp})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        rows = attempt(request, lambda: _proposed(request, of, given))
        if rows is not None:
            said = ngettext("%(num)s indicator found.", "%(num)s indicators found.", len(rows)) % {"num": len(rows)}
            attempt(request, lambda: True, said)
            return HttpResponseRedirect(reverse("indicators") + "?state=proposed")
    return render(
        request, "incidents/indicators_look.html", {"case": of, "form": form}, status=400 if form.errors else 200
    )


def _proposed(request: Request, case: Case, given: dict[str, Any]) -> list[Indicator]:
    proposal = actions.read_text(text=given["words"])
    return actions.propose_indicators(
        case=case, proposal=proposal, where=given["where"], by=request.actor, tlp=given["tlp"]
    )


def panel(viewer: Viewer, case: Case) -> str | None:
    """The indicators of a case, on its page, for the room."""
    if not viewer.has(*WATCHES):
        return None
    rows = Indicator.objects.visible_to(viewer).filter(sightings__case=case).exclude(state=Indicator.State.REJECTED)
    listed = list(rows.order_by("-state", "kind", "value")[: SHOWN + 1])
    context = {
        "case": case,
        "rows": [(row, defang(row.kind, row.value)) for row in listed[:SHOWN]],
        "more": len(listed) > SHOWN,
        "works": viewer.has(*WORKS),
    }
    return SafeString(render_to_string("incidents/_indicators.html", context))
