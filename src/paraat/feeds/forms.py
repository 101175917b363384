"""Forms of feeds. They check what was typed; whether it may be done is the action's business."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from paraat.feeds import fetching, sources
from paraat.feeds.models import Source
from paraat.feeds.words import CREDIBILITY, FIELDS, RELIABILITY
from paraat.formats.columns import SYNONYMS
from paraat.kernel.errors import Invalid
from paraat.kernel.marking import Tlp
from paraat.kernel.severity import Severity
from paraat.platform.pages import words_for

LONGEST_PASTE = 1_000_000
_MOMENT = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]


def _source_choices() -> list[tuple[str, Any]]:
    known = [(source.slug, source.title) for source in Source.objects.active()]
    return [("", _("Recognise it by itself")), *known]


class _Intake(forms.Form):
    """What an upload and a pasted text have in common."""

    source = forms.ChoiceField(label=_("Source"), choices=_source_choices, required=False)
    listed_at = forms.DateTimeField(
        label=_("Listed at"),
        required=False,
        input_formats=_MOMENT,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("Only if you know better than the file: the moment the list speaks of."),
    )
    exercise = forms.BooleanField(label=_("This is an exercise: nothing leaves the house"), required=False)


class _Files(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One or more files; a list out."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Each of them, checked."""
        given = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(one, initial) for one in given if one] or super().clean(None, initial)


class UploadForm(_Intake):
    """Files to read."""

    file = FilesField(label=_("Files"), widget=_Files(attrs={"multiple": True}))
    field_order = ("file", "source", "listed_at", "exercise")


class PasteForm(_Intake):
    """A text to read, such as a chat post."""

    text = forms.CharField(
        label=_("Text"),
        max_length=LONGEST_PASTE,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "autocomplete": "off"}),
        help_text=_("A chat post or a list, one host a line; also written as hxxp or [.]."),
    )
    field_order = ("text", "source", "listed_at", "exercise")


class HoursField(forms.FloatField):
    """A length of time, typed in hours."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=0.05, max_value=24 * 366, required=False, **options)

    def prepare_value(self, value: Any) -> Any:
        """The hours of a timedelta."""
        return f"{value.total_seconds() / 3600:g}" if isinstance(value, timedelta) else value

    def clean(self, value: Any) -> Any:
        """The timedelta, or None."""
        found = super().clean(value)
        return None if found is None else timedelta(hours=found)


class FormatForm(forms.Form):
    """Which format a new source speaks."""

    format = forms.ChoiceField(
        label=_("Format"),
        choices=lambda: [(name, known.title) for name, known in sources.formats().items()],
        widget=forms.RadioSelect,
    )
    slug = forms.SlugField(
        label=_("Short name"), max_length=60, help_text=_("For the command line and the API: letters, digits, hyphens.")
    )
    title = forms.CharField(label=_("Title"), max_length=200)


class SourceForm(forms.Form):
    """The properties of a source."""

    title = forms.CharField(label=_("Title"), max_length=200)
    policy = forms.ChoiceField(label=_("When a list comes in"), choices=Source.Policy.choices, widget=forms.RadioSelect)
    reliability = forms.ChoiceField(label=_("Reliability of the source"), choices=list(RELIABILITY.items()))
    credibility = forms.ChoiceField(label=_("Credibility of what it says"), choices=list(CREDIBILITY.items()))
    tlp = forms.TypedChoiceField(label="TLP", coerce=int, choices=[(level.value, level.label) for level in Tlp])
    severity = forms.TypedChoiceField(
        label=_("Severity"), coerce=int, choices=[(level.value, str(level.value)) for level in Severity]
    )
    pull_url = forms.URLField(
        label=_("Pull from"),
        max_length=500,
        required=False,
        assume_scheme="https",
        help_text=_("An http or https address."),
    )
    pull_every = HoursField(label=_("Every so many hours"))
    watch_folder = forms.RegexField(
        r"^[\w-]+(/[\w-]+)*$",
        label=_("Watched folder"),
        max_length=300,
        required=False,
        help_text=_("Its name in the inbox of this installation; complete files in it are read."),
    )
    stale_after = HoursField(label=_("Worry after so many hours without anything new"))
    active = forms.BooleanField(label=_("In use"), required=False)

    def __init__(self, data: Any = None, *, source: Source) -> None:
        super().__init__(data, initial={name: getattr(source, name) for name in self.base_fields})
        self.source = source
        self.columns = list(SYNONYMS) if sources.get(source.format).mapped else []
        for name in self.columns:
            field = forms.CharField(
                label=_("Column: %(field)s") % {"field": FIELDS[name]}, max_length=200, required=False
            )
            self.fields[f"column_{name}"] = field
            self.initial[f"column_{name}"] = source.mapping.get(name, "")

    def clean_pull_url(self) -> str:
        """Something that may be asked."""
        url = str(self.cleaned_data["pull_url"])
        if url:
            try:
                fetching.check(url)
            except Invalid as error:
                raise forms.ValidationError(words_for(error)) from error
        return url

    def clean_watch_folder(self) -> str:
        """A folder that no other source watches."""
        name = str(self.cleaned_data["watch_folder"])
        if name and Source.objects.exclude(pk=self.source.pk).filter(watch_folder=name).exists():
            raise forms.ValidationError(_("Another source watches this folder."))
        return name

    def values(self) -> dict[str, Any]:
        """What to hand to `change_source`."""
        given = {name: value for name, value in self.cleaned_data.items() if not name.startswith("column_")}
        if self.columns:
            given["mapping"] = {
                name: found for name in self.columns if (found := self.cleaned_data[f"column_{name}"].strip())
            }
        return given


class CorrectForm(forms.Form):
    """A quarantined row, to be set right."""

    raw = forms.CharField(
        label=_("The row"),
        strip=False,
        max_length=LONGEST_PASTE,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "autocomplete": "off"}),
    )
