"""What an organisation prepares before anything happened: services, accounts, its page, its names, where backups go."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from paraat.cloud import catalog, dns
from paraat.cloud.actions import naming
from paraat.cloud.actions.tenants import wake
from paraat.cloud.models import DnsCheck, Preparation, PreparedAccount, Tenant
from paraat.cloud.rules.lines import LANGUAGES, LOGIN, RESERVED
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.kernel.marking import Tlp
from paraat.platform import moment
from paraat.platform.actions import action, record
from paraat.registry.models import Organisation

FIELDS = (
    "services", "domain", "label", "page", "forms", "counters", "backup_location", "data_mb", "claimed_rto_minutes",
    "target_rto_minutes", "drill_every_days",
)  # fmt: skip
_HOST = re.compile(r"(?=.{4,200}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")


@action
def prepare(
    *, organisation: Organisation, by: Actor, accounts: Iterable[Mapping[str, str]] | None = None, **fields: Any
) -> Preparation:
    """Prepare what is given and leave the rest as it is. `accounts`, when given, are all of them: (login, name, language) each.

    A page that is changed must be approved again. Raises Invalid with the field, for accounts with the row; then nothing was changed.
    """
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    naming.alone()
    row = _row(organisation)
    if unknown := fields.keys() - set(FIELDS):
        raise Invalid("There is no such thing to prepare", field=", ".join(sorted(unknown)))
    changed = [name for name, value in _read(fields, row).items() if _set(row, name, value)]
    if "page" in changed:
        row.page_approved_at, row.page_approved_by = None, ""
    if "drill_every_days" in changed:
        row.drill_due_at = moment.now() + timedelta(days=row.drill_every_days) if row.drill_every_days else None
    if changed or row._state.adding:
        row.changed_at = moment.now()
        row.save()
        record("preparation.changed", by=by, on=row, organisation=organisation.pk, detail={"fields": changed})
    if accounts is not None:
        _keep_accounts(row, list(accounts), by)
    return row


def _row(organisation: Organisation) -> Preparation:
    found: Preparation | None = Preparation.objects.filter(organisation=organisation).first()
    if found is not None:
        return found
    label = naming.free_label(organisation)
    return Preparation(organisation=organisation, label=label, tlp=Tlp.AMBER_STRICT, changed_at=moment.now())


def _read(fields: Mapping[str, Any], row: Preparation) -> dict[str, Any]:
    """The fields as they are kept."""
    found = dict(fields)
    if "services" in found:
        found["services"] = list(catalog.chosen(found["services"]))
    if "domain" in found:
        found["domain"] = _domain(found["domain"], row)
    if "label" in found:
        found["label"] = _label(found["label"] or row.label, row)
    if "backup_location" in found:
        found["backup_location"] = _location(found["backup_location"])
    for name in ("forms", "counters"):
        if name in found:
            found[name] = [str(one).strip()[:60] for one in found[name] if str(one).strip()]
    return found


def _domain(text: str, row: Preparation) -> str:
    name = (text or "").strip().strip(".").lower()
    if name and not _HOST.fullmatch(name):
        raise Invalid("This is no domain name", field="domain")
    if name and name != row.domain and not naming.is_free(row.organisation, name):
        raise Invalid("Another organisation has this name", field="domain")
    return name


def _location(text: str) -> str:
    """A folder, or a store that restic reaches; nothing that a program could take for an option, and nobody's password in it."""
    place = (text or "").strip()
    plain = (
        place.isprintable() and ".." not in place.split("/") and not re.search(r"//?-|:-|@-|//[^/@]*:[^/@]*@", place)
    )
    if place and not (plain and re.match(r"(/|(sftp|s3|rest|b2|azure|gs|swift):)[^-]", place)):
        raise Invalid("This is no place for backups", field="backup_location")
    return place


def _label(text: str, row: Preparation) -> str:
    name = text.strip().lower()
    if not re.fullmatch(rf"[a-z0-9]([a-z0-9-]{{0,{naming.LONGEST - 2}}}[a-z0-9])?", name):
        raise Invalid("A name has at most 24 small letters, digits and hyphens", field="label")
    if name != row.label and naming.is_others(row.organisation, name):
        raise Invalid("Another organisation has this name", field="label")
    return name


