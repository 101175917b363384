"""What exercises subscribe to and register with the platform."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from paraat.exercises import actions
from paraat.exercises.demonstration import load
from paraat.exercises.rules.scenario import VERBS
from paraat.kernel.actor import ActorKind
from paraat.kernel.marking import MEMBERS
from paraat.platform.facts import Recorded, subscribe
from paraat.platform.registrations import Demonstration, MenuEntry, demonstration, menu


@subscribe(Recorded)
def on_recorded(fact: Recorded) -> None:
    """Something was done in an exercise by a person: it may be what an inject waits for. Everything real passes after one comparison."""
    if fact.exercise and fact.verb in VERBS and fact.by.kind != ActorKind.SYSTEM:
        actions.note_deed(deed=fact)


menu.add(MenuEntry(gettext_lazy("Exercises"), "exercises", MEMBERS, 410))
demonstration.add(Demonstration("exercise", load, 60))
