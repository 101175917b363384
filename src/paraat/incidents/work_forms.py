"""The forms of tasks, notes, hypotheses, extortion and captured data."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from paraat.accounts.models import User
from paraat.incidents.actions.exposure import CATEGORIES
from paraat.incidents.case_forms import LEVELS, moment_field
from paraat.incidents.models import Case, CaseHelper, Exposure, Hypothesis, Playbook, RansomDecision, Task
from paraat.kernel.marking import TEAM
from paraat.registry.models import Organisation
from paraat.registry.naming import OrganisationField

CATEGORY_WORDS: dict[str, Any] = {
    "identity": _("Identity (national number, documents)"),
    "contact": _("Contact data"),
    "financial": _("Financial"),
    "health": _("Health"),
    "social": _("Social welfare"),
    "police": _("Police or justice"),
    "children": _("Children"),
    "credentials": _("Passwords and keys"),
    "staff": _("Staff files"),
    "internal": _("Internal documents"),
}
"""What kinds of data, in words."""
assert set(CATEGORY_WORDS) == set(CATEGORIES)  # noqa: S101  # a word for each, said when the house starts


def _area(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def _tlp(**more: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=_("Who may read it (TLP)"), coerce=int, choices=LEVELS, **more)


# Tasks ----------------------------------------------------------------------------------------------------------------------------


class AssignForm(forms.Form):
    """Who does a task, when it is due, and what comes first."""

    owner = forms.ModelChoiceField(
        User.objects.none(), label=_("Who of the team?"), required=False, empty_label=_("nobody yet")
    )
    assigned_to = forms.ModelChoiceField(
        Organisation.objects.none(),
        label=_("Or which organisation?"),
        required=False,
        empty_label=_("the team"),
        help_text=_("The victim, or who helps with its consent."),
    )
    due_at = moment_field(_("Due"))
    after = forms.ModelMultipleChoiceField(
        Task.objects.none(), label=_("Only after"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, case: Case, task: Task | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        helpers = CaseHelper.objects.in_force().filter(case=case).values("organisation")
        others = Task.objects.filter(case=case, state=Task.State.OPEN)
        team = User.objects.filter(is_active=True, memberships__role__in=TEAM).distinct().order_by("name")
        _choices(self, "owner", team)
        _choices(
            self,
            "assigned_to",
            Organisation.objects.filter(pk__in=helpers) | Organisation.objects.filter(pk=case.organisation_id),
        )
        _choices(self, "after", others.exclude(pk=task.pk) if task else others)
        self.fields["after"].label_from_instance = lambda one: one.title  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """What the actions take."""
        said = {name: self.cleaned_data[name] for name in AssignForm.base_fields}
        return said | {"after": [one.pk for one in said["after"]]}


class TaskForm(AssignForm):
    """A task by hand."""

    title = forms.CharField(label=_("What is to be done?"), max_length=200)
    text = forms.CharField(label=_("How?"), required=False, max_length=5000, widget=_area(2))
    field_order = ("title", "text")

    def values(self) -> dict[str, Any]:
        """What `add_task` takes."""
        return super().values() | {name: self.cleaned_data[name] for name in ("title", "text")}


class PlaybookChoice(forms.Form):
    """Another playbook for a case."""

    key = forms.ChoiceField(label=_("Playbook"))

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].choices = choices  # type: ignore[attr-defined]


def _choices(form: forms.Form, name: str, rows: Any) -> None:
    form.fields[name].queryset = rows  # type: ignore[attr-defined]


# Notes ----------------------------------------------------------------------------------------------------------------------------


class NoteForm(forms.Form):
    """The text of a note, and the version that its writer had before him."""

    text = forms.CharField(label=_("Text"), required=False, strip=False, widget=_area(16))
    base = forms.IntegerField(widget=forms.HiddenInput)


class NewNoteForm(forms.Form):
    """A page of notes."""

    title = forms.CharField(label=_("Title"), max_length=200)
    text = forms.CharField(label=_("Text"), required=False, strip=False, widget=_area(10))
    tlp = _tlp()


# Hypotheses -----------------------------------------------------------------------------------------------------------------------


class HypothesisForm(forms.Form):
    """A hypothesis."""

    question = forms.CharField(
        label=_("Question"), max_length=200, help_text=_("Hypotheses with the same question stand side by side.")
    )
    statement = forms.CharField(label=_("Possible answer"), max_length=300)
    confidence = forms.ChoiceField(label=_("How sure are we?"), choices=Hypothesis.Confidence.choices)
    because = forms.CharField(label=_("Because"), max_length=500, required=False)


class PointForm(forms.Form):
    """What speaks for or against."""

    speaks_for = forms.TypedChoiceField(
        label=_("It speaks"),
        choices=[("1", _("for")), ("", _("against"))],
        coerce=bool,
        required=False,
        widget=forms.RadioSelect,
        initial="1",
    )
    text = forms.CharField(label=_("What?"), max_length=500, widget=_area(2))

    def values(self) -> dict[str, Any]:
        """What `add_point` takes."""
        return {"speaks_for": bool(self.cleaned_data["speaks_for"]), "text": self.cleaned_data["text"]}


class AssessForm(forms.Form):
    """Today's assessment."""

    confidence = forms.ChoiceField(label=_("How sure are we?"), choices=Hypothesis.Confidence.choices)
    state = forms.ChoiceField(label=_("State"), choices=Hypothesis.State.choices)
    because = forms.CharField(label=_("Because"), max_length=500)


