"""The database: how to connect to it, its two roles, and what each may do.

`paraat_owner` owns the tables and changes them; everything else runs as `paraat_app`, which may neither change a table nor rewrite the journal.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from paraat.kernel.errors import SettingError
from paraat.platform import configuration, embedded

CACHE_TABLE = "platform_cache"

APPEND_ONLY = {
    "platform_journalentry": "SELECT, INSERT",
    "platform_journaldetail": "SELECT, INSERT, UPDATE",  # a person's data can be erased, the row stays
    "platform_journalhead": "SELECT",  # only the trigger writes it
}
"""What the application's role may do with the journal; with all other tables SELECT, INSERT, UPDATE and DELETE."""

_ENGINE = "django.db.backends.postgresql"


def connection_settings(role: str = "application") -> dict[str, Any]:
    """Django's settings for one connection as the application or as the owner."""
    if embedded.wanted():
        found = embedded.server()
        user = embedded.APPLICATION if role == "application" else embedded.OWNER
        place: dict[str, Any] = {"NAME": embedded.DATABASE, "USER": user, "HOST": str(found.sockets), "PORT": "5432"}
        return _settings(place, {})
    setting = configuration.DATABASE_URL if role == "application" else configuration.DATABASE_OWNER_URL
    if not setting.get():
        raise SettingError(f"{setting.name} is missing: {setting.doc}")
    return _settings(*_parts(setting.name, setting.get()))


def dsn(role: str = "application") -> str:
    """A connection string for psycopg and for PostgreSQL's own programs."""
    from psycopg.conninfo import make_conninfo

    found = connection_settings(role)
    named = {
        "dbname": found["NAME"],
        "user": found["USER"],
        "password": found["PASSWORD"],
        "host": found["HOST"],
        "port": found["PORT"],
    }
    others = {key: value for key, value in found["OPTIONS"].items() if isinstance(value, str | int)}
    return make_conninfo("", **{key: value for key, value in named.items() if value}, **others)


@contextlib.contextmanager
def as_owner(name: str | None = None) -> Iterator[None]:
    """Let this thread's Django connection be the owner's, for migrations; `name` is another database of the same server."""
    from django.db import connection

    connection.close()
    if "pool" in connection.settings_dict["OPTIONS"]:
        connection.close_pool()  # type: ignore[attr-defined]  # the stubs do not know pools
    before = connection.settings_dict
    found = connection_settings("owner")
    connection.settings_dict = {
        **before,
        **{key: found[key] for key in ("USER", "PASSWORD", "HOST", "PORT", "OPTIONS")},
        "NAME": name or found["NAME"],
    }
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict = before


def migrate(*, name: str | None = None, verbosity: int = 0) -> None:
    """Bring the schema up to date as the owner, then say what the application may do. `name`: another database of the same server."""
    from django.core.management import call_command
    from django.db import connection

    with as_owner(name):
        with connection.cursor() as cursor:  # a long query elsewhere must not make every other query wait behind ours
            cursor.execute("SET lock_timeout = '10s'")
            cursor.execute("SELECT pg_advisory_lock(hashtext('paraat migrate'))")
        call_command("migrate", interactive=False, verbosity=verbosity)
        call_command("createcachetable", verbosity=verbosity)
        grant()


def ensure_migrated() -> bool:
    """Migrate when the code's migrations are not those of the last time; for a demonstration, where nobody runs `paraat migrate`."""
    stamp = configuration.HOME.get() / "migrated"
    state = migrations_digest()
    if stamp.exists() and stamp.read_text() == state:
        return False
    migrate()
    stamp.write_text(state)
    return True


def migrations_digest() -> str:
    """What identifies the schema: every migration of ours, the versions of the packages with tables, the rights, and the cluster."""
    from django.conf import settings

    digest = hashlib.sha256(
        " ".join(version(package) for package in ("django", "procrastinate", "django-allauth")).encode()
    )
    source = Path(__file__).parents[1]
    for path in sorted([*source.glob("*/migrations/*.py"), Path(__file__)]):
        digest.update(str(path.relative_to(source)).encode() + path.read_bytes())
    digest.update(" ".join([*settings.INSTALLED_APPS, dsn()]).encode())
    return digest.hexdigest()[:16]


def pending() -> list[str]:
    """The migrations that the database lacks, as `app.name`."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def grant(application: str | None = None) -> None:
    """Give the application's role its rights, no more; run as the owner after every migration."""
    from django.db import connection

    role = connection.ops.quote_name(application or connection_settings()["USER"])
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
        cursor.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}")
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}")
        cursor.execute(f"REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role}")
        for table in sorted(APPEND_ONLY.keys() & set(connection.introspection.table_names(cursor))):
            cursor.execute(f"REVOKE ALL ON {table} FROM {role}")
            cursor.execute(f"GRANT {APPEND_ONLY[table]} ON {table} TO {role}")


def _settings(place: dict[str, Any], options: dict[str, Any]) -> dict[str, Any]:
    web = configuration.PROCESS.get() == "web"
    options = {"connect_timeout": 3, "application_name": f"paraat {configuration.PROCESS.get()}", **options}
    if web:  # a short wait, so that the read-only page comes at once when the database is down
        options["pool"] = {
            "min_size": 1,
            "max_size": configuration.DATABASE_POOL.get(),
            "timeout": 3,
            "reconnect_timeout": 5,
            "max_lifetime": 600,
        }
    common = {"ENGINE": _ENGINE, "CONN_MAX_AGE": 0 if web else 60, "CONN_HEALTH_CHECKS": True, "PASSWORD": ""}
    return common | place | {"OPTIONS": options}


def _parts(name: str, url: str) -> tuple[dict[str, Any], dict[str, Any]]:
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise SettingError(f"{name} is wrong: it must look like postgresql://user:password@host:5432/database")
    options = dict(parse_qsl(parts.query))
    place = {
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or options.pop("port", "")),
    }
    return place, options
