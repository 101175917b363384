"""An exercise is planned: a scenario, who plays which part, and how fast its clock will run."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from paraat.accounts.models import User
from paraat.exercises.models import Exercise, Inject
from paraat.exercises.rules.scenario import LANGUAGES, Scenario, ScenarioInject, ScenarioPart
from paraat.incidents.actions.numbers import take_number
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Invalid
from paraat.platform import live, moment
from paraat.platform.actions import action, record
from paraat.registry.models import Organisation

FASTEST = 1440
"""A day of the scenario in a minute."""


@action
def plan_exercise(
    *,
    scenario: Scenario,
    by: Actor,
    parts: Mapping[str, Organisation] | None = None,
    title: str = "",
    speed: int = 1,
    language: str = "nl",
    leader: User | None = None,
) -> Exercise:
    """Plan an exercise; `parts` replaces the scenario's defaults, `title` empty is the scenario's. The injects are copied: what a later version of
    the scenario says does not change an exercise that stands. Raises Invalid when nobody plays a part, or for a speed outside 1-1440."""
    if not 1 <= speed <= FASTEST:
        raise Invalid("A speed is 1 to 1440 minutes of the scenario in a minute", field="speed", value=speed)
    now = moment.now()
    played_by = _cast(scenario, parts or {}, moment.day(now))
    language = language if language in LANGUAGES else "nl"
    exercise = Exercise.objects.create(
        number=take_number(kind="X", now=now),
        scenario=scenario.key,
        scenario_version=scenario.version,
        title=title.strip()[:200] or scenario.title[language],
        speed=speed,
        language=language,
        parts={key: str(organisation.pk) for key, organisation in played_by.items()},
        leader=leader,
        created_at=now,
        created_by=by.label,
        exercise=True,
    )
    exercise.participants.set(set(played_by.values()))
    Inject.objects.bulk_create(_inject(exercise, one, scenario) for one in scenario.injects)
    detail = {"number": exercise.number, "scenario": scenario.key, "version": scenario.version}
    record("exercise.planned", by=by, on=exercise, detail=detail)
    live.publish("exercises", id=exercise.pk)
    return exercise


def default_for(part: ScenarioPart, day: date) -> Organisation | None:
    """Who plays this part unless somebody else is chosen: the first of its defaults that exists on `day`."""
    for kind, _, nis in (one.partition(":") for one in part.defaults):
        found: Organisation | None = Organisation.objects.real().as_of(day).filter(kind=kind, nis=nis).first()
        if found is not None:
            return found
    return None


def _cast(scenario: Scenario, chosen: Mapping[str, Organisation], day: date) -> dict[str, Organisation]:
    for strange in set(chosen) - {part.key for part in scenario.parts}:
        raise Invalid("This scenario has no such part", part=strange)
    played_by = {}
    for part in scenario.parts:
        organisation = chosen.get(part.key) or default_for(part, day)
        if organisation is None:
            raise Invalid("Choose who plays this part", part=part.title["en"])
        played_by[part.key] = organisation
    return played_by


def _inject(exercise: Exercise, one: ScenarioInject, scenario: Scenario) -> Inject:
    return Inject(
        exercise=exercise,
        key=one.key,
        kind=one.kind,
        minute=one.minute,
        title=dict(one.title),
        part=one.part,
        asked=list(one.asked),
        payload=_with_disclaimer(one.payload, scenario.disclaimer),
        expects=one.expects,
        within_minutes=one.within,
    )


def _with_disclaimer(payload: Mapping[str, Any], disclaimer: Mapping[str, str]) -> dict[str, Any]:
    """The payload whose text says below it what is invented: it travels into reports, alerts and rooms, so it must say so itself."""
    said = {language: f"{text}\n\n{disclaimer[language]}" for language, text in payload.get("text", {}).items()}
    return dict(payload) | ({"text": said} if said else {})
