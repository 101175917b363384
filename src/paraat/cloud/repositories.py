"""restic as a process of this host: one repository and one key per tenant (decision 0030).

The key, the location and whatever the store wants to know travel by restic's environment and never stand in a process list. A tenant's data are kept
by paths relative to the folder that holds its volumes, so that they fit any host. restic dies with the process that started it.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import subprocess
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from paraat.cloud import configuration, stores
from paraat.kernel.errors import Invalid, ParaatError
from paraat.platform.files import DiskFull

Progress = Callable[[float], None]
"""Told how far a backup is, from 0 to 1."""

INCOMPLETE = 3
"""What restic ends with when something could not be read: a file that went away meanwhile, which is no fault, or another, which is."""
_RULES = {"last", "hourly", "daily", "weekly", "monthly", "yearly", "within"}
_ID = re.compile(r"[0-9a-f]{8,64}").fullmatch


class NoRestic(ParaatError):
    """Backups need the program restic, which is not on this host: apt-get install restic"""


class RepositoryFailed(ParaatError):
    """The program restic failed; nothing of the tenant was changed."""


class WrongKey(RepositoryFailed):
    """This key does not open the repository; nothing of the tenant was changed."""


class NoRepository(RepositoryFailed):
    """There is no repository at this place."""


class Damaged(RepositoryFailed):
    """The repository is damaged: what was read from it is not what was written. Nothing of the tenant was changed."""


class InUse(RepositoryFailed):
    """The repository is being used by another process; it will be tried again."""

    permanent = False


class StoreFull(DiskFull):
    """The disk is full; nothing of the tenant was changed. Make room, then try again."""


_SAID: tuple[tuple[str, type[ParaatError]], ...] = (
    ("wrong password or no key found", WrongKey),
    ("no space left on device", StoreFull),
    ("disk quota exceeded", StoreFull),
    ("is there a repository at the following location", NoRepository),
    ("already locked", InUse),
    ("ciphertext verification failed", Damaged),
    ("invalid data returned", Damaged),
    ("invalid hash", Damaged),
    ("hash mismatch", Damaged),
    ("does not match id", Damaged),
    ("contains errors", Damaged),
    ("unexpected hash", Damaged),
    ("unexpected content", Damaged),
    ("is damaged", Damaged),
    ("not found in index", Damaged),
    ("not found in repository", Damaged),
    ("config or key", Damaged),
    ("unexpected eof", Damaged),
    ("decompress", Damaged),
    ("invalid character", Damaged),
)
"""What restic 0.14 says on its error output, and what it means. The first that is said counts."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What a backup kept."""

    snapshot: str  # the first digits of its id, which restic takes for the whole
    bytes: int
    files: int
    added: int  # bytes that the repository grew by
    gone: int = 0  # files that went away while it was made, or got another name


