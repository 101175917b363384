"""The Reference Security Incident Taxonomy (ENISA and TF-CSIRT, version 1003): identifiers "class.type" and their names."""

from __future__ import annotations

from collections.abc import Mapping

VERSION = "1003"

CLASSES: Mapping[str, str] = {
    "abusive-content": "Abusive content",
    "malicious-code": "Malicious code",
    "information-gathering": "Information gathering",
    "intrusion-attempts": "Intrusion attempts",
    "intrusions": "Intrusions",
    "availability": "Availability",
    "information-content-security": "Information content security",
    "fraud": "Fraud",
    "vulnerable": "Vulnerable",
    "other": "Other",
    "test": "Test",
}

TYPES: Mapping[str, str] = {
    "abusive-content.spam": "Spam",
    "abusive-content.harmful-speech": "Harmful speech",
    "abusive-content.violence": "Child or sexual exploitation, violence",
    "malicious-code.infected-system": "Infected system",
    "malicious-code.c2-server": "C2 server",
    "malicious-code.malware-distribution": "Malware distribution",
    "malicious-code.malware-configuration": "Malware configuration",
    "information-gathering.scanner": "Scanning",
    "information-gathering.sniffing": "Sniffing",
    "information-gathering.social-engineering": "Social engineering",
    "intrusion-attempts.ids-alert": "Exploitation of known vulnerabilities",
    "intrusion-attempts.brute-force": "Login attempts",
    "intrusion-attempts.exploit": "New attack signature",
    "intrusions.privileged-account-compromise": "Privileged account compromise",
    "intrusions.unprivileged-account-compromise": "Unprivileged account compromise",
    "intrusions.application-compromise": "Application compromise",
    "intrusions.system-compromise": "System compromise",
    "intrusions.burglary": "Burglary",
    "availability.dos": "Denial of service",
    "availability.ddos": "Distributed denial of service",
    "availability.misconfiguration": "Misconfiguration",
    "availability.sabotage": "Sabotage",
    "availability.outage": "Outage",
    "information-content-security.unauthorised-information-access": "Unauthorised access to information",
    "information-content-security.unauthorised-information-modification": "Unauthorised modification of information",
    "information-content-security.data-loss": "Data loss",
    "information-content-security.data-leak": "Leak of confidential information",
    "fraud.unauthorised-use-of-resources": "Unauthorised use of resources",
    "fraud.copyright": "Copyright",
    "fraud.masquerade": "Masquerade",
    "fraud.phishing": "Phishing",
    "vulnerable.weak-crypto": "Weak cryptography",
    "vulnerable.ddos-amplifier": "DDoS amplifier",
    "vulnerable.potentially-unwanted-accessible": "Potentially unwanted accessible service",
    "vulnerable.information-disclosure": "Information disclosure",
    "vulnerable.vulnerable-system": "Vulnerable system",
    "other.other": "Uncategorised",
    "other.undetermined": "Undetermined",
    "test.test": "Test",
}


def is_known(identifier: str) -> bool:
    """Whether `identifier` ("availability.ddos") is in the taxonomy."""
    return identifier in TYPES


def name(identifier: str) -> str:
    """The English name; what is not in the taxonomy is "Undetermined"."""
    return TYPES.get(identifier, TYPES["other.undetermined"])


def class_of(identifier: str) -> str:
    """The class of an identifier: "availability" of "availability.ddos"."""
    return identifier.partition(".")[0]
