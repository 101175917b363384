"""The forms of lessons: writing one, answering one, and saying why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from paraat.formats.indicators import defang, extract
from paraat.incidents.models import Indicator
from paraat.kernel.errors import Invalid
from paraat.kernel.marking import Tlp
from paraat.readiness.models import Lesson, LessonAnswer
from paraat.registry.models import Organisation, Supply
from paraat.registry.words import PROVINCES

LANGUAGES = {"nl": "Nederlands", "fr": "Français", "de": "Deutsch", "en": "English"}
PARTS = {"title": _("Title"), "happened": _("What happened"), "advice": _("What to do")}
NARROWED = ("province", "kind", "supplier")
_NO_CONSTITUENTS = {Organisation.Kind.PROVIDER, Organisation.Kind.PARTNER}


class LessonForm(forms.Form):
    """A lesson in one language or more, for whom, and how urgent."""

    urgency = forms.TypedChoiceField(
        label=_("An answer is wanted"), coerce=int, choices=Lesson.Urgency.choices, initial=int(Lesson.Urgency.SOON), widget=forms.RadioSelect
    )  # fmt: skip
    technology = forms.CharField(
        label=_("Who uses this technology"), required=False, max_length=100,
        help_text=_("As it stands with what suppliers deliver or with critical services, such as Citrix."),
    )  # fmt: skip
    supplier = forms.ChoiceField(label=_("Customers of"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    province = forms.ChoiceField(label=_("Province"), required=False)
    tlp = forms.TypedChoiceField(
        label=_("Who may read it (TLP)"), coerce=int, initial=int(Tlp.GREEN),
        choices=[(int(level), level.label) for level in Tlp if level <= Tlp.AMBER_STRICT],
        help_text=_("Above TLP:GREEN service providers are not told."),
    )  # fmt: skip
    indicators = forms.CharField(
        label=_("Traces to look for"), required=False, max_length=40_000, widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}),
        help_text=_("One a line: addresses, names, digests. Each recipient then says whether it looked and what it found."),
    )  # fmt: skip
    tells_source = forms.BooleanField(label=_("Tell the victim too"), required=False)
    holds = forms.BooleanField(label=_("It holds in reality too: send it outside the exercise"), required=False)

    def __init__(self, *args: Any, first: str = "nl", victim: bool = False, played: bool = False, **more: Any) -> None:
        """`first`: the language that stands open. `victim`: there is one to tell or leave out. `played`: it comes from an exercise."""
        super().__init__(*args, **more)
        self.order = [first, *(code for code in LANGUAGES if code != first)]
        for code in self.order:
            for name, label in PARTS.items():
                widget = forms.TextInput() if name == "title" else forms.Textarea(attrs={"rows": 5})
                widget.attrs["lang"] = code
                most = 200 if name == "title" else 10_000
                self.fields[f"{name}_{code}"] = forms.CharField(
                    label=label, required=False, max_length=most, widget=widget
                )
        everybody = [("", _("All"))]
        serving = Organisation.objects.filter(pk__in=Supply.objects.values("supplier")).order_by("name")
        choices: dict[str, list[Any]] = {
            "supplier": [(str(pk), name) for pk, name in serving.values_list("pk", "name")],
            "kind": [one for one in Organisation.Kind.choices if one[0] not in _NO_CONSTITUENTS],
            "province": list(PROVINCES.items()),
        }
        for name, rows in choices.items():
            self.fields[name].choices = [*everybody, *rows]  # type: ignore[attr-defined]
        for name, kept in (("tells_source", victim), ("holds", played)):
            if not kept:
                del self.fields[name]

    def languages(self) -> Iterator[tuple[str, str, list[Any]]]:
        """Code, name and fields per language, the first one first."""
        for code in self.order:
            yield code, LANGUAGES[code], [self[f"{name}_{code}"] for name in PARTS]

    def clean_indicators(self) -> list[dict[str, str]]:
        """Every line as an indicator; what is none of them is an error with its line."""
        found, wrong = [], []
        for line in filter(None, map(str.strip, self.cleaned_data["indicators"].splitlines())):
            known = [one for one in extract(line) if one.kind in Indicator.Kind.values]
            if known:
                found.append({"type": str(known[0].kind), "value": known[0].value})
            else:
                wrong.append(line[:60])
        if wrong:
            raise forms.ValidationError(
                gettext("These are no traces that a machine can look for: %(lines)s") % {"lines": ", ".join(wrong[:5])}
            )
        return found

    def clean(self) -> dict[str, Any]:
        """At least one language, whole: who is told something must also read what to do."""
        cleaned: dict[str, Any] = super().clean() or {}
        begun = [code for code in self.order if any(cleaned.get(f"{name}_{code}") for name in PARTS)]
        for code in begun or self.order[:1]:
            for name in PARTS:
                if not cleaned.get(f"{name}_{code}") and f"{name}_{code}" not in self.errors:
                    self.add_error(f"{name}_{code}", _("Write this too, or leave this language out."))
        return cleaned

    def said(self) -> dict[str, Any]:
        """As `draft_lesson` and `edit_lesson` take it."""
        texts = {name: {code: self.cleaned_data[f"{name}_{code}"] for code in self.order} for name in PARTS}
        return (
            texts
            | {"audience": self.audience()}
            | {name: self.cleaned_data[name] for name in ("urgency", "tlp", "indicators")}
        )

    def audience(self) -> dict[str, Any]:
        """The audience as `whom.concerned` takes it; what the form cannot show (named organisations) stands until something else is chosen."""
        chosen = {name: self.cleaned_data[name] for name in (*NARROWED, "technology") if self.cleaned_data.get(name)}
        kept = self.initial.get("audience") or {}
        return chosen or ({"organisations": kept["organisations"]} if "organisations" in kept else {"all": True})


def initial_of(lesson: Lesson) -> dict[str, Any]:
    """A lesson as the form shows it."""
    texts = {f"{name}_{code}": text for name in PARTS for code, text in getattr(lesson, name).items()}
    narrowed = {name: lesson.audience.get(name, "") for name in (*NARROWED, "technology")}
    plain = {name: getattr(lesson, name) for name in ("urgency", "tlp", "tells_source", "audience")}
    return texts | narrowed | plain | {"indicators": as_lines(lesson.indicators)}


def as_lines(indicators: list[dict[str, str]]) -> str:
    """Indicators, one a line, as people pass them on: nothing that a program makes a link of."""
    return "\n".join(defang(one["type"], one["value"]) for one in indicators)


class AnswerForm(forms.Form):
    """What is done with a lesson."""

    state = forms.ChoiceField(
        label=_("What did you do with it?"), widget=forms.RadioSelect,
        choices=[one for one in LessonAnswer.State.choices if one[0] != LessonAnswer.State.OPEN],
    )  # fmt: skip
    planned_on = forms.DateField(
        label=_("By when, if planned"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    looked = forms.ChoiceField(
        label=_("Did you look for the traces?"), required=False, widget=forms.RadioSelect, choices=LessonAnswer.Looked.choices,
        help_text=_("Found: a report is opened, and the team calls you."),
    )  # fmt: skip
    because = forms.CharField(
        label=_("In a few words"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Why it does not apply, what you need help with, or why you could not look."),
    )  # fmt: skip

    def __init__(self, *args: Any, looks: bool = True, **more: Any) -> None:
        """`looks`: the lesson carries traces to look for."""
        super().__init__(*args, **more)
        if not looks:
            del self.fields["looked"]

    def said(self) -> dict[str, Any]:
        """As `answer_lesson` takes it."""
        return {name: self.cleaned_data[name] for name in self.fields if self.cleaned_data.get(name)}

    def wrong(self, error: Invalid) -> None:
        """What the action refused, at its field, in the reader's language."""
        field = error.context.get("field")
        self.add_error(field if field in self.fields else None, gettext(error.said))


def answered(answer: LessonAnswer) -> Mapping[str, Any]:
    """An answer as the form shows it."""
    given = {name: getattr(answer, name) for name in ("because", "planned_on", "looked")}
    return given | ({} if answer.state == LessonAnswer.State.OPEN else {"state": answer.state})


class BecauseForm(forms.Form):
    """Why: the reason is kept."""

    because = forms.CharField(label=_("Why?"), max_length=500, help_text=_("The reason is kept."))


class ItemForm(forms.Form):
    """How an item of the checklist is looked at."""

    checking = forms.CharField(
        label=_("How does one see that it is so?"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