@dataclass(frozen=True, slots=True)
class Repository:
    """One tenant's repository, opened by its key."""

    location: str  # without a password of its store
    key: str = field(repr=False)

    def init(self) -> None:
        """Make it, unless it is there already and this key opens it. WrongKey when it is there and another key opens it."""
        if not self.exists():
            self._output("init", "--quiet")

    def exists(self) -> bool:
        """Whether there is a repository here that this key opens. WrongKey when another one does."""
        try:
            self._output("cat", "config", "--no-lock")
        except NoRepository:
            return False
        return True

    def backup(
        self,
        folder: Path,
        names: Iterable[str],
        *,
        host: str,
        tags: Iterable[str] = (),
        progress: Progress | None = None,
        live: bool = False,
    ) -> Kept:
        """Keep `names`, paths relative to `folder`. Raises RepositoryFailed when any of them could not be read whole.

        `live`: somebody else writes in them meanwhile, and restic is kept from following a link that he puts in the place of a folder.
        """
        names = list(names)
        words = ["backup", "--json", "--host", host, *_tags(tags), "--", *names]
        found: dict[str, Any] = {}
        gone: list[str] = []
        unread: list[str] = []
        for line in self._lines(words, folder, (0, INCOMPLETE), _guard(names) if live else []):
            said = _json(line)
            if said.get("message_type") == "error":
                (gone if "no such file or directory" in line else unread).append(str(said.get("item")))
            if said.get("message_type") == "status" and progress:
                progress(float(said.get("percent_done", 0)))
            elif said.get("message_type") == "summary":
                found = said
        if unread:
            raise RepositoryFailed("Not everything could be read", files=unread[:5])
        if not found:
            raise RepositoryFailed("restic ended a backup without saying what it kept")
        return Kept(
            str(found["snapshot_id"]),
            found["total_bytes_processed"],
            found["total_files_processed"],
            found["data_added"],
            len(gone),
        )

    def keep(self, name: str, content: bytes, *, host: str, tags: Iterable[str] = ()) -> str:
        """Keep one small file of this name; returns the snapshot."""
        words = ["backup", "--json", "--host", host, *_tags(tags), "--stdin", "--stdin-filename", name]
        lines = self._output(*words, stdin=content).splitlines()
        return str(_json(lines[-1].decode())["snapshot_id"])

    def snapshots(self, *tags: str) -> list[dict[str, Any]]:
        """Every snapshot with one of these tags (all without), oldest first, as restic describes it: `id`, `time`, `tags`, `paths`."""
        found = json.loads(self._output("snapshots", "--json", "--no-lock", *_tags(tags))) or []
        return sorted(found, key=lambda one: str(one["time"]))

    def listing(self, snapshot: str) -> tuple[str, list[dict[str, Any]]]:
        """The whole id of a snapshot, and everything in it as restic describes it: `path`, `type`, `size`, `mtime`."""
        said = [_json(line) for line in self._lines(["ls", "--json", "--no-lock", _named(snapshot)])]
        whole = next((one["id"] for one in said if one.get("struct_type") == "snapshot"), snapshot)
        return str(whole), [one for one in said if one.get("struct_type") == "node"]

    def dump(self, snapshot: str, path: str) -> bytes:
        """The content of one small file of a snapshot."""
        return self._output("dump", "--no-lock", _named(snapshot), path)

    def restore(self, snapshot: str, folder: Path, *, paths: Iterable[str] = (), verify: bool = False) -> None:
        """Write a snapshot below `folder`; with `paths` only those. `verify` reads everything back."""
        chosen = [word for path in paths for word in ("--include", path)]
        self._output(
            "restore",
            "--no-lock",
            _named(snapshot),
            "--target",
            str(folder),
            *chosen,
            *(["--verify"] if verify else []),
        )

    def check(self, *, read: str = "") -> None:
        """Whether it is whole. `read` reads the data too: a share such as 5% or 1/10, or 100%. Damaged when it is not."""
        self._output("unlock", "--quiet")
        self._output("check", "--quiet", *([f"--read-data-subset={read}"] if read else []))

    def forget(self, tag: str, keep: Iterable[str]) -> frozenset[str]:
        """Forget what the rules (`hourly=24`) do not keep among snapshots with this tag. Returns what is left of them."""
        rules = [f"--keep-{name}={many}" for name, many in map(_rule, keep)]
        self._output("unlock", "--quiet")
        self._output("forget", "--quiet", "--tag", tag, "--group-by", "host", *rules)
        return frozenset(one["id"] for one in self.snapshots(tag))

    def drop(self, snapshots: Iterable[str], *, room: bool = True) -> None:
        """Forget these snapshots and make room; without `room` that is left to the next time."""
        self._output("unlock", "--quiet")
        self._output("forget", "--quiet", *(["--prune"] if room else []), *map(_named, snapshots))

    # The process -------------------------------------------------------------------------------------------------------------------

    def _output(self, *words: str, stdin: bytes | None = None) -> bytes:
        """The output of one call of restic."""
        done = subprocess.run(  # our own words, no shell
            _command(words), input=stdin, capture_output=True, env=self.environment(), check=False
        )
        if done.returncode:
            raise _failure(done.stderr.decode(errors="replace"))
        return done.stdout

    def _lines(
        self, words: list[str], folder: Path | None = None, well: tuple[int, ...] = (0,), guard: Iterable[str] = ()
    ) -> Iterator[str]:
        """The lines that one call of restic prints, as they come."""
        with subprocess.Popen(
            _command(words, guard),
            cwd=folder,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        ) as process:
            last: deque[str] = deque(maxlen=40)
            yield from _told(process.stdout, last)
            if process.wait() not in well:
                raise _failure("\n".join(last))

    def environment(self) -> dict[str, str]:
        """What restic is told: the key and the place, never by its arguments."""
        cache = configuration.place() / "restic-cache"
        cache.mkdir(parents=True, exist_ok=True, mode=0o700)
        given = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "SSH_AUTH_SOCK") if name in os.environ}
        own = {
            "RESTIC_REPOSITORY": stores.whole(self.location),
            "RESTIC_PASSWORD": self.key,
            "RESTIC_CACHE_DIR": str(cache),
        }
        return given | stores.credentials() | own


