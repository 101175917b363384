"""The form of a recommendation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from paraat.readiness.lesson_forms import LANGUAGES
from paraat.readiness.models import Recommendation

PARTS = {"title": _("Title"), "summary": _("In our own words"), "links": _("Address")}
AUDIENCES = [("ict", _("ICT staff")), ("head", _("Management")), ("citizen", _("Staff and citizens"))]


class RecommendationForm(forms.Form):
    """One version of a recommendation."""

    key = forms.SlugField(
        label=_("Key"), max_length=60, help_text=_("Short, such as backup-offline. Newer versions keep it.")
    )
    version = forms.CharField(label=_("Version"), max_length=20)
    publisher = forms.CharField(label=_("Publisher"), max_length=200)
    published_on = forms.DateField(
        label=_("Published on"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    audiences = forms.MultipleChoiceField(
        label=_("For whom"), required=False, choices=AUDIENCES, widget=forms.CheckboxSelectMultiple
    )
    topics = forms.CharField(
        label=_("Where it is shown"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=_("One a line: lesson, measure, alert:ransomware, control:B02 ..."),
    )  # fmt: skip

    def __init__(self, *args: Any, first: str = "nl", known: bool = False, **more: Any) -> None:
        """`known`: a newer version of what is there, whose key stays."""
        super().__init__(*args, **more)
        self.order = [first, *(code for code in LANGUAGES if code != first)]
        for code in self.order:
            for name, label in PARTS.items():
                field = forms.URLField if name == "links" else forms.CharField
                widget = (
                    forms.Textarea(attrs={"rows": 3, "lang": code})
                    if name == "summary"
                    else forms.TextInput(attrs={"lang": code})
                )
                extra: dict[str, Any] = {"assume_scheme": "https"} if name == "links" else {}
                self.fields[f"{name}_{code}"] = field(
                    label=label, required=False, max_length=500, widget=widget, **extra
                )
        if known:
            del self.fields["key"]

    def languages(self) -> Iterator[tuple[str, str, list[Any]]]:
        """Code, name and fields per language, the first one first."""
        for code in self.order:
            yield code, LANGUAGES[code], [self[f"{name}_{code}"] for name in PARTS]

    def said(self) -> dict[str, Any]:
        """As `add_recommendation` takes it."""
        texts = {name: {code: self.cleaned_data[f"{name}_{code}"] for code in self.order} for name in PARTS}
        plain = {name: self.cleaned_data[name] for name in ("version", "publisher", "published_on", "audiences")}
        return texts | plain | {"topics": self.cleaned_data["topics"].split()}


def initial_of(row: Recommendation) -> dict[str, Any]:
    """A version as the form shows it, for the next one."""
    texts = {f"{name}_{code}": text for name in PARTS for code, text in getattr(row, name).items()}
    plain = {name: getattr(row, name) for name in ("version", "publisher", "published_on", "audiences")}
    return texts | plain | {"topics": "\n".join(row.topics)}
