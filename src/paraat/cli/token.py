"""`paraat token`: API tokens."""

from __future__ import annotations

from datetime import timedelta

import click

from paraat.accounts import actions
from paraat.accounts.models import ApiToken, User
from paraat.cli.account import CONSOLE
from paraat.kernel.errors import NotFound
from paraat.platform import moment
from paraat.platform.api import Scope

SCOPES = click.Choice([str(scope) for scope in Scope])


@click.group("token")
def command() -> None:
    """Tokens for the API: made, listed, ended."""


@command.command()
@click.argument("email")
@click.option("--name", required=True, help="What it is for.")
@click.option("--scope", type=SCOPES, multiple=True, required=True, help="May be given several times.")
@click.option("--days", type=click.IntRange(0, 3650), default=90, show_default=True, help="0: until it is ended.")
def issue(email: str, name: str, scope: tuple[str, ...], days: int) -> None:
    """Make a token and print it; it is shown this once."""
    user = User.objects.active().filter(email__iexact=email).first()
    if user is None:
        raise NotFound("There is no open account with this address")
    ends = moment.now() + timedelta(days=days) if days else None
    click.echo(actions.issue_token(user=user, name=name, scopes=scope, by=CONSOLE, expires_at=ends)[1])


@command.command("list")
def listing() -> None:
    """Tokens that have not ended: id, account, name, scopes, end."""
    for token in ApiToken.objects.filter(revoked_at=None).select_related("user").order_by("user__email", "name"):
        until = token.expires_at.date() if token.expires_at else "-"
        click.echo(f"{token.pk}\t{token.user.email}\t{token.name}\t{','.join(token.scopes)}\t{until}")


@command.command()
@click.argument("token", type=click.UUID)
def revoke(token: str) -> None:
    """End a token, by the id that `token list` shows."""
    found = ApiToken.objects.filter(pk=token).first()
    if found is None:
        raise NotFound("There is no such token")
    actions.revoke_token(token=found, by=CONSOLE)
