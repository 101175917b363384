"""The forms of findings: writing one, evidence, and what the owner and a second tester say."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from paraat.readiness.engagement_forms import text_area
from paraat.readiness.rules import cvss, patterns


class FindingForm(forms.Form):
    """What is wrong, where, how to see it, how bad."""

    title = forms.CharField(label=_("Title"), max_length=200)
    target = forms.CharField(
        label=_("Target"), required=False, max_length=300, help_text=_("Where it is: host, address or web address.")
    )
    what = text_area(_("What it is"), 5, required=False)
    reproduction = text_area(
        _("How to see it"), 5, required=False, help_text=_("Step by step, so that the owner can repeat it.")
    )
    advice = text_area(_("What to do"), 3, required=False)
    vector = forms.CharField(
        label=_("CVSS 4.0 vector"),
        required=False,
        max_length=cvss.LONGEST,
        help_text=_("CVSS:4.0/AV:N/AC:L/… The score follows from it."),
    )
    pattern = forms.CharField(label=_("Kind (CWE number)"), required=False, max_length=40)

    def clean_vector(self) -> str:
        """A vector that can be scored, or nothing yet."""
        given = str(self.cleaned_data["vector"])
        if given.strip():
            try:
                return cvss.read(given).vector
            except cvss.WrongVector as error:
                raise forms.ValidationError(_("This is no CVSS 4.0 vector")) from error
        return ""

    def clean_pattern(self) -> str:
        """A CWE number, or nothing yet."""
        try:
            return patterns.cwe(str(self.cleaned_data["pattern"]))
        except ValueError as error:
            raise forms.ValidationError(_("This is no CWE number")) from error


class EvidenceForm(forms.Form):
    """A file that shows it."""

    file = forms.FileField(label=_("File"))


class FixedForm(forms.Form):
    """What was done."""

    how = text_area(_("What was done?"), 2, most=500)


class AcceptForm(forms.Form):
    """Why it stays."""

    because = text_area(_("Why is the risk accepted?"), 2, most=500)


class RetestForm(forms.Form):
    """What a second try showed."""

    gone = forms.ChoiceField(
        label=_("Result"), choices=[("yes", _("It is gone")), ("no", _("It is still there"))], widget=forms.RadioSelect
    )
    note = text_area(_("What was tried"), 3, required=False)

    def said(self) -> dict[str, Any]:
        """What `retest_finding` takes of it."""
        return {"gone": self.cleaned_data["gone"] == "yes", "note": self.cleaned_data["note"]}
