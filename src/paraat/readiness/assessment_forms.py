"""The forms of assessments. They check what was typed; whether it may be done is the action's business."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from paraat.accounts.models import Membership, User
from paraat.kernel.errors import ParaatError
from paraat.kernel.marking import Role
from paraat.platform import moment
from paraat.platform.pages import words_for
from paraat.readiness import scoring_words
from paraat.readiness.assessment_words import MATURITY, STATUS_WORDS, named
from paraat.readiness.models import Edition
from paraat.registry.models import Organisation
from paraat.registry.naming import the_one

_DAY = {"type": "date"}


def _day(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"), **more)


class AnswerForm(forms.Form):
    """One answer, with the version that its writer had before him."""

    version = forms.IntegerField(min_value=0, max_value=1_000_000)
    status = forms.ChoiceField(choices=list(STATUS_WORDS.items()), required=False)
    documentation = forms.TypedChoiceField(choices=[("", ""), *MATURITY], coerce=int, empty_value=None, required=False)
    implementation = forms.TypedChoiceField(choices=[("", ""), *MATURITY], coerce=int, empty_value=None, required=False)
    explanation = forms.CharField(required=False, max_length=8000)
    explained_until = forms.DateField(required=False)

    def given(self) -> dict[str, Any]:
        """What was given; a field that the form did not hold is left as it is."""
        found = {name: self.cleaned_data[name] for name in self.fields if name != "version" and name in self.data}
        return found if found.get("status", "x") else {**found, "status": "open"}


def edition_choices() -> list[tuple[str, str]]:
    """Every edition in use, newest first, with its levels."""
    rows = Edition.objects.filter(framework__retired_at=None).select_related("framework").order_by("framework__key", "-added_at")  # fmt: skip
    found = []
    for one in rows:
        title = named(one)
        found += [(f"{one.pk}:{level}", f"{title} · {scoring_words.level(level)}") for level in one.levels] or [
            (f"{one.pk}:", title)
        ]
    return found


class OpenForm(forms.Form):
    """What is measured, and until when."""

    edition = forms.ChoiceField(label=_("Checklist or framework"))
    due_on = _day(_("Due on"), help_text=_("Whoever answers it is reminded two weeks and three days before."))

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["edition"].choices = edition_choices()  # type: ignore[attr-defined]  # a ChoiceField

    def chosen(self) -> tuple[Edition, str]:
        """The edition and the level."""
        key, _, level = self.cleaned_data["edition"].partition(":")
        return Edition.objects.select_related("framework").get(pk=key), level


class OwnForm(OpenForm):
    """For one of my organisations."""

    organisation = forms.ChoiceField(label=_("Organisation"))
    field_order = ("organisation", "edition", "due_on")

    def __init__(self, *args: Any, mine: Iterable[tuple[Any, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["organisation"].choices = list(mine)  # type: ignore[attr-defined]  # as above


class TeamForm(OpenForm):
    """For any constituent: a self-assessment that it will answer, or an audit by an external auditor."""

    kind = forms.ChoiceField(
        label=_("Kind"), choices=[("self", _("Self-assessment")), ("external", _("External audit"))]
    )
    organisation = forms.CharField(
        label=_("Organisation"), max_length=200, help_text=_("Its name, or its NIS or KBO number.")
    )
    auditor = forms.ChoiceField(
        label=_("External auditor"), required=False, help_text=_("Of an audit; can be named later.")
    )
    author = forms.CharField(
        label=_("Audit firm"), max_length=200, required=False, help_text=_("As it is in the register.")
    )
    field_order = ("kind", "organisation", "edition", "due_on", "auditor", "author")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["auditor"].choices = [("", _("nobody yet")), *auditors()]  # type: ignore[attr-defined]  # as above

    def clean_organisation(self) -> Organisation:
        """The one constituent with this name or number."""
        return _called(self.cleaned_data["organisation"], Organisation.objects.constituents())

    def clean_author(self) -> Organisation | None:
        """The firm, where one was named."""
        named = self.cleaned_data["author"]
        return _called(named, Organisation.objects.all()) if named else None

    def clean_auditor(self) -> User | None:
        """The account, where one was chosen."""
        return User.objects.get(pk=self.cleaned_data["auditor"]) if self.cleaned_data["auditor"] else None


class CustomersForm(OpenForm):
    """For customers of a service provider."""

    customers = forms.MultipleChoiceField(label=_("Customers"), widget=forms.CheckboxSelectMultiple)
    field_order = ("edition", "due_on", "customers")

    def __init__(self, *args: Any, customers: Iterable[tuple[Any, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["customers"].choices = list(customers)  # type: ignore[attr-defined]  # as above


class AuditorForm(forms.Form):
    """Who carries out an audit."""

    auditor = forms.ChoiceField(label=_("External auditor"))

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["auditor"].choices = auditors()  # type: ignore[attr-defined]  # as above


class DueForm(forms.Form):
    """Another due day, or none."""

    due_on = _day(_("Due on"))


class BecauseForm(forms.Form):
    """Why."""

    because = forms.CharField(label=_("Why"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class FileForm(forms.Form):
    """A file that shows it."""

    file = forms.FileField(label=_("File"))


def auditors() -> list[tuple[str, str]]:
    """The accounts that are external auditors."""
    held = Membership.objects.in_force().filter(role=Role.ASSESSOR).values("user")
    return [(str(one.pk), str(one)) for one in User.objects.active().filter(pk__in=held).order_by("name")]


def _called(words: str, rows: Any) -> Organisation:
    try:
        return the_one(words, rows.as_of(moment.today()))
    except ParaatError as error:
        raise forms.ValidationError(words_for(error)) from error
