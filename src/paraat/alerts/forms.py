"""The forms of these screens."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from paraat.alerts.models import CallLine
from paraat.kernel.marking import Tlp
from paraat.kernel.severity import DEFINITIONS, Severity

SEVERITIES = {
    Severity.INFORMATION: _("0 · Good to know; nothing to do today."),
    Severity.NUISANCE: _("1 · A hindrance without harm to services or data; handle in office hours."),
    Severity.LIMITED: _("2 · One service may fail for a while or one weakness is open; handle today."),
    Severity.SERIOUS: _(
        "3 · Services are about to fail or a weakness is being abused now; act within the hour, at night too."
    ),
    Severity.MAJOR: _("4 · Several services or organisations are hit, or data is being taken; act at once."),
    Severity.CRISIS: _("5 · A cyber crisis or emergency in the sense of the law; the national plan applies."),
}
"""`kernel.severity.DEFINITIONS` in the reader's language."""
assert set(SEVERITIES) == set(DEFINITIONS)  # noqa: S101


class ReasonForm(forms.Form):
    """Why: the reason is kept in the journal."""

    reason = forms.CharField(
        label=_("Why?"),
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("The reason is kept."),
    )


class AcknowledgeForm(forms.Form):
    """An officer notes down that a person acknowledged, on the phone."""

    name = forms.CharField(
        label=_("Who acknowledged?"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Name or function of the person you spoke to."),
    )


class MitigationForm(forms.Form):
    """What the organisation did about it, and until when."""

    text = forms.CharField(label=_("What was done?"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))
    until = forms.DateTimeField(
        label=_("Until when?"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )


class SiteForm(forms.Form):
    """How the site does, and since when."""

    state = forms.ChoiceField(
        label=_("The site is"), choices=[("up", _("up")), ("slow", _("slow")), ("down", _("down"))]
    )
    since = forms.DateTimeField(
        label=_("Since"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )


class CallForm(forms.Form):
    """What came of a call."""

    outcome = forms.ChoiceField(label=_("What came of it?"), choices=CallLine.Outcome.choices, widget=forms.RadioSelect)
    spoke_to = forms.CharField(
        label=_("Whom did you speak to?"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    note = forms.CharField(label=_("Note"), max_length=500, required=False)

    def clean(self) -> dict[str, Any]:
        """Only a person acknowledges."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("outcome") == CallLine.Outcome.ACKNOWLEDGED and not cleaned.get("spoke_to"):
            self.add_error("spoke_to", _("Name the person: only a person acknowledges."))
        return cleaned


class AnnouncementForm(forms.Form):
    """A message to an audience."""

    everybody = "all"

    audience = forms.ChoiceField(label=_("To whom?"))
    title = forms.CharField(label=_("Title"), max_length=120)
    text = forms.CharField(label=_("Text"), max_length=5000, widget=forms.Textarea(attrs={"rows": 8}))
    language = forms.ChoiceField(
        label=_("Language of the text"),
        choices=[("nl", "Nederlands"), ("fr", "Français"), ("de", "Deutsch"), ("en", "English")],
    )
    title_other = forms.CharField(label=_("Title in a second language"), max_length=120, required=False)
    text_other = forms.CharField(
        label=_("Text in a second language"), max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    language_other = forms.ChoiceField(
        label=_("Second language"),
        required=False,
        choices=[
            ("", _("no second language")),
            ("nl", "Nederlands"),
            ("fr", "Français"),
            ("de", "Deutsch"),
            ("en", "English"),
        ],
    )
    severity = forms.TypedChoiceField(
        label=_("Severity"), coerce=int, choices=list(SEVERITIES.items()), initial=1, widget=forms.RadioSelect
    )
    tlp = forms.TypedChoiceField(
        label=_("Who may read it (TLP)"),
        coerce=int,
        choices=[(int(level), level.label) for level in Tlp],
        initial=int(Tlp.GREEN),
    )
    valid_until = forms.DateTimeField(
        label=_("Valid until"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    exercise = forms.BooleanField(label=_("This is an exercise: nothing leaves the house"), required=False)

    def __init__(self, *args: Any, audiences: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["audience"].choices = audiences  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A second text needs its language, another than the first, and a title."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("text_other") and cleaned.get("language_other") in {"", cleaned.get("language"), None}:
            self.add_error("language_other", _("Say in which other language this is."))
        return cleaned

    def texts(self, name: str) -> dict[str, str]:
        """`title` or `text` per language."""
        found = {self.cleaned_data["language"]: self.cleaned_data[name]}
        if self.cleaned_data.get("language_other") and self.cleaned_data.get("text_other"):
            other = self.cleaned_data[f"{name}_other"] or self.cleaned_data[name]
            found[self.cleaned_data["language_other"]] = other
        return found

    def to(self) -> dict[str, Any]:
        """The audience as `Alert.audience` keeps it."""
        kind, _sep, value = self.cleaned_data["audience"].partition(":")
        return {kind: value or True}
