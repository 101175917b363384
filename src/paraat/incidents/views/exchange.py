"""A case as a file for another installation, and a file from one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from paraat.alerts.views.acting import WORKS, found
from paraat.incidents import case_files
from paraat.incidents.actions import exchange
from paraat.incidents.evidence_forms import tlp_field
from paraat.incidents.handing_out import HARMLESS
from paraat.incidents.models import Case
from paraat.kernel.marking import Viewer
from paraat.platform.guard import Request, allow
from paraat.platform.pages import attempt


class ExportForm(forms.Form):
    """Up to which marking, why, and whether the evidence itself goes along."""

    tlp = tlp_field()
    contents = forms.BooleanField(label=gettext_lazy("With the content of the evidence, as a ZIP"), required=False)
    why = forms.CharField(label=gettext_lazy("For whom and why"), max_length=500)


class ImportForm(forms.Form):
    """A case file."""

    file = forms.FileField(label=gettext_lazy("Case file"), help_text=gettext_lazy("JSON, or a ZIP with the evidence."))


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WORKS)
def export(request: Request, case: UUID) -> HttpResponseBase:
    """Save a case as a file."""
    of: Case = found(Case.objects.visible_to(request.viewer), case)
    form = ExportForm(request.POST or None, initial={"tlp": of.tlp})
    if request.method == "POST" and form.is_valid():
        answer = attempt(request, lambda: _exported(request, of, form.cleaned_data))
        if answer is not None:
            return answer
    return render(request, "incidents/case_export.html", {"case": of, "form": form}, status=400 if form.errors else 200)


def _exported(request: Request, case: Case, given: dict[str, Any]) -> HttpResponseBase:
    document = exchange.export_case(case=case, tlp=given["tlp"], by=request.actor, why=given["why"])
    answer: HttpResponseBase
    if given["contents"]:
        taken = exchange.export_contents(case=case, document=document, by=request.actor, why=given["why"])
        answer, end = StreamingHttpResponse(case_files.zipped(document, taken), headers=HARMLESS), "zip"
    else:
        answer, end = (
            HttpResponse(exchange.as_json(document), headers={**HARMLESS, "Content-Type": "application/json"}),
            "json",
        )
    answer.headers["Content-Disposition"] = f'attachment; filename="{case.number}.{end}"'
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WORKS)
def take_in(request: Request) -> HttpResponse:
    """Take in a case file."""
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        done = attempt(request, lambda: case_files.take_in(file, by=request.actor), _("The case was taken in."))
        if done is not None:
            return HttpResponseRedirect(f"/cases/{done.case_id}/")
    return render(request, "incidents/case_import.html", {"form": form}, status=400 if form.errors else 200)


def panel(viewer: Viewer, case: Case) -> str | None:
    """The link to the export, for the team."""
    if not viewer.has(*WORKS):
        return None
    context = {"address": reverse("case_export", args=[case.pk])}
    return SafeString(render_to_string("incidents/_case_file.html", context))
