"""A room with something in it, as the tests of statements and situation reports need it."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

from django.db import connections

from paraat.accounts.middleware import actor_of
from paraat.accounts.models import User
from paraat.incidents.actions.cases import open_case
from paraat.incidents.models import Case
from paraat.kernel.actor import Actor
from paraat.kernel.errors import ParaatError
from paraat.kernel.marking import Tlp
from paraat.platform import moment
from paraat.warroom.actions.freezing import approve_report
from paraat.warroom.actions.sitreps import draft_report, submit_report
from paraat.warroom.models import Decision, Lane, Participant, Room, RoomTask, Signal, SituationReport
from tests import cast

SECRETS = {level: f"secret-of-{level.name.lower().replace('_', '-')}" for level in Tlp}
"""A word that stands in rows of that TLP and nowhere else."""


def officer() -> Actor:
    return actor_of(cast.duty_officer())


def second() -> Actor:
    return actor_of(cast.second_officer())


def actor(user: User) -> Actor:
    return actor_of(user)


def room(*, tlp: Tlp = Tlp.GREEN, exercise: bool = False, title: str = "Elections") -> Room:
    """A room with two lanes, of which one of disinformation."""
    now = moment.now()
    made = Room.objects.create(
        number=f"W2024-{Room.objects.count() + 1:04}", title=title, state_at=now, opened_at=now, opened_by="Test", tlp=tlp, exercise=exercise
    )  # fmt: skip
    Lane.objects.create(room=made, key="cyber", title={"nl": "Cyber", "en": "Cyber"}, position=0)
    Lane.objects.create(
        room=made, key="disinformation", title={"en": "Disinformation"}, position=1, disinformation=True
    )
    return made


def fill(made: Room) -> None:
    """One signal, decision, question and task of every TLP, each with its own secret word; and a case of every TLP."""
    now = moment.now()
    lane = made.lanes.get(key="cyber")
    for level, secret in SECRETS.items():
        marks: dict[str, Any] = {"room": made, "tlp": level, "exercise": made.exercise}
        signal(made, f"signal {secret}", tlp=level)
        Decision.objects.create(
            text=f"decision {secret}", decided_at=now, decided_by="Lead", recorded_at=now, recorded_by="x", **marks
        )
        Decision.objects.create(asked=f"question {secret}", recorded_at=now, recorded_by="x", **marks)
        RoomTask.objects.create(title=f"task {secret}", made_at=now, made_by="x", **marks)
        made.cases.add(case(f"case {secret}", tlp=level, exercise=made.exercise))
    assert lane.signals.count() == len(SECRETS)


def signal(made: Room, text: str, *, lane: str = "cyber", tlp: Tlp = Tlp.GREEN, **more: Any) -> Signal:
    now = moment.now()
    return Signal.objects.create(
        room=made, lane=made.lanes.get(key=lane), text=text, seen_at=now, reported_at=now, reported_by="x", tlp=tlp, exercise=made.exercise, **more
    )  # fmt: skip


def case(title: str, *, tlp: Tlp = Tlp.AMBER, exercise: bool = False) -> Case:
    return open_case(organisation=cast.ronse(), title=title, by=officer(), tlp=tlp, exercise=exercise)


def participant(made: Room, user_organisation: Any, *, ceiling: Tlp = Tlp.AMBER) -> Participant:
    return Participant.objects.create(
        room=made, organisation=user_organisation, ceiling=ceiling, joined_at=moment.now() - timedelta(days=1)
    )


def draft(made: Room, *, tlp: Tlp = Tlp.AMBER, version: str = "tactical", language: str = "en") -> SituationReport:
    return draft_report(room=made, version=version, language=language, tlp=tlp, by=officer())


def frozen(made: Room, **more: Any) -> SituationReport:
    report = submit_report(report=draft(made, **more), by=officer())
    return approve_report(report=report, by=second())


def at_once(*deeds: Any) -> list[Any]:
    """Do several deeds in as many connections at the same time; what became of each."""
    start, found = threading.Barrier(len(deeds)), [None] * len(deeds)

    def run(place: int) -> None:
        start.wait()
        try:
            found[place] = deeds[place]()
        except ParaatError as error:
            found[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(deeds))]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return found
