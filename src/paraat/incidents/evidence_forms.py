"""Forms of evidence. They check what was typed; whether it may be done is the action's business."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from paraat.incidents.models import Case
from paraat.kernel.marking import Tlp

MOMENT = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]


def tlp_field(*, least: int = 0, initial: int | None = None) -> forms.TypedChoiceField:
    """A marking, from `least` on."""
    levels = [(level.value, level.label) for level in Tlp if level >= least]
    return forms.TypedChoiceField(label="TLP", coerce=int, choices=levels, initial=initial)


class _Files(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One or more files; a list out. An empty file is evidence too."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Each of them, checked."""
        given = [one for one in (data if isinstance(data, list | tuple) else [data]) if one is not None]
        return [super(FilesField, self).clean(one, initial) for one in given] or super().clean(None, initial)


class EvidenceForm(forms.Form):
    """Files to keep as evidence."""

    file = FilesField(label=_("Files"), widget=_Files(attrs={"multiple": True}), allow_empty_file=True, max_length=1000)
    description = forms.CharField(label=_("What it is"), max_length=500, required=False)
    source = forms.CharField(
        label=_("Where it was taken from"),
        max_length=300,
        required=False,
        help_text=_("The machine, the person, the log."),
    )
    taken_at = forms.DateTimeField(
        label=_("Taken at"),
        required=False,
        input_formats=MOMENT,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    tlp = tlp_field()

    def __init__(self, *args: Any, case: Case, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["tlp"].initial = max(case.tlp, Tlp.AMBER_STRICT.value)


class ReasonForm(forms.Form):
    """Why; it is kept in the chain of custody."""

    why = forms.CharField(label=_("Why"), max_length=500)


class HandOverForm(forms.Form):
    """To whom it was given, and why."""

    to = forms.CharField(label=_("To whom"), max_length=200)
    why = forms.CharField(label=_("Why"), max_length=500)


class DestroyForm(forms.Form):
    """The number once more, and why."""

    confirmation = forms.CharField(label=_("The number of the piece, to confirm"), max_length=14)
    why = forms.CharField(label=_("Why"), max_length=500)
