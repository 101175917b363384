"""The forms of statements and of the press log."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from paraat.kernel.marking import Tlp
from paraat.warroom.models import Statement
from paraat.warroom.rules.statement import LANGUAGES
from paraat.warroom.sitrep_forms import LEVELS, moment_field

NAMES = {"nl": "Nederlands", "fr": "Français", "de": "Deutsch", "en": "English"}


class StatementForm(forms.Form):
    """A line for press and citizens, in four languages."""

    subject = forms.CharField(label=_("About"), max_length=200)
    authority = forms.CharField(
        label=_("Which authority does it quote?"),
        max_length=200,
        help_text=_("The one that is competent, such as the organiser of the elections."),
    )
    quoted_at = forms.DateField(label=_("When did it say so?"), widget=forms.DateInput(attrs={"type": "date"}))
    quote_source = forms.CharField(label=_("Where?"), max_length=300, required=False)
    expires_at = moment_field(_("May be said until"))
    tlp = forms.TypedChoiceField(
        label=_("Who may read it here (TLP)"), coerce=int, choices=LEVELS, initial=int(Tlp.GREEN)
    )
    edit = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code in LANGUAGES:
            self.fields[f"text_{code}"] = forms.CharField(
                label=NAMES[code],
                required=False,
                max_length=2000,
                widget=forms.Textarea(attrs={"rows": 3, "lang": code}),
            )

    @classmethod
    def of(cls, statement: Statement) -> StatementForm:
        """Filled with what the statement says now."""
        said = {f"text_{code}": statement.text.get(code, "") for code in LANGUAGES}
        names = ("subject", "authority", "quoted_at", "quote_source", "tlp", "edit")
        expires = timezone.localtime(statement.expires_at).strftime("%Y-%m-%dT%H:%M")
        return cls(initial={name: getattr(statement, name) for name in names} | said | {"expires_at": expires})

    def values(self) -> dict[str, Any]:
        """As the action takes it, without TLP and edit."""
        kept = ("subject", "authority", "quoted_at", "quote_source", "expires_at")
        text = {code: self.cleaned_data[f"text_{code}"] for code in LANGUAGES}
        return {name: self.cleaned_data[name] for name in kept} | {"text": text}


class AnswerForm(forms.Form):
    """What the press was told."""

    statement = forms.ModelChoiceField(
        label=_("Which line was told?"),
        queryset=Statement.objects.none(),
        required=False,
        empty_label=_("none of these"),
    )
    told = forms.CharField(
        label=_("Or what was said"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, standing: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["statement"].queryset = standing  # type: ignore[attr-defined]


class CallForm(AnswerForm):
    """A call of the press. The medium is enough: no names of journalists."""

    medium = forms.CharField(label=_("Which medium?"), max_length=200)
    asked = forms.CharField(label=_("What was asked?"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))
    at = moment_field(_("When?"), required=False, help_text=_("Empty: now."))
    field_order = ("medium", "asked", "at", "statement", "told")
