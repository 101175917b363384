"""What `calendar` needs of a tenant, and the way back for a calendar or contacts that were exported elsewhere.

Before a backup nothing needs to be done: radicale writes each entry as a file of its own and renames it into place.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from paraat.cloud.access import Access
from paraat.cloud.catalog.calendar.bringing import Taken, take
from paraat.cloud.workload import Prepared

NAMES = {
    "nl": {"calendar": "Crisis", "contacts": "Bellijst"},
    "fr": {"calendar": "Crise", "contacts": "Liste d’appel"},
    "de": {"calendar": "Krise", "contacts": "Anrufliste"},
    "en": {"calendar": "Crisis", "contacts": "Call list"},
}


def values(prepared: Prepared) -> dict[str, str]:
    """The call list, and what the shared collections are called in the town's first language."""
    names = NAMES.get(prepared.languages[0], NAMES["en"])
    calls = [asdict(call) for call in prepared.calls]
    return {"CALENDAR_CALLS": json.dumps({"names": names, "calls": calls}, ensure_ascii=False, sort_keys=True)}


def after_restore(access: Access) -> None:
    """What radicale remembers of files that were there before is made anew from the files."""
    access.run(
        "calendar", "find", "/data/collections", "-name", ".Radicale.cache", "-prune", "-exec", "rm", "-rf", "{}", "+"
    )


def take_in(access: Access, kind: str, path: Path, _account: str = "") -> Taken:
    """An .ics into the shared calendar, a .vcf into the shared address book. What is there already stays; what is not understood is put aside."""
    return take(access, kind, path)
