"""A whole real installation for a test: its own folder, ports, embedded database and processes, stopped and thrown away afterwards."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

ROOT = Path(__file__).resolve().parents[1]


@dataclass(slots=True)
class Installation:
    """How to speak to it: `run("feed", "read", path)`, `sql("SELECT ...")`, `url("/")`, `kill("worker-urgent")`."""

    home: Path
    port: int
    environment: dict[str, str] = field(default_factory=dict)

    def run(
        self, *arguments: str | Path, check: bool = True, given: str | None = None, timeout: float = 300
    ) -> subprocess.CompletedProcess[str]:
        """Run `paraat ARGUMENTS`; standard output and error are text. Fails the test when the command does."""
        command = [sys.executable, "-m", "paraat.cli.main", *map(str, arguments)]
        done = subprocess.run(
            command,
            env=self.environment,
            input=given,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            cwd=ROOT,
        )
        assert not check or done.returncode == 0, f"paraat {' '.join(map(str, arguments))}: {done.stdout}{done.stderr}"
        return done

    def json(self, *arguments: str | Path) -> Any:
        """The JSON that a command prints."""
        return json.loads(self.run(*arguments).stdout)

    def python(self, program: str, *arguments: str) -> str:
        """What a small Python program prints that runs with this installation's settings; fails the test when it fails."""
        command = [sys.executable, "-c", program, *arguments]
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=60, check=False, cwd=ROOT
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def up(self) -> None:
        """Start all processes and wait until the site answers."""
        self.run("up")

    def down(self) -> None:
        """Stop all processes and the database."""
        self.run("down", check=False)

    def url(self, path: str = "/") -> str:
        """The address of a page."""
        return f"http://localhost:{self.port}{path}"

    def sql(self, query: str, parameters: list[Any] | None = None, *, role: str = "postgres") -> list[tuple[Any, ...]]:
        """Ask its database, as the superuser unless told otherwise."""
        with psycopg.connect(self.dsn(role), autocommit=True) as connection:
            cursor = connection.execute(query.encode(), parameters)
            return cursor.fetchall() if cursor.description else []

    def dsn(self, role: str = "postgres") -> str:
        """A connection string."""
        place = (
            (self.home / "postgres.place").read_text()
            if (self.home / "postgres.place").exists()
            else str(self.home / "postgres")
        )
        return f"host={place}/run user={role} dbname=paraat"

    def processes(self, name: str) -> list[int]:
        """The process ids of a child of the supervisor: web, live, worker-urgent, worker, worker-cloud."""
        wanted = {
            "web": ["granian"],
            "live": ["paraat.cli.main live"],
            "worker-urgent": ["worker --queues urgent"],
            "worker": ["worker --queues default,bulk"],
            "worker-cloud": ["worker --queues cloud"],
            "supervisor": ["paraat.cli.main up --foreground"],
        }[name]
        return [pid for pid, line in _our_processes(self.home) if any(word in line for word in wanted)]

    def kill(self, name: str, sign: signal.Signals = signal.SIGKILL) -> list[int]:
        """Kill a child of the supervisor without warning; returns the process ids it had."""
        found = self.processes(name)
        for pid in found:
            os.kill(pid, sign)
        return found

    def wait(self, done: Callable[[], Any], seconds: float = 30, what: str = "it") -> Any:
        """Wait until `done()` is true and return it; the test fails after `seconds`."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                if found := done():
                    return found
            except (OSError, psycopg.Error):
                pass
            time.sleep(0.1)
        raise AssertionError(f"{what} did not happen within {seconds} s\n{self.logs()}")

    def logs(self) -> str:
        """The end of every log."""
        return "\n".join(
            f"{path.name}: {path.read_text(errors='replace')[-1500:]}" for path in sorted(self.home.glob("logs/*.log"))
        )


@contextmanager
def installation(**settings: str) -> Iterator[Installation]:
    """A new installation, not yet up; `settings` are further PARAAT_ variables. Everything it made is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="paraat-test-") as folder:
        port = free_ports()
        kept = {
            key: value for key, value in os.environ.items() if not key.startswith("PARAAT_") and key != "DATABASE_URL"
        }
        environment = (
            kept | {"PARAAT_HOME": f"{folder}/home", "PARAAT_PORT": str(port), "PARAAT_DURABLE": "no"} | settings
        )
        environment |= {"PYTHONPATH": str(ROOT / "src"), "DJANGO_SETTINGS_MODULE": "paraat.settings"}
        made = Installation(Path(folder) / "home", port, environment)
        try:
            yield made
        finally:
            made.down()
            made.kill("supervisor")
            remove = "from paraat.platform import embedded; embedded.remove()"
            subprocess.run([sys.executable, "-c", remove], env=environment, check=False)


def free_ports() -> int:
    """A port that is free, as is the next."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            try:
                second.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port


def _our_processes(home: Path) -> Iterator[tuple[int, str]]:
    """Every living process of this installation, known by the PARAAT_HOME in its environment."""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            if f"PARAAT_HOME={home}\0".encode() in (entry / "environ").read_bytes():
                yield int(entry.name), (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
