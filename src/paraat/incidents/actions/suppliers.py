"""The suppliers that a case involves."""

from __future__ import annotations

from paraat.incidents.models import Case, CaseSupplier
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Invalid
from paraat.platform import moment
from paraat.platform.actions import action, record
from paraat.registry.models import Organisation


@action
def involve_supplier(*, case: Case, organisation: Organisation, by: Actor, what: str = "") -> CaseSupplier:
    """Note that a supplier is involved, and how. It does not see the case by that. Noting it again changes how."""
    if organisation.pk == case.organisation_id:
        raise Invalid("This is the victim itself", field="organisation")
    supplier, _made = CaseSupplier.objects.update_or_create(
        case=case,
        organisation=organisation,
        defaults={"what": what.strip()},
        create_defaults={"what": what.strip(), "at": moment.now()},
    )
    detail = {"case": case.number, "supplier": organisation.name, "what": supplier.what}
    record(
        "case.supplier",
        by=by,
        on=supplier,
        organisation=case.organisation_id,
        detail=detail,
        tlp=case.tlp,
        exercise=case.exercise,
    )
    return supplier


@action
def release_supplier(*, supplier: CaseSupplier, by: Actor, reason: str) -> None:
    """Note that a supplier was not involved after all; the reason is kept in the journal."""
    if not reason.strip():
        raise Invalid("Say why", field="reason")
    case = supplier.case
    detail = {"case": case.number, "supplier": supplier.organisation.name, "reason": reason.strip()}
    record(
        "case.supplier_released",
        by=by,
        on=supplier,
        organisation=case.organisation_id,
        detail=detail,
        tlp=case.tlp,
        exercise=case.exercise,
    )
    CaseSupplier.objects.filter(pk=supplier.pk).delete()
