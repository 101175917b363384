"""The clockwork of tenants' data, on the queue of the cloud: what was asked for, what is due, and what a dead process left."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from paraat.cloud import drilling, keeping, leaving, remaining, restoring
from paraat.cloud.actions import backups, drills
from paraat.cloud.models import Backup, Drill, Export, Restore, Tenant
from paraat.kernel.errors import Conflict, ParaatError
from paraat.platform import moment
from paraat.platform.jobs import periodic, task

_log = logging.getLogger("paraat.cloud")


@task(queue="cloud", name="cloud.back_up", retry=None)
def back_up(*, row: str) -> None:
    """Make a backup that was asked for. What fails stands in its row."""
    _try(keeping.run_backup, row)


@task(queue="cloud", name="cloud.restore", retry=None)
def restore(*, row: str) -> None:
    """Bring back what was asked for."""
    _try(restoring.run_restore, row)


@task(queue="cloud", name="cloud.export", retry=None)
def export(*, row: str) -> None:
    """Make the exit of a tenant."""
    _try(leaving.run_export, row)


@task(queue="cloud", name="cloud.drill", retry=None)
def drill(*, row: str) -> None:
    """Do a drill."""
    _try(drilling.run_drill, row)


@task(queue="cloud", name="cloud.check_backups", retry=None)
def check(*, tenant: str) -> None:
    """Check a repository, and have it forget what is too old."""
    found = Tenant.objects.get(pk=tenant)
    try:
        keeping.check(found)
        keeping.forget(found)
    except ParaatError as error:
        _log.warning("a repository is not well", extra={"tenant": tenant, "reason": str(error)})


@periodic("* * * * * 35", queue="cloud")
def backups_due(timestamp: int) -> None:  # noqa: ARG001  # the library gives it
    """Every minute: backups and checks that are due, and what a process that died left undone."""
    now = moment.now()
    backups.take_due(now=now)
    drills.take_due(now=now)
    for tenant in backups.take_due_checks(now=now):
        check.defer(tenant=str(tenant))
    take_up()


@periodic("11 * * * *", queue="cloud")
def remove_remains(timestamp: int) -> None:  # noqa: ARG001  # the library gives it
    """Every hour: what was kept of tenants that ended long enough ago."""
    remaining.sweep(now=moment.now())


def take_up() -> None:
    """Take up again what is said to run though no process does (whoever gets the lock knows), and what waits though it was asked for long ago."""
    old = moment.now() - timedelta(minutes=1)
    for model, job in ((Restore, restore), (Backup, back_up), (Export, export)):
        for row in model.objects.filter(state__in=backups.UNDERWAY, began_at__lt=old)[:50]:
            if _is_dead(row.tenant_id):
                job.defer(row=str(row.pk))
    unclear = Drill.objects.exclude(state__in=drills.UNDERWAY).filter(tenant__isnull=False, gone_at=None)
    for one in [
        *Drill.objects.filter(state__in=drills.UNDERWAY, requested_at__lt=old),
        *unclear.order_by("requested_at")[:5],
    ]:
        if _is_dead(one.pk):
            drill.defer(row=str(one.pk))


def _is_dead(tenant_or_drill: UUID) -> bool:
    """Whether no process works on it."""
    try:
        with keeping.still(tenant_or_drill):
            return True
    except Conflict:
        return False


def _try(work: Callable[[UUID], object], row: str) -> None:
    try:
        work(UUID(row))
    except Conflict:
        _log.info("the data of this tenant are being moved by another process", extra={"row": row})
    except ParaatError as error:
        _log.warning("a tenant's data were not moved", extra={"row": row, "reason": str(error)})
