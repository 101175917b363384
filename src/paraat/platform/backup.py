"""Backup and restore of a whole installation: database, files, keys and the journal's heads, in one encrypted file.

Files are kept under their digest and never changed, so copying them after the database was dumped misses none that it names.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from django.db import connection

import paraat
from paraat.kernel.errors import Conflict, Invalid, ParaatError, SettingError
from paraat.platform import configuration, database, embedded, files, journal, keys, sealing, supervisor

SUFFIX = ".paraat-backup"
_DUMP, _MANIFEST, _KEYS = "database.dump", "manifest.json", "keys.json"


class BackupFailed(ParaatError):
    """The backup or the restore failed."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself: the moment (ISO, UTC), Paraat's version, the journal's heads."""

    at: str
    version: str
    heads: list[dict[str, Any]]

    def known(self) -> dict[UUID, journal.Head]:
        """The heads by chain, for `journal.verify`."""
        found = [journal.Head(UUID(head["chain"]), head["seq"], head["hash"]) for head in self.heads]
        return {head.chain: head for head in found}


def create(folder: Path) -> Path:
    """Write a backup of this installation into `folder`, while it runs; returns its path. It appears whole or not at all."""
    now = datetime.now(UTC)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    target = folder / f"paraat-{now:%Y%m%dT%H%M%SZ}{SUFFIX}"
    draft = target.with_suffix(".draft")
    with tempfile.TemporaryDirectory(dir=folder) as place:
        heads = [
            asdict(head) | {"chain": str(head.chain)} for head in journal.heads()
        ]  # before the dump, which then holds at least these
        _run(
            _program("pg_dump"),
            "--format=custom",
            "--no-owner",
            "--no-privileges",
            f"--file={place}/{_DUMP}",
            f"--dbname={database.dsn('owner')}",
        )
        manifest = Manifest(now.isoformat(timespec="seconds"), paraat.__version__, heads)
        with draft.open("xb") as file, _writing(file) as archive:
            _add(archive, _MANIFEST, json.dumps(asdict(manifest)).encode())
            _add(archive, _KEYS, json.dumps(_current_keys()).encode())
            archive.add(Path(place) / _DUMP, arcname=_DUMP)
            if files.root().exists():
                archive.add(files.root(), arcname="files")
    draft.chmod(0o600)
    draft.replace(target)
    return target


def verify(path: Path) -> Manifest:
    """Read a backup to its end: decrypts, every file matches its digest, the dump can be listed. Raises Invalid when not."""
    with tempfile.TemporaryDirectory() as place:
        return _unpack(path, Path(place))


def restore(path: Path) -> Manifest:
    """Replace database, files and keys of this installation by a backup's; then migrate and verify the journal against the backup's heads.

    Conflict while the installation is up. Keys that the environment gives are not replaced: they must be those of the backup.
    """
    if supervisor.pid() is not None:
        raise Conflict("This installation is up. First: paraat down --keep-database")
    home = configuration.HOME.get()
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=home) as place:
        manifest = _unpack(path, Path(place))
        saved = json.loads((Path(place) / _KEYS).read_text())
        _check_given_keys(saved)
        _load_database(Path(place) / _DUMP)
        _replace_files(Path(place) / "files")
        _write_keys(saved)
    database.migrate()
    breaks = list(journal.verify(manifest.known()))
    if breaks:
        raise BackupFailed(
            f"The journal that was restored does not hold: {breaks[0].what}", chain=breaks[0].chain, entry=breaks[0].seq
        )
    return manifest


def is_empty() -> bool:
    """Whether nothing was ever recorded here, so that a restore overwrites nobody's work."""
    with connection.cursor() as cursor:
        if "platform_journalentry" not in connection.introspection.table_names(cursor):
            return True
        cursor.execute("SELECT NOT EXISTS (SELECT FROM platform_journalentry)")
        return bool(cursor.fetchone()[0])


# Reading and writing the file -----------------------------------------------------------------------------------------------------


@contextmanager
def _writing(file: IO[bytes]) -> Iterator[tarfile.TarFile]:
    sealer = sealing.Sealer(file, keys.backup_key())
    with tarfile.open(fileobj=sealer, mode="w|") as archive:
        yield archive
    sealer.close()  # not when something failed: what is not closed cannot be read


def _unpack(path: Path, place: Path) -> Manifest:
    with path.open("rb") as file:
        plain = io.BufferedReader(sealing.Opener(file, keys.backup_key()), 1024 * 1024)
        try:
            with tarfile.open(fileobj=plain, mode="r|") as archive:
                archive.extractall(place, filter="data")
            while plain.read(1024 * 1024):  # to the mark of the end
                pass
        except tarfile.TarError as error:
            raise Invalid("The backup is damaged") from error
    _check_files(place / "files")
    _run(_program("pg_restore"), "--list", str(place / _DUMP))
    return Manifest(**json.loads((place / _MANIFEST).read_text()))


def _check_files(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file() and len(path.name) == 64:
            with path.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != path.name:
                    raise Invalid("A file of the backup is not what its name says", file=path.name)


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), 0o600
    archive.addfile(entry, io.BytesIO(content))


# Putting it back ------------------------------------------------------------------------------------------------------------------


def _load_database(dump: Path) -> None:
    """One transaction empties the schema and fills it: a restore that fails, or is killed, leaves the database as it was."""
    script, emptied = dump.with_suffix(".sql"), dump.with_suffix(".first.sql")
    _run(_program("pg_restore"), "--no-owner", "--no-privileges", f"--file={script}", str(dump))
    emptied.write_text("DROP SCHEMA public CASCADE;\nCREATE SCHEMA public;\n")
    _run(
        _program("psql"),
        "--no-psqlrc",
        "--quiet",
        "--set=ON_ERROR_STOP=1",
        "--single-transaction",
        f"--file={emptied}",
        f"--file={script}",
        f"--dbname={database.dsn('owner')}",
    )


def _replace_files(source: Path) -> None:
    root = files.root()
    shutil.rmtree(root, ignore_errors=True)
    if source.exists():
        shutil.move(source, root)


def _current_keys() -> dict[str, list[str]]:
    return {"session": list(keys.session_keys()), "link": list(keys.link_keys()), "field": list(keys.field_keys())}


def _settings() -> dict[str, Any]:
    return {"session": configuration.SESSION_KEY, "link": configuration.LINK_KEY, "field": configuration.FIELD_KEY}


def _check_given_keys(saved: dict[str, list[str]]) -> None:
    for name, setting in _settings().items():
        if setting.given() and not set(saved[name]) <= set(setting.get()):
            raise SettingError(
                f"{setting.name} lacks a key of the backup: add it after the present one, or links and secrets in it are lost"
            )


def _write_keys(saved: dict[str, list[str]]) -> None:
    for name, setting in _settings().items():
        if not setting.given():
            keys.write_private(keys.folder() / name, ",".join(saved[name]))


# PostgreSQL's programs ------------------------------------------------------------------------------------------------------------


def _program(name: str) -> str:
    """The program that fits the server: of the embedded one its own, else the one on the path."""
    if embedded.wanted():
        return str(embedded.programs() / name)
    found = shutil.which(name)
    if not found:
        raise SettingError(
            f"{name} is not on the path: install PostgreSQL's client programs, of the server's version or later"
        )
    return found


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BackupFailed(f"{Path(command[0]).name} failed: {done.stderr.strip()[-1500:]}")
