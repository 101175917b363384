"""Looks for malware in what comes back, before anyone opens it: clamav, where it is installed. What it finds is put aside, outside the tenant."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from paraat.cloud import configuration
from paraat.kernel.errors import ParaatError

CLEAN, FOUND, NOT_SCANNED = "clean", "found", "not scanned"
_LINE = re.compile(r"^(?P<path>.+): (?P<name>.+) FOUND$")


class NotScanned(ParaatError):
    """The scanner failed, so nobody knows whether this is clean; nothing of the tenant was changed."""


@dataclass(frozen=True, slots=True)
class Scan:
    """What came of it: `result` is clean, found or not scanned; `put_aside` has path, finding and place of every file taken out."""

    result: str
    put_aside: tuple[dict[str, str], ...] = ()


def scanner() -> str:
    """The program that scans: the daemon's client where it answers (seconds), else the one that loads its own signatures; empty: neither."""
    daemon = shutil.which("clamdscan")
    if daemon and subprocess.run([daemon, "--ping", "1"], capture_output=True, check=False).returncode == 0:
        return daemon
    return shutil.which("clamscan") or ""


def scan(folder: Path, *, label: str) -> Scan:
    """Scan everything below `folder` and move what is infected to PARAAT_HOME/cloud/quarantine/<label>, where no tenant reaches it.

    NotScanned when the scanner is there and fails: not to know is not to be clean.
    """
    program = scanner()
    if not program:
        return Scan(NOT_SCANNED)
    options = ["--fdpass", "--multiscan"] if program.endswith("clamdscan") else ["--recursive"]
    done = subprocess.run(
        [program, "--infected", "--no-summary", *options, str(folder)],
        capture_output=True,
        text=True,
        errors="surrogateescape",
        check=False,
    )
    if done.returncode not in {0, 1}:
        raise NotScanned(said=done.stderr.strip()[-300:])
    found = tuple(_put_aside(folder, match, label) for line in done.stdout.splitlines() if (match := _LINE.match(line)))
    return Scan(FOUND if found else CLEAN, found)


def _put_aside(folder: Path, match: re.Match[str], label: str) -> dict[str, str]:
    """Move one file out; it keeps no right to be run. NotScanned for one that is not there: the name of a file can break a line of the scanner's."""
    path = Path(match["path"])
    if not path.is_relative_to(folder) or not path.is_file() or _leads_out(path, folder):
        raise NotScanned(said=_shown(match["path"])[-300:])
    name = path.relative_to(folder)
    place = configuration.place() / "quarantine" / label / name
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.move(path, place)
    place.chmod(0o600)
    return {"path": _shown(str(name)), "found": _shown(match["name"]), "place": _shown(str(place))}


def _leads_out(path: Path, folder: Path) -> bool:
    """Whether the name goes through a link or upwards: a name with the end of a line in it can have the scanner name any path."""
    return path.is_symlink() or path.parent.resolve() != folder.resolve() / path.parent.relative_to(folder)


def _shown(text: str) -> str:
    """A name of bytes that are no text, as text that a row can keep."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
