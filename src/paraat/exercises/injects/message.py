"""News, a question or an order that reaches the players as such: on their page, and nowhere else."""

from __future__ import annotations

from paraat.exercises.injects.world import World
from paraat.exercises.rules.scenario import Keys

KEYS = Keys(needs=frozenset({"text"}))


def play(world: World) -> dict[str, str]:  # noqa: ARG001  # the shape of every kind
    """Nothing is made: that it was played shows it."""
    return {}
