"""What the application's role may and may not do, whatever the code says."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction

from paraat.kernel.errors import SettingError
from paraat.platform import database
from paraat.platform.models import HouseMessage

pytestmark = [pytest.mark.django_db, pytest.mark.pg15]


def _refused(statement: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except ProgrammingError as error:
        return "permission denied" in str(error) or "must be owner" in str(error)
    return False


def test_it_connects_as_the_application() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == ("paraat_app", False, False, False)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE platform_journalentry SET verb = 'x'",
        "DELETE FROM platform_journalentry",
        "TRUNCATE platform_journalentry",
        "DELETE FROM platform_journaldetail",
        "TRUNCATE platform_journaldetail",
        "UPDATE platform_journalhead SET seq = 0",
        "INSERT INTO platform_journalhead VALUES (gen_random_uuid(), 1, '')",
        "ALTER TABLE platform_journalentry DISABLE TRIGGER ALL",
        "DROP TABLE platform_journalentry",
        "DELETE FROM django_migrations",
        "TRUNCATE platform_housemessage",
    ],
)
def test_it_cannot_rewrite_the_journal_or_the_schema(statement: str) -> None:
    assert _refused(statement)


def test_it_truncates_nothing_anywhere() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            " AND has_table_privilege(current_user, oid, 'TRUNCATE')"
        )
        assert cursor.fetchall() == []


def test_it_writes_ordinary_tables() -> None:
    assert not _refused("DELETE FROM platform_housemessage")


def test_no_migration_is_pending() -> None:
    assert database.pending() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("time", [1, 2])
def test_what_a_committing_test_leaves_is_gone_in_the_next(time: int) -> None:
    assert not HouseMessage.objects.exists()
    HouseMessage.objects.create(
        at="2024-10-08T06:00:00Z", kind="sms", address="+32 470 00 00 00", body="x", delivery="0" * 32
    )


def test_no_model_changed_without_a_migration() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_the_database_url_of_an_installation_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://paraat_app:p%40ss@db.example:6432/paraat?sslmode=verify-full")
    found = database.connection_settings()
    assert (found["HOST"], found["PORT"], found["NAME"], found["PASSWORD"]) == ("db.example", "6432", "paraat", "p@ss")
    assert "sslmode=verify-full" in database.dsn()


@pytest.mark.parametrize("url", ["mysql://x/y", "postgresql://host", "paraat"])
def test_a_wrong_database_url_is_named(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(SettingError, match="DATABASE_URL is wrong"):
        database.connection_settings()


def test_without_the_owners_url_nobody_migrates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://paraat_app@db.example/paraat")
    with pytest.raises(SettingError, match="PARAAT_DATABASE_OWNER_URL is missing"):
        database.connection_settings("owner")
