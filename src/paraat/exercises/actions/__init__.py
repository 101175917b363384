"""Everything that changes exercises."""

from __future__ import annotations

from paraat.exercises.actions.measuring import note_deed
from paraat.exercises.actions.planning import default_for, plan_exercise
from paraat.exercises.actions.playing import NotDue, note_failure, play_due, play_inject, skip_inject
from paraat.exercises.actions.running import end_exercise, pause_exercise, resume_exercise, set_speed, start_exercise

__all__ = [
    "NotDue",
    "default_for",
    "end_exercise",
    "note_deed",
    "note_failure",
    "pause_exercise",
    "plan_exercise",
    "play_due",
    "play_inject",
    "resume_exercise",
    "set_speed",
    "skip_inject",
    "start_exercise",
]
