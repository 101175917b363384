"""Brings a tenant about on the engine in memory, made slow, in a process that is killed (-9) at a later instant every time.

    python -m tests.faults.tenants start        asks for a tenant, prints its id
    python -m tests.faults.tenants bring ID     brings it to what is wanted
    python -m tests.faults.tenants end ID       asks for its end
    python -m tests.faults.tenants killed ID N  N children bring it about and are killed, the last one is not; prints what was seen after each
    python -m tests.faults.tenants look ID      prints how rows and engine are

runs within an installation whose driver is the memory engine.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import django

django.setup()

from tests import cast  # noqa: E402
from tests.faults import respond  # noqa: E402

from paraat.accounts.middleware import actor_of  # noqa: E402
from paraat.cloud import bringing, preparing  # noqa: E402
from paraat.cloud.actions import tenants  # noqa: E402
from paraat.cloud.drivers import memory, named  # noqa: E402
from paraat.cloud.models import Step, Tenant  # noqa: E402
from paraat.platform import journal  # noqa: E402
from paraat.platform.models import JournalEntry  # noqa: E402

SLOW = 0.05


def slowly(name: str) -> None:
    """Have a step of the engine take a while, before and after it did its work."""
    whole: Callable[..., Any] = getattr(memory.Driver, name)

    def run(*args: Any, **more: Any) -> Any:
        time.sleep(SLOW)
        done = whole(*args, **more)
        time.sleep(SLOW)
        return done

    setattr(memory.Driver, name, run)


def half_removed(self: memory.Driver, tenant: str) -> None:
    """Removes one thing at a time, as engines do."""
    for service in list(self._read(tenant)["services"]):
        time.sleep(SLOW)
        self.stop(tenant, service)
    time.sleep(SLOW)
    _remove(self, tenant)


_remove = memory.Driver.remove


def start() -> Any:
    """A tenant that is to run."""
    tenant = tenants.start_now(
        organisation=cast.ronse(),
        services=["web", "mail"],
        consent="Agreed",
        by=actor_of(cast.duty_officer()),
        enqueue=False,
    )
    return str(tenant.pk)


def bring(key: str) -> Any:
    """To what is wanted, slowly."""
    for name in ("prepare", "start", "enter"):
        slowly(name)
    memory.Driver.remove = half_removed  # type: ignore[method-assign]
    return bringing.bring(UUID(key)).state


def killed(key: str, number: str) -> Any:
    """What was to be seen after each kill, and at the end."""
    seen = []
    for place in range(int(number)):
        runs = Step.objects.filter(tenant=key).count()
        child = respond.start(lambda one: bring(one), key)
        deadline = time.monotonic() + 20
        while Step.objects.filter(tenant=key).count() == runs and time.monotonic() < deadline:
            time.sleep(0.005)
        time.sleep(0.06 * place)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        respond.settled()
        seen.append(look(key))
    bring(key)
    return [*seen, look(key)]


def end(key: str) -> Any:
    """It is to go."""
    tenant = Tenant.objects.get(pk=key)
    return tenants.destroy_tenant(tenant=tenant, by=actor_of(cast.duty_officer()), because="Over", enqueue=False).state


def look(key: str) -> Any:
    """Everything that must agree."""
    tenant = Tenant.objects.get(pk=key)
    engine = named("memory")
    verbs = list(JournalEntry.objects.filter(object_id=key).order_by("seq").values_list("verb", flat=True))
    return {
        "state": tenant.state,
        "destroyed": tenant.destroyed_at is not None,
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
    verbs: dict[str, Callable[..., Any]] = {"start": start, "bring": bring, "end": end, "killed": killed, "look": look}
    print(json.dumps(verbs[verb](*given)))
