"""What is wrong with this installation: the platform's own checks. Higher apps register theirs (`registrations.checks`)."""

from __future__ import annotations

import shutil
import socket
import time
from collections.abc import Iterable, Iterator
from datetime import timedelta

from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from paraat.kernel.errors import ParaatError
from paraat.platform import configuration, database, embedded, setting
from paraat.platform.registrations import Check, Finding, Level, checks

LEAST_DISK = 2 * 1024**3
"""Bytes that must be free: an upload of 1 GB is kept twice for a moment."""
CLOCK = timedelta(seconds=5)
WAITING = 60
"""Seconds that a due job may wait before somebody should look."""


def run_all() -> list[Finding]:
    """Every check's findings. One that fails says so as `unknown` and does not stop the others."""
    return [finding for check in checks for finding in _run(check)]


def _run(check: Check) -> list[Finding]:
    try:
        return list(check.run())
    except (ParaatError, DatabaseError, InterfaceError, OSError) as error:
        return [Finding(check.name, Level.UNKNOWN, f"could not be checked: {error}".strip())]


def check_settings() -> Iterator[Finding]:
    """Whether a variable is misspelt."""
    import os

    known = set(setting.SETTINGS) | {f"{name}_FILE" for name, one in setting.SETTINGS.items() if one.secret}
    unknown = sorted(name for name in os.environ if name.startswith("PARAAT_") and name not in known)
    for name in unknown:
        yield Finding("settings", Level.WARNING, f"{name} is no setting", "See docs/settings.md for how it is spelt")
    if not unknown:
        yield Finding("settings", Level.OK, f"{configuration.MODE.get()}, {configuration.public_url()}")


def check_database() -> Iterator[Finding]:
    """Whether it answers, is recent enough, has our schema, and keeps the application from rewriting the journal."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version_num')::int / 10000, current_user, rolsuper FROM pg_roles WHERE rolname = current_user"
        )
        version, role, superuser = cursor.fetchone()
    if version < 15:
        yield Finding(
            "database", Level.ERROR, f"PostgreSQL {version} is too old", "Paraat needs PostgreSQL 15 or later"
        )
    if superuser:
        yield Finding(
            "database",
            Level.ERROR,
            f"{role} is a superuser and could rewrite the journal",
            "Give DATABASE_URL a role without rights of its own",
        )
    for name in database.pending():
        yield Finding("database", Level.ERROR, f"the schema lacks {name}", "Run: paraat migrate")
    kind = "embedded" if embedded.wanted() else "own"
    yield Finding("database", Level.OK, f"PostgreSQL {version} ({kind}), as {role}")


def check_rights() -> Iterator[Finding]:
    """Whether the application's role can rewrite the journal."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relname = ANY(%s) AND relnamespace = 'public'::regnamespace AND (has_table_privilege(oid, 'DELETE')"
            " OR has_table_privilege(oid, 'TRUNCATE') OR (relname <> 'platform_journaldetail' AND has_table_privilege(oid, 'UPDATE')))",
            [list(database.APPEND_ONLY)],
        )
        open_tables = [row[0] for row in cursor.fetchall()]
    if open_tables:
        yield Finding(
            "journal rights", Level.ERROR, f"this role may rewrite {', '.join(open_tables)}", "Run: paraat migrate"
        )
    else:
        yield Finding("journal rights", Level.OK, "the application can add to the journal and not rewrite it")


def check_clock() -> Iterator[Finding]:
    """Whether this machine and the database agree on the time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        away = abs(cursor.fetchone()[0] - timezone.now())
    if away > CLOCK:
        yield Finding(
            "clock",
            Level.ERROR,
            f"this machine and the database differ by {away.total_seconds():.0f} s",
            "Run an NTP client on both",
        )
    else:
        yield Finding("clock", Level.OK, "this machine and the database agree")


def check_jobs() -> Iterator[Finding]:
    """Whether somebody works, and nothing is stuck or failed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '15 seconds'"
        )
        workers = cursor.fetchone()[0]
        cursor.execute(
            "SELECT queue_name, count(*) FILTER (WHERE status = 'failed'), count(*) FILTER (WHERE status = 'todo' AND"
            " coalesce(scheduled_at, '-infinity') < now() - make_interval(secs => %s)) FROM procrastinate_jobs GROUP BY 1 ORDER BY 1",
            [WAITING],
        )
        queues = cursor.fetchall()
    if not workers:
        yield Finding("jobs", Level.ERROR, "no worker runs: nothing is sent", "Run: paraat up")
    for queue, failed, waiting in queues:
        if failed:
            yield Finding("jobs", Level.WARNING, f"{failed} failed in the queue {queue}", "See the worker's log")
        if waiting and workers:
            yield Finding(
                "jobs",
                Level.WARNING,
                f"{waiting} in the queue {queue} are due and wait",
                "See the worker's log; start more workers",
            )
    if workers:
        yield Finding("jobs", Level.OK, f"{workers} workers give signs of life")


def check_disk() -> Iterator[Finding]:
    """Whether there is room for files, and whether ours can be written."""
    home = configuration.HOME.get()
    usage = shutil.disk_usage(home)
    trial = home / f".check-{time.time_ns()}"
    trial.touch()
    trial.unlink()
    free = f"{usage.free / 1024**3:.1f} GB free in {home}"
    if usage.free < LEAST_DISK:
        yield Finding("disk", Level.ERROR, free, "Make room: uploads and backups need it")
    else:
        yield Finding("disk", Level.OK, free)


def check_processes() -> Iterable[Finding]:
    """Whether web and live answer on this machine."""
    from paraat.platform import serving

    for name, port in (("web", configuration.PORT.get()), ("live", configuration.PORT.get() + 1)):
        if serving.answers(port):
            yield Finding(name, Level.OK, f"answers on port {port}")
        else:
            yield Finding(name, Level.WARNING, f"does not answer on {socket.gethostname()}:{port}", "Run: paraat up")


def check_heartbeat() -> Iterator[Finding]:
    """Whether somebody outside would notice that this installation is silent."""
    if configuration.HEARTBEAT_URL.get():
        yield Finding("heartbeat", Level.OK, "a dead-man's switch is called every minute")
    elif configuration.is_production():
        yield Finding(
            "heartbeat",
            Level.WARNING,
            "nobody outside notices when this installation is silent",
            "Set PARAAT_HEARTBEAT_URL",
        )


def register() -> None:
    """Register the platform's checks, the database first: the others need it."""
    for name, run in (
        ("settings", check_settings),
        ("database", check_database),
        ("journal rights", check_rights),
        ("clock", check_clock),
        ("jobs", check_jobs),
        ("disk", check_disk),
        ("processes", check_processes),
        ("heartbeat", check_heartbeat),
    ):
        checks.add(Check(name, run))
