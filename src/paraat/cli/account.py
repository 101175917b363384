"""`paraat account`: add people, give roles, make the link by which they choose a password."""

from __future__ import annotations

import click

from paraat.accounts import actions, links
from paraat.accounts.models import Membership, User
from paraat.kernel.actor import Actor, ActorKind
from paraat.kernel.errors import NotFound
from paraat.kernel.marking import Role
from paraat.registry.models import Organisation
from paraat.registry.naming import the_one

CONSOLE = Actor(ActorKind.SYSTEM, None, "command line")
ROLES = click.Choice([str(role) for role in Role])


@click.group("account")
def command() -> None:
    """Accounts and their roles."""


@command.command()
@click.argument("email")
@click.option("--name", required=True, help="What the person is called.")
@click.option("--role", type=ROLES, multiple=True, help="A role; may be given several times.")
@click.option("--organisation", default="", help="NIS or KBO number or exact name, for spoc, provider and partner.")
@click.option("--language", default="nl", show_default=True, type=click.Choice(["nl", "fr", "de", "en"]))
def add(email: str, name: str, role: tuple[str, ...], organisation: str, language: str) -> None:
    """Add a person and print the link by which he chooses a password."""
    user = actions.add_person(email=email, name=name, language=language, by=CONSOLE)
    for one in role:
        actions.give_role(user=user, role=Role(one), organisation=_organisation(organisation), by=CONSOLE)
    click.echo(links.welcome_url(user))


@command.command()
@click.argument("email")
@click.argument("role", type=ROLES)
@click.option("--organisation", default="", help="NIS or KBO number or exact name, for spoc, provider and partner.")
@click.option("--end", is_flag=True, help="Take the role away.")
def role(email: str, role: str, organisation: str, end: bool) -> None:
    """Give a role, or take it away."""
    user, of = _user(email), _organisation(organisation)
    if not end:
        actions.give_role(user=user, role=Role(role), organisation=of, by=CONSOLE)
        return
    membership = Membership.objects.in_force().filter(user=user, role=role, organisation=of).first()
    if membership is None:
        raise NotFound("This person does not have that role")
    actions.end_role(membership=membership, by=CONSOLE)


@command.command()
@click.argument("email")
def link(email: str) -> None:
    """Print the link by which somebody chooses a new password: works once, for three days."""
    user = _user(email)
    actions.note_welcome(user=user, by=CONSOLE)
    click.echo(links.welcome_url(user))


@command.command()
@click.argument("email")
def close(email: str) -> None:
    """Nobody signs in to this account any more, and its tokens end."""
    actions.close_account(user=_user(email), by=CONSOLE)


@command.command("list")
def listing() -> None:
    """Everybody with an account: address, state, roles."""
    for user in User.objects.order_by("email").prefetch_related("memberships__organisation"):
        roles = ", ".join(
            f"{one.role} ({one.organisation.name})" if one.organisation else one.role
            for one in user.memberships.in_force().select_related("organisation")
        )
        click.echo(f"{user.email}\t{'open' if user.is_active else 'closed'}\t{roles or '-'}")


def _user(email: str) -> User:
    found = User.objects.filter(email__iexact=email).first()
    if found is None:
        raise NotFound("There is no account with this address")
    return found


def _organisation(words: str) -> Organisation | None:
    if not words:
        return None
    return the_one(words, Organisation.objects.all())
