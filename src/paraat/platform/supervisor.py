"""One parent for all processes of an installation on one machine: starts them, starts again what dies, stops them cleanly.

`paraat up` runs it in the background, `paraat up --foreground` under systemd or in a container. Its lock in PARAAT_HOME is held by the kernel
for as long as it lives, so a killed one leaves no stale state.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import logging
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from paraat.kernel.errors import Conflict, ParaatError
from paraat.platform import configuration, embedded, serving

STEADY = 30.0
"""Seconds after which a process counts as well again, and its next death is answered at once."""
LONGEST_PAUSE = 30.0
PATIENCE = 25.0
"""Seconds that processes get to stop before they are killed: a worker finishes its batch."""

LONGEST_LOG = 20 * 1024 * 1024
"""Bytes after which a log file is put aside when its process starts."""

_log = logging.getLogger("paraat.supervisor")


class StartFailed(ParaatError):
    """The processes did not come up."""


@dataclass(slots=True)
class Child:
    """One supervised process, which is a group of its own: what its master leaves behind is ended with it."""

    name: str
    command: list[str]
    kind: str
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    due: float = 0.0
    deaths: int = field(default=0)

    def start(self, logs: Path | None) -> None:
        """Start the process, its output going to its own file in `logs`, else where ours goes."""
        environment = os.environ | {"PARAAT_PROCESS": self.kind}
        with _log_file(logs, self.name) as log:
            self.process = subprocess.Popen(
                self.command,
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )
        self.started = time.monotonic()

    def watch(self, logs: Path | None) -> None:
        """Start what is due; when it died, decide when it is due again: at once the first time, then after growing pauses."""
        if self.process is None:
            if time.monotonic() >= self.due:
                self.start(logs)
            return
        code = self.process.poll()
        if code is None:
            return
        self.signal(signal.SIGKILL)
        lasted = time.monotonic() - self.started
        self.failures = 0 if lasted > STEADY else self.failures + 1
        pause = min(LONGEST_PAUSE, 0.25 * 2**self.failures) if self.failures else 0.0
        self.process, self.due, self.deaths = None, time.monotonic() + pause, self.deaths + 1
        _log.error(
            "a process died", extra={"name_of": self.name, "code": code, "lasted": round(lasted, 1), "pause": pause}
        )

    def signal(self, sign: signal.Signals) -> None:
        """Send a signal to the whole group."""
        if self.process:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, sign)

    def alive(self) -> bool:
        """Whether the process runs."""
        return self.process is not None and self.process.poll() is None


def children() -> list[Child]:
    """The processes of one installation."""
    paraat = [sys.executable, "-m", "paraat.cli.main"]
    return [
        Child("web", serving.web_command(), "web"),
        Child("live", [*paraat, "live"], "live"),
        Child("worker-urgent", [*paraat, "worker", "--queues", "urgent"], "worker"),
        Child("worker", [*paraat, "worker", "--queues", "default,bulk"], "worker"),
        Child("worker-cloud", [*paraat, "worker", "--queues", "cloud", "--concurrency", "4"], "worker"),
    ]


def supervise(*, to_files: bool) -> None:
    """Run everything until SIGTERM or SIGINT. Conflict when this installation already runs.

    `to_files`: the processes log to PARAAT_HOME/logs, else to our own standard error, where systemd or a container collects it.
    """
    home = configuration.HOME.get()
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    logs = _logs() if to_files else None
    stopping: list[int] = []
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *caught: stopping.append(caught[0]))
    with _alone(home):
        running = children()
        try:
            while not stopping:
                _keep_database()
                for child in running:
                    child.watch(logs)
                time.sleep(0.1)
        finally:
            stop_all(running)


def stop_all(running: list[Child]) -> None:
    """Ask all to stop, wait, then kill what did not. A web server told to stop while it still starts can hang: it is waited for first."""
    for child in running:
        if child.kind == "web" and child.alive() and time.monotonic() - child.started < 5:
            serving.wait_until_answering(patience=3)
    for child in running:
        if child.alive() and child.process:
            child.process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and any(child.alive() for child in running):
        time.sleep(0.05)
    for child in running:
        child.signal(signal.SIGKILL)
        if child.process:
            child.process.wait()


def up() -> None:
    """Start the supervisor in the background and wait until the site answers; StartFailed with the end of the logs when it does not."""
    if pid() is not None:
        raise Conflict(
            f"This installation is already up, on port {configuration.PORT.get()}: {configuration.public_url()}"
        )
    serving.require_free_ports()
    logs = _logs()
    with _log_file(logs, "supervisor") as log:
        command = [sys.executable, "-m", "paraat.cli.main", "up", "--foreground", "--log-files"]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
    if not serving.wait_until_answering(patience=60, while_true=lambda: process.poll() is None):
        down()
        ends = "\n".join(path.read_text(errors="replace")[-1500:] for path in sorted(logs.glob("*.log")))
        raise StartFailed(
            f"The site does not answer on port {configuration.PORT.get()}. The logs in {logs} end so:\n{ends}"
        )


def down() -> bool:
    """Stop the supervisor and wait until its process has ended, not only until it let go of its lock; False when it did not run."""
    running = pid()
    if running is None:
        return False
    try:
        process = os.pidfd_open(running)  # readable when it has ended, also where nobody reaps it
    except ProcessLookupError:
        return True
    try:
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(process, signal.SIGTERM)
        if not select.select([process], [], [], PATIENCE + 10)[0]:
            raise ParaatError(f"The supervisor (process {running}) does not stop")
    finally:
        os.close(process)
    return True


def pid() -> int | None:
    """The process id of the living supervisor of this installation."""
    path = configuration.HOME.get() / "up.pid"
    try:
        with path.open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return None
    except BlockingIOError:
        return int(path.read_text() or 0) or None
    except FileNotFoundError:
        return None


@contextlib.contextmanager
def _alone(home: Path) -> Iterator[None]:
    with (home / "up.pid").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Conflict("This installation is already up") from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
        file.truncate(0)


def _logs() -> Path:
    folder = configuration.HOME.get() / "logs"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


@contextlib.contextmanager
def _log_file(logs: Path | None, name: str) -> Iterator[IO[bytes] | None]:
    """A process's log, the one before put aside when it has grown long; None: what the process inherits."""
    if logs is None:
        yield None
        return
    path = logs / f"{name}.log"
    if path.exists() and path.stat().st_size > LONGEST_LOG:
        path.replace(path.with_suffix(".log.1"))
    with path.open("ab") as log:
        yield log


def _keep_database() -> None:
    """Start the embedded server again when it died; a failure is recorded and tried again at the next turn."""
    if not embedded.wanted() or embedded.server().pid() is not None:
        return
    try:
        embedded.start()
    except ParaatError as error:
        _log.error("the embedded database does not start", extra={"reason": str(error)})
        time.sleep(1)


def _die_with_parent() -> None:
    """Have the kernel stop this process when the supervisor is killed, so that a new one finds its ports free (Linux)."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)
