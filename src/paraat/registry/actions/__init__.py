"""Everything that writes the registry: one verb a function, one noun a file."""

from __future__ import annotations

from paraat.registry.actions.assets import add_asset, close_asset, mark_shared, verify_asset
from paraat.registry.actions.belgium import load_belgium
from paraat.registry.actions.channels import (
    add_channel,
    ask_channel_change,
    confirm_channel_change,
    order_channels,
    refuse_channel_change,
    remove_channel,
)
from paraat.registry.actions.code_words import read_code_word, rotate_code_word
from paraat.registry.actions.contacts import change_contact, end_absence, end_contact, nominate_contact, set_absence
from paraat.registry.actions.imports import confirm_import, drop_import, read_import
from paraat.registry.actions.onboarding import ask_stale_to_confirm, confirm_contact, invite_contact, record_call
from paraat.registry.actions.organisations import (
    add_organisation,
    change_organisation,
    close_organisation,
    follow_imports,
)
from paraat.registry.actions.personal import erase_contact, let_go
from paraat.registry.actions.supplies import add_supply, end_supply, set_consent
from paraat.registry.actions.test_calls import answer_test, note_unanswered, send_due_tests

__all__ = [
    "add_asset",
    "add_channel",
    "add_organisation",
    "add_supply",
    "answer_test",
    "ask_channel_change",
    "ask_stale_to_confirm",
    "change_contact",
    "change_organisation",
    "close_asset",
    "close_organisation",
    "confirm_channel_change",
    "confirm_contact",
    "confirm_import",
    "drop_import",
    "end_absence",
    "end_contact",
    "end_supply",
    "erase_contact",
    "follow_imports",
    "invite_contact",
    "let_go",
    "load_belgium",
    "mark_shared",
    "nominate_contact",
    "note_unanswered",
    "order_channels",
    "read_code_word",
    "read_import",
    "record_call",
    "refuse_channel_change",
    "remove_channel",
    "rotate_code_word",
    "send_due_tests",
    "set_absence",
    "set_consent",
    "verify_asset",
]
