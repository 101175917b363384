"""`paraat cloud call_back`: a second contact of the victim confirmed."""

from __future__ import annotations

import json

import click

from paraat.cli.alert import operator
from paraat.cloud import telling
from paraat.cloud.actions.tenants import call_back
from paraat.kernel.errors import NotFound
from paraat.registry.models import Contact


@click.command("call_back")
@click.argument("tenant")
@click.argument("role", type=click.Choice(Contact.Role.values))
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def command(tenant: str, role: str, as_json: bool) -> None:
    """Note that the contact with ROLE, called on a number on file, confirmed that TENANT is wanted. Not the one who asked."""
    found = telling.find(tenant)
    contact = Contact.objects.answering().filter(organisation=found.organisation, role=role, valid_until=None).first()
    if contact is None:
        raise NotFound("The organisation has no contact with this role", role=role)
    done = call_back(tenant=found, contact=contact, by=operator())
    click.echo(json.dumps(telling.summary(done), ensure_ascii=False) if as_json else f"{done}: confirmed.")
