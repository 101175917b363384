"""What the intake's manifest wants to know, and how its file is copied while citizens go on writing."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

from paraat.cloud.access import Access
from paraat.cloud.workload import Prepared

_COUNTERS = Path(__file__).parent / "app" / "counters.toml"
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_RUN = ("python3", "-m", "intake")


def values(prepared: Prepared) -> dict[str, str]:
    """The settings of the intake, as JSON."""
    settings = {
        "names": dict(prepared.names),
        "languages": list(prepared.languages),
        "phone": prepared.phone,
        "forms": list(prepared.forms),
        "counters": counters(prepared),
        "exercise": prepared.exercise,
    }
    return {"INTAKE_SETTINGS": json.dumps(settings, ensure_ascii=False, sort_keys=True)}


def counters(prepared: Prepared) -> list[dict[str, Any]]:
    """The counters that were named, else those of most towns. One named as a known one (`population`) has its translations and its staff."""
    known = tomllib.loads(_COUNTERS.read_text(encoding="utf-8"))
    accounts = {one.login for one in prepared.accounts}
    found, free = [], list(_LETTERS)
    for number, name in enumerate(prepared.counters or tuple(known), start=1):
        one = known.get(name, {"names": dict.fromkeys(prepared.languages, name), "staff": ()})
        letter = one.get("letter") if one.get("letter") in free else free[0]
        free.remove(letter)
        staff = [login for login in one["staff"] if login in accounts]
        found.append(
            {"key": name if name in known else f"c{number}", "names": one["names"], "letter": letter, "staff": staff}
        )
    return found


def before_backup(access: Access) -> None:
    """Have a consistent copy on the volume: SQLite's own, taken while it is written to."""
    access.run("intake", *_RUN, "dump")


def after_restore(access: Access) -> None:
    """Put that copy in the place of the file, which a backup may have caught half written. Without a copy the file itself is what there is."""
    access.run("intake", "sh", "-c", f"test ! -e /data/dump/intake.sqlite || {' '.join(_RUN)} restore")
