"""Issuing the sealed sheet: new codes for every account, which cancel those before."""

from __future__ import annotations

from typing import Any

from paraat.cloud import preparing, sheets
from paraat.cloud.actions.tenants import demand_call, wake
from paraat.cloud.models import Tenant
from paraat.cloud.rules import life
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict
from paraat.platform import moment
from paraat.platform.actions import action, record


@action
def issue_sheet(*, tenant: Tenant, by: Actor, enqueue: bool = True) -> bytes:
    """The sheet as PDF, with new codes: this is the only time that anybody can read them. Older codes and passwords end with it.

    Accounts that were prepared since the start come with it. Raises Conflict when the tenant does not run or has no page for accounts,
    or before the call-back: with the codes in hand everything is open, whoever hands it over.
    """
    row: Tenant = Tenant.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=tenant.pk)
    if row.state not in life.PROVEN or "accounts" not in row.services:
        raise Conflict("A sheet is issued for a tenant that runs and has the accounts service")
    demand_call(row, "hand_over")
    generation = row.sheet_generation + 1
    issued = [sheets.Issued(one["login"], one["name"], one["language"], sheets.new_code()) for one in _accounts(row)]
    kept = [_kept(one, generation) for one in issued]
    Tenant.objects.filter(pk=row.pk).update(
        values=row.values | {"accounts": kept}, sheet_generation=generation, sheet_at=moment.now()
    )
    detail = {"accounts": len(issued), "generation": generation}
    record("tenant.sheet", by=by, on=row, organisation=row.organisation_id, detail=detail)
    made = sheets.pdf(row, issued, generation)
    wake(row, enqueue)
    tenant.refresh_from_db()
    return made


def _accounts(tenant: Tenant) -> list[dict[str, Any]]:
    """Those it has, and those that were prepared since."""
    had = {one["login"]: one for one in tenant.values.get("accounts", ())}
    return [*had.values(), *(one for one in preparing.gathered(tenant)["accounts"] if one["login"] not in had)]


def _kept(one: sheets.Issued, generation: int) -> dict[str, Any]:
    """What is kept of an account: never its code."""
    known = {"login": one.login, "name": one.name, "language": one.language}
    return known | {"one_time_hash": sheets.HASHER.hash(one.code), "generation": generation}
