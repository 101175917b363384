"""The forms of cases."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from paraat.accounts.models import User
from paraat.alerts.forms import SEVERITIES
from paraat.incidents.models import Case, CaseService, TimelineEntry
from paraat.incidents.rules.states import moves, needs_reason
from paraat.incidents.taxonomy import choices
from paraat.kernel.marking import TEAM, Tlp
from paraat.registry.naming import OrganisationField

LEVELS = [(int(level), level.label) for level in Tlp]
_MINUTE = "%Y-%m-%dT%H:%M"


def moment_field(label: Any, help_text: Any = "") -> forms.DateTimeField:
    """A moment that may be left empty."""
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_MINUTE)
    return forms.DateTimeField(label=label, required=False, widget=widget, help_text=help_text)


class CaseForm(forms.Form):
    """What a case is, as far as known."""

    title = forms.CharField(label=_("Title"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    summary = forms.CharField(
        label=_("Summary"), required=False, max_length=10_000, widget=forms.Textarea(attrs={"rows": 4})
    )
    classification = forms.ChoiceField(
        label=_("Class (RSIT)"), choices=choices, initial="other.undetermined", help_text=_("It may change later.")
    )
    severity = forms.TypedChoiceField(
        label=_("How bad is it?"), coerce=int, choices=list(SEVERITIES.items()), initial=3, widget=forms.RadioSelect
    )
    confidence = forms.ChoiceField(
        label=_("How sure are we?"), choices=Case.Confidence.choices, initial=Case.Confidence.LOW
    )
    tlp = forms.TypedChoiceField(
        label=_("Who may read it (TLP)"),
        coerce=int,
        choices=LEVELS,
        initial=int(Tlp.AMBER),
        help_text=_("What a victim does is never public: AMBER unless there is a reason."),
    )
    owner = forms.ModelChoiceField(
        label=_("Who leads it?"), queryset=User.objects.none(), required=False, empty_label=_("nobody yet")
    )
    happened_at = moment_field(_("Since when?"), _("As far as you know."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["owner"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  # declared above
        field.queryset = User.objects.filter(is_active=True, memberships__role__in=TEAM).distinct().order_by("name")

    def values(self) -> dict[str, Any]:
        """What the actions take of it."""
        return {name: self.cleaned_data[name] for name in CaseForm.base_fields}


class NewCaseForm(CaseForm):
    """A case that is opened by hand."""

    organisation = OrganisationField(label=_("Victim"))
    exercise = forms.BooleanField(label=_("This is an exercise: nothing leaves the house"), required=False)
    aware_at = moment_field(
        _("When did it become aware?"), _("As the organisation says. Its legal deadlines count from then.")
    )
    field_order = ("organisation", "title")


class EditCaseForm(CaseForm):
    """A case that changes; `version` is the one that its editor saw."""

    actor = forms.CharField(
        label=_("Actor, as somebody named it"),
        max_length=120,
        required=False,
        help_text=_("A claim, not a fact."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def values(self) -> dict[str, Any]:
        """What `edit_case` takes."""
        return super().values() | {"actor": self.cleaned_data["actor"]}


class MoveForm(forms.Form):
    """Where a case goes."""

    to = forms.ChoiceField(label=_("New state"))
    because = forms.CharField(
        label=_("Why?"),
        max_length=500,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Needed to close, to reopen and to go back. It is kept."),
    )

    def __init__(self, *args: Any, state: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.state = state
        self.fields["to"].choices = [(one, Case.State(one).label) for one in moves(state)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A reason where one is needed."""
        said: dict[str, Any] = super().clean() or {}
        if "to" in said and needs_reason(self.state, said["to"]) and not said.get("because", "").strip():
            self.add_error("because", _("Say why"))
        return said


class EntryForm(forms.Form):
    """A line of the timeline."""

    text = forms.CharField(label=_("What happened?"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 3}))
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[
            choice
            for choice in TimelineEntry.Kind.choices
            if choice[0] in {TimelineEntry.Kind.EVENT, TimelineEntry.Kind.ACTION, TimelineEntry.Kind.COMMUNICATION}
        ],
    )
    happened_at = moment_field(_("When did it happen?"), _("Empty: not known."))
    known_at = moment_field(_("When did we learn of it?"), _("Empty: now."))
    tlp = forms.TypedChoiceField(label=_("Who may read it (TLP)"), coerce=int, choices=LEVELS)


class CorrectionForm(forms.Form):
    """What was so instead; the entry that it corrects stays beside it."""

    text = forms.CharField(label=_("What was it really?"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 2}))
    happened_at = moment_field(_("When did it happen?"), _("Empty: not known."))


class ServiceForm(forms.Form):
    """How a service does."""

    name = forms.CharField(label=_("Service"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    status = forms.ChoiceField(label=_("It"), choices=CaseService.Status.choices, initial=CaseService.Status.DOWN)
    operation = forms.ChoiceField(label=_("For whom?"), choices=CaseService.Operation.choices)
    workaround = forms.CharField(label=_("What do people do meanwhile?"), max_length=500, required=False)
    since = moment_field(_("Since"), _("Empty: now."))


class SupplierForm(forms.Form):
    """A supplier that is involved."""

    organisation = OrganisationField(label=_("Supplier"))
    what = forms.CharField(label=_("How is it involved?"), max_length=300, required=False)


class HelperForm(forms.Form):
    """An organisation that would help."""

    organisation = OrganisationField(label=_("Who helps?"))
    what = forms.CharField(label=_("What would it do?"), max_length=300)


class ConsentForm(forms.Form):
    """Who said yes for the victim."""

    consent_by = forms.CharField(
        label=_("Who consented for the victim, and how?"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("For example: the head of administration, by phone."),
    )