def _set(row: Preparation, name: str, value: Any) -> bool:
    """Whether the value is another one."""
    if getattr(row, name) == value:
        return False
    setattr(row, name, value)
    return True


def _keep_accounts(row: Preparation, given: list[Mapping[str, str]], by: Actor) -> None:
    """All accounts in the place of those before. Every bad row is named; of a list with one, nothing is taken."""
    wrong = [f"{number}: {why}" for number, one in enumerate(given, 1) if (why := _account_wrong(one))]
    logins = [one.get("login", "").lower() for one in given]
    wrong += [
        f"{number}: login: it stands there twice" for number, one in enumerate(logins, 1) if one in logins[: number - 1]
    ]
    if wrong:
        raise Invalid("Some accounts cannot be taken", field="accounts", rows="; ".join(wrong[:20]))
    row.accounts.all().delete()
    PreparedAccount.objects.bulk_create(
        PreparedAccount(preparation=row, login=one["login"].lower(), name=one["name"][:100], language=one["language"])
        for one in given
    )
    record("preparation.accounts", by=by, on=row, organisation=row.organisation_id, detail={"accounts": len(given)})


def _account_wrong(one: Mapping[str, str]) -> str:
    login = one.get("login", "").lower()
    if not LOGIN.fullmatch(login) or login in RESERVED:
        return "login: 3 to 40 letters, digits, dots or hyphens, and none that is kept for the system"
    if not one.get("name", "").strip():
        return "name: missing"
    return "" if one.get("language") in LANGUAGES else "language: nl, fr, de or en"


@action
def approve_page(*, preparation: Preparation, by: Actor) -> Preparation:
    """Citizens may read the page as it is now; a tenant that runs shows it at once. Conflict when it was changed meanwhile, or is empty."""
    if not preparation.page:
        raise Conflict("There is no page to approve")
    now = moment.now()
    same = Preparation.objects.filter(pk=preparation.pk, changed_at=preparation.changed_at)
    if same.update(page_approved_at=now, page_approved_by=by.label[:200]) != 1:
        raise Conflict("Somebody else changed the page first; look again")
    preparation.refresh_from_db()
    record("preparation.approved", by=by, on=preparation, organisation=preparation.organisation_id)
    _show(preparation, by)
    return preparation


def _show(preparation: Preparation, by: Actor) -> None:
    """Give the page to the real tenants of the organisation that were started."""
    rows = Tenant.objects.alive().filter(organisation=preparation.organisation_id, kind=Tenant.Kind.EMERGENCY)
    for tenant in rows.exclude(values={}).select_for_update():
        shown = {"page": preparation.page, "phone": str(preparation.page.get("phone", ""))}
        Tenant.objects.filter(pk=tenant.pk).update(values=tenant.values | shown)
        record("tenant.page", by=by, on=tenant, organisation=tenant.organisation_id)
        if tenant.wanted == Tenant.Wanted.RUNNING:
            wake(tenant)


def check_dns(*, preparation: Preparation, by: Actor) -> DnsCheck:
    """Ask the domain name system whether the records are right, and keep what it said.

    Raises Conflict while there is nothing to compare with, Unreachable when no resolver answers; then nothing was kept.
    """
    return note_dns(preparation=preparation, records=dns.look(preparation), by=by)


@action
def note_dns(*, preparation: Preparation, records: list[dict[str, Any]], by: Actor) -> DnsCheck:
    """Keep what a look at the domain name system found."""
    right = bool(records) and all(one["right"] for one in records)
    made: DnsCheck = DnsCheck.objects.create(preparation=preparation, at=moment.now(), records=records, right=right)
    wrong = [f"{one['name']} {one['type']}" for one in records if not one["right"]]
    record("preparation.dns", by=by, on=preparation, organisation=preparation.organisation_id, detail={"right": right, "wrong": wrong})  # fmt: skip
    return made
