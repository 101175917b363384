"""Programmes, their rules and what they may commit in each year."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.text import slugify

from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import moment
from paraat.platform.actions import action, record
from paraat.readiness.actions.programmes_money import hold, move_up
from paraat.readiness.models import Budget, Programme
from paraat.readiness.programmes import titles
from paraat.readiness.rules import cofunding

_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
FIRST_YEAR, LAST_YEAR = 2000, 2100


def is_key(text: str) -> bool:
    """Whether `text` can be the key of a programme: small letters, digits and hyphens, at most 40."""
    return len(text) <= 40 and _KEY.fullmatch(text) is not None


@action
def open_programme(
    *,
    by: Actor,
    key: str,
    title: Mapping[str, str] | None = None,
    about: Mapping[str, str] | None = None,
    rules: Mapping[str, Any] | None = None,
    source: str = "",
) -> Programme:
    """Offer something new. Raises Invalid for a key that is none or rules that cannot be read, Conflict when the key exists."""
    wanted = key.strip().lower() or slugify(next(iter((title or {}).values()), ""))[:40]
    if not is_key(wanted):
        raise Invalid("A key has small letters, digits and hyphens, at most 40", field="key")
    if Programme.objects.filter(key=wanted).exists():
        raise Conflict("There is a programme with this key already", key=wanted)
    made = Programme.objects.create(
        key=wanted,
        title=_said(title) or titles(wanted),
        about=_said(about),
        rules=cofunding.write_rules(cofunding.read_rules(rules or {})),
        source=source.strip()[:300],
        created_at=moment.now(),
    )
    record("programme.opened", by=by, on=made, detail={"key": made.key, "rules": made.rules})
    return made


@action
def revise_programme(*, programme: Programme, by: Actor, **fields: Any) -> Programme:
    """Other titles, words, rules or source; what was committed before stays as it was reckoned. Raises Invalid as `open_programme`."""
    row = hold(programme.pk)
    known = {"title", "about", "rules", "source"}
    if unknown := fields.keys() - known:
        raise Invalid("A programme has no such field", field=", ".join(sorted(unknown)))
    before = {name: getattr(row, name) for name in fields}
    for name, value in fields.items():
        setattr(row, name, _READ[name](value))
    row.save(update_fields=list(fields))
    changed = {name: [old, getattr(row, name)] for name, old in before.items() if old != getattr(row, name)}
    record("programme.revised", by=by, on=row, detail=changed)
    if "rules" in changed:
        move_up(row, by=by)  # another order, or another reserve for those who come
    return row


@action
def close_programme(*, programme: Programme, by: Actor) -> Programme:
    """No sign-ups any more; who takes part goes on. Raises Conflict when it is closed."""
    row = hold(programme.pk)
    if row.closed_at is not None:
        raise Conflict("This programme is closed already")
    row.closed_at = moment.now()
    row.save(update_fields=["closed_at"])
    record("programme.closed", by=by, on=row, detail={"key": row.key})
    return row


@action
def set_budget(*, programme: Programme, year: int, amount: Decimal, by: Actor) -> Budget:
    """What may be committed in a year; who waits moves up when it is more. Raises Conflict below what is committed, Invalid for no amount or year."""
    row, whole = hold(programme.pk), cofunding.euro(amount)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Invalid("This is no year", field="year")
    budget: Budget | None = Budget.objects.select_for_update().filter(programme=row, year=year).first()
    before = budget.amount if budget else None
    if budget is None:
        budget = Budget.objects.create(programme=row, year=year, amount=whole)
    elif Budget.objects.filter(pk=budget.pk, committed__lte=whole).update(amount=whole) != 1:
        raise Conflict("More than this is committed already", committed=str(budget.committed))
    detail = {"year": year, "amount": str(whole), "before": None if before is None else str(before)}
    record("programme.budget", by=by, on=row, detail=detail)
    move_up(row, by=by)
    budget.refresh_from_db()
    return budget


def _said(words: Mapping[str, str] | None) -> dict[str, str]:
    return {language: text.strip() for language, text in (words or {}).items() if text.strip()}


_READ: dict[str, Any] = {
    "title": _said,
    "about": _said,
    "rules": lambda value: cofunding.write_rules(cofunding.read_rules(value)),
    "source": lambda value: str(value).strip()[:300],
}
