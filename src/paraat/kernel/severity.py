"""Severity 0-5 of an alert, each with its definition, so that two officers mean the same."""

from __future__ import annotations

from enum import IntEnum


class Severity(IntEnum):
    """From information to a legal cyber crisis. From 3 on a phone may ring at night."""

    INFORMATION = 0
    NUISANCE = 1
    LIMITED = 2
    SERIOUS = 3
    MAJOR = 4
    CRISIS = 5


DEFINITIONS: dict[Severity, str] = {
    Severity.INFORMATION: "Good to know; nothing to do today.",
    Severity.NUISANCE: "A hindrance without harm to services or data; handle in office hours.",
    Severity.LIMITED: "One service may fail for a while or one weakness is open; handle today.",
    Severity.SERIOUS: "Services to citizens are about to fail or a weakness is being abused now; act within the hour, at night too.",
    Severity.MAJOR: "Several services or several organisations are hit, or data is being taken; act at once.",
    Severity.CRISIS: "A cyber crisis or emergency in the sense of the law; the national plan applies.",
}

RINGS_AT_NIGHT = Severity.SERIOUS
"""Below this no phone rings between 22:00 and 07:00 unless an officer or the contact's preference says so."""