# Extortion and captured data ------------------------------------------------------------------------------------------------------


class ClaimForm(forms.Form):
    """What an actor claims."""

    actor = forms.CharField(label=_("Who claims it?"), max_length=120)
    claim = forms.CharField(label=_("What is claimed?"), max_length=10_000, widget=_area())
    where = forms.CharField(
        label=_("Where was it read?"),
        max_length=300,
        required=False,
        help_text=_("A leak site or a note. Shown so that nobody can click it."),
    )
    amount = forms.DecimalField(
        label=_("How much is asked?"), required=False, min_value=0, max_digits=14, decimal_places=2
    )
    currency = forms.CharField(label=_("Currency"), max_length=3, required=False, help_text="EUR, USD, BTC")
    gigabytes = forms.DecimalField(
        label=_("How many gigabytes, as claimed?"), required=False, min_value=0, max_digits=9, decimal_places=2
    )
    publishes_at = moment_field(_("When does it say it publishes?"))
    seen_at = moment_field(_("When was it seen?"), _("Empty: now."))

    def values(self) -> dict[str, Any]:
        """What `record_claim` takes."""
        said = dict(self.cleaned_data)
        gigabytes = said.pop("gigabytes")
        return said | {"volume_bytes": int(gigabytes * 10**9) if gigabytes is not None else None}


class ConfirmForm(forms.Form):
    """What of a claim is so."""

    confirmed = forms.CharField(label=_("What do we know to be so, and from what?"), max_length=10_000, widget=_area())


class CountdownForm(forms.Form):
    """Another moment."""

    publishes_at = moment_field(_("When does it say it publishes?"), _("Empty: it took that back."))


class DecisionForm(forms.Form):
    """A decision about a demand."""

    decision = forms.ChoiceField(label=_("Decision"), choices=RansomDecision.Decision.choices)
    decided_by = forms.CharField(
        label=_("Who decided?"),
        max_length=200,
        help_text=_("The organ: the college of mayor and aldermen, the head of administration."),
    )
    decided_at = moment_field(_("When?"), _("Empty: now."))
    advice = forms.CharField(
        label=_("On whose advice, and what did it say?"), max_length=5000, required=False, widget=_area(2)
    )
    because = forms.CharField(label=_("Why?"), max_length=5000, widget=_area(2))


class ExposureForm(forms.Form):
    """Data that got out."""

    what = forms.CharField(label=_("Which data?"), max_length=300)
    categories = forms.MultipleChoiceField(
        label=_("Kinds"), choices=list(CATEGORY_WORDS.items()), required=False, widget=forms.CheckboxSelectMultiple
    )
    whose = forms.CharField(
        label=_("Whose?"), max_length=300, required=False, help_text=_("Citizens, staff, another government.")
    )
    people = forms.IntegerField(
        label=_("How many people?"),
        required=False,
        min_value=0,
        max_value=2_000_000_000,
        help_text=_("Empty: not known."),
    )
    certainty = forms.ChoiceField(
        label=_("How sure are we?"), choices=Exposure.Certainty.choices, initial=Exposure.Certainty.SUSPECTED
    )


class CertaintyForm(forms.Form):
    """We know more."""

    certainty = forms.ChoiceField(label=_("How sure are we?"), choices=Exposure.Certainty.choices)
    people = forms.IntegerField(label=_("How many people?"), required=False, min_value=0, max_value=2_000_000_000)


class ConcernedForm(forms.Form):
    """Another organisation that it concerns."""

    organisation = OrganisationField(label=_("Whom does it concern too?"))


class ToldForm(forms.Form):
    """It was told by phone."""

    through = forms.CharField(
        label=_("How, and to whom?"), max_length=200, help_text=_("For example: by phone, the data protection officer.")
    )
    at = moment_field(_("When?"), _("Empty: now."))


class WarningForm(forms.Form):
    """What the customers of a supplier are told, in every language of the region."""

    tlp = _tlp()
    severity = forms.TypedChoiceField(
        label=_("Severity"), coerce=int, choices=[(one, str(one)) for one in range(6)], initial=2
    )

    def __init__(self, *args: Any, languages: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.languages = [code for code, _name in languages]
        for code, name in languages:
            self.fields[f"title_{code}"] = forms.CharField(
                label=_("Title (%(language)s)") % {"language": name}, max_length=120
            )
            self.fields[f"text_{code}"] = forms.CharField(
                label=_("Text (%(language)s)") % {"language": name}, max_length=5000, widget=_area(6)
            )

    def texts(self, part: str) -> dict[str, str]:
        """Title or text per language."""
        return {code: self.cleaned_data[f"{part}_{code}"] for code in self.languages}


def playbook_title(playbook: Playbook, language: str) -> str:
    """A playbook's title in a language."""
    return str(playbook.title.get(language) or playbook.title.get("en") or playbook.key)
