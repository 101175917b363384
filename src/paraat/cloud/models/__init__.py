"""Tables of the emergency cloud: the programme, what is prepared, tenants and their steps, backups, drills."""

from __future__ import annotations

from paraat.cloud.models.backups import Backup, Export, Repository, Restore
from paraat.cloud.models.certificates import PublicCertificate
from paraat.cloud.models.drills import Drill
from paraat.cloud.models.preparations import DnsCheck, Preparation, PreparedAccount
from paraat.cloud.models.programmes import Programme
from paraat.cloud.models.tenants import OfTenant, Step, Tenant, TenantService

__all__ = [
    "Backup",
    "DnsCheck",
    "Drill",
    "Export",
    "OfTenant",
    "Preparation",
    "PreparedAccount",
    "Programme",
    "PublicCertificate",
    "Repository",
    "Restore",
    "Step",
    "Tenant",
    "TenantService",
]
