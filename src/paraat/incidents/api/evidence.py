"""Evidence: listed, brought as a stream, read with a reason, verified. No operation destroys it: that wants a person on the page."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from ninja import Query, Schema
from pydantic import Field

from paraat.incidents import checking
from paraat.incidents.actions import evidence as actions
from paraat.incidents.models import Case, Evidence
from paraat.kernel.errors import Conflict, Invalid
from paraat.kernel.marking import LABELLED, TEAM, WATCHES, Role
from paraat.platform import configuration, vault
from paraat.platform.api import (
    Answer,
    ApiRequest,
    Moment,
    Operations,
    Page,
    Part,
    Plain,
    Scope,
    TlpLabel,
    page,
    visible,
)

operations = Operations(tags=["evidence"])
BRINGS = TEAM | {Role.SPOC}
READS = WATCHES | {Role.SPOC}


class EvidenceOut(Answer):
    """A piece of evidence; its content is asked for elsewhere, with a reason."""

    id: UUID
    number: str
    case: UUID = Field(validation_alias="case_id")
    report: UUID | None = Field(validation_alias="report_id")
    name: str
    description: str
    sha256: str
    size: int
    media_type: str
    source: str
    taken_at: datetime | None
    received_at: datetime
    received_by: str
    state: str
    tlp: TlpLabel
    exercise: bool


class LinkOut(Answer):
    """A link of the chain of custody."""

    deed: str
    at: datetime
    by: str
    why: str
    to: str
    sha256: str


@operations.read(
    "/cases/{uuid:case}/evidence",
    scope=Scope.CASES_READ,
    roles=READS,
    answer=Page[EvidenceOut],
    operation_id="listEvidence",
)
def list_evidence(request: ApiRequest, case: UUID, part: Query[Part]) -> dict[str, Any]:
    """The evidence of a case."""
    visible(Case.objects.all(), request, case)
    return page(_rows(request).filter(case=case).order_by("received_at", "pk"), part)


class Description(Schema):
    """What comes with a file."""

    name: Plain = Field(min_length=1, max_length=255)
    description: Plain = Field("", max_length=500)
    source: Plain = Field("", max_length=300)
    media_type: Plain = Field("", max_length=120)
    taken_at: Moment | None = None
    tlp: TlpLabel | None = None
    sha256: Plain = Field("", max_length=64, description="when given, what arrives must have this digest")


@operations.write(
    "/cases/{uuid:case}/evidence",
    scope=Scope.CASES_WRITE,
    roles=BRINGS,
    answer=EvidenceOut,
    status=201,
    operation_id="addEvidence",
    openapi_extra={
        "requestBody": {
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
            "required": True,
        }
    },
)
def add_evidence(request: ApiRequest, case: UUID, about: Query[Description]) -> Evidence:
    """Bring a file: its bytes are the body, as they are. It is encrypted as it arrives. An Idempotency-Key is for files up to 10 MB."""
    of: Case = visible(Case.objects.written_by(request.viewer), request, case)
    actions.check_name(about.name)
    kept = vault.keep(request, limit=configuration.EVIDENCE_LIMIT.get())
    if about.sha256 and about.sha256.lower() != kept.sha256:
        vault.forget(kept)
        raise Invalid("What arrived does not have this digest", sha256=kept.sha256)
    values = about.model_dump(exclude={"sha256", "tlp"})
    return actions.receive_evidence(
        case=of, kept=kept, by=request.actor, tlp=LABELLED[about.tlp] if about.tlp else None, **values
    )


@operations.read(
    "/evidence/{uuid:evidence}",
    scope=Scope.CASES_READ,
    roles=READS,
    answer=EvidenceOut,
    operation_id="getEvidence",
)
def get_evidence(request: ApiRequest, evidence: UUID) -> Evidence:
    """One piece."""
    return _piece(request, evidence)


@operations.read(
    "/evidence/{uuid:evidence}/custody",
    scope=Scope.CASES_READ,
    roles=READS,
    answer=list[LinkOut],
    operation_id="getCustody",
)
def get_custody(request: ApiRequest, evidence: UUID) -> Any:
    """Its chain of custody, oldest first."""
    return list(_piece(request, evidence).custody.all())


class Verified(Answer):
    """What a check found: whole, damaged or missing."""

    state: str


@operations.write(
    "/evidence/{uuid:evidence}/verify",
    scope=Scope.CASES_WRITE,
    roles=TEAM,
    answer=Verified,
    operation_id="verifyEvidence",
)
def verify(request: ApiRequest, evidence: UUID) -> dict[str, str]:
    """Read it to its end and compare."""
    piece = _piece(request, evidence)
    if piece.content is None or not piece.content.key:
        raise Conflict("The content of this piece is not here", evidence=piece.number)
    return {"state": checking.verify(piece.content, by=request.actor)}


def _rows(request: ApiRequest) -> QuerySet[Any]:
    rows: QuerySet[Any] = Evidence.objects.visible_to(request.viewer)
    return rows


def _piece(request: ApiRequest, key: UUID) -> Evidence:
    piece: Evidence = visible(Evidence.objects.select_related("case", "content"), request, key)
    return piece
