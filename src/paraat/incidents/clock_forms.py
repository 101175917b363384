"""The forms of statutory clocks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from paraat.incidents import regimes
from paraat.incidents.clocks import words
from paraat.incidents.filing import Line
from paraat.incidents.rules.regimes import Regime
from paraat.platform import moment

_MINUTE = "%Y-%m-%dT%H:%M"
ANSWERS = [("unknown", _("Not known yet")), ("yes", _("Yes")), ("no", _("No"))]


def _when(label: Any, **more: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_MINUTE)
    return forms.DateTimeField(label=label, widget=widget, **more)


def _who(label: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"}))


class DutyForm(forms.Form):
    """The duty exists: since when the organisation is aware, and who says so."""

    aware_at = _when(_("Aware since"), help_text=_("It is recorded and never moves."))
    said_by = _who(_("Who at the organisation says so"))

    def __init__(self, *args: Any, trigger_known: bool = False, **more: Any) -> None:
        super().__init__(*args, **more)
        if trigger_known:
            del self.fields["aware_at"]


class NoDutyForm(forms.Form):
    """There is no duty, and why."""

    because = forms.CharField(label=_("Why not?"), max_length=500, help_text=_("The reason is kept."))
    said_by = _who(_("Who at the organisation decides this"))


class RecipientForm(forms.Form):
    """To whom it goes."""

    recipient = forms.CharField(label=_("To whom"), max_length=200)
    said_by = _who(_("Who confirms it (the data protection officer)"))


class FactForm(forms.Form):
    """A fact that later steps count from."""

    name = forms.ChoiceField(label=_("What"))
    at = _when(_("When"))
    said_by = _who(_("Who at the organisation says so"))

    def __init__(self, regime: Regime, known: Sequence[str], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        elsewhere = {regime.trigger, *known} | {step.records for step in regime.steps}
        left = [(name, words(texts)) for name, texts in regime.facts.items() if name not in elsewhere]
        self.fields["name"].choices = left  # type: ignore[attr-defined]


class SubmitForm(forms.Form):
    """That it was submitted, when, by whom, and the receipt."""

    at = _when(_("When it was submitted"))
    said_by = _who(_("Who submitted it"))
    receipt = forms.CharField(
        label=_("Receipt or reference"),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class WaiveForm(forms.Form):
    """This step is not needed, and why."""

    because = forms.CharField(label=_("Why not?"), max_length=500, help_text=_("The reason is kept."))
    said_by = _who(_("Who at the organisation decides this"))


class StartForm(forms.Form):
    """One more clock, by hand."""

    regime = forms.ChoiceField(label=_("Regime"))

    def __init__(self, running: Sequence[str], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        known = [one for one in regimes.in_force(moment.today()) if one.starts_on != "contact-change"]
        self.fields["regime"].choices = [(one.key, words(one.title)) for one in known if one.key not in running]  # type: ignore[attr-defined]


class RegimeForm(forms.Form):
    """Whether an organisation is under a regime, and who says so."""

    regime = forms.ChoiceField(label=_("Regime"))
    applies = forms.ChoiceField(label=_("Is it under this regime?"), choices=[("yes", _("Yes")), ("no", _("No"))])
    source = forms.CharField(label=_("Who says so, or which document"), max_length=300)
    recipient = forms.CharField(
        label=_("To whom it reports"), max_length=200, required=False, help_text=_("Empty: as the regime says.")
    )
    since = forms.DateField(label=_("Since"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        known = [one for one in regimes.in_force(moment.today()) if not one.under]
        self.fields["regime"].choices = [(one.key, words(one.title)) for one in known]  # type: ignore[attr-defined]


class StepForm(forms.Form):
    """The content of a step: one field per line of the law's form, prefilled. Nothing is required to keep a draft."""

    def __init__(self, form_lines: Sequence[Line], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for line in form_lines:
            self.fields[line.field.key] = _field(line)

    def said(self) -> dict[str, str]:
        """What was filled in."""
        return {name: str(value) for name, value in self.cleaned_data.items()}


def _field(line: Line) -> forms.Field:
    title = f"{line.title} · {line.field.article}" if line.field.article else line.title
    help_text = _("Prefilled from the case: check it.") if line.prefilled else ""
    if line.field.kind == "answer":
        return forms.ChoiceField(label=title, choices=ANSWERS, initial=line.value, required=False, help_text=help_text)
    rows = 4 if line.field.kind == "long" else 1
    widget: forms.Widget = forms.Textarea(attrs={"rows": rows}) if rows > 1 else forms.TextInput()
    return forms.CharField(
        label=title, initial=line.value, required=False, max_length=20_000, help_text=help_text, widget=widget
    )
