"""The words of reports, in the reader's language: what may have happened, by the keys of the playbooks."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

KINDS: dict[str, Any] = {
    "ransomware": _("Ransomware: files are locked, or somebody demands money"),
    "ddos": _("A web site is down or slow through an attack (DDoS)"),
    "data-leak": _("Data has leaked or was stolen"),
    "account-takeover": _("Somebody else is in an account or mailbox"),
    "web-defacement": _("A web site shows something that is not ours"),
    "supplier-compromise": _("A supplier was hit and it touches us"),
    "other": _("Something else, or we do not know"),
}
"""What a reporter chooses from."""
SHORT_KINDS: dict[str, Any] = {
    "ransomware": _("Ransomware"),
    "ddos": _("DDoS"),
    "data-leak": _("Data leak"),
    "account-takeover": _("Account takeover"),
    "web-defacement": _("Web defacement"),
    "supplier-compromise": _("Supplier compromised"),
    "other": _("Other"),
}
"""The same in lists."""


def kind_word(kind: str) -> str:
    """What a report is about, in a word; empty when the reporter did not say."""
    return str(SHORT_KINDS.get(kind, kind))
