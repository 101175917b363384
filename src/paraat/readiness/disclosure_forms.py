"""The forms of researchers' reports: the public one, the page of the code, and the team's."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from paraat.readiness.engagement_forms import text_area
from paraat.registry.naming import OrganisationField


class ReportForm(forms.Form):
    """What a researcher found. Only the words are required; who it is need not be said."""

    text = text_area(
        _("What did you find?"), 6, help_text=_("In your own words. Passwords and data of people do not belong here.")
    )
    target = forms.CharField(
        label=_("Where?"),
        required=False,
        max_length=300,
        help_text=_("Web address, host, IP address, or the name of the organisation."),
    )
    found_at = forms.DateTimeField(
        label=_("When did you discover it?"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("The time limits of the law count from this moment."),
    )
    full = forms.BooleanField(
        label=_("This is my full report"),
        required=False,
        help_text=_("Leave it open when you will add how you found it and what you did."),
    )
    researcher = forms.CharField(
        label=_("What may we call you?"), required=False, max_length=200, help_text=_("You may stay anonymous.")
    )
    address = forms.CharField(
        label=_("An address, if you want"),
        required=False,
        max_length=254,
        help_text=_("We answer on the page of your code, also without an address."),
    )
    form_id = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """Only missing words stop a report: any other field that is wrong is left out."""
        for name in [name for name in self.errors if name != "text"]:
            del self._errors[name]  # type: ignore[attr-defined]  # django's own dictionary behind `errors`
            self.cleaned_data[name] = None if name == "found_at" else str(self.data.get(name, ""))[:200]
        return self.cleaned_data

    def said(self) -> dict[str, Any]:
        """What `take_disclosure` takes of it."""
        return {
            name: self.cleaned_data.get(name)
            for name in ("text", "target", "found_at", "full", "researcher", "address")
        }


class CodeForm(forms.Form):
    """The way back."""

    code = forms.CharField(label=_("Your code"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"}))


class MoreForm(forms.Form):
    """Something to add."""

    text = text_area(_("Add something"), 5)
    full = forms.BooleanField(label=_("With this my report is full"), required=False)


class WhoseForm(forms.Form):
    """Whose system it is about."""

    organisation = OrganisationField(label=_("Whose system is it?"))


class AnswerForm(forms.Form):
    """An answer to the researcher."""

    text = text_area(_("Answer to the researcher"), 4, help_text=_("It stands on the page of the code."))
