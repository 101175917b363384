"""The only writers of lessons: one step of their life per file."""

from paraat.readiness.actions.lessons.answering import (
    acknowledge_provider,
    answer_for_customers,
    answer_lesson,
    help_key,
    note_acknowledged,
)
from paraat.readiness.actions.lessons.chasing import chase_due, silent_key
from paraat.readiness.actions.lessons.drafting import approval_key, draft_lesson, edit_lesson
from paraat.readiness.actions.lessons.ending import close_lesson, correct_lesson, withdraw_lesson
from paraat.readiness.actions.lessons.following import make_checklist_item, make_measure
from paraat.readiness.actions.lessons.releasing import approve_lesson, ask_approval, clear_words, release_lesson

__all__ = [
    "acknowledge_provider",
    "answer_for_customers",
    "answer_lesson",
    "approval_key",
    "approve_lesson",
    "ask_approval",
    "chase_due",
    "clear_words",
    "close_lesson",
    "correct_lesson",
    "draft_lesson",
    "edit_lesson",
    "help_key",
    "make_checklist_item",
    "make_measure",
    "note_acknowledged",
    "release_lesson",
    "silent_key",
    "withdraw_lesson",
]
