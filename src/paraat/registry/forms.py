"""Forms of the registry. They check what was typed; whether it may be done is the action's business."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from paraat.formats import registry_cells as cells
from paraat.formats.registry_columns import REGIONS
from paraat.platform.channels.mail.sealing import unusable
from paraat.registry.models import Asset, Contact, ContactChannel, Organisation
from paraat.registry.words import PROVINCES

_NAMES = ("nl", "fr", "de")


class DayField(forms.DateField):
    """A day, as browsers' own picker gives it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options)


class MomentField(forms.DateTimeField):
    """A moment in the reader's time zone, as browsers' own picker gives it."""

    def __init__(self, **options: Any) -> None:
        picker = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(widget=picker, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"], **options)


class LanguagesField(forms.CharField):
    """Languages in order, "fr nl"; a list of codes out."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=40, **options)

    def prepare_value(self, value: Any) -> Any:
        """A list as it is typed."""
        return " ".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> Any:
        """The codes, each once."""
        try:
            return cells.languages(super().clean(value))
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error


class OrganisationForm(forms.Form):
    """An organisation, by hand."""

    kind = forms.ChoiceField(label=_("Kind"), choices=Organisation.Kind.choices)
    name = forms.CharField(label=_("Name"), max_length=200, help_text=_("In its first administrative language."))
    name_nl = forms.CharField(label=_("Name in Dutch"), max_length=200, required=False)
    name_fr = forms.CharField(label=_("Name in French"), max_length=200, required=False)
    name_de = forms.CharField(label=_("Name in German"), max_length=200, required=False)
    languages = LanguagesField(label=_("Administrative languages"), help_text=_("nl, fr, de; the first one first."))
    citizen_languages = LanguagesField(
        label=_("Languages of texts for citizens"), required=False, help_text=_("As above; empty: the same.")
    )
    nis = forms.RegexField(
        r"^\d{5}$", label=_("NIS code"), required=False, help_text=_("Five digits; several bodies can share one.")
    )
    kbo = forms.CharField(label=_("Enterprise number"), max_length=20, required=False)
    ovo = forms.CharField(label=_("OVO code"), max_length=12, required=False)
    province = forms.ChoiceField(label=_("Province"), required=False, choices=[("", "-"), *PROVINCES.items()])
    region = forms.ChoiceField(
        label=_("Region"),
        required=False,
        choices=[("", "-"), *((nis, words.split()[0].title()) for nis, words in REGIONS.items())],
    )
    population = forms.IntegerField(label=_("Population"), required=False, min_value=0, max_value=100_000_000)
    active_from = DayField(label=_("Exists from"), required=False)
    active_until = DayField(label=_("Exists until the day before"), required=False)
    constituent = forms.BooleanField(label=_("We look after it"), required=False, initial=True)
    provider_consent = forms.BooleanField(
        label=_("It agrees that its service provider is alerted in its place"), required=False
    )

    @classmethod
    def of(cls, organisation: Organisation) -> OrganisationForm:
        """The form as the organisation stands now."""
        held = {name: getattr(organisation, name) for name in cls.base_fields if hasattr(organisation, name)}
        return cls(initial=held | {f"name_{language}": organisation.names.get(language, "") for language in _NAMES})

    def values(self) -> dict[str, Any]:
        """What the action wants: names as one mapping, languages completed."""
        said = dict(self.cleaned_data)
        names = {language: said.pop(f"name_{language}") for language in _NAMES}
        names = {language: name for language, name in names.items() if name}
        names.setdefault(said["languages"][0], said["name"])
        said["citizen_languages"] = said["citizen_languages"] or said["languages"]
        return said | {"names": names}


class AssetForm(forms.Form):
    """A new asset."""

    kind = forms.ChoiceField(label=_("Kind"), choices=Asset.Kind.choices)
    value = forms.CharField(label=_("Value"), max_length=300, help_text=_("ronse.be, 192.0.2.0/24, AS64500 ..."))
    shared = forms.BooleanField(label=_("Shared with others (hosting, CDN)"), required=False)
    valid_from = DayField(label=_("From"), required=False)


class ContactForm(forms.Form):
    """Who answers. As little personal data as works: the name may be a role."""

    role = forms.ChoiceField(label=_("Role"), choices=Contact.Role.choices)
    name = forms.CharField(label=_("Name to ask for"), max_length=200)
    languages = LanguagesField(label=_("Languages"), required=False, help_text=_("Empty: those of the organisation."))
    nominated_by = forms.CharField(
        label=_("Nominated by"),
        max_length=200,
        required=False,
        help_text=_("The head of administration, and how we know."),
    )
    night = forms.ChoiceField(label=_("At night"), choices=Contact.Night.choices)
    pgp_key = forms.CharField(label=_("OpenPGP key"), required=False, widget=forms.Textarea(attrs={"rows": 4}))
    smime_certificate = forms.CharField(
        label=_("S/MIME certificate"), required=False, widget=forms.Textarea(attrs={"rows": 4})
    )

    def clean_pgp_key(self) -> str:
        """A key that cannot encrypt would leave its owner unwarned."""
        key: str = self.cleaned_data["pgp_key"].strip()
        fault = unusable(key.encode()) if key else None
        if fault:
            raise forms.ValidationError(_("This key cannot be used: %(fault)s"), params={"fault": fault})
        return key

    @classmethod
    def of(cls, contact: Contact) -> ContactForm:
        """The form as the contact stands now."""
        return cls(initial={name: getattr(contact, name) for name in cls.base_fields})


class NominationForm(ContactForm):
    """A new contact, with its first two channels."""

    mail = forms.EmailField(label=_("Mail"), required=False, help_text=_("Outside its own domain, if it can be."))
    mobile = forms.CharField(label=_("Mobile telephone"), max_length=30, required=False)

    field_order = ("role", "name", "mail", "mobile", "languages", "nominated_by", "night")

    def channels(self) -> list[tuple[str, str]]:
        """The channels: mail, then SMS and voice to the mobile."""
        mail, mobile = self.cleaned_data["mail"], self.cleaned_data["mobile"]
        return [("mail", mail)] * bool(mail) + [("sms", mobile), ("voice", mobile)] * bool(mobile)

    def clean_mobile(self) -> str:
        """In international form."""
        try:
            return cells.phone(self.cleaned_data["mobile"]) if self.cleaned_data["mobile"] else ""
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error

    def values(self) -> dict[str, Any]:
        """What the action wants besides the channels."""
        return {name: value for name, value in self.cleaned_data.items() if name not in {"mail", "mobile"}}


class ChannelForm(forms.Form):
    """One more way to reach a contact."""

    kind = forms.ChoiceField(label=_("Kind"), choices=ContactChannel.Kind.choices)
    address = forms.CharField(label=_("Address or number"), max_length=254)


class AddressForm(forms.Form):
    """Another address for a channel, asked by the contact."""

    address = forms.CharField(label=_("New address or number"), max_length=254)


class AbsenceForm(forms.Form):
    """Away from, to, and who replaces."""

    since = MomentField(label=_("Away from"))
    until = MomentField(label=_("Until"), required=False, help_text=_("Empty: until further notice."))
    replaced_by = forms.ModelChoiceField(
        Contact.objects.none(), label=_("Replaced by"), required=False, empty_label=_("the next in line")
    )

    def __init__(self, contact: Contact, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        others = Contact.objects.answering().filter(organisation=contact.organisation_id, valid_until=None)
        self.fields["replaced_by"].queryset = others.exclude(pk=contact.pk)  # type: ignore[attr-defined]


class SupplyForm(forms.Form):
    """A supplier of an organisation."""

    supplier = forms.ModelChoiceField(Organisation.objects.none(), label=_("Supplier"))
    what = forms.CharField(label=_("What it supplies"), max_length=200)
    consent = forms.BooleanField(label=_("The customer agrees that it reads along"), required=False)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        suppliers = Organisation.objects.filter(kind__in=_SUPPLIERS).order_by("name")
        self.fields["supplier"].queryset = suppliers  # type: ignore[attr-defined]


_SUPPLIERS = (Organisation.Kind.PROVIDER, Organisation.Kind.INTERMUNICIPAL_ASSOCIATION, Organisation.Kind.STATE_AGENCY)


class ClosingForm(forms.Form):
    """From when it no longer holds."""

    on = DayField(label=_("From"))


class ImportForm(forms.Form):
    """A register to import."""

    file = forms.FileField(
        label=_("CSV, XLSX or ODS"), help_text=_("The first row names the columns; Dutch, French, English or German.")
    )
    as_of = DayField(label=_("What day does it describe?"))
