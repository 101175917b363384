"""Which inject a deed answers. Pure: the deed and the open injects in, the answered ones out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Deed:
    """A line of the journal, as far as matching needs it. `objects`: what it was done to, and what that belongs to; `organisation`: whom it
    concerns; `actor`: for whom its doer acts (None: the team)."""

    verb: str
    objects: Mapping[str, str]  # type -> id
    organisation: UUID | None = None
    actor: UUID | None = None


@dataclass(frozen=True, slots=True)
class Open:
    """An inject that was played: what it expects, what it made, whom it is about, who should answer and who did."""

    inject: UUID
    verbs: frozenset[str]
    made: Mapping[str, str]  # type -> id
    about: UUID | None = None
    asked: frozenset[UUID] = frozenset()
    answered: frozenset[UUID | None] = frozenset()


@dataclass(frozen=True, slots=True)
class Answer:
    """That a deed answers an inject, for this organisation (None: the team)."""

    inject: UUID
    organisation: UUID | None


def answers(deed: Deed, opened: Iterable[Open]) -> list[Answer]:
    """The injects that `deed` answers; `opened` in the order in which they were played.

    A deed that names what an inject made answers that one. Another answers the oldest inject that it fits and that still waits: one decision
    does not answer two questions. An inject that asks several organisations waits for each of them.
    """
    fitting = [one for one in opened if _fits(deed, one)]
    exact = [one for one in fitting if one.made.items() & deed.objects.items()]
    for one in exact or fitting:
        who = _who(deed, one)
        if who not in one.answered:
            return [Answer(one.inject, who)]
    return []


def _fits(deed: Deed, one: Open) -> bool:
    if deed.verb not in one.verbs:
        return False
    if any(one.made.get(kind, made) != made for kind, made in deed.objects.items()):
        return False
    if one.asked:
        return deed.organisation in one.asked or deed.actor in one.asked
    if one.answered:
        return False  # nobody in particular was asked: one answer is enough
    return one.about is None or deed.organisation is None or deed.organisation == one.about


def _who(deed: Deed, one: Open) -> UUID | None:
    """Whose answer it is: of those asked the one that it concerns, else whoever did it."""
    if deed.organisation in one.asked:
        return deed.organisation
    return deed.actor
