"""The only writers of accounts, by noun: people and their roles, tokens, one's own profile, the roster, and what waits for a person."""

from __future__ import annotations

from paraat.accounts.actions.people import (
    add_person,
    close_account,
    end_role,
    erase_account,
    give_role,
    note_security,
    note_welcome,
    open_account,
    set_password,
)
from paraat.accounts.actions.profile import change_profile, end_session
from paraat.accounts.actions.roster import add_shift, change_shift, remove_shift, swap_shifts
from paraat.accounts.actions.tasks import close_task, hand_back_task, next_page, settle, take_task, wait_for_person
from paraat.accounts.actions.tokens import issue_token, note_token_use, revoke_token

__all__ = [
    "add_person",
    "add_shift",
    "change_profile",
    "change_shift",
    "close_account",
    "close_task",
    "end_role",
    "end_session",
    "erase_account",
    "give_role",
    "hand_back_task",
    "issue_token",
    "next_page",
    "note_security",
    "note_token_use",
    "note_welcome",
    "open_account",
    "remove_shift",
    "revoke_token",
    "set_password",
    "settle",
    "swap_shifts",
    "take_task",
    "wait_for_person",
]
