"""Runs radicale on folders that are as they should be: the shared calendar and address book, their place in each account, the call list.

A program looks for calendars in the account's own folder only; what is shared is therefore linked into each.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

DATA = Path("/data")
CALLS = Path("/etc/calendar/calls.json")
LOGINS = Path("/accounts/logins")
KINDS = {"calendar": "VCALENDAR", "contacts": "VADDRESSBOOK"}


def main() -> None:
    """Run until radicale ends; accounts that come later are given their folder within a second."""
    root = DATA / "collections" / "collection-root"
    known = json.loads(CALLS.read_text(encoding="utf-8"))
    share(root, known["names"])
    load(root / "shared" / "contacts", DATA / "loaded", known["calls"])
    link(root, _logins())
    child = subprocess.Popen([sys.executable, "-m", "radicale", "--config", "/etc/radicale/radicale.conf"])
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: child.terminate())
    seen: list[str] = []
    while child.poll() is None:
        logins = _logins()
        if logins != seen:
            link(root, logins)
            seen = logins
        time.sleep(0.5)
    sys.exit(child.returncode)


def share(root: Path, names: dict[str, str]) -> None:
    """The shared collections; what is there stays as people left it."""
    for name, kind in KINDS.items():
        place = root / "shared" / name
        place.mkdir(parents=True, exist_ok=True)
        if not (place / ".Radicale.props").exists():
            replace(place / ".Radicale.props", json.dumps({"tag": kind, "D:displayname": names[name]}))


def link(root: Path, logins: list[str]) -> None:
    """The shared collections in the folder of each login."""
    for login in logins:
        own = root / login
        own.mkdir(exist_ok=True)
        for name in KINDS:
            place = own / name
            if not place.is_symlink() and not place.exists():
                place.symlink_to(Path("..") / "shared" / name)


def load(place: Path, loaded: Path, calls: list[dict[str, str]]) -> None:
    """Each line of the call list as a contact, once: what people change or remove stays so until the list itself changes."""
    before = set(loaded.read_text(encoding="utf-8").split()) if loaded.exists() else set()
    for call in calls:
        name = "call-" + hashlib.sha256(f"{call['name']}\n{call['role']}".encode()).hexdigest()[:24]
        card = contact(name, call)
        mark = hashlib.sha256(card.encode()).hexdigest()
        if mark not in before:
            replace(place / f"{name}.vcf", card)
            before.add(mark)
    replace(loaded, "\n".join(sorted(before)))


def contact(uid: str, call: dict[str, str]) -> str:
    """A vCard (RFC 2426) of one line of the call list."""
    lines = ["BEGIN:VCARD", "VERSION:3.0", f"UID:{uid}", f"FN:{_text(call['name'])}", f"N:{_text(call['name'])};;;;"]
    lines += [f"TITLE:{_text(call['role'])}"] if call["role"] else []
    lines += [f"TEL;TYPE=WORK,VOICE:{_text(call['phone'])}"] if call["phone"] else []
    lines += [f"EMAIL;TYPE=INTERNET:{_text(call['mail'])}"] if call["mail"] else []
    return "\r\n".join([*lines, "END:VCARD", ""])


def replace(path: Path, text: str) -> None:
    """Have `text` in the file, whole at once."""
    fresh = path.with_name(f".new-{path.name}")
    fresh.write_bytes(text.encode())
    fresh.replace(path)


def _text(value: str) -> str:
    """A value of a vCard: signs that mean something are marked, line ends become spaces."""
    plain = " ".join("".join(sign if sign.isprintable() else " " for sign in value).split())
    return plain.replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;")


def _logins() -> list[str]:
    try:
        return LOGINS.read_text(encoding="utf-8").split()
    except OSError:
        return []


if __name__ == "__main__":
    os.umask(0o027)
    main()
