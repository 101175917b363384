"""`paraat migrate`: bring the database's schema up to date, as its owner."""

from __future__ import annotations

import click

from paraat.platform import database, embedded

DATABASE = False


@click.command("migrate")
@click.option("--check", is_flag=True, help="Only say what is pending; exit code 1 when something is.")
def command(check: bool) -> None:
    """Bring the database's schema up to date, give the application's role its rights, and load the checklists that ship."""
    if embedded.wanted():
        embedded.start()
    pending = database.pending()
    for name in pending:
        click.echo(name)
    if check:
        raise SystemExit(1 if pending else 0)
    database.migrate()
    from paraat.readiness.actions.frameworks import load_built_in  # it needs the tables

    load_built_in()
    click.echo(f"Up to date; {len(pending)} migrations applied.")