def new_key() -> str:
    """A key for a new repository: 256 random bits."""
    return secrets.token_urlsafe(32)


def location_for(number: str, given: str = "") -> str:
    """Where the repository of this tenant lies: below what its preparation gives, else below PARAAT_CLOUD_STORE; without its password."""
    base = given or configuration.STORE.get() or str(configuration.place() / "backups")
    return f"{stores.plain(base).rstrip('/')}/{number}"


def is_here(location: str) -> bool:
    """Whether a location is a folder of this host."""
    return location.startswith("/")


def lacks() -> list[str]:
    """What is missing on this host for backups, one plain sentence each."""
    return [] if shutil.which("restic") else [str(NoRestic())]


_GUARD = (
    'while [ "$1" != -- ]; do mount --bind "./$1" "./$1" && mount -o remount,bind,nosymfollow "./$1" || exit 1; shift; done; '
    'shift; exec "$@"'
)


def _guard(names: Iterable[str]) -> list[str]:
    """What starts a program for which no link in these folders leads anywhere (mount(8), nosymfollow): of this host, for that process alone.

    restic opens files by their whole path. It follows no link in the last name, but a folder that became one after it was listed would be gone
    through. Only who is root can read more than the tenant may, and only root can do this.
    """
    return [] if os.geteuid() else ["unshare", "--mount", "sh", "-c", _GUARD, "sh", *names, "--"]


def _command(words: Iterable[str], guard: Iterable[str] = ()) -> list[str]:
    """restic, killed by the kernel when the process that started it dies: nothing writes to a tenant that nobody watches."""
    restic = shutil.which("restic")
    if restic is None:
        raise NoRestic
    setpriv = shutil.which("setpriv")
    return [*([setpriv, "--pdeathsig", "KILL"] if setpriv else []), *guard, restic, *words]


def _told(output: IO[str] | None, last: deque[str]) -> Iterator[str]:
    for line in output or ():
        last.append(line.rstrip())
        yield line


def _failure(said: str) -> ParaatError:
    """The error that restic's words mean. No password is in it: it stands in rows, in the journal and on screens."""
    said = stores.masked(said)
    lowered = said.lower()
    for words, kind in _SAID:
        if words in lowered:
            return kind()
    last = [line for line in said.strip().splitlines() if line][-3:]
    return RepositoryFailed(said=" ".join(last)[:400])


def _json(line: str) -> dict[str, Any]:
    """A line of restic's; what is no JSON object says nothing."""
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _tags(tags: Iterable[str]) -> list[str]:
    return [word for tag in tags for word in ("--tag", tag)]


def _named(snapshot: str) -> str:
    """An id, and nothing that restic could take for an option."""
    if not _ID(snapshot):
        raise Invalid("This is not the id of a snapshot", snapshot=snapshot)
    return snapshot


def _rule(text: str) -> tuple[str, str]:
    """`hourly=24` as a name and a number. Invalid for any other."""
    name, _, many = text.partition("=")
    if name not in _RULES or not many.isalnum():
        raise Invalid("PARAAT_CLOUD_KEEP has a rule that restic does not know", rule=text)
    return name, many
