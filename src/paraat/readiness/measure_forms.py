"""What a person fills in about a measure."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from paraat.platform import moment
from paraat.readiness.measure_words import FIELDS
from paraat.readiness.models import Measure, SupplierMeasure
from paraat.registry.models import Contact, Organisation

_DAY = {"type": "date"}


class MeasureForm(forms.Form):
    """A measure: what, who, when, at what cost, and how a council reads of it."""

    title = forms.CharField(label=FIELDS["title"], max_length=200)
    text = forms.CharField(
        label=FIELDS["text"], required=False, max_length=10_000, widget=forms.Textarea(attrs={"rows": 4})
    )
    owner = forms.ModelChoiceField(Contact.objects.none(), label=FIELDS["owner"], required=False)
    owner_name = forms.CharField(
        label=FIELDS["owner_name"],
        required=False,
        max_length=200,
        help_text=_("Where nobody on file does it. Reminders then go to the single point of contact."),
    )
    due_on = forms.DateField(
        label=FIELDS["due_on"],
        required=False,
        widget=forms.DateInput(attrs=_DAY),
        help_text=_("Reminders go out 30, 7 and 1 days before, and when it is late."),
    )
    cost = forms.DecimalField(label=FIELDS["cost"], required=False, min_value=0, max_digits=12, decimal_places=2)
    cost_yearly = forms.DecimalField(
        label=FIELDS["cost_yearly"], required=False, min_value=0, max_digits=12, decimal_places=2
    )
    every = forms.IntegerField(
        label=FIELDS["every"],
        required=False,
        min_value=1,
        max_value=120,
        help_text=_("When it is verified, the next one is planned."),
    )
    topic = forms.ChoiceField(
        label=FIELDS["topic"],
        choices=Measure.Topic.choices,
        required=False,
        help_text=_("The report for the council says no more of it than this."),
    )
    plain = forms.CharField(
        label=FIELDS["plain"],
        required=False,
        max_length=300,
        help_text=_(
            "Printed in the report for the council, also while it is not done. Write nothing that would help an attacker."
        ),
    )
    delay = forms.ChoiceField(label=FIELDS["delay"], choices=[("", "–"), *Measure.Delay.choices], required=False)

    def __init__(self, *args: Any, organisation: Organisation, **more: Any) -> None:
        """The contacts that this organisation has on file today."""
        super().__init__(*args, **{"auto_id": "measure_%s"} | more)
        choice = self.fields["owner"]
        assert isinstance(choice, forms.ModelChoiceField)  # noqa: S101  # declared above
        held = Contact.objects.answering().as_of(moment.today()).filter(organisation=organisation)
        choice.queryset = held.order_by("role", "name")

    def given(self) -> dict[str, Any]:
        """What was filled in, as the action takes it. A topic that was left open is derived from what asks for the measure."""
        values = {name: self.cleaned_data[name] for name in FIELDS}
        if not values["topic"]:
            del values["topic"]
        return values


class ChangeForm(MeasureForm):
    """The same, of one that exists: with its version, and why the day moves."""

    because = forms.CharField(label=_("Why it changes"), required=False, max_length=500)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def given(self) -> dict[str, Any]:
        """What was filled in, with the version that was read."""
        return super().given() | {"because": self.cleaned_data["because"], "version": self.cleaned_data["version"]}


class WordForm(forms.Form):
    """A word with a deed; some want one."""

    because = forms.CharField(label=_("Why"), max_length=500)

    def __init__(self, *args: Any, label: Any = None, required: bool = True, **more: Any) -> None:
        """Ask for it in these words."""
        super().__init__(*args, **more)
        self.fields["because"].required = required
        if label is not None:
            self.fields["because"].label = label


class ProofForm(forms.Form):
    """A file that shows that it is done."""

    file = forms.FileField(
        label=_("File"), allow_empty_file=True, help_text=_("It is kept beside the earlier ones, and never replaced.")
    )


class SupplierMeasureForm(forms.Form):
    """What a supplier is asked."""

    supplier = forms.ModelChoiceField(Organisation.objects.none(), label=_("Supplier"))
    title = forms.CharField(
        label=_("What is to be done"),
        max_length=200,
        help_text=_("The supplier and all customers that wait for it read this: name no customer."),
    )
    text = forms.CharField(
        label=_("Details"), required=False, max_length=10_000, widget=forms.Textarea(attrs={"rows": 4})
    )
    measure = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, suppliers: Any, **more: Any) -> None:
        """Who supplies somebody today."""
        super().__init__(*args, **more)
        choice = self.fields["supplier"]
        assert isinstance(choice, forms.ModelChoiceField)  # noqa: S101  # declared above
        choice.queryset = suppliers


class PromiseForm(forms.Form):
    """What a supplier says to it."""

    state = forms.ChoiceField(label=_("How it stands"), choices=SupplierMeasure.State.choices)
    promised_on = forms.DateField(label=_("Promised for"), required=False, widget=forms.DateInput(attrs=_DAY))
    answer = forms.CharField(
        label=_("In words"),
        required=False,
        max_length=500,
        help_text=_("All customers that wait for it read this: name no customer."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


class GapsForm(forms.Form):
    """For all measures that are planned from the gaps of an assessment at once."""

    due_on = forms.DateField(label=FIELDS["due_on"], required=False, widget=forms.DateInput(attrs=_DAY))
    owner = forms.ModelChoiceField(Contact.objects.none(), label=FIELDS["owner"], required=False)

    def __init__(self, *args: Any, organisation: Organisation, **more: Any) -> None:
        """The contacts that this organisation has on file today."""
        super().__init__(*args, **{"auto_id": "gaps_%s"} | more)
        choice = self.fields["owner"]
        assert isinstance(choice, forms.ModelChoiceField)  # noqa: S101  # declared above
        choice.queryset = (
            Contact.objects.answering().as_of(moment.today()).filter(organisation=organisation).order_by("role", "name")
        )
