"""CVSS 4.0 (FIRST, 2023): a vector becomes its canonical form, its score and its word. Scored by the library that the community keeps."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from cvss.cvss4 import CVSS4
from cvss.exceptions import CVSSError

LONGEST = 300
WORDS = ("none", "low", "medium", "high", "critical")


class WrongVector(ValueError):
    """This is no CVSS 4.0 vector."""


@dataclass(frozen=True, slots=True)
class Score:
    """A vector as FIRST writes it, its score from 0.0 to 10.0, and its word (one of WORDS)."""

    vector: str
    score: Decimal
    word: str


def read(text: str) -> Score:
    """The score of a vector; small letters and blanks around it are forgiven. Raises WrongVector, saying what is wrong."""
    given = text.strip().upper()
    if not given.startswith("CVSS:4.0/") or len(given) > LONGEST:
        raise WrongVector("a CVSS 4.0 vector begins with CVSS:4.0/")
    try:
        found = CVSS4(given)
    except (CVSSError, KeyError, ValueError, IndexError) as error:
        raise WrongVector(str(error)) from error
    score = Decimal(str(found.base_score)).quantize(Decimal("0.1"))
    return Score(str(found.clean_vector()), score, word_for(score))


def word_for(score: Decimal | None) -> str:
    """The severity that FIRST gives a score (CVSS 4.0 specification, 6); "" for none given."""
    if score is None:
        return ""
    if score <= 0:
        return "none"
    limits = ((Decimal("4.0"), "low"), (Decimal("7.0"), "medium"), (Decimal("9.0"), "high"))
    return next((word for limit, word in limits if score < limit), "critical")
