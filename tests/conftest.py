"""What every test stands on: a real PostgreSQL, the application's role, the real data where it is present."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_LEAVE = {"PARAAT_HOME", "PARAAT_SHARED_DATA", "PARAAT_POSTGRES_BINARIES", "PARAAT_TEST_HOME", "PARAAT_HYPOTHESIS"}
for _name in [
    name for name in os.environ if (name.startswith("PARAAT_") and name not in _LEAVE) or name == "DATABASE_URL"
]:
    del os.environ[_name]  # a developer's own installation must not leak into the tests
os.environ["PARAAT_HOME"] = os.environ.get("PARAAT_TEST_HOME", str(ROOT / "var" / "test"))
os.environ |= {"PARAAT_MODE": "test", "PARAAT_DURABLE": "no", "DJANGO_SETTINGS_MODULE": "paraat.settings"}
os.environ["PARAAT_CLOUD_DRIVER"] = "memory"  # tests that play real containers name their driver
os.environ["PARAAT_SECOND_FACTOR"] = (
    "no"  # so that a test may sign in an officer in one step; tests/accounts asks for it
)

import django
import pytest

django.setup()

from django.core.cache import caches
from django.db import connections
from django.test import TransactionTestCase
from hypothesis import settings as hypothesis_settings

from tests import database

hypothesis_settings.register_profile("paraat", derandomize=True, max_examples=100, deadline=None, database=None)
hypothesis_settings.register_profile("long", max_examples=2000, deadline=None)
hypothesis_settings.load_profile(os.environ.get("PARAAT_HYPOTHESIS", "paraat"))


class _Clone:
    """The database of this run, renewed from the template after a test that committed: TRUNCATE, which Django would use, is blocked."""

    def __init__(self) -> None:
        self.server = database.start()
        self.template = database.template(self.server)
        self.name = database.session_name()
        self.renew()

    def renew(self) -> None:
        for connection in connections.all():
            connection.close()
        database.clone(self.server, self.template, self.name)

    def drop(self) -> None:
        for connection in connections.all():
            connection.close()
        database.drop(self.server, self.name)


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """One clone of the template for the whole run, used as the application's role."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        clone = _Clone()
        connections["default"].settings_dict["NAME"] = clone.name
        before = TransactionTestCase._fixture_teardown
        TransactionTestCase._fixture_teardown = lambda self: clone.renew()  # type: ignore[method-assign]
        yield
        TransactionTestCase._fixture_teardown = before  # type: ignore[method-assign]
        clone.drop()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data (lists as they were published, the registers); the test is skipped where it is absent."""
    folder = Path(os.environ.get("PARAAT_SHARED_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"the real data is not here: {folder} (set PARAAT_SHARED_DATA)")
    return folder


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """What the process remembers for a while (parts of pages, counts of the register) is not of this test's database."""
    caches["local"].clear()
