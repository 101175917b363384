"""What a person fills in to bring in the official workbook, or to have answers written into it."""

from __future__ import annotations

import hashlib
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from paraat.formats.workbook import MOST_BYTES


class WorkbookForm(forms.Form):
    """A workbook; `seen` is the digest of the one that was looked at before, so that what is taken is what was seen."""

    file = forms.FileField(label=_("Workbook (XLSX)"), widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xlsm"}))
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def clean_file(self) -> Any:
        """Refuse what is too big before it is read."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("This workbook is too big."))
        return file

    def content(self) -> bytes:
        """The bytes of the file."""
        content: bytes = self.cleaned_data["file"].read()
        return content

    def clean(self) -> dict[str, Any]:
        """Say so when another file was chosen than the one that was looked at."""
        found = super().clean() or {}
        file = found.get("file")
        if file is not None and found.get("seen"):
            digest = hashlib.sha256(file.read()).hexdigest()
            file.seek(0)
            if digest != found["seen"]:
                self.add_error("file", _("This is another file than the one that you looked at. Look first."))
        return found


class EditionForm(WorkbookForm):
    """A workbook and the edition that it becomes."""

    version = forms.CharField(
        label=_("Name of the edition"), max_length=30, help_text=_("As the workbook says, for example 2026-02-25.")
    )
    published_on = forms.DateField(
        label=_("Published on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Left empty: as the edition that is current now."),
    )
    field_order = ["file", "version", "published_on", "seen"]
