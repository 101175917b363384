"""How the installation is: ready or not, its figures, and the dead-man's heartbeat."""

from __future__ import annotations

import shutil
import urllib.error
import urllib.request

from django.db import DatabaseError, InterfaceError, OperationalError, connection

from paraat.kernel.errors import ParaatError, Unreachable
from paraat.platform import configuration, database

_FIGURES = {
    "paraat_jobs": "SELECT queue_name || '\",state=\"' || status::text, count(*) FROM procrastinate_jobs GROUP BY 1",
    "paraat_jobs_oldest_waiting_seconds": (
        "SELECT queue_name, extract(epoch FROM now() - min(coalesce(scheduled_at, now()))) FROM procrastinate_jobs"
        " WHERE status = 'todo' AND coalesce(scheduled_at, now()) <= now() GROUP BY 1"
    ),
    "paraat_workers_alive": "SELECT 'all', count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '15 seconds'",
    "paraat_journal_entries": "SELECT 'all', coalesce(sum(seq), 0) FROM platform_journalhead",
}
_HELP = {
    "paraat_jobs": "Jobs by queue and state.",
    "paraat_jobs_oldest_waiting_seconds": "How long the oldest job that is due has waited, by queue.",
    "paraat_workers_alive": "Workers that gave a sign of life in the last 15 seconds.",
    "paraat_journal_entries": "Entries in the journal.",
}


def not_ready() -> list[str]:
    """Why this process cannot serve; empty when it can."""
    try:
        missing = _pending_until_none()
    except (OperationalError, InterfaceError, DatabaseError, ParaatError) as error:
        return [f"the database does not answer: {type(error).__name__}"]
    return [f"the schema lacks {name}" for name in missing]


_migrated = False


def _pending_until_none() -> list[str]:
    """The pending migrations; once there are none only whether the database answers (a prober asks every few seconds)."""
    global _migrated
    if _migrated:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return []
    missing = database.pending()
    _migrated = not missing
    return missing


def metrics() -> str:
    """The figures in Prometheus's text format; `paraat_database_up 0` alone when the database does not answer."""
    try:
        figures = [_figure(name, query) for name, query in _FIGURES.items()]
    except (OperationalError, InterfaceError, DatabaseError):
        return "paraat_database_up 0\n"
    free = shutil.disk_usage(configuration.HOME.get()).free
    return "".join(figures) + f"paraat_database_up 1\nparaat_disk_free_bytes {free}\n"


def _figure(name: str, query: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(query)
        rows = cursor.fetchall()
    lines = [f'{name}{{of="{label}"}} {float(value):g}\n' for label, value in rows]
    return f"# HELP {name} {_HELP[name]}\n# TYPE {name} gauge\n" + "".join(lines)


def beat() -> bool:
    """Call PARAAT_HEARTBEAT_URL, so that a dead-man's switch elsewhere knows; False without one. Raises Unreachable when nobody answers."""
    url = configuration.HEARTBEAT_URL.get()
    if not url:
        return False
    try:
        urllib.request.urlopen(url, timeout=10).close()  # noqa: S310  # the setting allows http and https only
    except (OSError, urllib.error.URLError) as error:
        raise Unreachable("The dead-man's switch does not answer", reason=str(error)) from error
    return True
