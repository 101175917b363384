"""Somebody reports an incident: by phone, in the portal, by mail or on the emergency page."""

from __future__ import annotations

from paraat.exercises.injects.world import World
from paraat.exercises.rules.scenario import Keys

KEYS = Keys(needs=frozenset({"through", "text"}), may=frozenset({"kind", "services", "reporter"}))


def play(world: World) -> dict[str, str]:
    """A report as the real way in would take it. The inject's own id names it, so that nothing could ever enter it twice."""
    from paraat.incidents.actions.reports import take_report

    report = take_report(
        through=world.value("through"),
        text=world.text(),
        by=world.by,
        organisation=world.organisation,
        reporter=world.text("reporter"),
        kind=world.value("kind", ""),
        services=world.value("services", ()),
        language=world.language,
        submission=f"exercise {world.inject.pk}",
        exercise=True,
    )
    return {"report": str(report.pk)}
