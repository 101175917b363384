"""Whoever writes many organisations at once takes turns: two imports of one file at the same moment must not add everybody twice."""

from __future__ import annotations

from django.db import connection

_NUMBER = 0x7061_7261  # any number of our own


def take_turn() -> None:
    """Wait for whoever imports now; the turn ends with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_NUMBER])
