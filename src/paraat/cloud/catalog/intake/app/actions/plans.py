"""What clerks set themselves: hours, and which forms are offered at which counter."""

from __future__ import annotations

import json
from collections.abc import Mapping

from ..clerks import Clerk
from ..hours import Plan
from ..office import Office
from ..refused import Refused
from . import deed


def set_plan(office: Office, *, clerk: Clerk, counter: str, plan: Plan) -> None:
    """Change the hours of a counter of his. What is booked already stays."""
    if counter not in clerk.counters or clerk.test:
        raise Refused("not_found", 404)
    with office.store.writing() as connection:
        connection.execute(
            "INSERT INTO counter (key, settings) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET settings = excluded.settings",
            [counter, json.dumps(plan.as_json())],
        )
        deed.note(connection, office, "hours", by=clerk.login, reference=counter)


def set_offers(office: Office, *, clerk: Clerk, offers: Mapping[str, tuple[str, bool]]) -> None:
    """Say which forms are offered, and at which counter. Only forms that go to a counter of his, and only to such a counter."""
    with office.store.writing() as connection:
        known = office.offers(connection)
        for form, (counter, offered) in offers.items():
            if form not in known or clerk.test or not {known[form][1].key, counter} <= clerk.counters:
                raise Refused("not_found", 404)
            if (known[form][1].key, known[form][2]) == (counter, offered):
                continue
            connection.execute(
                "INSERT INTO offer (form, counter, offered) VALUES (?, ?, ?)"
                " ON CONFLICT (form) DO UPDATE SET counter = excluded.counter, offered = excluded.offered",
                [form, counter, offered],
            )
            deed.note(connection, office, "offered" if offered else "not_offered", by=clerk.login, reference=form)
