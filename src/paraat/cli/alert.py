"""`paraat alert`: see alerts, send or not send what is held, withdraw, acknowledge."""

from __future__ import annotations

import getpass
import json
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from paraat.alerts import actions, coverage
from paraat.alerts.models import Alert, Delivery, Notice, Told
from paraat.kernel.actor import Actor, ActorKind
from paraat.kernel.errors import NotFound
from paraat.kernel.marking import Tlp

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
reason_option = click.option("--reason", required=True, help="Why; it is kept.")


@click.group("alert")
def command() -> None:
    """Alerts: list, show, release, decline, withdraw, acknowledge."""


@command.command("list")
@as_json
@click.option("--state", type=click.Choice(Alert.State.values), help="Only those in this state.")
@click.option("--exercise/--real", default=None, help="Only exercises, or only real ones.")
def list_alerts(as_json: bool, state: str | None, exercise: bool | None) -> None:
    """List alerts, newest first."""
    alerts = Alert.objects.order_by("-created_at", "-number")
    alerts = alerts.filter(state=state) if state else alerts
    alerts = alerts if exercise is None else alerts.filter(exercise=exercise)
    rows = [_summary(alert) for alert in alerts]
    if as_json:
        click.echo(json.dumps({"alerts": rows}, ensure_ascii=False))
        return
    table = Table("number", "state", "severity", "TLP", "organisations", "acknowledged", "title")
    for row in rows:
        told = row["coverage"]
        table.add_row(
            row["number"], row["state"], str(row["severity"]), row["tlp"], str(row["organisations"]), str(told["reached"]), row["title"],
        )  # fmt: skip
    Console().print(table)


@command.command("show")
@click.argument("alert")
@as_json
def show(alert: str, as_json: bool) -> None:
    """Show one alert (number or id) with its notices and their deliveries."""
    one = find(alert)
    content = _summary(one) | {"notices": notices(one)}
    if as_json:
        click.echo(json.dumps(content, ensure_ascii=False))
        return
    console = Console()
    console.print(
        f"{one.number}  {content['title']}  ({one.get_state_display()}, {Tlp(one.tlp).label})", highlight=False
    )
    table = Table("organisation", "state", "coverage", "targets", "acknowledged by", "next step")
    for row in content["notices"]:
        table.add_row(
            row["name"], row["state"], row["coverage"], " ".join(row["targets"]), row["acknowledged_by"], row["step_due_at"] or "",
        )  # fmt: skip
    console.print(table)


@command.command("release")
@click.argument("alert")
def release(alert: str) -> None:
    """Send a held alert."""
    sent = actions.release_alert(alert=find(alert), by=operator())
    click.echo(f"{sent.number} sent to {sent.notices.count()} organisations.")


@command.command("decline")
@click.argument("alert")
@reason_option
def decline(alert: str, reason: str) -> None:
    """Do not send a held alert."""
    click.echo(f"{actions.decline_alert(alert=find(alert), by=operator(), reason=reason).number} is not sent.")


@command.command("withdraw")
@click.argument("alert")
@reason_option
def withdraw(alert: str, reason: str) -> None:
    """Withdraw a sent alert; everybody who was told gets the correction."""
    one = find(alert)
    correction = actions.withdraw_alert(alert=one, by=operator(), reason=reason)
    click.echo(
        f"{one.number} is withdrawn; correction {correction.number} goes to {correction.deliveries.count()} addresses."
    )


@command.command("ring")
@click.argument("alert")
def ring(alert: str) -> None:
    """Let phones ring at night for an alert below severity 3."""
    click.echo(f"Phones ring for {actions.let_ring(alert=find(alert), by=operator()).number}, at night too.")


