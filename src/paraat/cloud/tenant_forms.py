"""The forms of what is decided about a tenant."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from paraat.cloud import catalog
from paraat.cloud.models import Tenant
from paraat.kernel.errors import Invalid
from paraat.platform.jinja import language
from paraat.registry.models import Contact

PRIORITIES = [
    (1, _("1 · first")),
    (2, _("2 · before most")),
    (3, _("3 · as usual")),
    (4, _("4 · later")),
    (5, _("5 · last")),
]


def _reason(label: Any = None, **more: Any) -> forms.CharField:
    return forms.CharField(label=label or _("Why?"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2}), **more)


class ReasonForm(forms.Form):
    """A reason that somebody may be asked for later."""

    because = _reason()


class ApproveForm(forms.Form):
    """The budget is the programme's; above the envelope somebody must put his name to it."""

    override_because = _reason(
        _("Above the envelope: why does it start all the same?"),
        required=False,
        help_text=_(
            "Only needed when the programme has no money left, and then by a coordinator, whose name stands beside it."
        ),
    )


class CallBackForm(forms.Form):
    """Whom we called back: somebody else than who asked."""

    contact = forms.ChoiceField(label=_("Who confirmed it on the telephone?"), widget=forms.RadioSelect)

    def __init__(self, contacts: Iterable[tuple[Contact, str]], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        named = [(str(one.pk), f"{one.get_role_display()}: {one.name}, {number}") for one, number in contacts]
        self.fields["contact"].choices = named  # type: ignore[attr-defined]  # a ChoiceField


class ExtendForm(forms.Form):
    """Until when, and why."""

    until = forms.DateTimeField(
        label=_("Until when?"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    because = _reason()
    override_because = _reason(
        _("Above the envelope: why does it go on all the same?"),
        required=False,
        help_text=_("Only needed when the programme has no money left, and then by a coordinator."),
    )

    def __init__(self, tenant: Tenant, now: datetime, *args: Any, **more: Any) -> None:
        later = max(tenant.until or now, now) + timedelta(days=14)
        more.setdefault("initial", {"until": later})
        super().__init__(*args, **more)


class DestroyForm(forms.Form):
    """What cannot be taken back is typed."""

    typed = forms.CharField(label=_("Type the name of the tenant"), max_length=60)
    because = _reason()
    keep_backups = forms.BooleanField(
        label=_("Keep its backups"), required=False, initial=True, help_text=_("Unticked: its repository goes as well.")
    )

    def __init__(self, tenant: Tenant, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.tenant = tenant
        self.fields["typed"].help_text = tenant.name
        self.fields["typed"].widget.attrs["autocomplete"] = "off"

    def clean_typed(self) -> str:
        """The name, exactly."""
        typed: str = self.cleaned_data["typed"].strip()
        if typed != self.tenant.name:
            raise forms.ValidationError(_("This is not the name of the tenant."))
        return typed


class PriorityForm(forms.Form):
    """Who is first when there is no room for all."""

    priority = forms.TypedChoiceField(label=_("Priority"), choices=PRIORITIES, coerce=int)
    because = _reason()


class ServicesField(forms.MultipleChoiceField):
    """Services of the catalog, ticked."""

    def __init__(self, **more: Any) -> None:
        super().__init__(label=_("Services"), widget=forms.CheckboxSelectMultiple, choices=_services, **more)


def _services() -> list[tuple[str, str]]:
    return [(one.name, f"{one.title(language())}: {one.text(language())}") for one in catalog.services().values()]


class RequestForm(forms.Form):
    """Ask for an emergency cloud. By an officer: in whose name, and with what consent."""

    services = ServicesField(help_text=_("What is needed by another service is added by itself."))
    consent = _reason(
        _("Who of the organisation agreed, when and how?"),
        help_text=_("For example: the mayor, by telephone at 02:10, number from the card."),
    )

    def __init__(self, *args: Any, asks_consent: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        if not asks_consent:
            del self.fields["consent"]

    def clean_services(self) -> list[str]:
        """With what they need."""
        try:
            return list(catalog.chosen(self.cleaned_data["services"]))
        except Invalid as error:
            raise forms.ValidationError(str(error)) from error
