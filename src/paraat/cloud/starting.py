"""One start of a tenant, or one repair: each service is started, waited for until healthy and proven by its client as soon as it is."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db import connections

from paraat.cloud import catalog, preparing
from paraat.cloud.access import Access, NotVerified
from paraat.cloud.actions import progress
from paraat.cloud.drivers.base import Driver, EngineFailed, Health, Route, Seen
from paraat.cloud.entering import routes
from paraat.cloud.models import Tenant, TenantService
from paraat.cloud.rules import life
from paraat.cloud.workload import Part
from paraat.kernel.errors import ParaatError
from paraat.platform import moment

POLL = 0.03
"""Seconds between two looks at the engine while something is expected."""
PATIENCE = 180.0
"""Seconds for all services to be proven; then people are told what lacks."""
TRIES = 3
"""Times that a client may fail before its service counts as not working: each tries for seconds by itself."""
THREADS = 12
RUNNING, DONE, FAILED = "running", "done", "failed"
NOTHING_RUNS = ("Nothing was proven: this engine runs nothing",)


class Stuck(EngineFailed):
    """Some services do not come about."""


@dataclass(slots=True)
class Underway:
    """One service on its way."""

    part: Part
    tier: int
    needs: frozenset[str]
    why: str = ""  # what is wrong with it, for the journal
    starting: Future[None] | None = None
    verifying: Future[list[str]] | None = None
    started: bool = False
    healthy: bool = False
    proven: bool = False
    error: str = ""
    tries: int = 0
    said: str = ""  # what the engine said of it last

    @property
    def over(self) -> bool:
        """Proven, or given up."""
        return self.proven or bool(self.error)


@dataclass(slots=True)
class Entering:
    """What the entrance was told, and whether it has taken it in."""

    told: list[Route] = field(default_factory=list)
    doing: Future[None] | None = None
    over: bool = False
    error: str = ""


@dataclass(slots=True)
class Notebook:
    """Steps that changed since they were last written down."""

    tenant: Tenant
    run: int
    tell: Callable[[progress.Change], None]
    changes: list[progress.Change] = field(default_factory=list)

    def note(self, deed: str, name: str, state: str, detail: str = "") -> None:
        """A step is in another state now."""
        self.changes.append(progress.Change(deed, name, state, moment.now(), detail))

    def write(self, how: Callable[..., None] | None = None) -> None:
        """Write down what changed, in one transaction, then tell it."""
        if not self.changes:
            return
        changes, self.changes = self.changes, []
        (how or progress.note_steps)(tenant=self.tenant, run=self.run, changes=changes)
        for change in changes:
            self.tell(change)


class Starting:
    """The start of one tenant on one engine. `run` may be called once."""

    def __init__(self, tenant: Tenant, driver: Driver, tell: Callable[[progress.Change], None]) -> None:
        self.tenant, self.driver, self.tell = tenant, driver, tell
        self.workload = preparing.workload(tenant)
        self.access = Access(preparing.prepared(tenant), driver)
        self.real = getattr(driver, "real", True)
        self.underway: dict[str, Underway] = {}
        self.entrance, self.answers = Entering(), False

    def needed(self) -> bool:
        """Whether something is not as it should be: not there, not healthy, of another revision, not proven. Notes what was seen."""
        seen = {one.service: one for one in self.driver.observe(self.tenant.name)}
        progress.note_seen(tenant=self.tenant, seen=seen.values())
        rows = {row.service: row for row in TenantService.objects.filter(tenant=self.tenant)}
        first = not life.may("verify", self.tenant.state)
        for part in self.workload.parts:
            now, row = seen.get(part.service), rows.get(part.service)
            proven = row is not None and (row.verified_at is not None or (not self.real and bool(row.proven)))
            wrong = _wrong(now, part) or ("" if proven else "not proven")
            if first or wrong:
                one = catalog.service(part.service)
                self.underway[part.service] = Underway(part, one.tier, frozenset(one.needs), why=wrong)
        return bool(self.underway)

    def run(self) -> None:
        """Do what is needed. Raises Stuck naming every service that did not come about, after the others were brought about."""
        began = time.monotonic()
        progress.say_started(tenant=self.tenant, services=self.underway)
        self.book = Notebook(self.tenant, progress.begin_run(tenant=self.tenant, steps=list(self._steps())), self.tell)
        self._network()
        with ThreadPoolExecutor(THREADS) as pool:
            finished = self._loop(pool, began + PATIENCE)
        if finished:
            self._conclude(time.monotonic() - began)

    def _steps(self) -> Iterator[tuple[str, str]]:
        yield "start", "network"
        for name in self.underway:
            yield "start", name
        yield "start", "healthy"
        for name in self.underway:
            yield "verify", name
        yield "verify", "verified"
        yield "start", "entrance"

    def _network(self) -> None:
        self.book.note("start", "network", RUNNING)
        try:
            self.driver.prepare(self.workload)
        except ParaatError as error:
            self.book.note("start", "network", FAILED, str(error))
            self.book.write()
            raise
        self.book.note("start", "network", DONE)

    # The loop --------------------------------------------------------------------------------------------------------------------
    def _loop(self, pool: ThreadPoolExecutor, deadline: float) -> bool:
        """Until every service is over and the entrance serves it; False when people want something else of the tenant now."""
        looked = time.monotonic()
        while not (all(one.over for one in self.underway.values()) and self.entrance.over):
            self._start_some(pool)
            self._verify_some(pool)
            self.book.write()
            self._collect()
            self._observe()
            if not self.answers and all(one.healthy or one.error for one in self.underway.values()):
                self._all_healthy()
            if self.answers:
                self._enter(pool)
            if time.monotonic() > deadline:
                self._give_up()
            if time.monotonic() - looked > 1:
                looked = time.monotonic()
                if not self._still_wanted():
                    self.book.write()
                    return False
        self.book.write()
        return True

    def _start_some(self, pool: ThreadPoolExecutor) -> None:
        """Those of the lowest tier that is not started yet, together."""
        waiting = [one for one in self.underway.values() if not one.started and not one.error]
        tier = min((one.tier for one in waiting), default=0)
        for one in waiting:
            if one.tier == tier and one.starting is None:
                self.book.note("start", one.part.service, RUNNING)
                one.starting = pool.submit(self._start, one.part.service)

    def _start(self, service: str) -> None:
        """In a thread: have the engine start it, then load its client while it comes up."""
        try:
            self.driver.start(self.workload, service)
            if self.real:
                catalog.verifier(service)
        finally:
            connections.close_all()

    def _verify_some(self, pool: ThreadPoolExecutor) -> None:
        """Every service that is healthy, as are those it needs, and that no client is trying yet."""
        absent = {name for name, one in self.underway.items() if not one.healthy}
        for name, one in self.underway.items():
            if one.over or one.verifying is not None or not one.healthy or one.needs & absent:
                continue
            if one.tries == 0:
                self.book.note("verify", name, RUNNING)
            one.tries += 1
            one.verifying = pool.submit(self._verify, name)

    def _verify(self, service: str) -> list[str]:
        """In a thread: what its client proved."""
        try:
            if not self.real:
                return list(NOTHING_RUNS)
            return list(catalog.verifier(service).verify(self.access))
        finally:
            connections.close_all()

    def _collect(self) -> None:
        """Wait a moment for a thread to end, and take what it brings."""
        futures: set[Future[Any]] = {self.entrance.doing} if self.entrance.doing else set()
        for one in self.underway.values():
            futures |= {future for future in (one.starting, one.verifying) if future is not None}
        if not futures:
            time.sleep(POLL)
            return
        wait(futures, timeout=POLL, return_when=FIRST_COMPLETED)
        for name, one in self.underway.items():
            if one.starting is not None and one.starting.done():
                self._was_started(name, one, one.starting)
            if one.verifying is not None and one.verifying.done():
                self._was_tried(name, one, one.verifying)

    def _was_started(self, name: str, one: Underway, future: Future[None]) -> None:
        one.starting = None
        if error := future.exception():
            one.error = words(error)
            self.book.note("start", name, FAILED, one.error)
        else:
            one.started = True

    def _was_tried(self, name: str, one: Underway, future: Future[list[str]]) -> None:
        one.verifying = None
        error = future.exception()
        if error is None:
            one.proven = True
            proven = future.result()
            progress.note_proven(tenant=self.tenant, service=name, proven=proven, real=self.real)
            self.book.note("verify", name, DONE, "; ".join(proven))
        elif one.tries >= TRIES:
            one.error = words(error)
            self.book.note("verify", name, FAILED, one.error)

    def _observe(self) -> None:
        """Look at the engine, while something that was started is not healthy yet."""
        if not any(one.started and not one.healthy and not one.error for one in self.underway.values()):
            return
        seen = self.driver.observe(self.tenant.name)
        progress.note_seen(tenant=self.tenant, seen=seen)
        for now in seen:
            one = self.underway.get(now.service)
            if one is None or not one.started or one.healthy or one.error:
                continue
            one.said = now.error
            if now.health == Health.HEALTHY and now.revision == one.part.revision:
                one.healthy = True
                self.book.note("start", now.service, DONE)

    def _all_healthy(self) -> None:
        """All that will answer do: from here on the entrance may serve them."""
        self.answers = True
        self.book.note("start", "healthy", DONE if not self._failed() else FAILED)
        progress.say_healthy(tenant=self.tenant)

    def _enter(self, pool: ThreadPoolExecutor) -> None:
        """While clients try the services, the entrance learns of them. A fault there keeps no service from being proven.

        Another tenant may come in meanwhile, and what we told the entrance may have undone its routes: then it is told again.
        """
        at = self.entrance
        if at.doing is not None and at.doing.done():
            error, at.doing = at.doing.exception(), None
            at.over = error is not None or at.told == routes(self.driver.name)
            if at.over:
                at.error = words(error) if error else ""
                self.book.note("start", "entrance", FAILED if error else DONE, at.error)
        if at.doing is None and not at.over:
            if not at.told:
                self.book.note("start", "entrance", RUNNING)
            at.told = routes(self.driver.name)
            at.doing = pool.submit(self._tell_entrance, at.told)

    def _tell_entrance(self, told: list[Route]) -> None:
        """In a thread."""
        try:
            self.driver.enter(told)
        finally:
            connections.close_all()

    def _give_up(self) -> None:
        """Nothing more is expected of what is not over."""
        for name, one in self.underway.items():
            if not one.over:
                one.error = one.said or ("it does not answer" if one.started else "it does not start")
                self.book.note("verify" if one.healthy else "start", name, FAILED, one.error)
        if not self.entrance.over:
            self.entrance.over, self.entrance.error = True, "it does not take in its routes"
            self.book.note("start", "entrance", FAILED, self.entrance.error)

    def _still_wanted(self) -> bool:
        return Tenant.objects.filter(pk=self.tenant.pk, wanted=Tenant.Wanted.RUNNING).exists()

    def _failed(self) -> dict[str, str]:
        return {name: one.error for name, one in self.underway.items() if one.error}

    def _conclude(self, seconds: float) -> None:
        if failed := self._failed():
            self.book.note("verify", "verified", FAILED)
            self.book.write()
            raise Stuck(
                "Some services do not come about: " + "; ".join(f"{name}: {why}" for name, why in failed.items())
            )
        progress.note_seen(tenant=self.tenant, seen=self.driver.observe(self.tenant.name))
        self.book.note("verify", "verified", DONE)
        why = {name: one.why for name, one in self.underway.items()}
        self.book.write(partial(progress.say_verified, seconds=seconds, why=why))
        if self.entrance.error:
            raise EngineFailed(f"The services work, but the entrance does not serve them: {self.entrance.error}")


def _wrong(now: Seen | None, part: Part) -> str:
    """What is wrong with a service as the engine has it now; "" for nothing."""
    if now is None:
        return "not there"
    if now.health != Health.HEALTHY:
        return f"{now.health}: {now.error[:200]}" if now.error else str(now.health)
    return "" if now.revision == part.revision else "made from other manifests"


def words(error: BaseException) -> str:
    """An error of a thread for people: ours say it themselves, of others the kind is part of it."""
    return str(error) if isinstance(error, ParaatError) else f"{type(error).__name__}: {error}"


__all__ = ["NotVerified", "Starting", "Stuck"]
