"""Runs copyparty and tells it when accounts change: nobody who is signed in is disturbed, but a password that was replaced ends its session."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

ACCOUNTS = Path("/accounts/copyparty.conf")
SESSIONS = Path("/tmp/sessions.db")  # noqa: S108  # of this container alone
SHARE = Path("/data/share")


def main() -> None:
    """Run until copyparty ends. A new salt ends it: it is read at the start only, and the engine starts the container again."""
    SHARE.mkdir(exist_ok=True)
    text = _wait()
    command = [sys.executable, "-m", "copyparty", "-c", "/etc/copyparty.conf"]
    command += ["--name", os.environ.get("NAME", "Paraat"), "--lang", os.environ.get("LANGUAGE", "eng")]
    child = subprocess.Popen(command)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: child.terminate())
    while child.poll() is None:
        time.sleep(0.3)
        fresh = _read() or text
        if fresh != text:
            if _salt(fresh) != _salt(text):
                child.terminate()
            else:
                _forget(_changed(text, fresh))
                child.send_signal(signal.SIGUSR1)
            text = fresh
    sys.exit(child.returncode)


def _wait() -> str:
    """The accounts, as soon as they are there."""
    while not (text := _read()):
        time.sleep(0.05)
    return text


def _read() -> str:
    try:
        return ACCOUNTS.read_text(encoding="utf-8")
    except OSError:
        return ""


def _salt(text: str) -> str:
    return "".join(re.findall(r"^  ah-salt: (\S+)$", text, re.MULTILINE))


def _changed(before: str, after: str) -> list[str]:
    """Logins whose password is no longer the same."""
    known, fresh = (dict(re.findall(r"^  (\S+): (\+\S+)$", text, re.MULTILINE)) for text in (before, after))
    return [login for login, password in known.items() if fresh.get(login) != password]


def _forget(logins: list[str]) -> None:
    """End their sessions: copyparty makes new ones when it reads its accounts again."""
    with sqlite3.connect(SESSIONS, timeout=10) as database:
        database.executemany("delete from us where un = ?", [(login,) for login in logins])


if __name__ == "__main__":
    main()
