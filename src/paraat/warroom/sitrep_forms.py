"""The forms of situation reports, hand-overs and figures."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from paraat.kernel.marking import Tlp
from paraat.warroom.models import SituationReport
from paraat.warroom.papers import TITLES
from paraat.warroom.rules import sitrep

LANGUAGES = [("nl", "Nederlands"), ("fr", "Français"), ("de", "Deutsch"), ("en", "English")]
LEVELS = [(int(level), level.label) for level in Tlp]


def moment_field(label: Any, **more: Any) -> forms.DateTimeField:
    """A moment in the reader's time zone, picked by the browser."""
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, widget=widget, **more)


class DraftForm(forms.Form):
    """What kind of report to draft."""

    version = forms.ChoiceField(
        label=_("Version"),
        choices=SituationReport.Version.choices,
        help_text=_("Tactical: for who works on it. Executive: for who decides."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)
    tlp = forms.TypedChoiceField(
        label=_("Who may read it (TLP)"),
        coerce=int,
        choices=LEVELS,
        initial=int(Tlp.AMBER),
        help_text=_("What stands above it is left out and counted."),
    )
    next_at = moment_field(_("Next report at"), required=False)


class LineForm(forms.Form):
    """A line of one's own."""

    section = forms.ChoiceField(label=_("Section"))
    text = forms.CharField(label=_("Line"), max_length=sitrep.LONGEST, widget=forms.Textarea(attrs={"rows": 2}))
    source = forms.CharField(label=_("Source"), max_length=200, required=False)
    tlp = forms.TypedChoiceField(label="TLP", coerce=int)
    edit = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, report: SituationReport, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sections = [(one, TITLES[one]) for one in sitrep.SECTIONS[report.version] if one != "room"]
        self.fields["section"].choices = sections  # type: ignore[attr-defined]
        self.fields["tlp"].choices = up_to(report.tlp)  # type: ignore[attr-defined]
        self.fields["tlp"].initial = report.tlp
        self.fields["edit"].initial = report.edit


def up_to(tlp: int) -> list[tuple[int, str]]:
    """The levels that a line may have in a report of this TLP."""
    return [(level, label) for level, label in LEVELS if level <= tlp]


class BecauseForm(forms.Form):
    """Why: the reason is kept."""

    because = forms.CharField(
        label=_("Why?"),
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("The reason is kept."),
    )


class RemarksForm(forms.Form):
    """What the lists of a hand-over do not say."""

    remarks = forms.CharField(
        label=_("Remarks"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )


class PeriodForm(forms.Form):
    """The period of the figures, in days; both included."""

    begin = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))
    end = forms.DateField(label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}))
