"""The forms of exercises."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from paraat.exercises.actions.planning import FASTEST, default_for
from paraat.exercises.rules.scenario import LANGUAGES, Scenario, ScenarioPart
from paraat.kernel.errors import Invalid, NotFound
from paraat.platform.jinja import in_language
from paraat.registry.models import Organisation
from paraat.registry.naming import the_one

_NAMES = {"nl": "Nederlands", "fr": "Français", "de": "Deutsch", "en": "English"}


class SpeedForm(forms.Form):
    """How fast the clock runs."""

    speed = forms.IntegerField(
        label=_("Minutes of the scenario in a minute"),
        min_value=1,
        max_value=FASTEST,
        initial=1,
        help_text=_("1 is real time; 60 lets an hour of the scenario pass in a minute."),
    )


class PlanForm(SpeedForm):
    """What an exercise is called, in which language the scenario speaks, and who plays which part."""

    title = forms.CharField(label=_("Title"), max_length=200)
    language = forms.ChoiceField(
        label=_("Language of what comes in for the team"), choices=[(one, _NAMES[one]) for one in LANGUAGES]
    )
    field_order = ("title", "language", "speed")

    def __init__(self, scenario: Scenario, day: date, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.scenario = scenario
        for part in scenario.parts:
            self.fields[f"part-{part.key}"] = _part_field(part, day)

    def clean(self) -> dict[str, Any]:
        """Names become organisations; what nobody is called is said beside its field."""
        values: dict[str, Any] = super().clean() or {}
        for part in self.scenario.parts:
            name = f"part-{part.key}"
            if name in values:
                values[name] = self._called(name, part, str(values[name]))
        return values

    def _called(self, name: str, part: ScenarioPart, words: str) -> Organisation | None:
        try:
            return the_one(words, Organisation.objects.real().filter(kind__in=part.kinds, active_until=None))
        except (NotFound, Invalid) as error:
            self.add_error(name, _now(error.said))
            return None

    def parts(self) -> dict[str, Organisation]:
        """Who plays which part, after the form was found valid."""
        return {part.key: self.cleaned_data[f"part-{part.key}"] for part in self.scenario.parts}


def _part_field(part: ScenarioPart, day: date) -> forms.CharField:
    default = default_for(part, day)
    kinds = ", ".join(str(Organisation.Kind(kind).label) for kind in part.kinds)
    return forms.CharField(
        label=in_language(part.title),
        initial=(default.nis or default.name) if default else "",
        help_text=f"{default.name} · {kinds}" if default else kinds,
        max_length=200,
    )


class SkipForm(forms.Form):
    """Why an inject is left out."""

    reason = forms.CharField(
        label=_("Why is it left out?"), max_length=300, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
