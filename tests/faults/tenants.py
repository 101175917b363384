"""Brings a tenant about in a process that is killed (-9) at one instant of its work after the other, on the engine that is configured.

    python -m tests.faults.tenants start SERVICES   asks for a tenant, prints its id
    python -m tests.faults.tenants bring ID         brings it to what is wanted
    python -m tests.faults.tenants confirm ID       notes that a second contact was called
    python -m tests.faults.tenants end ID           asks for its end
    python -m tests.faults.tenants killed ID N      children bring it about; each is killed one instant (N of them) later than the one before
    python -m tests.faults.tenants look ID          prints how rows and engine are
    python -m tests.faults.tenants quiet ID N       has the loop come round N times, prints how often it would have done something
    python -m tests.faults.tenants main ID          prints the process of every container of a tenant on podman, by its name

runs within an installation. An instant is the beginning or the end of a call to the engine, or of writing down what came of it. `killed` goes on
until a child reaches the end, and prints what was to be seen after each kill and at the end.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID

import django

django.setup()

from tests import cast  # noqa: E402
from tests.faults import respond  # noqa: E402

from paraat.accounts.middleware import actor_of  # noqa: E402
from paraat.cloud import bringing, drivers, preparing, reconciling  # noqa: E402
from paraat.cloud.actions import progress, tenants  # noqa: E402
from paraat.cloud.models import Step, Tenant  # noqa: E402
from paraat.cloud.workload import LABEL  # noqa: E402
from paraat.platform import journal  # noqa: E402
from paraat.platform.models import JournalEntry  # noqa: E402

ENGINE = ("prepare", "start", "stop", "remove", "enter")
WRITES = ("begin_run", "note_steps", "note_proven", "say_started", "say_healthy", "say_verified", "say_gone")
MOST = 80
"""More instants than any work here has: a child that never reaches the end is a fault."""


class Instants:
    """Counts the instants of the work; at number `last` the process is killed."""

    def __init__(self, last: int) -> None:
        self.last, self.seen, self.lock = last, 0, threading.Lock()

    def passes(self) -> None:
        """One more instant, in whichever thread it is."""
        with self.lock:
            self.seen += 1
            if self.seen == self.last:
                os.kill(os.getpid(), signal.SIGKILL)

    def watch(self, owner: Any, name: str) -> None:
        """Have the beginning and the end of a call be instants."""
        whole: Callable[..., Any] = getattr(owner, name)

        def run(*args: Any, **more: Any) -> Any:
            self.passes()
            done = whole(*args, **more)
            self.passes()
            return done

        setattr(owner, name, run)


def start(services: str) -> Any:
    """A tenant that is to run."""
    tenant = tenants.start_now(
        organisation=cast.ronse(),
        services=services.split(","),
        consent="Agreed",
        by=actor_of(cast.duty_officer()),
        enqueue=False,
    )
    return str(tenant.pk)


def bring(key: str) -> Any:
    """To what is wanted."""
    return bringing.bring(UUID(key)).state


def _until(instant: int) -> Callable[[str], None]:
    """The work, in a child, that ends at an instant; a memory engine removes one thing at a time there, as engines do."""

    def work(key: str) -> None:
        instants, engine = Instants(instant), drivers.configured()
        kind: Any = type(engine)
        if engine.name == "memory":
            remove = kind.remove

            def one_by_one(self: Any, tenant: str) -> None:
                for seen in self.observe(tenant):
                    self.stop(tenant, seen.service)
                remove(self, tenant)

            kind.remove = one_by_one
        for name in ENGINE:
            instants.watch(kind, name)
        for name in WRITES:
            instants.watch(progress, name)
        bring(key)

    return work


def killed(key: str, step: str) -> Any:
    """What was to be seen after each kill, and at the end."""
    seen = []
    for instant in range(1, MOST, int(step)):
        child = respond.start(_until(instant), key)
        _, status = os.waitpid(child, 0)
        respond.settled()
        seen.append(look(key))
        if not os.WIFSIGNALED(status):
            return seen
        assert os.WTERMSIG(status) == signal.SIGKILL, status
    raise AssertionError("no child reached the end")


def confirm(key: str) -> Any:
    """A second contact was called."""
    tenant, contact = Tenant.objects.get(pk=key), cast.contact(cast.ronse(), "deputy")
    return tenants.call_back(tenant=tenant, contact=contact, by=actor_of(cast.duty_officer())).state


def end(key: str) -> Any:
    """It is to go."""
    tenant = Tenant.objects.get(pk=key)
    return tenants.destroy_tenant(tenant=tenant, by=actor_of(cast.duty_officer()), because="Over", enqueue=False).state


def quiet(key: str, rounds: str) -> Any:
    """How often the loop found the tenant not to be as it is wanted."""
    return sum(UUID(key) in reconciling.not_as_wanted() for _ in range(int(rounds)))


def main(key: str) -> Any:
    """Container -> process."""
    engine: Any = drivers.named("podman")
    label = json.dumps({"label": [f"{LABEL}={Tenant.objects.get(pk=key).name}"]})
    names = [one["Names"][0] for one in engine.engine.get("/containers/json", filters=label)]
    return {name: engine.engine.get(f"/containers/{name}/json")["State"]["Pid"] for name in names}


def look(key: str) -> Any:
    """Everything that must agree."""
    tenant = Tenant.objects.get(pk=key)
    engine = drivers.named(tenant.driver)
    verbs = list(JournalEntry.objects.filter(object_id=key).order_by("seq").values_list("verb", flat=True))
    return {
        "state": tenant.state,
        "destroyed": tenant.destroyed_at is not None,
        "trouble": tenant.trouble,
        "running": [one.service for one in engine.observe(tenant.name) if one.health == "healthy"],
        "left": list(engine.leftovers(tenant.name)),
        "secrets": sorted(preparing.secrets(tenant)),
        "verifier": preparing.secrets(tenant).get("SECRET_VERIFIER", ""),
        "open": tenant.steps.filter(state__in=[Step.State.WAITING, Step.State.RUNNING]).count(),
        "verbs": verbs,
        "breaks": len(list(journal.verify())),
    }


if __name__ == "__main__":
    verb, *given = sys.argv[1:]
    deeds = (start, bring, confirm, end, killed, look, quiet, main)
    print(json.dumps({deed.__name__: deed for deed in deeds}[verb](*given)))
