"""Forms of accounts. They check what was typed; whether it may be done is the action's business."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from paraat.accounts import rules
from paraat.accounts.models import Membership, Shift, User
from paraat.accounts.words import ROLES, SCOPES
from paraat.kernel.errors import Invalid, NotFound
from paraat.registry.models import Organisation
from paraat.registry.naming import the_one

_ZONES = [*sorted(zone for zone in available_timezones() if zone.startswith("Europe/")), "UTC"]


class MomentField(forms.DateTimeField):
    """A moment in the reader's time zone, as browsers' own picker gives it."""

    def __init__(self, **options: Any) -> None:
        picker = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(widget=picker, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"], **options)


class ProfileForm(forms.Form):
    """What one is called, reads, and where one is paged."""

    name = forms.CharField(label=_("Name"), max_length=200)
    phone = forms.CharField(
        label=_("Telephone"), max_length=30, required=False, help_text=_("Where you are paged when you are on call.")
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    timezone = forms.ChoiceField(label=_("Time zone"), choices=[(zone, zone) for zone in _ZONES])

    @classmethod
    def of(cls, user: User) -> ProfileForm:
        """The form as the account stands now."""
        return cls(initial={field: getattr(user, field) for field in ("name", "phone", "language", "timezone")})


class TokenForm(forms.Form):
    """A new API token."""

    name = forms.CharField(label=_("What it is for"), max_length=100)
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"), choices=list(SCOPES.items()), widget=forms.CheckboxSelectMultiple
    )
    days = forms.TypedChoiceField(
        label=_("How long it works"),
        coerce=int,
        initial=90,
        choices=[(30, _("30 days")), (90, _("90 days")), (365, _("a year")), (0, _("until it is ended"))],
    )

    def expires_at(self, now: datetime) -> datetime | None:
        """When it ends; None: never."""
        days = self.cleaned_data["days"]
        return now + timedelta(days=days) if days else None


class PersonForm(forms.Form):
    """A new account."""

    name = forms.CharField(label=_("Name"), max_length=200)
    email = forms.EmailField(label=_("Mail address"), max_length=254)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    phone = forms.CharField(label=_("Telephone"), max_length=30, required=False)


class RoleForm(forms.Form):
    """A role for somebody; some roles are held for an organisation."""

    role = forms.ChoiceField(label=_("Role"), choices=list(ROLES.items()))
    organisation = forms.CharField(
        label=_("Organisation"),
        max_length=200,
        required=False,
        help_text=_("For a SPOC, a service provider or a partner: its exact name, NIS or KBO number."),
    )

    def clean(self) -> dict[str, Any]:
        """Find the one organisation that is meant."""
        typed: dict[str, Any] = super().clean() or {}
        wanted = typed.get("role") in rules.OF_AN_ORGANISATION
        words = (typed.get("organisation") or "").strip()
        if wanted and not words:
            self.add_error("organisation", _("This role is held for an organisation: say which."))
        elif words and not wanted:
            self.add_error("organisation", _("This role is of the team itself: leave this empty."))
        elif words:
            self._find(typed, words)
        return typed

    def _find(self, typed: dict[str, Any], words: str) -> None:
        try:
            typed["organisation"] = the_one(words, Organisation.objects.all())
        except (NotFound, Invalid) as error:
            self.add_error("organisation", gettext(error.said))


class ShiftForm(forms.Form):
    """A shift on the roster."""

    user = forms.ModelChoiceField(label=_("Who"), queryset=User.objects.none())
    position = forms.ChoiceField(label=_("Position"), choices=Shift.Position.choices)
    starts_at = MomentField(label=_("From"))
    ends_at = MomentField(label=_("Until"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["user"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  # declared above
        field.queryset = team()

    @classmethod
    def of(cls, shift: Shift) -> ShiftForm:
        """The form of a shift as it stands."""
        moments = {name: timezone.localtime(getattr(shift, name)) for name in ("starts_at", "ends_at")}
        return cls(initial={"user": shift.user_id, "position": shift.position, **moments})


class CloseForm(forms.Form):
    """How something that waited was dealt with."""

    outcome = forms.CharField(label=_("What was done"), max_length=300)


def team() -> Any:
    """Who can be on call."""
    held = Membership.objects.in_force().filter(role__in=rules.ON_CALL_ROLES)
    return User.objects.active().filter(pk__in=held.values("user")).order_by("name")
