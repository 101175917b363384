"""The only writers of feeds: sources, files that come in, reading them, and what lies in quarantine."""

from paraat.feeds.actions.quarantine import drop_rows, replay_rows
from paraat.feeds.actions.reading import (
    begin_reading,
    fail_reading,
    finish_reading,
    read_again,
    read_run,
    store_batch,
)
from paraat.feeds.actions.receipt import AT_ONCE, enter_run, receive_file
from paraat.feeds.actions.sources import (
    add_source,
    change_source,
    confirm_source,
    note_pull,
    requeue_abandoned,
    start_due_pulls,
    tell_stale,
)

__all__ = [
    "AT_ONCE",
    "add_source",
    "begin_reading",
    "change_source",
    "confirm_source",
    "drop_rows",
    "enter_run",
    "fail_reading",
    "finish_reading",
    "note_pull",
    "read_again",
    "read_run",
    "receive_file",
    "replay_rows",
    "requeue_abandoned",
    "start_due_pulls",
    "store_batch",
    "tell_stale",
]
