"""Forms of programmes. They check what was typed; whether it may be done is the actions' business."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from paraat.readiness.models import Programme, ProgrammePaper
from paraat.readiness.programmes import STEPS
from paraat.readiness.rules import cofunding, rungs

LANGUAGES = {"nl": "Nederlands", "fr": "Français", "de": "Deutsch", "en": "English"}


def _euro(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DecimalField:
    return forms.DecimalField(
        label=label, required=required, help_text=help_text, min_value=0, max_digits=12, decimal_places=2
    )


def _day(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, widget=widget, help_text=help_text)


def _words(label: Any, rows: int = 3, *, most: int = 2000) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, required=False, widget=forms.Textarea(attrs={"rows": rows}))


class ProgrammeForm(forms.Form):
    """A programme: what it is called, and its rules."""

    key = forms.CharField(label=_("Key"), max_length=40, help_text=_("Small letters, digits and hyphens: audit."))
    share = forms.CharField(
        label=_("Share of the price"),
        max_length=20,
        initial="0",
        help_text=_("A fraction such as 2/3. 0: nothing is paid."),
    )
    cap = _euro(_("At most, euro"), required=False)
    again = forms.CharField(
        label=_("Share of an extra turn"), max_length=20, required=False, help_text=_("Empty: there is no extra turn.")
    )
    again_cap = _euro(_("At most for an extra turn, euro"), required=False)
    reserve = _euro(
        _("Set aside at sign-up, euro"),
        required=False,
        help_text=_("While no price is known. Empty: the most that is paid."),
    )
    selection = forms.ChoiceField(
        label=_("When money is short"),
        choices=[
            (cofunding.FIRST_COME, _("first come, first served")),
            (cofunding.MATURITY, _("the least mature first")),
        ],
    )
    source = forms.CharField(
        label=_("Source of the rules"),
        max_length=300,
        required=False,
        help_text=_("The decision that they follow from."),
    )

    def __init__(self, *args: Any, programme: Programme | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        for code, name in LANGUAGES.items():
            self.fields[f"title_{code}"] = forms.CharField(label=_("Title"), max_length=120, required=False)
            self.fields[f"title_{code}"].label = f"{self.fields[f'title_{code}'].label} ({name})"
            self.fields[f"about_{code}"] = _words(_("What it is, for whom"))
            self.fields[f"about_{code}"].label = f"{self.fields[f'about_{code}'].label} ({name})"
        if programme is not None:
            del self.fields["key"]

    def values(self) -> dict[str, Any]:
        """As the actions take them."""
        given = self.cleaned_data
        rules = {
            name: str(given[name])
            for name in ("share", "cap", "again", "again_cap", "reserve", "selection")
            if given.get(name) not in (None, "")
        }
        found = {"title": _of(given, "title"), "about": _of(given, "about"), "rules": rules, "source": given["source"]}
        return found | ({"key": given["key"]} if "key" in given else {})


def programme_initial(programme: Programme) -> dict[str, Any]:
    """What the form begins with."""
    words = {f"{name}_{code}": text for name in ("title", "about") for code, text in getattr(programme, name).items()}
    return dict(programme.rules) | words | {"source": programme.source}


def _of(given: Mapping[str, Any], name: str) -> dict[str, str]:
    return {code: given[f"{name}_{code}"] for code in LANGUAGES if given.get(f"{name}_{code}")}


class BudgetForm(forms.Form):
    """What a year may commit."""

    year = forms.IntegerField(label=_("Year"), min_value=2000, max_value=2100)
    amount = _euro(_("Budget, euro"))


# Answers --------------------------------------------------------------------------------------------------------------------------
class SignUpForm(forms.Form):
    """Signing up."""

    price = _euro(
        _("Price of the offer, euro, VAT included"),
        required=False,
        help_text=_("Leave it empty when you have none yet."),
    )


class EquivalentForm(forms.Form):
    """Its own equivalent: which, until when, evidence."""

    which = forms.CharField(
        label=_("Which"), max_length=300, help_text=_("Who did it or does it, and what: an audit by … in March.")
    )
    until = _day(_("Counts until"), required=False, help_text=_("You are asked again after that day."))
    evidence = forms.FileField(label=_("Evidence"), required=False)


class BecauseForm(forms.Form):
    """A reason; it is kept."""

    because = forms.CharField(label=_("Why"), max_length=500)


class ForWhomForm(forms.Form):
    """Somebody of the team records an answer that was given by telephone or mail."""

    organisation = forms.UUIDField(label=_("For whom"), widget=forms.Select)
    kind = forms.ChoiceField(
        label=_("Answer"),
        choices=[
            ("sign-up", _("signs up")),
            ("equivalent", _("has its own equivalent")),
            ("decline", _("does not take part now")),
        ],
    )
    price = _euro(_("Price of the offer, euro, VAT included"), required=False)
    which = forms.CharField(label=_("Which equivalent"), max_length=300, required=False)
    until = _day(_("Counts until"), required=False)
    because = forms.CharField(label=_("Why not"), max_length=500, required=False)

    def __init__(self, *args: Any, towns: list[tuple[Any, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["organisation"] = forms.TypedChoiceField(label=_("For whom"), choices=[("", "…"), *towns])
        self.order_fields(["organisation"])


# The ladder and the money ---------------------------------------------------------------------------------------------------------
class StepForm(forms.Form):
    """A rung and its day."""

    name = forms.ChoiceField(label=_("Step"), choices=[])
    on = _day(_("On"))

    def __init__(self, *args: Any, names: list[str], today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["name"].choices = [(name, STEPS[name]) for name in names]  # type: ignore[attr-defined]
        self.fields["on"].initial = today


class PriceForm(forms.Form):
    """The actual price."""

    price = _euro(_("Actual price, euro, VAT included"))


class PayForm(forms.Form):
    """A payment."""

    amount = _euro(_("Paid, euro"))
    on = _day(_("On"))


class PaperForm(forms.Form):
    """A document of a step."""

    kind = forms.ChoiceField(label=_("Of which step"), choices=ProgrammePaper.Kind.choices)
    file = forms.FileField(label=_("File"), max_length=255)


# Call-ups, history ----------------------------------------------------------------------------------------------------------------
class CallUpForm(forms.Form):
    """The words of a call-up per language, and whether those who declined are called up again."""

    declined = forms.BooleanField(label=_("Also those who said: not now"), required=False)
    exercise = forms.BooleanField(label=_("This is an exercise: nothing leaves the house"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for code, name in LANGUAGES.items():
            title, text = forms.CharField(max_length=120, required=False), _words("", 5, most=5000)
            title.label, text.label = f"{_('Title')} ({name})", f"{_('Text')} ({name})"
            self.fields[f"title_{code}"], self.fields[f"text_{code}"] = title, text

    def clean(self) -> dict[str, Any]:
        """A text needs a title, and there must be one."""
        given: dict[str, Any] = super().clean() or {}
        texts, titles = _of(given, "text"), _of(given, "title")
        if not texts:
            raise forms.ValidationError(_("Write a text in one language at least."))
        for code in texts.keys() - titles.keys():
            self.add_error(f"title_{code}", _("Write a title for this text."))
        return given

    def texts(self, name: str) -> dict[str, str]:
        """`title` or `text` per language, of the languages that have a text."""
        return {code: self.cleaned_data[f"{name}_{code}"] for code in _of(self.cleaned_data, "text")}


class HistoryForm(forms.Form):
    """A history to import."""

    file = forms.FileField(label=_("CSV or XLSX with nis, programme, step, date"))
    dry_run = forms.BooleanField(label=_("Only say what would be done"), required=False, initial=True)


class AsOfForm(forms.Form):
    """The day of the figures."""

    as_of = _day(_("As of"), required=False)


BY_HAND = [name for name in rungs.RUNGS if name not in {rungs.SIGNED_UP, rungs.PAID}]
"""Rungs that are recorded by hand; the others come with signing up and paying."""


def because(name: object) -> BecauseForm:
    """The form of a reason, one of several on a page: `name` keeps its labels apart."""
    return BecauseForm(auto_id=f"why-{name}-%s")
