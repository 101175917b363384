"""The after-action review: four questions, answered once a room is closed. Pure."""

from __future__ import annotations

from collections.abc import Mapping

QUESTIONS = ("expected", "happened", "why", "changes")
"""What was expected, what happened, why it differed, and what changes because of it."""


def missing(answers: Mapping[str, str]) -> list[str]:
    """The questions without an answer."""
    return [one for one in QUESTIONS if not answers.get(one, "").strip()]


def cleaned(answers: Mapping[str, str]) -> dict[str, str]:
    """The answers to the four questions and nothing else."""
    return {one: answers.get(one, "").strip() for one in QUESTIONS}
