"""The forms with which somebody reports: on the emergency page, in the portal, and on the officer's telephone."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from paraat.incidents.words import KINDS
from paraat.platform import moment
from paraat.registry.naming import or_nobody

_SEPARATORS = re.compile(r"[\n;,]+")
_MINUTE = "%Y-%m-%dT%H:%M"


def _moment(label: Any, help_text: Any = "") -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_MINUTE)
    return forms.DateTimeField(label=label, required=False, widget=widget, help_text=help_text)


class WhatForm(forms.Form):
    """What happened: the same questions wherever one reports."""

    kind = forms.ChoiceField(label=_("What is it?"), required=False, choices=[("", _("I do not know")), *KINDS.items()])
    text = forms.CharField(
        label=_("What happened?"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("In your own words. It need not be complete."),
    )
    services = forms.CharField(
        label=_("What does not work?"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One per line: mail, counters, telephone, web site ..."),
    )
    happened_at = _moment(_("Since when?"), _("As far as you know."))
    known_at = _moment(
        _("When was it noticed?"), _("Legal deadlines count from the moment that your organisation knew.")
    )

    def clean_services(self) -> list[str]:
        """The lines as names."""
        parts = _SEPARATORS.split(self.cleaned_data["services"])
        return [name.strip() for name in parts if name.strip()]

    def said(self) -> dict[str, Any]:
        """What `take_report` takes of it."""
        names = ("kind", "text", "services", "happened_at", "known_at")
        return {name: self.cleaned_data.get(name) for name in names}


class EmergencyForm(WhatForm):
    """For who has no account, or cannot sign in now. Little is required: what happened. A moment that cannot be read is left out, not refused."""

    organisation_text = forms.CharField(label=_("Which organisation is it about?"), required=False, max_length=200)
    reporter = forms.CharField(
        label=_("Who are you?"), required=False, max_length=200, help_text=_("Name and function.")
    )
    reachable_at = forms.CharField(
        label=_("Where can we reach you now?"),
        required=False,
        max_length=254,
        help_text=_("A telephone number or address that still works."),
    )
    form_id = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    field_order = (
        "organisation_text",
        "reporter",
        "reachable_at",
        "kind",
        "text",
        "services",
        "happened_at",
        "known_at",
    )

    def clean(self) -> dict[str, Any]:
        """Only missing words stop a report: any other field that is wrong is kept as text or left out."""
        for name in [name for name in self.errors if name != "text"]:
            del self._errors[name]  # type: ignore[attr-defined]  # django's own dictionary behind `errors`
            self.cleaned_data[name] = self._instead(name)
        return self.cleaned_data

    def _instead(self, name: str) -> Any:
        typed = str(self.data.get(name, ""))
        if name in {"happened_at", "known_at"}:
            return None
        return [typed[:120]] if name == "services" else "" if name == "kind" else typed[:200]

    def said(self) -> dict[str, Any]:
        """The same, with who reports."""
        names = ("organisation_text", "reporter", "reachable_at")
        return super().said() | {name: self.cleaned_data.get(name, "") for name in names}


class PhoneForm(WhatForm):
    """What an officer writes down while somebody is on the line."""

    organisation = forms.CharField(
        label=_("Organisation"),
        max_length=200,
        help_text=_("Name, NIS or KBO number. A name that is not on file is kept as text."),
    )
    reporter = forms.CharField(label=_("Who calls?"), required=False, max_length=200, help_text=_("Name and function."))
    reachable_at = forms.CharField(label=_("Number of the caller"), required=False, max_length=254)
    exercise = forms.BooleanField(label=_("This is an exercise"), required=False)

    field_order = (
        "organisation",
        "reporter",
        "reachable_at",
        "kind",
        "text",
        "services",
        "happened_at",
        "known_at",
        "exercise",
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["known_at"].initial = moment.now

    def whose(self) -> dict[str, Any]:
        """The organisation on file that was typed, when there is exactly one; else the words."""
        typed = self.cleaned_data["organisation"]
        return {"organisation_text": typed, "organisation": or_nobody(typed)}


class OwnForm(WhatForm):
    """A SPOC reports for an organisation of its own."""

    reachable_at = forms.CharField(
        label=_("Where can we reach you now?"),
        required=False,
        max_length=254,
        help_text=_("Only when it is not what we have on file."),
    )

    exercise = forms.BooleanField(label=_("This is an exercise"), required=False)

    field_order = ("kind", "text", "services", "reachable_at", "happened_at", "known_at", "exercise")


class FromForm(OwnForm):
    """The same about something that we warned of: whether that was an exercise says whether this is one."""

    exercise = None  # type: ignore[assignment]  # django's way to leave out a field of the class above


class SpokenForm(forms.Form):
    """Whom a call back spoke to."""

    spoke_to = forms.CharField(
        label=_("Whom did you speak to?"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
