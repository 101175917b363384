"""The emergency cloud on the marked stage (`tests.web.marked_stage`): tenants, drills and what is prepared, each with a word of its own."""

from __future__ import annotations

from typing import Any

from paraat.cloud.actions import backups, progress, queue
from paraat.cloud.actions.drills import note_certificate
from paraat.cloud.actions.tenants import extend_tenant
from paraat.cloud.models import (
    Backup,
    DnsCheck,
    Drill,
    Export,
    Preparation,
    PreparedAccount,
    Repository,
    Restore,
    Step,
    Tenant,
    TenantService,
)
from paraat.kernel.actor import Actor
from paraat.kernel.marking import Tlp
from paraat.platform import keys, moment
from paraat.registry.models import Organisation
from tests import cast

OF_THE_CLOUD = (Tenant, Drill, Preparation)
"""What only the team, its auditor and the victim have pages of, however low it is marked."""


def set_up(stage: Any) -> None:
    """One tenant with its data and one drill of every TLP; what the victim prepared is for it and the team alone, what another town did is not."""
    for level in Tlp:
        tenant = _tenant(stage, level)
        _drill(stage, level, tenant)
    _preparation(stage, stage.victim, Tlp.RED)
    _preparation(stage, cast.eupen(), Tlp.GREEN)


def _tenant(stage: Any, level: Tlp) -> Tenant:
    word, now = stage.mark(level), moment.now()
    tenant = Tenant.objects.create(
        number=word, name=word, domain=f"{word}.example", organisation=stage.victim, tlp=level, state="queued", state_at=now, wanted="running",
        driver="memory", services=["web"], memory_mb=1, cpu_millis=1, disk_gb=1, cents_per_day=1, until=now, requested_at=now, requested_by=word,
        consent=word, consent_by=word, approved_at=now, approved_by=word, over_envelope=True, override_by=word, override_because=word,
        started_at=now, ended_because=word, values={"names": {"nl": word}, "languages": ["nl"], "page": {"title": {"nl": word}}},
    )  # fmt: skip
    progress.say_trouble(tenant=tenant, text=f"{word} does not start")
    queue.set_priority(tenant=tenant, priority=1, by=stage.by, because=word)
    extend_tenant(tenant=tenant, until=now.replace(year=now.year + 1), by=stage.by, because=word)
    Step.objects.create(tenant=tenant, deed="start", name="web", state="failed", detail=word)
    TenantService.objects.create(
        tenant=tenant, service="web", health="unhealthy", error=word, proven=[word], verified_at=now
    )
    _data(tenant, word, stage.by)
    return stage.keep(word, tenant, "tenants")  # type: ignore[no-any-return]


def _data(tenant: Tenant, word: str, by: Actor) -> None:
    now = moment.now()
    Repository.objects.create(tenant=tenant, location=f"/{word}", key=keys.seal(word), made_at=now, error=word)
    kept = Backup.objects.create(
        tenant=tenant, began_at=now, by=word, because=word, error=word, state="done", snapshot=word
    )
    Restore.objects.create(
        tenant=tenant, backup=kept, source=word, because=word, by=word, began_at=now, error=word, state="done", paths=[word],
        found=[{"path": word, "found": word, "place": word}], taken={word: word},
    )  # fmt: skip
    made = Export.objects.create(tenant=tenant, began_at=now, by=word, error=word, file=word)
    backups.end_export(export=Export.objects.create(tenant=tenant, began_at=now, by=word, state="running"), error=word)
    backups.note_download(export=made, by=by)


def _drill(stage: Any, level: Tlp, tenant: Tenant) -> None:
    word, now = stage.mark(level), moment.now()
    drill = Drill.objects.create(
        number=word, organisation=stage.victim, tlp=level, tenant=tenant, state="passed", because=word, by=word, services=["web"], requested_at=now,
        started_at=now, healthy_at=now, restored_at=now, verified_at=now, target_rto_minutes=1, error=word, left=[word], proven={"web": [word]},
    )  # fmt: skip
    note_certificate(drill=drill, by=stage.by)
    stage.keep(word, drill, "drills")


def _preparation(stage: Any, organisation: Organisation, level: Tlp) -> None:
    word, now = stage.mark(level), moment.now()
    row = Preparation.objects.create(
        organisation=organisation, tlp=level, services=["web"], domain=f"{word}.example", label=word, changed_at=now, page_approved_at=now,
        page_approved_by=word, forms=[word], counters=[word], backup_location=f"/{word}",
        page={"title": {"nl": word, "de": word}, "message": {"nl": word, "de": word}, "phone": word},
    )  # fmt: skip
    PreparedAccount.objects.create(preparation=row, login=word, name=word)
    found = [{"name": f"{word}.example", "type": "A", "wanted": word, "found": [word], "right": True}]
    DnsCheck.objects.create(preparation=row, at=now, right=True, records=found)
    stage.keep(word, row)
    stage.ids["prepared"].append(organisation.pk)
