"""What is asked about a tenant's data and what came of it: backups, restores, exports of the victim's taken in, the exit.

Each verb writes a row and asks a job; the work itself is done by `keeping`, `restoring`, `taking` and `leaving`, which write by the verbs below.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, TypeVar
from uuid import UUID

from paraat.cloud import catalog, configuration, preparing, repositories, stores
from paraat.cloud.actions.progress import BACKUP_KEY
from paraat.cloud.actions.tenants import move
from paraat.cloud.happening import tenant_changed
from paraat.cloud.models import Backup, Export, Preparation, Repository, Restore, Tenant
from paraat.cloud.rules import life
from paraat.kernel.actor import SYSTEM, Actor
from paraat.kernel.errors import Conflict, Invalid, NotFound
from paraat.platform import files, keys, moment
from paraat.platform.actions import action, record

Row = TypeVar("Row", Backup, Restore, Export)
UNDERWAY = ("waiting", "running")
CHECK_EVERY = timedelta(days=7)
ENDED = "The tenant was destroyed meanwhile"
ATTEMPTS = 3
"""Times that a restore whose process died is taken up again, before people are asked."""


# The repository -------------------------------------------------------------------------------------------------------------------
@action
def open_repository(*, tenant: Tenant, location: str = "", key: str = "") -> Repository:
    """The row of its repository, made when there is none: at `location` with `key` when an existing one is adopted, else its own."""
    tenant = Tenant.objects.select_for_update().get(pk=tenant.pk)
    found = Repository.objects.filter(tenant=tenant).first()
    if found is not None and not location:
        return found
    prepared = Preparation.objects.filter(organisation=tenant.organisation_id).first()
    given = prepared.backup_location if prepared and tenant.kind == Tenant.Kind.EMERGENCY else ""
    now, hours = moment.now(), configuration.BACKUP_HOURS.get()
    row, _made = Repository.objects.update_or_create(
        tenant=tenant,
        defaults={
            "location": stores.demand_plain(location) or repositories.location_for(tenant.number, given),
            "key": keys.seal(key or preparing.secrets(tenant).get(BACKUP_KEY) or repositories.new_key()),
            "made_at": now,
            "every_hours": hours,
            "due_at": now + timedelta(hours=hours) if hours and tenant.kind == Tenant.Kind.EMERGENCY else None,
            "check_due_at": now + CHECK_EVERY if tenant.kind == Tenant.Kind.EMERGENCY else None,
        },
    )
    _say("tenant.repository", tenant, SYSTEM, adopted=bool(location))
    return row


@action
def disclose_key(*, tenant: Tenant, by: Actor, because: str) -> str:
    """The key of its repository, to a person who says why: with it and the repository everything can be read anywhere. Invalid without a reason."""
    reason = _reason(because)
    row = Repository.objects.filter(tenant=tenant).first()
    if row is None:
        raise NotFound("This tenant has no repository yet", tenant=tenant.number)
    _say("tenant.key_disclosed", tenant, by, because=reason)
    return keys.unseal(bytes(row.key))


@action
def plan_backups(*, tenant: Tenant, every_hours: int, by: Actor) -> Repository:
    """Have it backed up every so many hours; 0: only when somebody asks."""
    row, now = open_repository(tenant=tenant), moment.now()
    due = now + timedelta(hours=every_hours) if every_hours else None
    Repository.objects.filter(pk=row.pk).update(every_hours=every_hours, due_at=due)
    _say("tenant.backups_planned", tenant, by, every_hours=every_hours)
    row.refresh_from_db()
    return row


@action
def take_due(*, now: datetime) -> list[UUID]:
    """Ask for every backup that is due, once; a tenant that is busy gets its turn at the next tick. Returns the tenants."""
    due = Repository.objects.filter(due_at__lte=now, every_hours__gt=0, tenant__state__in=life.PROVEN)
    asked = []
    for row in due.select_related("tenant")[:100]:
        if _busy(row.tenant):
            continue
        later = now + timedelta(hours=row.every_hours)
        if Repository.objects.filter(pk=row.pk, due_at=row.due_at).update(due_at=later) == 1:
            back_up(tenant=row.tenant, by=SYSTEM, because="schedule")
            asked.append(row.tenant_id)
    return asked


@action
def take_due_checks(*, now: datetime) -> list[UUID]:
    """The tenants whose repository is to be checked now; each is told once."""
    due = Repository.objects.filter(check_due_at__lte=now).exclude(tenant__state__in=life.OVER)
    return [
        row.tenant_id
        for row in due[:20]
        if Repository.objects.filter(pk=row.pk, check_due_at=row.check_due_at).update(check_due_at=now + CHECK_EVERY)
        == 1
    ]


@action
def say_checked(*, tenant: Tenant, error: str = "") -> None:
    """The repository was read and is whole, or it is not, and then somebody is told."""
    now = moment.now()
    Repository.objects.filter(tenant=tenant).update(error=error, **({} if error else {"checked_at": now}))
    if not error:
        Backup.objects.filter(tenant=tenant, state=Backup.State.DONE, forgotten_at=None).update(checked_at=now)
    _say("tenant.backups_damaged" if error else "tenant.backups_checked", tenant, SYSTEM, error=error)


@action
def say_forgotten(*, tenant: Tenant, left: Iterable[str]) -> list[str]:
    """Retention has run; `left` are the snapshots that stay. Returns the manifests of those that went."""
    gone = Backup.objects.filter(tenant=tenant, state=Backup.State.DONE, forgotten_at=None).exclude(
        snapshot__in=list(left)
    )
    manifests = [one for one in gone.values_list("manifest", flat=True) if one]
    many = gone.update(forgotten_at=moment.now())
    if many:
        _say("tenant.backups_forgotten", tenant, SYSTEM, backups=many)
    return manifests


@action
def forget_repository(*, tenant: Tenant) -> None:
    """Its repository is gone, and so is the key."""
    Backup.objects.filter(tenant=tenant, forgotten_at=None).update(forgotten_at=moment.now())
    if Repository.objects.filter(tenant=tenant).delete()[0]:
        _say("tenant.repository_removed", tenant, SYSTEM)


# Backups --------------------------------------------------------------------------------------------------------------------------
@action
def back_up(*, tenant: Tenant, by: Actor, because: str, enqueue: bool = True) -> Backup:
    """Ask for a backup. Conflict while something is being restored or another backup runs, or before there is anything to keep."""
    _demand_free(tenant)
    if tenant.started_at is None or tenant.state in life.OVER:
        raise Conflict("This tenant has nothing to keep", state=tenant.state)
    open_repository(tenant=tenant)
    row = Backup.objects.create(tenant=tenant, by=by.label[:200], because=because.strip()[:200], began_at=moment.now())
    _say("tenant.backup", tenant, by, because=row.because)
    return _wake("back_up", row, enqueue)


@action
def begin_backup(*, backup: Backup) -> bool:
    """Its work begins; False when it is over already. One that RUNS has lost its process: whoever calls this holds the lock."""
    if _ends(backup.tenant):
        Backup.objects.filter(pk=backup.pk, state__in=UNDERWAY).update(
            state=Backup.State.FAILED, ended_at=moment.now(), error=ENDED
        )
        return False
    return Backup.objects.filter(pk=backup.pk, state__in=UNDERWAY).update(state=Backup.State.RUNNING, error="") == 1


@action
def end_backup(*, backup: Backup, error: str = "", **kept: Any) -> None:
    """It is kept, or it failed with words for people. What was read while the tenant was being removed may be half of it, and is not called whole."""
    error = error or (ENDED if _ends(backup.tenant) else "")
    state = Backup.State.FAILED if error else Backup.State.DONE
    _ended(Backup.objects.filter(pk=backup.pk, state=Backup.State.RUNNING).update(
        state=state, ended_at=moment.now(), error=error[:4000], **kept))  # fmt: skip
    backup.refresh_from_db()
    Repository.objects.filter(tenant=backup.tenant_id).update(error=error[:4000])
    verb = "tenant.backup_failed" if error else "tenant.backed_up"
    _say(verb, backup.tenant, SYSTEM, bytes=backup.bytes, files=backup.files, error=error)


@action
def adopt_backup(*, tenant: Tenant, said: Mapping[str, Any], manifest: str) -> Backup:
    """Write down a backup that was found in a repository: what its manifest says of itself."""
    row, _made = Backup.objects.update_or_create(
        tenant=tenant,
        snapshot=said["snapshot"],
        defaults={
            "state": Backup.State.DONE,
            "manifest": manifest,
            "began_at": datetime.fromisoformat(said["began_at"]),
            "ended_at": moment.now(),
            "bytes": said["bytes"],
            "files": said["files"],
            "digest": said["digest"],
            "because": "found in the repository",
        },
    )
    _say("tenant.backup_adopted", tenant, SYSTEM, snapshot=said["snapshot"])
    return row


@action
def adopt_secrets(*, tenant: Tenant, secrets: Mapping[str, str], key: str = "") -> None:
    """Give a tenant that does not run yet the secrets under which the data to be restored were written."""
    row = Tenant.objects.select_for_update().get(pk=tenant.pk)
    if row.started_at is not None:
        raise Conflict("This tenant has secrets of its own already")
    known = preparing.secrets(row) | dict(secrets) | ({BACKUP_KEY: key} if key else {})
    Tenant.objects.filter(pk=row.pk).update(secrets=keys.seal(json.dumps(known)))
    tenant.refresh_from_db()
    _say("tenant.secrets", tenant, SYSTEM, adopted=len(secrets))


# Restores -------------------------------------------------------------------------------------------------------------------------
@action
def restore(
    *, tenant: Tenant, backup: Backup, by: Actor, because: str, paths: Iterable[str] = (), enqueue: bool = True
) -> Restore:
    """Ask for a restore: `because` says why this point in time is clean. `paths` (`<volume>/<path>`): only those; else all data are replaced.

    Raises Conflict while a backup or another restore runs, Invalid without a reason or for a backup of another tenant or one that is not whole.
    """
    _demand_free(tenant)
    chosen = [one.strip().strip("/") for one in paths if one.strip().strip("/")]
    if any(".." in one.split("/") for one in chosen):
        raise Invalid("A path leads out of the volume", field="paths")
    if backup.tenant_id != tenant.pk or backup.state != Backup.State.DONE or backup.forgotten_at:
        raise Invalid("Choose a whole backup of this tenant", field="backup")
    row = Restore.objects.create(
        tenant=tenant, backup=backup, because=_reason(because), paths=chosen, by=by.label[:200], began_at=moment.now()
    )
    _say("tenant.restore", tenant, by, backup=backup.snapshot[:12], because=row.because, paths=chosen)
    return _wake("restore", row, enqueue)


@action
def take_in(
    *,
    tenant: Tenant,
    service: str,
    kind: str,
    file: BinaryIO | Path,
    by: Actor,
    account: str = "",
    because: str = "",
    name: str = "",
    enqueue: bool = True,
) -> Restore:
    """Ask a service to take in an export of the victim's own: an mbox, a maildir or files (tar or zip), an ICS or a VCF.

    Raises Invalid for a kind that the service does not read, Conflict while a backup or a restore runs.
    """
    _demand_free(tenant)
    if service not in tenant.services or kind not in catalog.service(service).takes:
        raise Invalid("This service does not take in such an export", field="kind", service=service, kind=kind)
    if isinstance(file, Path):
        with file.open("rb") as opened:
            stored = files.store(opened)
        name = name or file.name
    else:
        stored = files.store(file)
    row = Restore.objects.create(
        tenant=tenant, service=service, kind=kind, source=name[:400], file=stored.path, account=account.strip()[:60],
        because=because.strip(), by=by.label[:200], began_at=moment.now(), bytes=stored.size,
    )  # fmt: skip
    _say("tenant.take_in", tenant, by, service=service, kind=kind, bytes=stored.size, digest=stored.digest)
    return _wake("restore", row, enqueue)


@action
def begin_restore(*, restore: Restore) -> bool:
    """Its work begins, or begins anew because its process died. False when it is over, or was tried too often: then it has failed."""
    rows = Restore.objects.filter(pk=restore.pk, state__in=UNDERWAY)
    if rows.filter(attempts__gte=ATTEMPTS).exists():
        end_restore(
            restore=restore, error=f"Its process died {ATTEMPTS} times; what it was to replace may be there in part"
        )
        return False
    if rows.exists() and _ends(restore.tenant):
        end_restore(restore=restore, error=ENDED)
        return False
    done = rows.update(state=Restore.State.RUNNING, error="", attempts=restore.attempts + 1) == 1
    restore.refresh_from_db()
    return done


@action
def end_restore(*, restore: Restore, error: str = "", **came: Any) -> None:
    """It is back and the same, or it failed with words for people; then it is never called restored."""
    state = Restore.State.FAILED if error else Restore.State.DONE
    rows = Restore.objects.filter(pk=restore.pk, state__in=UNDERWAY)
    _ended(rows.update(state=state, ended_at=moment.now(), error=error[:4000], **came))
    restore.refresh_from_db()
    tenant = restore.tenant
    if not error and not restore.paths and restore.kind == "backup":
        _restored(tenant)
    verb = "tenant.restore_failed" if error else "tenant.restored"
    detail = {"kind": restore.kind, "bytes": restore.bytes, "files": restore.files, "same": restore.same}
    _say(verb, tenant, SYSTEM, **detail, scanned=restore.scanned, put_aside=len(restore.found), error=error)


def _restored(tenant: Tenant) -> None:
    tenant.refresh_from_db()
    if tenant.state == Tenant.State.VERIFIED:
        move(tenant, "restored", Tenant.State.RESTORED, restored_at=moment.now())
    else:
        Tenant.objects.filter(pk=tenant.pk).update(restored_at=moment.now())


# The exit -------------------------------------------------------------------------------------------------------------------------
@action
def export_tenant(*, tenant: Tenant, by: Actor, enqueue: bool = True) -> Export:
    """Ask for everything in open formats, in one file for the victim. Conflict while data are being replaced or before there are any."""
    _demand_free(tenant)
    if tenant.started_at is None or tenant.state in life.OVER:
        raise Conflict("This tenant has nothing to keep", state=tenant.state)
    row = Export.objects.create(tenant=tenant, by=by.label[:200], began_at=moment.now())
    _say("tenant.export", tenant, by)
    return _wake("export", row, enqueue)


@action
def begin_export(*, export: Export) -> bool:
    """Its work begins, or begins anew because its process died. False when it is over, or the tenant is."""
    if _ends(export.tenant):
        Export.objects.filter(pk=export.pk, state__in=UNDERWAY).update(
            state=Export.State.FAILED, ended_at=moment.now(), error=ENDED
        )
        return False
    return Export.objects.filter(pk=export.pk, state__in=UNDERWAY).update(state=Export.State.RUNNING) == 1


@action
def end_export(*, export: Export, error: str = "", **made: Any) -> None:
    """The file is whole, or it is not there: not of a tenant that was being removed meanwhile."""
    error = error or (ENDED if _ends(export.tenant) else "")
    state = Export.State.FAILED if error else Export.State.DONE
    _ended(Export.objects.filter(pk=export.pk, state=Export.State.RUNNING).update(
        state=state, ended_at=moment.now(), error=error[:4000], **made))  # fmt: skip
    export.refresh_from_db()
    tenant = export.tenant
    if not error:
        Tenant.objects.filter(pk=tenant.pk).update(exported_at=moment.now())
        tenant.refresh_from_db()
        if tenant.state == Tenant.State.STOPPED:
            move(tenant, "exported", Tenant.State.EXPORTED)
    verb = "tenant.export_failed" if error else "tenant.exported"
    _say(verb, tenant, SYSTEM, bytes=export.bytes, digest=export.digest, error=error)


@action
def note_download(*, export: Export, by: Actor) -> None:
    """Somebody takes the exit with him."""
    _say("tenant.export_taken", export.tenant, by, digest=export.digest, bytes=export.bytes)


# Pieces ---------------------------------------------------------------------------------------------------------------------------
def _busy(tenant: Tenant) -> bool:
    return any(model.objects.filter(tenant=tenant, state__in=UNDERWAY).exists() for model in (Backup, Restore))


def _ends(tenant: Tenant) -> bool:
    """Whether it is being removed, or is gone: nothing is read from it any more, and nothing of it may come to be again."""
    rows = Tenant.objects.filter(pk=tenant.pk)
    return rows.filter(wanted=Tenant.Wanted.GONE).exists() or rows.filter(state__in=life.OVER).exists()


def _demand_free(tenant: Tenant) -> None:
    """Conflict while data move (a backup taken during a restore would keep half of it), and once it is being removed."""
    Tenant.objects.select_for_update().get(pk=tenant.pk)  # two that ask at once follow each other
    tenant.refresh_from_db()
    if _ends(tenant):
        raise Conflict("This tenant has nothing to keep", state=tenant.state)
    if Restore.objects.filter(tenant=tenant, state__in=UNDERWAY).exists():
        raise Conflict("Something is being restored; wait until it is over")
    if Backup.objects.filter(tenant=tenant, state__in=UNDERWAY).exists():
        raise Conflict("A backup is being made; wait until it is over")


def _wake(job: str, row: Row, enqueue: bool) -> Row:
    """Have a worker do it as soon as this transaction has committed; `enqueue` False: the caller does it himself."""
    from paraat.cloud import data_jobs  # jobs call what calls actions

    if enqueue:
        getattr(data_jobs, job).defer(row=str(row.pk))
    return row


def _ended(rows: int) -> None:
    if rows != 1:
        raise Conflict("Somebody else ended this first")


def _reason(because: str) -> str:
    if not because.strip():
        raise Invalid("Write why", field="because")
    return because.strip()[:4000]


def _say(verb: str, tenant: Tenant, by: Actor, **detail: Any) -> None:
    kept = {name: value for name, value in detail.items() if value not in ("", None, [])}
    record(verb, by=by, on=tenant, organisation=tenant.organisation_id, detail=kept)
    tenant_changed(tenant.pk, tenant.organisation_id)
