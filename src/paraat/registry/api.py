"""Operations of the API about organisations and what they own. Contacts are not offered: personal data leaves by the register's export alone."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from ninja import Query
from pydantic import Field

from paraat.kernel.marking import MEMBERS
from paraat.platform import moment
from paraat.platform.api import Answer, ApiRequest, Operations, Page, Part, Plain, Scope, TlpLabel, page, visible
from paraat.registry.models import Asset, Organisation

operations = Operations(tags=["organisations"])
READERS = MEMBERS


class OrganisationOut(Answer):
    """A local government, another public body, a service provider or a partner."""

    id: UUID
    kind: str
    name: str
    names: dict[str, str] = Field(description="per language")
    languages: list[str] = Field(description="administrative languages, the first one first")
    nis: str
    kbo: str
    region: str
    province: str
    population: int | None
    active_from: date | None
    active_until: date | None
    merged_into: UUID | None = Field(validation_alias="merged_into_id")
    constituent: bool = Field(description="whether the team looks after it")
    tlp: TlpLabel


class OrganisationFilter(Part):
    """Which organisations."""

    q: Plain = Field("", max_length=200, description="words in its name in any language, its numbers or assets")
    kind: Plain = Field("", max_length=30)
    province: Plain = Field("", max_length=5, description="NIS of the province")
    nis: Plain = Field("", max_length=5)
    as_of: date | None = Field(None, description="that existed on this day; today when left out")


@operations.read(
    "/organisations",
    scope=Scope.ORGANISATIONS_READ,
    roles=READERS,
    answer=Page[OrganisationOut],
    operation_id="listOrganisations",
)
def list_organisations(request: ApiRequest, which: Query[OrganisationFilter]) -> dict[str, Any]:
    """Organisations that you may see, by name."""
    rows = Organisation.objects.visible_to(request.viewer).as_of(which.as_of or moment.today())
    rows = rows.matching(which.q) if which.q else rows
    exact = {name: value for name in ("kind", "province", "nis") if (value := getattr(which, name))}
    return page(rows.filter(**exact).order_by("name", "pk"), which)


@operations.read(
    "/organisations/{uuid:organisation}",
    scope=Scope.ORGANISATIONS_READ,
    roles=READERS,
    answer=OrganisationOut,
    operation_id="getOrganisation",
)
def get_organisation(request: ApiRequest, organisation: UUID) -> Organisation:
    """One organisation."""
    found: Organisation = visible(Organisation.objects.all(), request, organisation)
    return found


class AssetOut(Answer):
    """What makes something an organisation's own."""

    id: UUID
    organisation: UUID = Field(validation_alias="organisation_id")
    kind: str
    value: str
    shared: bool = Field(description="shared infrastructure: never matches by address alone")
    valid_from: date | None
    valid_until: date | None
    verified_at: datetime | None
    source: str
    tlp: TlpLabel


class AssetFilter(Part):
    """Which assets."""

    organisation: UUID | None = None
    kind: Plain = Field("", max_length=12)
    value: Plain = Field("", max_length=300, description="exactly this value")
    as_of: date | None = Field(None, description="that held on this day; today when left out")


@operations.read(
    "/assets", scope=Scope.ORGANISATIONS_READ, roles=READERS, answer=Page[AssetOut], operation_id="listAssets"
)
def list_assets(request: ApiRequest, which: Query[AssetFilter]) -> dict[str, Any]:
    """Domains, hosts, networks and the like that you may see."""
    rows = Asset.objects.visible_to(request.viewer).as_of(which.as_of or moment.today())
    exact = {name: value for name in ("organisation", "kind", "value") if (value := getattr(which, name))}
    return page(rows.filter(**exact).order_by("value", "pk"), which)
