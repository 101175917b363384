"""`paraat cloud prepare`: what would start tonight."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import click

from paraat.cli.alert import operator
from paraat.cloud import dns, standing
from paraat.cloud.actions.preparations import check_dns, prepare
from paraat.cloud.models import Preparation
from paraat.kernel.errors import Invalid
from paraat.kernel.marking import TEAM, Viewer
from paraat.platform import moment
from paraat.registry.naming import the_one


@click.command("prepare")
@click.argument("organisation")
@click.option("--services", default="", help="Names of the catalog with commas, or all.")
@click.option("--domain", help="Its own emergency domain, such as nood.<name>.be.")
@click.option(
    "--accounts",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="CSV with login, name and language (with a heading): all accounts. A list with a bad row is not taken.",
)
@click.option("--check-dns", "look", is_flag=True, help="Look up whether the DNS records are right.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def command(
    organisation: str, services: str, domain: str | None, accounts: Path | None, look: bool, as_json: bool
) -> None:
    """Prepare the emergency cloud of ORGANISATION, and show what is missing and the DNS records to set."""
    given: dict[str, Any] = {"services": services.split(",")} if services else {}
    given |= {"domain": domain} if domain is not None else {}
    rows = read_accounts(accounts) if accounts else None
    row = prepare(organisation=the_one(organisation), by=operator(), accounts=rows, **given)
    if look:
        check_dns(preparation=row, by=operator())
    found = shown(row)
    if as_json:
        return click.echo(json.dumps(found, ensure_ascii=False))
    click.echo(f"{row.organisation.name}: ready for {found['ready']} of 100")
    for one in found["missing"]:
        click.echo(f"  missing: {one}")
    for one in found["records"]:
        click.echo(f"  {one['name']}  {one['type']}  {one['wanted']}")
    return None


def read_accounts(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV, divided by commas or semicolons. Invalid when a column is missing."""
    text = path.read_text(encoding="utf-8-sig")
    divider = ";" if text.partition("\n")[0].count(";") else ","
    read = csv.DictReader(text.splitlines(), delimiter=divider)
    if missing := {"login", "name", "language"} - set(read.fieldnames or ()):
        raise Invalid("The file lacks columns", file=path.name, columns=", ".join(sorted(missing)))
    return [{name: (row.get(name) or "").strip() for name in ("login", "name", "language")} for row in read]


def shown(row: Preparation) -> dict[str, Any]:
    """A preparation as JSON: what is chosen, what is missing, the records."""
    everybody = standing.rows(Viewer(roles=TEAM), moment.today())
    found = standing.of(everybody.get(pk=row.organisation_id))
    last = row.dns_checks.first()
    return {
        "organisation": row.organisation.name,
        "services": row.services,
        "domain": row.domain,
        "label": row.label,
        "accounts": list(row.accounts.values("login", "name", "language")),
        "ready": found.percent,
        "missing": [one.words for one in found.missing],
        "records": [{"name": one.name, "type": one.type, "wanted": one.wanted} for one in dns.wanted(row)],
        "dns_right": last.right if last else None,
    }
