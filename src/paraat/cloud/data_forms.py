"""What a person fills in about a tenant's data."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from paraat.cloud import catalog
from paraat.cloud.models import Backup, Tenant

KINDS = {
    "mbox": _("mail, as an mbox"),
    "maildir": _("mail, as a maildir (zip or tar)"),
    "ics": _("calendar (ICS)"),
    "vcf": _("contacts (VCF)"),
    "files": _("files (zip or tar)"),
}


class RestoreForm(forms.Form):
    """Which point in time, and why it is clean."""

    backup = forms.ModelChoiceField(Backup.objects.none(), label=_("Which backup"))
    because = forms.CharField(
        label=_("Why this point in time is clean"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "From before the first trace of the intruder, say, and who established that. It is kept with your name."
        ),
    )
    paths = forms.CharField(
        label=_("Only these paths"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_(
            "One per line, beginning with the volume: files-data/shared/permits. Empty: everything is replaced."
        ),
    )

    def __init__(self, *args: Any, tenant: Tenant, **more: Any) -> None:
        """The whole backups of this tenant, the newest first."""
        super().__init__(*args, **more)
        rows = Backup.objects.filter(tenant=tenant, state=Backup.State.DONE, forgotten_at=None).order_by("-began_at")
        choice = self.fields["backup"]
        assert isinstance(choice, forms.ModelChoiceField)  # noqa: S101  # declared above
        choice.queryset = rows

    def clean_paths(self) -> list[str]:
        """One per line."""
        return [line.strip() for line in self.cleaned_data["paths"].splitlines() if line.strip()]


class TakeInForm(forms.Form):
    """An export of the victim's own."""

    what = forms.ChoiceField(label=_("What it is"))
    account = forms.CharField(
        label=_("Whose it is"),
        required=False,
        max_length=60,
        help_text=_("A login of the tenant; else what the file is named after."),
    )
    because = forms.CharField(label=_("Where it comes from"), required=False, max_length=400)
    file = forms.FileField(label=_("File"))

    def __init__(self, *args: Any, tenant: Tenant, **more: Any) -> None:
        """What the services of this tenant read."""
        super().__init__(*args, **more)
        choice = self.fields["what"]
        assert isinstance(choice, forms.ChoiceField)  # noqa: S101  # declared above
        choice.choices = taken_by(tenant)


def taken_by(tenant: Tenant) -> list[tuple[str, Any]]:
    """`<service>:<kind>` with words for people."""
    known = catalog.services()
    return [
        (f"{name}:{kind}", KINDS.get(kind, kind))
        for name in tenant.services
        if name in known
        for kind in known[name].takes
    ]


class DrillForm(forms.Form):
    """Why a drill is done now."""

    because = forms.CharField(label=_("Why now"), max_length=200, required=False)