@command.command("acknowledge")
@click.argument("code")
@click.option("--name", required=True, help="Who has seen it.")
def acknowledge(code: str, name: str) -> None:
    """Note that a person acknowledged the notice with this code to an officer."""
    notice = Notice.objects.filter(code__iexact=code).first()
    if notice is None:
        raise NotFound("No notice has this code", code=code)
    done = actions.acknowledge_notice(notice=notice, by=operator(), through="officer", name=name)
    click.echo(f"Acknowledged by {done.acknowledged_by}.")


def find(alert: str) -> Alert:
    """The alert with this number or id. Raises NotFound."""
    by_number = Alert.objects.filter(number=alert)
    found: Alert | None = (
        by_number.first() if "-" in alert and len(alert) <= 12 else Alert.objects.filter(pk=alert).first()
    )
    if found is None:
        raise NotFound("There is no such alert", alert=alert)
    return found


def operator() -> Actor:
    """Whoever types: the account of the machine, since the command line has no other."""
    return Actor(ActorKind.SYSTEM, None, f"command line ({getpass.getuser()})")


def notices(alert: Alert) -> list[dict[str, Any]]:
    """The notices of an alert as JSON shows them, with how each message travelled."""
    deliveries: dict[Any, list[dict[str, Any]]] = {}
    rows = (
        Told.objects.filter(notice__alert=alert)
        .select_related("delivery__contact")
        .order_by("delivery__created_at", "pk")
    )
    for link in rows:
        deliveries.setdefault(link.notice_id, []).append(_delivery(link.delivery))
    found = coverage.of_alert(alert).select_related("organisation").order_by("organisation__name")
    return [_notice(notice) | {"deliveries": deliveries.get(notice.pk, [])} for notice in found]


def _summary(alert: Alert) -> dict[str, Any]:
    counted = coverage.counts(coverage.of_alert(alert))
    return {
        "id": str(alert.pk),
        "number": alert.number,
        "kind": alert.kind,
        "state": alert.state,
        "title": alert.title.get("en") or next(iter(alert.title.values()), ""),
        "severity": alert.severity,
        "tlp": Tlp(alert.tlp).label,
        "exercise": alert.exercise,
        "source": alert.source_title,
        "held_because": alert.held_because,
        "listed_at": _moment(alert.listed_at),
        "created_at": _moment(alert.created_at),
        "sent_at": _moment(alert.sent_at),
        "valid_until": _moment(alert.valid_until),
        "organisations": sum(counted.values()),
        "told_before": len(alert.repeats),
        "coverage": counted,
    }


def _notice(notice: Any) -> dict[str, Any]:
    return {
        "id": str(notice.pk),
        "nis": notice.organisation.nis,
        "kind": notice.organisation.kind,
        "name": notice.organisation.name,
        "state": notice.state,
        "coverage": notice.coverage,
        "severity": notice.severity,
        "languages": notice.languages,
        "targets": notice.targets,
        "through": notice.through,
        "reach": notice.reach,
        "code": notice.code,
        "step": notice.step,
        "step_due_at": _moment(notice.step_due_at),
        "waits_until": _moment(notice.waits_until),
        "opened_at": _moment(notice.opened_at),
        "acknowledged_at": _moment(notice.acknowledged_at),
        "acknowledged_by": notice.acknowledged_by,
        "acknowledged_through": notice.acknowledged_through,
        "mitigation": notice.mitigation,
        "mitigation_until": _moment(notice.mitigation_until),
    }


def _delivery(delivery: Delivery) -> dict[str, Any]:
    return {
        "id": str(delivery.pk),
        "purpose": delivery.purpose,
        "kind": delivery.kind,
        "address": delivery.address,
        "role": delivery.contact.role if delivery.contact else "",
        "state": delivery.state,
        "rung": delivery.rung,
        "attempts": delivery.attempts,
        "perhaps_twice": delivery.perhaps_twice,
        "accepted_at": _moment(delivery.accepted_at),
        "detail": delivery.detail,
    }


def _moment(at: Any) -> str | None:
    return at.isoformat() if at else None
