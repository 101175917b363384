"""The Reference Security Incident Taxonomy (`kernel.rsit`) in the reader's language, in words that an officer can choose from."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from paraat.kernel import rsit

CLASSES: dict[str, Any] = {
    "abusive-content": _("Abusive content"),
    "malicious-code": _("Malicious code"),
    "information-gathering": _("Information gathering"),
    "intrusion-attempts": _("Attempts to intrude"),
    "intrusions": _("Intrusion"),
    "availability": _("Availability"),
    "information-content-security": _("Security of information"),
    "fraud": _("Fraud"),
    "vulnerable": _("Vulnerability"),
    "other": _("Other"),
    "test": _("Test"),
}
"""The classes."""

TYPES: dict[str, Any] = {
    "abusive-content.spam": _("Spam"),
    "abusive-content.harmful-speech": _("Harmful speech"),
    "abusive-content.violence": _("Sexual exploitation or violence"),
    "malicious-code.infected-system": _("Infected system (ransomware too)"),
    "malicious-code.c2-server": _("Command-and-control server"),
    "malicious-code.malware-distribution": _("Malware is spread"),
    "malicious-code.malware-configuration": _("Malware configuration"),
    "information-gathering.scanner": _("Scanning"),
    "information-gathering.sniffing": _("Sniffing"),
    "information-gathering.social-engineering": _("Social engineering"),
    "intrusion-attempts.ids-alert": _("Attempts to abuse a known vulnerability"),
    "intrusion-attempts.brute-force": _("Attempts to sign in"),
    "intrusion-attempts.exploit": _("Attack with an unknown method"),
    "intrusions.privileged-account-compromise": _("Account of an administrator taken over"),
    "intrusions.unprivileged-account-compromise": _("Account taken over"),
    "intrusions.application-compromise": _("Application taken over (web defacement too)"),
    "intrusions.system-compromise": _("System taken over"),
    "intrusions.burglary": _("Burglary"),
    "availability.dos": _("Denial of service (DoS)"),
    "availability.ddos": _("Distributed denial of service (DDoS)"),
    "availability.misconfiguration": _("Misconfiguration"),
    "availability.sabotage": _("Sabotage"),
    "availability.outage": _("Outage"),
    "information-content-security.unauthorised-information-access": _("Information read without right"),
    "information-content-security.unauthorised-information-modification": _("Information changed without right"),
    "information-content-security.data-loss": _("Data lost"),
    "information-content-security.data-leak": _("Confidential data leaked"),
    "fraud.unauthorised-use-of-resources": _("Resources used without right"),
    "fraud.copyright": _("Copyright"),
    "fraud.masquerade": _("Somebody poses as somebody else"),
    "fraud.phishing": _("Phishing"),
    "vulnerable.weak-crypto": _("Weak cryptography"),
    "vulnerable.ddos-amplifier": _("Server that can amplify a DDoS"),
    "vulnerable.potentially-unwanted-accessible": _("Service that should not be reachable"),
    "vulnerable.information-disclosure": _("Service that tells too much"),
    "vulnerable.vulnerable-system": _("Vulnerable system"),
    "other.other": _("In no other class"),
    "other.undetermined": _("Not yet determined"),
    "test.test": _("Test"),
}
"""The types, by their identifier "class.type"."""
assert set(TYPES) == set(rsit.TYPES) and set(CLASSES) == set(rsit.CLASSES)  # noqa: S101

BY_KIND: dict[str, str] = {
    "ransomware": "malicious-code.infected-system",
    "ddos": "availability.ddos",
    "data_leak": "information-content-security.data-leak",
    "account_takeover": "intrusions.unprivileged-account-compromise",
    "defacement": "intrusions.application-compromise",
    "supplier": "intrusions.system-compromise",
}
"""The class that is proposed for what a reporter chose (`words.KINDS`)."""


def class_word(classification: str) -> str:
    """The name of the class of an identifier; what is not in the taxonomy is not determined."""
    return str(CLASSES.get(rsit.class_of(classification), CLASSES["other"]))


def type_word(classification: str) -> str:
    """The name of a type; what is not in the taxonomy is not determined."""
    return str(TYPES.get(classification, TYPES["other.undetermined"]))


def choices() -> list[tuple[Any, list[tuple[str, Any]]]]:
    """The types grouped by class, for a form."""
    return [
        (title, [(key, word) for key, word in TYPES.items() if rsit.class_of(key) == name])
        for name, title in CLASSES.items()
    ]
