"""A restore in a process that is killed (-9) at one instant after the other, on the engine in memory.

    python -m tests.faults.restores INSTANT ...    prints for each what was there after the kill, and after the next one took it up; and what
                                                   becomes of one that dies every time

runs within an installation whose driver is the memory engine. An instant is the beginning of a call, or `within` it: while restic writes.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

import django

django.setup()

from tests import cast  # noqa: E402
from tests.faults import respond  # noqa: E402

from paraat.accounts.middleware import actor_of  # noqa: E402
from paraat.cloud import bringing, drivers, keeping, restoring, scanning, sums  # noqa: E402
from paraat.cloud.actions import backups, tenants  # noqa: E402
from paraat.cloud.models import Backup, Restore, Tenant  # noqa: E402
from paraat.cloud.repositories import Repository  # noqa: E402
from paraat.kernel.actor import SYSTEM  # noqa: E402
from paraat.platform import journal  # noqa: E402

WHY = "from before the first trace of the intruder"
PLACES: dict[str, tuple[Any, str]] = {
    "restic": (Repository, "restore"),
    "compared": (restoring, "_demand_same"),
    "scanned": (scanning, "scan"),
    "emptied": (restoring, "_merge"),  # the volume with mail is empty now, and nothing is in it yet
    "renamed": (restoring, "_rename"),
    "started": (restoring, "run_again"),
    "ended": (backups, "end_restore"),
}
VOLUME = "mail-data"


def die() -> None:
    """As the kernel would when memory runs out."""
    os.kill(os.getpid(), signal.SIGKILL)


def dies_at(instant: str, number: int = 1) -> None:
    """Have this process die at the instant, met for the `number`th time."""
    if instant == "within restic":
        threading.Thread(target=_once_restic_writes, daemon=True).start()
        return
    owner, name = PLACES[instant]
    whole, met = getattr(owner, name), [0]

    def dead(*given: Any, **more: Any) -> Any:
        met[0] += instant != "emptied" or given[1].name == VOLUME
        if met[0] == number:
            die()
        return whole(*given, **more)

    setattr(owner, name, dead)


def _once_restic_writes() -> None:
    ground = _ground()
    while True:
        for place in ground.glob(".paraat-restore-*"):
            if any(one.is_file() for one in place.rglob("*")):
                die()


def _ground() -> Path:
    tenant = Tenant.objects.get()
    with drivers.named("memory").volume(tenant.name, VOLUME) as folder:
        return folder.parent


def prepared() -> tuple[Tenant, Backup, str]:
    """A tenant with mail in it, kept; and then an intruder."""
    tenant = tenants.start_now(
        organisation=cast.ronse(), services=["mail"], consent="Agreed", by=actor_of(cast.duty_officer()), enqueue=False
    )
    tenant = bringing.bring(tenant.pk)
    with drivers.named("memory").volume(tenant.name, VOLUME, write=True) as folder:
        box = folder / "mayor" / "Maildir" / "cur"
        box.mkdir(parents=True)
        for number in range(60):
            (box / f"{number}:2,S").write_bytes(os.urandom(300_000))
        (folder / "crisis").write_bytes(os.urandom(1000))
    kept = keeping.back_up_now(tenant=tenant, by=SYSTEM, because="")
    right = content(tenant)
    spoil(tenant)
    return tenant, kept, right


def spoil(tenant: Tenant) -> None:
    """One is encrypted, one is gone, one is new."""
    with drivers.named("memory").volume(tenant.name, VOLUME, write=True) as folder:
        box = folder / "mayor" / "Maildir" / "cur"
        (box / "1:2,S").write_bytes(b"locked")
        (box / "2:2,S").unlink(missing_ok=True)
        (folder / "README-TO-PAY").write_bytes(b"pay")


def content(tenant: Tenant) -> str:
    """One sum over everything that it holds."""
    driver, found = drivers.named("memory"), {}
    for name in keeping.volumes_of(tenant, driver):
        with driver.volume(tenant.name, name) as folder:
            found[name] = sums.of_folder(folder)
    return sums.digest(keeping.flat(found))


def killed(*instants: str) -> Any:
    """What was there after each kill, and after the next process took it up."""
    tenant, kept, right = prepared()
    said = []
    for word in instants:
        instant, _, number = word.partition("@")
        spoil(tenant)
        wrong = content(tenant)
        row = backups.restore(tenant=tenant, backup=kept, by=SYSTEM, because=WHY, enqueue=False)
        dead = _dies(row, instant, int(number or 1))
        found = content(tenant)
        tenant.refresh_from_db()
        seen = {
            "instant": word,
            "killed": dead,
            "state": _state(row),
            "untouched": found == wrong,
            "right": found == right,
        }
        restoring.run_restore(row.pk)
        seen["after"] = {"state": _state(row), "right": content(tenant) == right, "left": _left()}
        said.append(seen)
    return {"rounds": said, "given_up": given_up(tenant, kept), "breaks": len(list(journal.verify()))}


def given_up(tenant: Tenant, kept: Backup) -> Any:
    """Killed as often as one is taken up, and asked for once more."""
    Tenant.objects.filter(pk=tenant.pk).update(restored_at=None)
    row = backups.restore(tenant=tenant, backup=kept, by=SYSTEM, because=WHY, enqueue=False)
    deaths = [_dies(row, "emptied", 1) for _ in range(backups.ATTEMPTS)]
    restoring.run_restore(row.pk)
    row.refresh_from_db()
    tenant.refresh_from_db()
    return {"deaths": deaths, "state": row.state, "error": row.error, "restored": tenant.restored_at is not None}


def _dies(row: Restore, instant: str, number: int) -> bool:
    """A child takes it up and is killed; whether it was."""

    def deed(key: Any) -> None:
        dies_at(instant, number)
        restoring.run_restore(key)

    _pid, status = os.waitpid(respond.start(deed, row.pk), 0)
    respond.settled()
    until = time.monotonic() + 5
    while _restics() and time.monotonic() < until:
        time.sleep(0.01)
    assert not _restics(), "restic outlived who started it"
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def _restics() -> list[str]:
    """The restics of this installation that live."""
    home = f"{os.environ['PARAAT_HOME']}/".encode()
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if (
                entry.name.isdigit()
                and (entry / "comm").read_text() == "restic\n"
                and home in (entry / "environ").read_bytes()
            ):
                found.append(entry.name)
        except OSError:
            continue
    return found


def _state(row: Restore) -> str:
    row.refresh_from_db()
    return str(row.state)


def _left() -> list[str]:
    return [one.name for one in _ground().glob(".paraat-restore-*")]


if __name__ == "__main__":
    print(json.dumps(killed(*sys.argv[1:])))
