"""Codes that feeds store, in words for people."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from paraat.formats.reasons import Reason

REFUSED: dict[str, Any] = {
    Reason.FIELDS: _("The number of fields is not that of the header."),
    Reason.ADDRESS: _("The IP address is not one."),
    Reason.HOST: _("The host name is not one."),
    Reason.NOBODY: _("It names no host, address, network number or mail address."),
    Reason.TIME: _("The time cannot be read."),
    Reason.PORT: _("The port is not a number from 0 to 65535."),
    Reason.ASN: _("The AS number is not one."),
    Reason.ENCODING: _("The text is not UTF-8."),
    Reason.SHAPE: _("It is not built as this format says."),
    Reason.TOO_LONG: _("The row is longer than is allowed."),
    Reason.AMBIGUOUS: _("A host name, or a sentence that ends without a space: a person must tell."),
}
"""Why a row was set aside, as `formats.reasons` says it in English."""

FIELDS: dict[str, Any] = {
    "host": _("Host"),
    "ip": _("IP address"),
    "port": _("Port number"),
    "path": _("Path"),
    "email": _("Mail address"),
    "asn": _("AS number"),
    "seen_at": _("Time"),
    "time": _("Time"),
    "tag": _("Kind"),
    "severity": _("Severity"),
}
"""The fields of a record."""

RELIABILITY: dict[str, Any] = {
    "A": _("A: completely reliable"),
    "B": _("B: usually reliable"),
    "C": _("C: fairly reliable"),
    "D": _("D: not usually reliable"),
    "E": _("E: unreliable"),
    "F": _("F: cannot be judged"),
}

CREDIBILITY: dict[str, Any] = {
    "1": _("1: confirmed by others"),
    "2": _("2: probably true"),
    "3": _("3: possibly true"),
    "4": _("4: doubtful"),
    "5": _("5: improbable"),
    "6": _("6: cannot be judged"),
}


def refused(code: str) -> Any:
    """Why a row was set aside."""
    return REFUSED.get(code, code)
