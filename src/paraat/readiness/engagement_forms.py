"""The forms of an engagement: what is agreed, what is in scope, what came back signed, and a target to ask about."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from paraat.kernel.marking import Viewer
from paraat.platform import moment
from paraat.readiness.hacking_words import METHODS
from paraat.readiness.models import Engagement
from paraat.registry.models import Asset, Organisation
from paraat.registry.naming import OrganisationField

LANGUAGES = [("nl", "Nederlands"), ("fr", "Français"), ("de", "Deutsch"), ("en", "English")]


def text_area(
    label: Any, rows: int = 3, *, required: bool = True, help_text: Any = "", most: int = 20_000
) -> forms.CharField:
    """Words of several lines."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=most,
        widget=forms.Textarea(attrs={"rows": rows}),
        help_text=help_text,
    )


def day_field(label: Any, *, required: bool = False) -> forms.DateField:
    """A day."""
    return forms.DateField(
        label=label, required=required, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class TermsForm(forms.Form):
    """Everything that is agreed but the scope."""

    title = forms.CharField(label=_("Title"), max_length=200)
    starts_on = day_field(_("First day"))
    ends_on = day_field(_("Last day"))
    allowed = forms.MultipleChoiceField(
        label=_("Allowed methods"), required=False, choices=list(METHODS.items()), widget=forms.CheckboxSelectMultiple
    )
    forbidden = forms.MultipleChoiceField(
        label=_("Forbidden methods"),
        required=False,
        choices=list(METHODS.items()),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("What is neither allowed nor forbidden is not allowed."),
    )
    social_engineering = forms.BooleanField(label=_("People may be deceived (social engineering)"), required=False)
    social_words = text_area(
        _("The permission for it, in words"),
        required=False,
        most=4000,
        help_text=_("Who, how, when, and what is off limits."),
    )
    stop_phone = forms.CharField(label=_("Telephone number for an emergency stop"), required=False, max_length=30)
    rules = text_area(
        _("Other rules"),
        required=False,
        most=8000,
        help_text=_("Hours, how hard, what to leave alone, what to do with data that is seen."),
    )


class PlanForm(TermsForm):
    """A new engagement: for whom, and who tests."""

    organisation = OrganisationField(label=_("Constituent"))
    firm = OrganisationField(label=_("School or firm that tests"), required=False)
    exercise = forms.BooleanField(label=_("This is an exercise"), required=False)

    field_order = ("organisation", "firm", "title")


def terms_initial(engagement: Engagement) -> dict[str, Any]:
    """The form as it stands."""
    return {name: getattr(engagement, name) for name in TermsForm.base_fields}


class ScopeForm(forms.Form):
    """A line of the scope: an asset of the register, or something below one."""

    asset = forms.ChoiceField(label=_("Asset of the register"), required=False)
    kind = forms.ChoiceField(
        label=_("or: kind"),
        required=False,
        choices=[
            ("", "-"),
            ("domain", _("Domain and everything below it")),
            ("host", _("Host")),
            ("page", _("Part of a web site")),
            ("network", _("Address or network")),
        ],
    )
    value = forms.CharField(label=_("and: which"), required=False, max_length=300)
    excluded = forms.BooleanField(label=_("Leave this alone"), required=False)
    provider = forms.ChoiceField(
        label=_("Shared infrastructure of"),
        required=False,
        help_text=_("The provider signs too; before that it is refused."),
    )

    def __init__(self, engagement: Engagement, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        here = {row.value for row in engagement.scope.all()}
        today = moment.today()
        self.assets = {
            str(one.pk): one
            for one in Asset.objects.as_of(today).filter(organisation=engagement.organisation_id, kind__in=KINDS)
            if one.value not in here
        }
        suppliers = Organisation.objects.as_of(today).filter(supplies__customer=engagement.organisation_id).distinct()
        self.providers = {str(one.pk): one for one in suppliers.order_by("name")}
        named = [(key, f"{one.value} ({one.get_kind_display()})") for key, one in self.assets.items()]
        self.fields["asset"].choices = [("", "-"), *named]  # type: ignore[attr-defined]  # a ChoiceField
        firms = [(key, one.name) for key, one in self.providers.items()]
        self.fields["provider"].choices = [("", "-"), *firms]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """One of both ways to name it."""
        found = super().clean() or {}
        if not found.get("asset") and not (found.get("kind") and found.get("value")):
            raise forms.ValidationError(_("Choose an asset, or write kind and value."))
        return found

    def said(self) -> dict[str, Any]:
        """What `put_in_scope` takes of it."""
        given = self.cleaned_data
        asset = self.assets.get(given["asset"])
        named = {"asset": asset} if asset else {"kind": given["kind"], "value": given["value"]}
        return named | {"excluded": given["excluded"], "provider": self.providers.get(given["provider"])}


KINDS = (Asset.Kind.DOMAIN, Asset.Kind.HOST, Asset.Kind.NETWORK, Asset.Kind.PAGE)


class SignedForm(forms.Form):
    """A paper that came back signed."""

    file = forms.FileField(label=_("The signed paper"), help_text=_("A PDF signed with an identity card, or a scan."))
    signed_by = forms.CharField(label=_("Signed by: name and function, as on the paper"), max_length=200)
    signed_on = day_field(_("Signed on"), required=True)


class CheckForm(forms.Form):
    """Somebody compared paper and scope."""

    control = forms.CharField(label=_("Control number on the paper"), max_length=40)
    same = forms.BooleanField(label=_("Scope, days, methods and signer of the paper are those on this page"))


class BecauseForm(forms.Form):
    """A reason, of what a person may be asked about later."""

    because = text_area(_("Why?"), 2, most=500)


class StopForm(forms.Form):
    """The reason of a stop, and that it is meant."""

    because = text_area(_("What happened?"), 2, most=500)
    sure = forms.BooleanField(label=_("Stop all testing now"))


class YesForm(forms.Form):
    """Who of the owner said yes, where the team writes it down."""

    who = forms.CharField(label=_("Who of the owner said yes, and how"), max_length=200)


class TesterForm(forms.Form):
    """Somebody who tests."""

    email = forms.EmailField(label=_("Mail address"), max_length=254)
    name = forms.CharField(label=_("Name"), max_length=200)
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)


class TargetForm(forms.Form):
    """A target to ask about before it is touched."""

    target = forms.CharField(
        label=_("Target"), max_length=300, help_text=_("A host, web address, IP address or network.")
    )
    method = forms.ChoiceField(label=_("Method"), required=False, choices=[("", "-"), *METHODS.items()])


def rows_for(viewer: Viewer) -> Any:
    """The engagements that somebody may see, with what lists show of them."""
    return Engagement.objects.visible_to(viewer).select_related("organisation", "firm")
