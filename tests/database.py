"""Databases for tests: one template per state of the migrations, kept between runs, and a clone of it for every session (56 ms)."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import psycopg

from paraat.platform import configuration, embedded
from paraat.platform.database import migrate, migrations_digest

_KEPT = 4
"""Templates of other states of the migrations that are kept: several people work in one tree."""


def start() -> embedded.Server:
    """The server for tests, started when it does not run."""
    return embedded.start()


def template(server: embedded.Server) -> str:
    """The name of the template database of the migrations as they are, made when absent."""
    name = f"template_{migrations_digest()}"
    with _lock(), _admin(server) as admin:
        if not _exists(admin, name):
            _make(server, admin, name)
            _remove_old(admin)
    return name


def clone(server: embedded.Server, original: str, name: str) -> None:
    """Make `name` a fresh copy of `original`, throwing away what was there."""
    with _admin(server) as admin:
        _execute(admin, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        _execute(admin, f'CREATE DATABASE "{name}" TEMPLATE "{original}" OWNER {embedded.OWNER}')


def drop(server: embedded.Server, name: str) -> None:
    """Throw a database away."""
    with _admin(server) as admin:
        _execute(admin, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _make(server: embedded.Server, admin: psycopg.Connection[tuple[object, ...]], name: str) -> None:
    draft = f"{name}_draft"
    _execute(admin, f'DROP DATABASE IF EXISTS "{draft}" WITH (FORCE)')
    _execute(admin, f'CREATE DATABASE "{draft}" OWNER {embedded.OWNER}')
    migrate(name=draft)
    with contextlib.closing(psycopg.connect(server.url(embedded.SUPERUSER, draft), autocommit=True)) as made:
        made.execute("VACUUM (FREEZE, ANALYZE)")
    _execute(admin, f'ALTER DATABASE "{draft}" RENAME TO "{name}"')


def _remove_old(admin: psycopg.Connection[tuple[object, ...]]) -> None:
    rows = admin.execute(
        "SELECT datname FROM pg_database WHERE datname LIKE 'template\\_%' ORDER BY oid DESC"
    ).fetchall()
    for (old,) in rows[_KEPT:]:
        with contextlib.suppress(psycopg.errors.ObjectInUse):
            _execute(admin, f'DROP DATABASE "{old}"')
    for (name,) in admin.execute("SELECT datname FROM pg_database WHERE datname LIKE 'session\\_%'").fetchall():
        if not Path(f"/proc/{str(name).split('_')[1]}").exists():
            _execute(admin, f'DROP DATABASE "{name}" WITH (FORCE)')


@contextlib.contextmanager
def _admin(server: embedded.Server) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    with contextlib.closing(psycopg.connect(server.url(embedded.SUPERUSER, "postgres"), autocommit=True)) as connection:
        yield connection


@contextlib.contextmanager
def _lock() -> Iterator[None]:
    path = configuration.HOME.get() / "template.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _exists(admin: psycopg.Connection[tuple[object, ...]], name: str) -> bool:
    return admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def _execute(admin: psycopg.Connection[tuple[object, ...]], statement: str) -> None:
    admin.execute(statement.encode())


def session_name() -> str:
    """The database of this run: named after the process, so that a later run sees that its owner is gone."""
    return f"session_{os.getpid()}"
