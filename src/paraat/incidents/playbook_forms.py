"""A playbook as a form: every text in every language, a block per step and room for new ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from paraat.incidents.models import Playbook

SPARE = 2
"""Empty steps to fill in; a step whose key is emptied goes."""
_WHO = [("team", _("the team")), ("victim", _("the victim"))]


class PlaybookForm(forms.Form):
    """All of a playbook. Which text is missing in which language is said by the action, so that no way round it exists."""

    base = forms.IntegerField(widget=forms.HiddenInput)
    because = forms.CharField(label=_("What changes, and why?"), max_length=300)
    classifications = forms.CharField(
        label=_("Proposed for these RSIT types"),
        required=False,
        max_length=1000,
        help_text=_("availability.ddos, availability.dos; empty: never by itself."),
    )

    def __init__(self, *args: Any, languages: Any, playbook: Playbook, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.languages = list(languages)
        self.count = self._steps(playbook)
        for code, name in self.languages:
            self.fields[f"title_{code}"] = _text(_("Title"), name, 200)
            self.fields[f"first_hour_{code}"] = _text(_("First hour, a sentence a line"), name, 8000, rows=9)
        for place in range(self.count):
            self._add_step(place)
        if not self.is_bound:
            self.initial = _initial(playbook)

    def _steps(self, playbook: Playbook) -> int:
        """As many as it has, and as many as were sent."""
        sent = sum(1 for name in self.data if name.startswith("step_") and name.endswith("_key"))
        return max(len(playbook.steps) + SPARE, min(sent, 60))

    def _add_step(self, place: int) -> None:
        name = f"step_{place}_"
        self.fields[f"{name}key"] = forms.SlugField(label=_("Key"), max_length=40, required=False)
        self.fields[f"{name}who"] = forms.ChoiceField(label=_("Who?"), choices=_WHO, required=False)
        self.fields[f"{name}hours"] = forms.FloatField(label=_("Due after (hours)"), required=False, min_value=0)
        self.fields[f"{name}after"] = forms.CharField(label=_("Only after (keys)"), required=False, max_length=400)
        for code, language in self.languages:
            self.fields[f"{name}title_{code}"] = _text(_("What?"), language, 200)
            self.fields[f"{name}text_{code}"] = _text(_("How?"), language, 2000, rows=2)

    def head(self) -> list[BoundField]:
        """The fields before the steps."""
        return [self[name] for name in self.fields if not name.startswith("step_")]

    def blocks(self) -> Iterator[tuple[str, list[BoundField]]]:
        """Per step its key and its fields."""
        for place in range(self.count):
            name = f"step_{place}_"
            yield str(self[f"{name}key"].value() or ""), [self[one] for one in self.fields if one.startswith(name)]

    def values(self) -> dict[str, Any]:
        """What `edit_playbook` takes besides whom."""
        said, codes = self.cleaned_data, [code for code, _name in self.languages]
        return {
            "base": said["base"],
            "because": said["because"],
            "classifications": _words(said["classifications"]),
            "title": {code: said[f"title_{code}"].strip() for code in codes},
            "first_hour": {
                code: [line.strip() for line in said[f"first_hour_{code}"].splitlines() if line.strip()]
                for code in codes
            },
            "steps": [self._step(place, codes) for place in range(self.count) if said[f"step_{place}_key"]],
        }

    def _step(self, place: int, codes: list[str]) -> dict[str, Any]:
        said, name = self.cleaned_data, f"step_{place}_"
        return {
            "key": said[f"{name}key"],
            "who": said[f"{name}who"] or "team",
            "hours": said[f"{name}hours"] or 0.0,
            "after": _words(said[f"{name}after"]),
            "title": {code: said[f"{name}title_{code}"].strip() for code in codes},
            "text": {code: said[f"{name}text_{code}"].strip() for code in codes},
        }


def _text(label: Any, language: str, longest: int, rows: int = 0) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
    named = f"{label} ({language})"
    return forms.CharField(label=named, required=False, max_length=longest, widget=widget)


def _words(text: str) -> list[str]:
    return list(dict.fromkeys(text.replace(",", " ").split()))


def _initial(playbook: Playbook) -> dict[str, Any]:
    held: dict[str, Any] = {"base": playbook.version, "classifications": ", ".join(playbook.classifications)}
    held |= {f"title_{code}": text for code, text in playbook.title.items()}
    held |= {f"first_hour_{code}": "\n".join(said) for code, said in playbook.first_hour.items()}
    for place, step in enumerate(playbook.steps):
        name = f"step_{place}_"
        held |= {f"{name}{part}": step[part] for part in ("key", "who", "hours")}
        held[f"{name}after"] = ", ".join(step["after"])
        held |= {f"{name}{part}_{code}": text for part in ("title", "text") for code, text in step[part].items()}
    return held
