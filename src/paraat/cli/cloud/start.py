"""`paraat cloud start`: an emergency cloud now, on the consent of the victim."""

from __future__ import annotations

import json

import click

from paraat.cli.alert import operator
from paraat.cloud import bringing, telling
from paraat.cloud.actions.progress import Change
from paraat.cloud.actions.tenants import start_now, start_tenant
from paraat.cloud.models import Tenant
from paraat.kernel.errors import Invalid, NotFound
from paraat.registry.naming import the_one


@click.command("start")
@click.argument("organisation")
@click.option("--services", default="", help="Names of the catalog with commas, or all; those prepared if left out.")
@click.option("--officer-consent", "consent", default="", help="Who of the victim agreed, how and when; it is kept.")
@click.option("--override", default="", help="Why it may go above the programme's envelope; it is kept with your name.")
@click.option("--exercise", is_flag=True, help="A throw-away one, for an exercise.")
@click.option("--background", is_flag=True, help="Leave the work to the workers of `paraat up`.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def command(
    organisation: str, services: str, consent: str, override: str, exercise: bool, background: bool, as_json: bool
) -> None:
    """Start an emergency cloud for ORGANISATION (name, NIS or KBO number), and wait until clients proved every service.

    Records the request, the consent and the default budget in one step. One that was approved or stopped (TENANT) is started again.
    """
    tenant = _again(organisation) or start_now(
        organisation=the_one(organisation),
        services=[name.strip() for name in services.split(",") if name.strip()],
        consent=consent,
        by=operator(),
        override_because=override,
        exercise=exercise,
        enqueue=background,
    )
    if not background:
        tenant = bringing.bring(tenant.pk, show)
    show_tenant(tenant, as_json)


def _again(words: str) -> Tenant | None:
    """The tenant that exists and is only to be started."""
    try:
        found = telling.find(words)
    except (NotFound, Invalid):
        return None
    if found.state in {Tenant.State.APPROVED, Tenant.State.STOPPED, Tenant.State.EXPORTED}:
        return start_tenant(tenant=found, by=operator(), enqueue=False)
    return found if found.wanted == Tenant.Wanted.RUNNING else None


def show(change: Change) -> None:
    """A step, as it happens, on standard error."""
    if change.state != "running":
        click.echo(f"{change.at:%H:%M:%S}  {change.deed:8}{change.name:16}{change.state:7} {change.detail}", err=True)


def show_tenant(tenant: Tenant, as_json: bool) -> None:
    """How it is now."""
    found = telling.whole(tenant)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    click.echo(f"{tenant.number}  {tenant.name}  {tenant.get_state_display()}")
    for row in found["seen"]:
        where = found["addresses"].get(row["service"], "")
        proven = "proven" if row["verified_at"] else "not proven"
        click.echo(f"  {row['service']:12}{row['health']:10}{proven:12}{where}")
    if tenant.trouble:
        click.echo(f"  {tenant.trouble}")
    if found["again_at"]:
        click.echo(f"  tried again at {found['again_at']}")
