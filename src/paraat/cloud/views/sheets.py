"""The sealed sheet on the page of a tenant: issued by the team, after asking, and never shown again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from paraat.cloud.actions.sheets import issue_sheet
from paraat.cloud.models import Tenant
from paraat.cloud.rules import life
from paraat.cloud.views.reading import found
from paraat.kernel.errors import Invalid
from paraat.kernel.marking import TEAM, Viewer
from paraat.platform import panels
from paraat.platform.guard import Request, allow
from paraat.platform.pages import attempt


def panel(viewer: Viewer, tenant: Any) -> str | None:
    """When it was issued last, and the button, where the tenant has accounts."""
    if not viewer.is_team or "accounts" not in tenant.services or tenant.state in life.OVER:
        return None
    context = {"tenant": tenant, "may": tenant.state in life.PROVEN, "form": SureForm()}
    return panels.render("cloud/_sheet.html", context)


class SureForm(forms.Form):
    """Whoever ends codes and passwords says so."""

    sure = forms.BooleanField(label=_("Earlier codes and passwords may end"))


@require_POST
@allow(*TEAM)
def issue(request: Request, pk: UUID) -> HttpResponse:
    """A new sheet as PDF, with new codes."""
    tenant: Tenant = found(Tenant.objects.visible_to(request.viewer), pk)

    def deed() -> bytes:
        if not SureForm(request.POST).is_valid():
            raise Invalid("Say that earlier codes and passwords may end", field="sure")
        return issue_sheet(tenant=tenant, by=request.actor)

    made = attempt(request, deed)
    if made is None:
        return HttpResponseRedirect(reverse("tenant", args=[pk]))
    name = f'attachment; filename="{tenant.number}-{tenant.sheet_generation}.pdf"'
    headers = {"Content-Disposition": name, "Cache-Control": "no-store"}
    return HttpResponse(made, content_type="application/pdf", headers=headers)
