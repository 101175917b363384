"""Who has an account, who has chosen a password, and the files that other services read it from.

Paraat says who has an account (a Secret, `accounts.json`): login, name, language, the hash of a one-time code and its generation. What its holder did
with it is kept here (`state.json`, on a claim that nobody else mounts). A generation that grew makes what was chosen before it worth nothing.
Everything else follows from those two: `settle` may be called at any moment, by whatever process, and leaves the files right.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import formats
from .formats import Hashes

VERIFIER = "verifier"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the container has its files."""

    conf: Path = Path("/etc/accounts")  # accounts.json, verifier, key
    state: Path = Path("/state")
    shared: Path = Path("/accounts")


@dataclass(frozen=True, slots=True)
class Person:
    """An account as Paraat gave it."""

    login: str
    name: str
    language: str
    one_time_hash: str
    generation: int


@dataclass(frozen=True, slots=True)
class Tenant:
    """What Paraat says of the tenant and its accounts."""

    domain: str
    names: Mapping[str, str]
    languages: tuple[str, ...]
    hosts: Mapping[str, str]
    code_hours: float
    people: Mapping[str, Person]  # the first one is responsible


class Book:
    """The accounts. One instance per process; processes exclude each other by a lock on the claim."""

    def __init__(self, place: Place | None = None, now: Callable[[], float] = time.time) -> None:
        self.place = place or Place()
        self._now = now
        self._alone = threading.RLock()
        self._hashing = threading.Lock()  # one at a time: a code's hash may ask for 100 MB
        self._read: tuple[tuple[int, int], Tenant] | None = None

    @property
    def tenant(self) -> Tenant:
        """What the Secret says now; what it said before while it cannot be read."""
        path = self.place.conf / "accounts.json"
        stat = path.stat()
        stamp = (stat.st_mtime_ns, stat.st_ino)
        if self._read is None or self._read[0] != stamp:
            self._read = (stamp, _tenant(json.loads(path.read_text(encoding="utf-8"))))
        return self._read[1]

    @property
    def key(self) -> bytes:
        """The tenant's secret that sessions are signed with."""
        return (self.place.conf / "key").read_bytes().strip()

    def responsible(self) -> str:
        """The login that sees who has chosen a password; "" without accounts."""
        return next(iter(self.tenant.people), "")

    def chosen_at(self, login: str) -> float | None:
        """When the holder chose the password that counts now; None when there is none."""
        entry = self._entry(self._state(), login)
        return float(entry["chosen_at"]) if entry else None

    def stamp(self, login: str) -> str:
        """Changes with the password: what was signed in with an older one is signed out."""
        entry = self._entry(self._state(), login)
        return str(entry["hashes"]["scram_salt"]) if entry else ""

    def takes_code(self, login: str, code: str) -> bool:
        """Whether this one-time code is right and still good: not used, not expired, of the newest generation."""
        person, state = self.tenant.people.get(login), self._state()
        known = person.one_time_hash if person else ""
        with self._hashing:
            right = any(
                formats.matches(known or _NOBODY, one) for one in dict.fromkeys((code.strip(), code.strip().upper()))
            )
        return bool(right and person and self._code_counts(state, person))

    def takes_password(self, login: str, password: str) -> bool:
        """Whether this is the chosen password. The verifier's counts too: it proves the page, and sees nothing on it."""
        state = self._state()
        entry = state["verifier"] if login == VERIFIER else self._entry(state, login)
        with self._hashing:
            right = formats.matches(entry["hashes"]["dovecot"] if entry else _NOBODY, password)
        return bool(right and entry)

    def choose(self, login: str, generation: int, password: str) -> bool:
        """Take the first password of a generation: its code is used from here on. False when somebody was first, or the code is worth nothing now."""
        with self._changed() as state:
            person = self.tenant.people.get(login)
            if not person or person.generation != generation or not self._code_counts(state, person):
                return False
            self._keep(state, person, password)
        self.settle()
        return True

    def change(self, login: str, stamp: str, password: str) -> bool:
        """Replace the password that had this stamp. False when it is no longer the one that counts."""
        with self._changed() as state:
            entry, person = self._entry(state, login), self.tenant.people.get(login)
            if not person or not entry or entry["hashes"]["scram_salt"] != stamp:
                return False
            self._keep(state, person, password)
        self.settle()
        return True

    def signature(self) -> tuple[tuple[str, int, int], ...]:
        """Changes when anything changed that the files follow from, or the files themselves."""
        paths = [self.place.conf / name for name in ("accounts.json", "verifier")] + [self.place.state / "state.json"]
        paths += sorted(self.place.shared.glob("[!.]*")) + sorted((self.place.shared / "prosody").glob("*.dat"))
        found = [(str(path), path.stat()) for path in paths if path.exists()]
        return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in found)

    def settle(self) -> None:
        """Bring state and files in line with what Paraat says: the verifier's password, codes seen first now, accounts that are gone."""
        verifier = (self.place.conf / "verifier").read_text(encoding="utf-8").strip()
        with self._changed() as state:
            people = self.tenant.people
            known = state["verifier"]
            if not known or not formats.matches(known["hashes"]["dovecot"], verifier):
                state["verifier"] = {"hashes": formats.hashed(VERIFIER, verifier, state["salt"]).plain()}
            state["seen"] = {f"{one.login}:{one.generation}": self._first_seen(state, one) for one in people.values()}
            state["people"] = {login: entry for login in people if (entry := self._entry(state, login))}
            chosen = {login: Hashes(**entry["hashes"]) for login, entry in state["people"].items()}
            chosen[VERIFIER] = Hashes(**state["verifier"]["hashes"])
            self._write(formats.files(self.tenant.domain, state["salt"], chosen, people))

    def _keep(self, state: dict[str, Any], person: Person, password: str) -> None:
        with self._hashing:
            hashes = formats.hashed(person.login, password, state["salt"]).plain()
        state["people"][person.login] = {"generation": person.generation, "chosen_at": self._now(), "hashes": hashes}

    def _entry(self, state: Mapping[str, Any], login: str) -> dict[str, Any] | None:
        """What the holder chose, when it was with the newest code."""
        person, entry = self.tenant.people.get(login), state["people"].get(login)
        return entry if person and entry and entry["generation"] == person.generation else None

    def _code_counts(self, state: Mapping[str, Any], person: Person) -> bool:
        fresh = self._now() < self._first_seen(state, person) + self.tenant.code_hours * 3600
        return fresh and bool(person.one_time_hash) and self._entry(state, person.login) is None

    def _first_seen(self, state: Mapping[str, Any], person: Person) -> float:
        """When this code came here: its time runs from then."""
        return float(state["seen"].get(f"{person.login}:{person.generation}", self._now()))

    def _state(self) -> dict[str, Any]:
        try:
            found: dict[str, Any] = json.loads((self.place.state / "state.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            found = {"salt": secrets.token_hex(12), "verifier": None, "people": {}, "seen": {}}
        return found

    @contextmanager
    def _changed(self) -> Iterator[dict[str, Any]]:
        """The state to change, written when nothing was raised; threads and processes wait for each other."""
        with self._alone, (self.place.state / "lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            state = self._state()
            before = json.dumps(state, sort_keys=True)
            yield state
            if not (self.place.state / "state.json").exists() or json.dumps(state, sort_keys=True) != before:
                replace(self.place.state / "state.json", json.dumps(state, sort_keys=True), mode=0o600)

    def _write(self, wanted: Mapping[str, str]) -> None:
        """Have exactly these files in the claim; only what differs is written, each whole at once."""
        (self.place.shared / "prosody").mkdir(mode=0o750, exist_ok=True)
        for name, text in wanted.items():
            replace(self.place.shared / name, text, mode=0o640)
        for path in (self.place.shared / "prosody").glob("*.dat"):
            if f"prosody/{path.name}" not in wanted:
                path.unlink()


def replace(path: Path, text: str, *, mode: int) -> None:
    """Have `text` in the file, at once and on disk; leaves a file alone that holds it already."""
    try:
        if path.read_text(encoding="utf-8") == text:
            return
    except (OSError, UnicodeDecodeError):
        pass
    fresh = path.with_name(f".new-{path.name}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _tenant(raw: Mapping[str, Any]) -> Tenant:
    """The Secret as values. A login that other services could not write in their files is left out, and so is the verifier's."""
    people = [Person(**one) for one in raw["accounts"]]
    known = {one.login: one for one in people if formats.LOGIN.fullmatch(one.login) and one.login != VERIFIER}
    return Tenant(
        domain=raw["domain"],
        names=raw["names"],
        languages=tuple(raw["languages"]),
        hosts=raw["hosts"],
        code_hours=float(raw["code_hours"]),
        people=known,
    )


_NOBODY = formats.nobody()
