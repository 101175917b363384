"""`paraat lesson`: lessons listed, shown with what became of them, drafted from a file, approved, released, closed and withdrawn."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import yaml
from django.core.serializers.json import DjangoJSONEncoder
from rich.console import Console
from rich.table import Column, Table

from paraat.accounts.models import User
from paraat.cli.alert import operator
from paraat.incidents.models import Case
from paraat.kernel.actor import Actor, ActorKind
from paraat.kernel.errors import Invalid, NotFound
from paraat.kernel.marking import LABELLED, Tlp
from paraat.readiness import lesson_figures, recognising, whom
from paraat.readiness.actions import lessons as actions
from paraat.readiness.models import Lesson, LessonAnswer

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
as_whom = click.option(
    "--as", "account", default="", metavar="ADDRESS", help="The account in whose name it is done; else whoever types."
)
KEYS = frozenset({"title", "happened", "advice", "urgency", "audience", "tlp", "indicators", "tells_source"})


@click.group("lesson")
def command() -> None:
    """Lessons: list, show, answers, draft, approve, release, close, withdraw."""


@command.command("list")
@click.option("--state", default="", type=click.Choice(["", *Lesson.State.values]), help="In this state.")
@as_json
def list_lessons(state: str, as_json: bool) -> None:
    """List lessons, newest first, with how many closed each."""
    rows = Lesson.objects.filter(state=state) if state else Lesson.objects.all()
    found = [_summary(one) for one in lesson_figures.counted(rows).order_by("-created_at")]
    if as_json:
        _print({"lessons": found})
        return
    table = Table(Column("number", no_wrap=True), "title", "state", "told", "closed", "silent")
    for one in found:
        table.add_row(
            one["number"],
            _first(one["title"]),
            one["state"],
            *(str(one[name]) for name in ("told", "closed", "silent")),
        )
    Console().print(table)


@command.command("show")
@click.argument("lesson")
@as_json
def show(lesson: str, as_json: bool) -> None:
    """Show a lesson: whom it goes to and who can be recognised in it before its release, what became of it afterwards."""
    found = _whole(find(lesson))
    if as_json:
        _print(found)
        return
    click.echo(f"{found['number']}  {_first(found['title'])}  ({found['state']})")
    for name, value in {**found.get("figures", {}), **found.get("goes_to", {})}.items():
        click.echo(f"  {name}: {value}")
    if found.get("recognised"):
        click.echo(f"  recognised: {', '.join(found['recognised'])}")


@command.command("answers")
@click.argument("lesson")
@click.option("--state", default="", type=click.Choice(["", *LessonAnswer.State.values]), help="Only this answer.")
@as_json
def answers(lesson: str, state: str, as_json: bool) -> None:
    """List who was told, and what each does with it."""
    rows = LessonAnswer.objects.told().filter(lesson=find(lesson)).select_related("organisation", "provider")
    rows = rows.filter(state=state) if state else rows
    found = [_answer(row) for row in rows.order_by("organisation__name")]
    if as_json:
        _print({"answers": found})
        return
    table = Table("organisation", "answer", "because", "by", "for it")
    for one in found:
        table.add_row(
            *(str(one[name] or "") for name in ("organisation", "state", "because", "answered_by", "provider"))
        )
    Console().print(table)


@command.command("draft")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--case", "case", default="", metavar="NUMBER", help="The case that it was learnt from.")
@as_whom
@as_json
def draft(file: Path, case: str, account: str, as_json: bool) -> None:
    """Draft a lesson from a YAML or JSON FILE with title, happened and advice per language, and perhaps urgency, audience, tlp, indicators."""
    said = yaml.safe_load(file.read_text(encoding="utf-8"))
    if not isinstance(said, dict) or set(said) - KEYS:
        raise Invalid(
            "This file is no lesson: it has title, happened, advice, and perhaps urgency, audience, tlp, indicators",
            file=str(file),
        )
    said["tlp"] = LABELLED.get(str(said.get("tlp", Tlp.GREEN.label)), Tlp.GREEN)
    missing = {"title", "happened", "advice"} - set(said)
    if missing:
        raise Invalid("Something is missing", field=", ".join(sorted(missing)))
    made = actions.draft_lesson(by=_actor(account), case=_case(case), **said)
    _say(made, as_json, f"{made.number} is drafted.")


@command.command("approve")
@click.argument("lesson")
@click.option("--as", "account", required=True, metavar="ADDRESS", help="The account of the second person.")
@as_json
def approve(lesson: str, account: str, as_json: bool) -> None:
    """Give the second person's yes."""
    made = actions.approve_lesson(lesson=find(lesson), by=_actor(account), officer=_user(account))
    _say(made, as_json, f"{made.number} is approved.")


