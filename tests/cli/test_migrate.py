"""`paraat migrate` loads the checklists that ship. The schema itself stands in the test's database already; only that step is left out here.

That an installed package carries them, and that a new database gets them, tests/faults/test_package.py shows.
"""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from paraat.cli import migrate
from paraat.platform import database, embedded
from paraat.platform.models import JournalEntry
from paraat.readiness.models import Control, Edition

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def schema_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "wanted", lambda: False)
    monkeypatch.setattr(database, "migrate", lambda: None)


def test_what_ships_is_loaded_and_again_changes_nothing() -> None:
    assert not Edition.objects.exists()
    for _ in range(2):
        done = CliRunner().invoke(migrate.command, [])
        assert done.exit_code == 0, done.output
        assert done.output == "Up to date; 0 migrations applied.\n"
        loaded = {key: Control.objects.filter(edition__framework__key=key).count() for key in ("basics", "cyfun-2025")}
        assert loaded == {"basics": 22, "cyfun-2025": 218}
        assert JournalEntry.objects.filter(verb="framework.load").count() == 2


def test_a_look_at_what_is_pending_loads_nothing() -> None:
    assert CliRunner().invoke(migrate.command, ["--check"]).exit_code == 0
    assert not Edition.objects.exists()
