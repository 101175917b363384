"""Small editions and assessments for the tests of this noun."""

from __future__ import annotations

from typing import Any

from paraat.kernel.actor import SYSTEM, Actor, ActorKind
from paraat.platform import moment
from paraat.readiness.actions.assessments import open_assessment, save_answer
from paraat.readiness.models import Answer, Assessment, Control, Edition, Framework
from paraat.registry.models import Organisation

ALICE = Actor(ActorKind.USER, None, "SPOC, first desk")
BOB = Actor(ActorKind.USER, None, "SPOC, second desk")
PARTS = (("PROTECT", "PR.AA"), ("PROTECT", "PR.DS"), ("RECOVER", "RC.RP"))


def edition(controls: int = 6, *, key: str = "small", version: str = "1", **fields: Any) -> Edition:
    """An edition with so many controls, C01 onward, over three categories; scored as a checklist."""
    framework, _ = Framework.objects.get_or_create(
        key=key, defaults={"title": {"en": "Small list"}, "scoring": "checklist"}
    )
    made = Edition.objects.create(
        framework=framework, version=version, source="test", digest="", added_at=moment.now(), **fields
    )
    Control.objects.bulk_create(
        Control(
            edition=made,
            identifier=f"C{place + 1:02d}",
            function=PARTS[place % 3][0],
            category=PARTS[place % 3][1],
            position=place,
            title={"en": f"Control {place + 1}", "nl": f"Punt {place + 1}"},
            why={"en": "Because."},
            level=made.levels[place % len(made.levels)] if made.levels else "",
        )
        for place in range(controls)
    )  # fmt: skip
    return made


def opened(organisation: Organisation, of: Edition | None = None, kind: str = "self", **fields: Any) -> Assessment:
    """An open assessment of an organisation."""
    return open_assessment(organisation=organisation, edition=of or edition(), kind=kind, by=SYSTEM, **fields)


def answer(assessment: Assessment, identifier: str) -> Answer:
    """One answer as it is in the database."""
    found: Answer = Answer.objects.select_related("assessment", "control").get(
        assessment=assessment, control__identifier=identifier
    )
    return found


def answered(assessment: Assessment, by: Actor = ALICE, **statuses: str) -> Assessment:
    """Answer some controls (C01="met") as they stand."""
    for identifier, status in statuses.items():
        row = answer(assessment, identifier)
        save_answer(answer=row, version=row.version, by=by, status=status)
    assessment.refresh_from_db()
    return assessment
