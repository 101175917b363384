"""One's own webhooks: outside systems that are told what happens."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from paraat.accounts.models import User
from paraat.alerts import actions
from paraat.alerts.webhook_models import Webhook
from paraat.kernel.marking import MEMBERS, Viewer
from paraat.platform.guard import Request, allow
from paraat.platform.pages import attempt

OWNERS = tuple(MEMBERS)
EVENTS = {
    "alert.sent": _("An alert was sent"),
    "alert.withdrawn": _("An alert was withdrawn"),
    "notice.acknowledged": _("An organisation acknowledged"),
    "notice.silent": _("An organisation stays silent"),
}


class WebhookForm(forms.Form):
    """Where to post, and what of."""

    url = forms.URLField(label=_("Address"), max_length=500, assume_scheme="https")
    events = forms.MultipleChoiceField(
        label=_("Tell it when"), choices=list(EVENTS.items()), widget=forms.CheckboxSelectMultiple
    )


@allow(*OWNERS)
@require_http_methods(["GET", "HEAD", "POST"])
def webhooks(request: Request) -> HttpResponse:
    """One's webhooks; the secret of a new one is shown once, on the page that answers its making."""
    user, form, secret = cast("User", request.user), WebhookForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        made = attempt(request, lambda: actions.add_webhook(user=user, by=request.actor, **form.cleaned_data))
        secret, form = (made[1], WebhookForm()) if made else ("", form)
    rows = Webhook.objects.filter(user=user)
    context = {"form": form, "webhooks": rows, "secret": secret, "events": EVENTS}
    return render(request, "alerts/webhooks.html", context, status=422 if form.errors else 200)


@allow(*OWNERS)
@require_POST
def end(request: Request, webhook: UUID) -> HttpResponse:
    """Tell it nothing more."""
    found = get_object_or_404(Webhook, pk=webhook, user=request.user.pk)
    attempt(request, lambda: actions.end_webhook(webhook=found, by=request.actor), _("It is told nothing more."))
    return redirect("webhooks")


def panel(viewer: Viewer, user: object) -> str | None:  # noqa: ARG001  # a panel is given both
    """The way there, on one's own account's page."""
    if not viewer.has(*OWNERS):
        return None
    return SafeString(render_to_string("alerts/webhooks_panel.html", {}))
