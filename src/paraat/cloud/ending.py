"""The end of a tenant: wound down with everything kept, or removed until the engine has nothing of it, which is looked for and written down."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from paraat.cloud.actions import backups, progress, remains
from paraat.cloud.drivers.base import Driver, EngineFailed
from paraat.cloud.entering import enter, forget
from paraat.cloud.models import Repository, Tenant
from paraat.cloud.rules import life
from paraat.cloud.starting import DONE, FAILED, POLL, RUNNING, Notebook
from paraat.cloud.workload import LABEL
from paraat.kernel.errors import ParaatError
from paraat.platform import moment

PATIENCE = 120.0
"""Seconds in which the engine must get rid of everything; then people are told what is left, and it is tried again later."""

Tell = Callable[[progress.Change], None]


def wind_down(tenant: Tenant, driver: Driver, tell: Tell) -> None:
    """Have nothing run; volumes stay. Last started, first stopped."""
    if tenant.started_at is not None:
        names = list(reversed(tenant.services))
        book = _book(tenant, tell, [("stop", name) for name in names])
        for name in names:
            _do(book, "stop", name, lambda name=name: driver.stop(tenant.name, name))  # type: ignore[misc]  # bound in the loop
    progress.say_stopped(tenant=tenant)
    if tenant.started_at is not None:
        enter(driver)


def end_tenant(tenant: Tenant, driver: Driver, tell: Tell) -> None:
    """Have nothing left of it. EngineFailed with what is left, when the engine does not get rid of it: then it is not called gone."""
    book = _book(tenant, tell, [("destroy", name) for name in ("entrance", "removed", "looked", "repository")])
    if tenant.started_at is not None:
        _do(book, "destroy", "entrance", lambda: _leave_entrance(tenant, driver))
        book.note("destroy", "removed", RUNNING)
        book.write()
        rounds = _remove(book, tenant, driver)
    else:
        rounds = 0
    proof = _proof(tenant, driver, rounds)
    _do(book, "destroy", "looked", lambda: None, f"{proof['looked_for']}: nothing")
    _do(book, "destroy", "repository", lambda: _repository(tenant), str(proof["repository"]))
    progress.say_gone(tenant=tenant, proof=proof)


def _leave_entrance(tenant: Tenant, driver: Driver) -> None:
    """Not served any more, then its key is gone: in this order, for what is served needs it."""
    enter(driver)
    forget(tenant)


def _remove(book: Notebook, tenant: Tenant, driver: Driver) -> int:
    """Remove until nothing is found twice in a row: what is being made while one removes would slip through a single look."""
    deadline, clean, rounds, said = time.monotonic() + PATIENCE, 0, 0, ""
    while clean < 2:
        rounds += 1
        try:
            driver.remove(tenant.name)
            left = driver.leftovers(tenant.name)
            clean, said = (0, "left: " + ", ".join(left)) if left else (clean + 1, "")
        except EngineFailed as error:
            clean, said = 0, str(error)
        if clean < 2 and time.monotonic() > deadline:
            book.note("destroy", "removed", FAILED, said)
            book.write()
            raise EngineFailed(f"Not everything of the tenant is gone: {said}")
        if said:
            time.sleep(POLL)
    book.note("destroy", "removed", DONE)
    book.write()
    return rounds


def _proof(tenant: Tenant, driver: Driver, rounds: int) -> dict[str, Any]:
    """What was looked for and not found, when and by what."""
    return {
        "driver": driver.name,
        "at": moment.now().isoformat(),
        "looked_for": f"everything with the label {LABEL}={tenant.name} or a name of the tenant",
        "found": [],
        "rounds": rounds,
        "was_started": tenant.started_at is not None,
        "repository": "kept" if tenant.keep_backups else "removed",
        "exports": _kept(tenant),
    }


def _kept(tenant: Tenant) -> str:
    """What stays on this host for a while, until when: what is gone from the engine is not yet gone from here."""
    held, until = remains.held(tenant), remains.kept_until(moment.now()).date().isoformat()
    return f"{held['exports']}, put aside {held['put_aside']}, kept until {until}" if any(held.values()) else "none"


def _repository(tenant: Tenant) -> None:
    """Its backups stay, or go with it."""
    if tenant.keep_backups:
        return
    from paraat.cloud import keeping  # restic is looked for only by who needs it

    with keeping.still(tenant.pk, patience=60):  # a backup that still writes would make it anew
        for place in Repository.objects.filter(tenant=tenant).values_list("location", flat=True):
            over = Repository.objects.filter(location=place, tenant__state__in=life.OVER).exclude(tenant=tenant)
            for row in over.select_related("tenant"):  # drills that read it and are gone keep nobody from removing it
                backups.forget_repository(tenant=row.tenant)
        keeping.remove_repository(tenant)


def _book(tenant: Tenant, tell: Tell, steps: list[tuple[str, str]]) -> Notebook:
    return Notebook(tenant, progress.begin_run(tenant=tenant, steps=steps), tell)


def _do(book: Notebook, deed: str, name: str, what: Callable[[], object], detail: str = "") -> None:
    """One step, with its times; a failure is written down and raised."""
    book.note(deed, name, RUNNING)
    try:
        what()
    except ParaatError as error:
        book.note(deed, name, FAILED, str(error))
        book.write()
        raise
    book.note(deed, name, DONE, detail)
    book.write()