@command.command("release")
@click.argument("lesson")
@as_whom
@as_json
def release(lesson: str, account: str, as_json: bool) -> None:
    """Tell everybody that it concerns."""
    made = actions.release_lesson(lesson=find(lesson), by=_actor(account))
    _say(made, as_json, f"{made.number} is released to {made.answers.filter(told=True).count()} organisations.")


@command.command("close")
@click.argument("lesson")
@as_whom
@as_json
def close(lesson: str, account: str, as_json: bool) -> None:
    """Want no more answers."""
    made = actions.close_lesson(lesson=find(lesson), by=_actor(account))
    _say(made, as_json, f"{made.number} is closed.")


@command.command("withdraw")
@click.argument("lesson")
@click.option("--because", required=True, help="Why: the reason is kept, and told to whoever was told.")
@as_whom
@as_json
def withdraw(lesson: str, because: str, account: str, as_json: bool) -> None:
    """Tell whoever was told that it was wrong."""
    made = actions.withdraw_lesson(lesson=find(lesson), by=_actor(account), because=because)
    _say(made, as_json, f"{made.number} is withdrawn.")


def find(lesson: str) -> Lesson:
    """The lesson with this number. Raises NotFound."""
    rows = Lesson.objects.select_related("case", "played", "author", "approved_by", "alert")
    found: Lesson | None = rows.filter(number__iexact=lesson).first()
    if found is None:
        raise NotFound("There is no such lesson", lesson=lesson)
    return found


def _case(number: str) -> Case | None:
    if not number:
        return None
    found: Case | None = Case.objects.filter(number__iexact=number).first()
    if found is None:
        raise NotFound("There is no such case", case=number)
    return found


def _user(account: str) -> User:
    found = User.objects.active().filter(email__iexact=account).first()
    if found is None:
        raise NotFound("There is no such account", account=account)
    return found


def _actor(account: str) -> Actor:
    if not account:
        return operator()
    user = _user(account)
    return Actor(ActorKind.USER, user.pk, user.name)


def _summary(one: Lesson) -> dict[str, Any]:
    named = ("number", "state", "title", "urgency", "exercise", "released_at", "due_on")
    counts = {name: getattr(one, name) for name in ("told", "closed", "silent") if hasattr(one, name)}
    return {name: getattr(one, name) for name in named} | {"tlp": Tlp(one.tlp).label} | counts


def _whole(one: Lesson) -> dict[str, Any]:
    words = {name: getattr(one, name) for name in ("happened", "advice", "indicators", "audience")}
    found = _summary(one) | words
    if one.state == Lesson.State.DRAFT:
        telling = whom.telling(one)
        goes = {
            "constituents": len(telling.constituents),
            "providers": len(telling.providers),
            "needs_second": telling.needs_second,
        }
        return found | {"goes_to": goes, "recognised": [hit.word for hit in recognising.left(one)]}
    figures = lesson_figures.of_lesson(one)
    named = (
        "told",
        "acknowledged",
        "answered",
        "silent",
        "closed",
        "by_providers",
        "share",
        "days_to_answer",
        "days_to_close",
    )
    return found | {"figures": {name: getattr(figures, name) for name in named}}


def _answer(row: LessonAnswer) -> dict[str, Any]:
    named = ("state", "because", "planned_on", "looked", "acknowledged_at", "answered_at", "answered_by", "chased")
    who = {
        "organisation": row.organisation.name,
        "nis": row.organisation.nis,
        "provider": row.provider.name if row.provider else "",
    }
    return who | {name: getattr(row, name) for name in named}


def _first(words: dict[str, str]) -> str:
    return words.get("en") or next(iter(words.values()), "")


def _say(one: Lesson, as_json: bool, text: str) -> None:
    if as_json:
        _print(_whole(find(one.number)))
    else:
        click.echo(text)


def _print(content: Any) -> None:
    click.echo(json.dumps(content, ensure_ascii=False, cls=DjangoJSONEncoder))
