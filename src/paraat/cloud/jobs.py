"""The clockwork of the emergency cloud, on a queue of its own: bringing a tenant about takes minutes and must not hold up a warning."""

from __future__ import annotations

import contextlib
import logging
from uuid import UUID

from django.db import transaction
from procrastinate.exceptions import AlreadyEnqueued

from paraat.cloud import bringing, data_jobs, public, reconciling  # noqa: F401  # data_jobs declares those of backups and drills
from paraat.cloud.actions import progress
from paraat.kernel.errors import Conflict, ParaatError
from paraat.platform import moment
from paraat.platform.jobs import app, periodic, task

_log = logging.getLogger("paraat.cloud")


@task(queue="cloud", name="cloud.bring", retry=None)
def bring(*, tenant: str) -> None:
    """Bring a tenant to what is wanted. Whoever works on it already does this as well; what fails stands in its trouble and is tried again."""
    try:
        bringing.bring(UUID(tenant), patience=0)
    except Conflict:
        _log.info("somebody else works on this tenant", extra={"tenant": tenant})
    except ParaatError as error:
        _log.warning("a tenant is not as it is wanted", extra={"tenant": tenant, "reason": str(error)})


@periodic("* * * * * */10", queue="cloud")
def reconcile(timestamp: int) -> None:
    """Every ten seconds: tenants that are not as they are wanted, each by a job of its own."""
    for tenant in reconciling.not_as_wanted():
        enqueue(tenant)


@periodic("* * * * * 25", queue="cloud")
def measure(timestamp: int) -> None:
    """Every minute: what tenants take of their budget, and whose time has passed."""
    reconciling.measure()
    reconciling.serve()
    progress.ask_to_decide(now=moment.now())


@periodic("* * * * * 40", queue="cloud")
def order_certificates(timestamp: int) -> None:
    """Every minute: certificates of a public authority that are wanted or about to end, where one is configured."""
    public.order_due()


def enqueue(tenant: UUID) -> None:
    """Have a tenant brought about; one waiting job is enough."""
    with contextlib.suppress(AlreadyEnqueued), transaction.atomic():
        lock = f"cloud.bring {tenant}"
        app.configure_task("cloud.bring", queue="cloud", queueing_lock=lock).defer(tenant=str(tenant))
