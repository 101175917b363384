"""The Admiralty grading (NATO STANAG 2511): how reliable a source is, and how credible its information."""

from __future__ import annotations

from enum import StrEnum


class Reliability(StrEnum):
    """Reliability of the source."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    E = "E"
    F = "F"


class Credibility(StrEnum):
    """Credibility of the information."""

    CONFIRMED = "1"
    PROBABLY_TRUE = "2"
    POSSIBLY_TRUE = "3"
    DOUBTFUL = "4"
    IMPROBABLE = "5"
    CANNOT_BE_JUDGED = "6"
