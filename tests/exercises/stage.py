"""What the tests of exercises put on stage: a scenario of four injects, who plays it, and steps in time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from paraat.exercises import actions, injects
from paraat.exercises.models import Exercise, Inject
from paraat.exercises.rules.scenario import Scenario, parse
from paraat.kernel.actor import Actor, ActorKind
from tests import cast

_WORDS = "{ en = 'Word', nl = 'Woord', fr = 'Mot', de = 'Wort' }"
HEAD = f"""
format = 1
key = "small"
version = "1"
sources = ["somebody"]
title = {_WORDS}
about = {_WORDS}
disclaimer = {{ en = 'Invented', nl = 'Verzonnen', fr = 'Inventé', de = 'Erfunden' }}
[[part]]
key = "town"
kinds = ["municipality"]
defaults = ["municipality:45041"]
title = {_WORDS}
[[part]]
key = "other"
kinds = ["municipality"]
defaults = ["municipality:34043"]
title = {_WORDS}
"""


def inject(key: str, minute: float, kind: str = "message", payload: str = "", more: str = "") -> str:
    """One inject as TOML."""
    said = f"payload = {{ text = {_WORDS}{', ' if payload else ''}{payload} }}"
    return f"[[inject]]\nkey = '{key}'\nminute = {minute}\nkind = '{kind}'\ntitle = {_WORDS}\n{said}\n{more}\n"


def scenario(*injects_: str) -> Scenario:
    """A scenario of these injects; without any: messages at 0, 10, 20 and 30 minutes."""
    chosen = injects_ or [inject(f"m{minute}", minute) for minute in (0, 10, 20, 30)]
    return parse(HEAD + "".join(chosen), name="small.toml", kinds=injects.keys())


def officer() -> Actor:
    """The duty officer."""
    user = cast.duty_officer()
    return Actor(ActorKind.USER, user.pk, user.name)


def planned(*injects_: str, **more: Any) -> Exercise:
    """An exercise of Ronse and Spiere-Helkijn that has not begun."""
    cast.ronse(), cast.spiere_helkijn()
    return actions.plan_exercise(scenario=scenario(*injects_), by=officer(), **more)


def running(*injects_: str, **more: Any) -> Exercise:
    """The same, begun this moment."""
    return actions.start_exercise(exercise=planned(*injects_, **more), by=officer())


def passes(exercise: Exercise, minutes: float) -> None:
    """Let minutes of the wall pass: what is kept of moments lies so much earlier."""
    earlier = timedelta(minutes=minutes)
    exercise.refresh_from_db()
    if exercise.clock_at:
        Exercise.objects.filter(pk=exercise.pk).update(clock_at=exercise.clock_at - earlier)
    for one in exercise.injects.exclude(due_at=None):
        Inject.objects.filter(pk=one.pk).update(due_at=one.due_at - earlier)
    exercise.refresh_from_db()


def keys_played(exercise: Exercise) -> list[str]:
    """What was played, in the order of playing."""
    return list(exercise.injects.exclude(played_at=None).order_by("played_at").values_list("key", flat=True))
