"""Stages and reach of the registry in the reader's language."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from paraat.registry import belgium
from paraat.registry.rules.onboarding import Stage

STAGES: dict[int, Any] = {
    Stage.NOBODY: _("nobody named"),
    Stage.NOMINATED: _("nominated"),
    Stage.INVITED: _("invited"),
    Stage.VERIFIED: _("verified"),
    Stage.TESTED: _("tested"),
}
REACH: dict[str, Any] = {
    "ok": _("out-of-band contact"),
    "not_out_of_band": _("no out-of-band contact"),
    "none": _("no contact"),
}
PROVINCES: dict[str, str] = {body.nis: body.name for body in belgium.provinces()}
FIELDS: dict[str, Any] = {
    "active_from": _("Exists from"),
    "active_until": _("Exists until the day before"),
    "citizen_languages": _("Languages of texts for citizens"),
    "constituent": _("Looked after"),
    "kbo": _("Enterprise number"),
    "kind": _("Kind"),
    "languages": _("Administrative languages"),
    "merged_into": _("Merged into"),
    "name": _("Name"),
    "names": _("Names per language"),
    "nis": _("NIS code"),
    "ovo": _("OVO code"),
    "population": _("Population"),
    "population_as_of": _("Population on"),
    "province": _("Province"),
    "region": _("Region"),
}
"""Field of an organisation -> words."""

LEFT_OUT = " (left out; the rest of the row is taken)"
_LEFT_OUT = _("left out; the rest of the row is taken")
REASONS: dict[str, Any] = {
    "missing": _("missing"),
    "missing, and there is no NIS code to tell it from": _("missing, and there is no NIS code to tell it from"),
    "more cells than columns": _("more cells than columns"),
    "unknown type": _("unknown type"),
    "unknown status": _("unknown status"),
    "unknown language": _("unknown language"),
    "unknown province": _("unknown province"),
    "unknown region": _("unknown region"),
    "not a valid enterprise number (check digits)": _("not a valid enterprise number (check digits)"),
    "not a NIS code of five digits": _("not a NIS code of five digits"),
    "not a number": _("not a number"),
    "not a date": _("not a date"),
    "not a web address": _("not a web address"),
    "not a host name": _("not a host name"),
    "not an IP network": _("not an IP network"),
    "not an AS number": _("not an AS number"),
    "not a mail address": _("not a mail address"),
    "not a telephone number": _("not a telephone number"),
}
"""What can be wrong with a cell, as `formats.registry_cells` says it in English -> words."""


def reason(text: str) -> str:
    """Why a row or cell was not taken, in the reader's language; the cell itself stays as it was written."""
    said, left_out = text.removesuffix(LEFT_OUT), text.endswith(LEFT_OUT)
    head, colon, cell = said.partition(": ")
    words = f"{REASONS.get(head, head)}{colon}{cell}"
    return f"{words} ({_LEFT_OUT})" if left_out else words
