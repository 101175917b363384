"""What a demonstration has of exercises: one that is planned, so that one button starts it."""

from __future__ import annotations

from paraat.exercises import actions, scenarios
from paraat.exercises.models import Exercise
from paraat.kernel.actor import SYSTEM
from paraat.platform import configuration
from paraat.registry.models import Organisation

SCENARIO = "ransomware-december-2022"
SPEED = 60


def load() -> None:
    """December 2022 at sixty times real time; Ronse, whose SPOC the demonstration has, plays the smaller town. Again changes nothing."""
    ronse = Organisation.objects.filter(kind=Organisation.Kind.MUNICIPALITY, nis="45041").first()
    if ronse is None or Exercise.objects.exists():
        return
    language = configuration.LANGUAGE.get()
    actions.plan_exercise(
        scenario=scenarios.get(SCENARIO), by=SYSTEM, parts={"town": ronse}, speed=SPEED, language=language
    )
