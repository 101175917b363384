"""Measures from the gaps of an assessment, planned at once: whoever ticks a line plans it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from paraat.alerts.views.acting import act, found
from paraat.kernel.errors import Invalid
from paraat.platform.guard import Request, allow
from paraat.platform.jinja import language
from paraat.platform.picking import chosen
from paraat.readiness import measure_rights as rights
from paraat.readiness.actions.measures_planning import gaps_of, plan_gaps
from paraat.readiness.assessing import whose
from paraat.readiness.measure_forms import GapsForm
from paraat.readiness.measure_words import title_of
from paraat.readiness.models import Assessment
from paraat.readiness.rules.assessments import reads_answers


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*rights.WORKS)
def gaps(request: Request, assessment: UUID) -> HttpResponse:
    """What is not in place, and what has no measure yet; the heaviest first."""
    rows = Assessment.objects.visible_to(request.viewer).select_related("organisation", "edition__framework")
    of: Assessment = found(rows, assessment)
    if not rights.works_for(request.viewer, of.organisation) or not reads_answers(request.viewer, whose(of)):
        raise Http404
    form = GapsForm(request.POST or None, organisation=of.organisation)
    if request.method == "POST" and form.is_valid():
        picked = chosen(request.POST.getlist("answer"))

        def deed() -> None:
            if not picked:
                raise Invalid("Tick at least one line", field="answer")
            plan_gaps(assessment=of, answers=picked, language=language(), by=request.actor, **form.cleaned_data)

        said = ngettext("%(num)s measure is planned.", "%(num)s measures are planned.", len(picked)) % {
            "num": len(picked)
        }
        answer = act(request, deed, said, back=reverse("measure_gaps", args=[of.pk]))
        return HttpResponseRedirect(answer.headers["Location"])
    context: dict[str, Any] = {
        "assessment": of,
        "form": form,
        "gaps": [(one, title_of(one.control.title, language())) for one in gaps_of(of)],
    }
    return render(request, "readiness/measures/gaps.html", context, status=400 if form.errors else 200)
