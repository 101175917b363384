"""The lanes with which a room begins. For elections they are what the crisis unit of October 2024 watched; other rooms begin with one. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FirstLane:
    """A lane with its title in the four languages."""

    key: str
    nl: str
    fr: str
    de: str
    en: str
    disinformation: bool = False

    @property
    def title(self) -> dict[str, str]:
        """As `Lane.title` keeps it."""
        return {"nl": self.nl, "fr": self.fr, "de": self.de, "en": self.en}


ELECTION = (
    FirstLane("cyber", "Cyberveiligheid", "Cybersécurité", "Cybersicherheit", "Cyber security"),
    FirstLane("public_order", "Openbare orde", "Ordre public", "Öffentliche Ordnung", "Public order"),
    FirstLane(
        "disinformation", "Desinformatie", "Désinformation", "Desinformation", "Disinformation", disinformation=True
    ),
    FirstLane(
        "operational", "Verloop van de verkiezingen", "Déroulement des élections", "Ablauf der Wahlen", "Operational"
    ),
)
GENERAL = (FirstLane("general", "Algemeen", "Général", "Allgemein", "General"),)


def first(kind: str) -> tuple[FirstLane, ...]:
    """The lanes of a new room of this kind."""
    return ELECTION if kind == "election" else GENERAL
