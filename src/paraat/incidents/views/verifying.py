"""What an officer does about a report before triage: say whose it is, call back through a contact on file, note what came of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from paraat.alerts.views.acting import WORKS, act, found
from paraat.incidents.actions.reports import place_report
from paraat.incidents.actions.verifying import confirm_report, deny_report
from paraat.incidents.models import Report
from paraat.incidents.views import reports
from paraat.platform import moment
from paraat.platform.guard import Request, allow
from paraat.registry.actions import read_code_word
from paraat.registry.models import Contact, Organisation
from paraat.registry.naming import or_nobody

RINGS = ("voice", "sms")
"""Channels of which the address is a telephone number."""


class CallBackForm(forms.Form):
    """Whom the call reached, and what they said."""

    contact = forms.ChoiceField(label=gettext_lazy("Which contact on file did you call?"))
    spoke_to = forms.CharField(
        label=gettext_lazy("Whom did you speak to?"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("Name or function, and whether the code word was right."),
    )
    outcome = forms.ChoiceField(
        label=gettext_lazy("What did they say?"),
        choices=[("true", gettext_lazy("It is true")), ("denied", gettext_lazy("They know nothing of it"))],
        widget=forms.RadioSelect,
    )

    def __init__(self, report: Report, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["contact"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            (str(one.pk), f"{one.get_role_display()}: {one.name}") for one in on_file(report)
        ]


def on_file(report: Report) -> list[Contact]:
    """The contacts on file of the report's organisation, who may be called back."""
    if report.organisation is None:
        return []
    day = moment.day(moment.now())
    rows = Contact.objects.answering().as_of(day).filter(organisation=report.organisation)
    return list(rows.prefetch_related("channels").order_by("role", "name"))


def numbers(contact: Contact) -> list[tuple[str, bool]]:
    """(number, whether it works when the organisation's own systems are down) of a contact, each once."""
    rows = [one for one in contact.channels.all() if one.kind in RINGS and one.address]
    return list({one.address: (one.address, one.out_of_band) for one in rows}.values())


@require_POST
@allow(*WORKS)
def place(request: Request, pk: UUID) -> HttpResponse:
    """Say whose report it is."""
    report = reports.report_of(request, pk)
    typed = request.POST.get("organisation", "").strip()
    whose = found(Organisation.objects.all(), UUID(typed)) if _is_id(typed) else or_nobody(typed)
    if whose is None:
        messages.error(request, _("No organisation on file has this name, or several have."))
        return reports.page(request, report, status=400)
    return act(
        request,
        lambda: place_report(report=report, organisation=whose, by=request.actor),
        _("Noted."),
        back=f"/reports/{pk}/#verify",
    )


@require_POST
@allow(*WORKS)
def verify(request: Request, pk: UUID) -> HttpResponse:
    """What came of calling back."""
    report = reports.report_of(request, pk)
    form = CallBackForm(report, request.POST)
    if not form.is_valid():
        return reports.page(request, report, call_form=form, status=400)
    contact = found(Contact.objects.all(), UUID(form.cleaned_data["contact"]))
    deed = confirm_report if form.cleaned_data["outcome"] == "true" else deny_report
    spoke_to = form.cleaned_data["spoke_to"]
    return act(
        request,
        lambda: deed(report=report, contact=contact, spoke_to=spoke_to, by=request.actor),
        _("Noted."),
        back=f"/reports/{pk}/#verify",
    )


@require_POST
@allow(*WORKS)
def code_word(request: Request, pk: UUID) -> HttpResponse:
    """Show the code word, to ask for it on the line; by POST, since the journal notes who read it."""
    report = reports.report_of(request, pk)
    if report.organisation is None or not report.organisation.code_word:
        messages.error(request, _("This organisation has no code word yet."))
        return reports.page(request, report)
    return reports.page(request, report, word=read_code_word(organisation=report.organisation, by=request.actor))


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
