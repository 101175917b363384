"""Where clerks set hours, and which forms are offered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from starlette.responses import Response

from ..actions import plans
from ..form import Form
from ..hours import Plan, spans_of, spans_written
from ..refused import Refused
from ..tenant import Counter
from .answering import CLERK, Ask, route

Offer = tuple[Form, Counter, bool]


def settings(ask: Ask) -> Response:
    """Forms and counters."""
    with ask.office.store.reading() as connection:
        offers = ask.office.offers(connection)
    return ask.page("settings.html", offers=_own(ask, offers), counters=_counters(ask))


def offer(ask: Ask) -> Response:
    """Say which forms are offered, and where they go."""
    with ask.office.store.reading() as connection:
        names = _own(ask, ask.office.offers(connection))
    chosen = {name: (ask.text(f"counter_{name}"), ask.text(f"offered_{name}") == "yes") for name in names}
    plans.set_offers(ask.office, clerk=ask.signed_in, offers=chosen)
    return ask.go("/clerk/settings")


def counter(ask: Ask) -> Response:
    """The hours of one counter."""
    with ask.office.store.reading() as connection:
        plan = ask.office.plan(connection, _counter(ask))
    return _shown(ask, _typed(plan), {})


def set_hours(ask: Ask) -> Response:
    """Change them."""
    typed = {key: ask.text(key)[:400] for key in (*_typed(Plan()),)}
    plan, wrong = _parsed(typed)
    if wrong:
        return _shown(ask, typed, {key: ask.word(text) for key, text in wrong.items()})
    plans.set_plan(ask.office, clerk=ask.signed_in, counter=_counter(ask), plan=plan)
    return ask.go("/clerk/settings")


def _shown(ask: Ask, typed: dict[str, str], wrong: dict[str, str]) -> Response:
    found = ask.office.tenant.counter(_counter(ask))
    return ask.page("hours.html", 422 if wrong else 200, counter=found, typed=typed, wrong=wrong)


def _counter(ask: Ask) -> str:
    key = ask.path("counter")
    if key not in ask.signed_in.counters:
        raise Refused("not_found", 404)
    return key


def _counters(ask: Ask) -> list[object]:
    return [one for one in ask.office.tenant.counters if one.key in ask.signed_in.counters]


def _own(ask: Ask, offers: Mapping[str, Offer]) -> dict[str, Offer]:
    """The forms that go to a counter of his."""
    return {name: one for name, one in offers.items() if one[1].key in ask.signed_in.counters}


def _typed(plan: Plan) -> dict[str, str]:
    """A plan as the form has it."""
    days = {f"day_{day}": spans_written(spans) for day, spans in enumerate(plan.hours)}
    numbers = {"minutes": str(plan.minutes), "desks": str(plan.desks), "ahead": str(plan.ahead)}
    closed = " ".join(day.isoformat() for day in plan.closed)
    return days | numbers | {"closed": closed, "walk_in": "yes" if plan.walk_in else ""}


def _parsed(typed: dict[str, str]) -> tuple[Plan, dict[str, str]]:
    """The plan that was typed, and per field what is wrong with it."""
    wrong: dict[str, str] = {}
    hours = []
    for day in range(7):
        try:
            hours.append(spans_of(typed[f"day_{day}"]))
        except ValueError:
            wrong[f"day_{day}"] = "hours_wrong"
    numbers = {}
    for key, least, most in (("minutes", 5, 120), ("desks", 1, 20), ("ahead", 0, 60)):
        value = typed[key].strip()
        if not value.isdecimal() or len(value) > 3 or not least <= int(value) <= most:
            wrong[key] = f"{key}_wrong"
        else:
            numbers[key] = int(value)
    try:
        closed = tuple(sorted(date.fromisoformat(day) for day in typed["closed"].replace(",", " ").split()))
    except ValueError:
        wrong["closed"], closed = "closed_wrong", ()
    if wrong:
        return Plan(), wrong
    return Plan(hours=tuple(hours), closed=closed, walk_in=typed["walk_in"] == "yes", **numbers), {}


ROUTES = [
    route("/clerk/settings", settings, who=CLERK),
    route("/clerk/settings", offer, "POST", CLERK),
    route("/clerk/settings/{counter}", counter, who=CLERK),
    route("/clerk/settings/{counter}", set_hours, "POST", CLERK),
]
