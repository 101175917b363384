"""What an inject finds around it when it is played: its exercise, who plays which part, and what earlier injects made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from paraat.exercises.models import Exercise, Inject
from paraat.kernel.actor import Actor, ActorKind
from paraat.kernel.errors import Conflict
from paraat.registry.models import Organisation


@dataclass(frozen=True, slots=True)
class World:
    """One inject in its exercise."""

    exercise: Exercise
    inject: Inject
    parts: Mapping[str, Organisation]

    @property
    def by(self) -> Actor:
        """Who does it: the exercise, which is nobody's answer."""
        return Actor(ActorKind.SYSTEM, None, self.exercise.number)

    @property
    def organisation(self) -> Organisation | None:
        """Whom the inject is about."""
        return self.parts.get(self.inject.part)

    @property
    def language(self) -> str:
        """The language of whom it is about, else of the exercise."""
        return (
            (self.organisation.languages or [self.exercise.language])[0]
            if self.organisation
            else self.exercise.language
        )

    def value(self, name: str, default: Any = None) -> Any:
        """A value of the payload that is no text."""
        return self.inject.payload.get(name, default)

    def text(self, name: str = "text") -> str:
        """A text of the payload in this inject's language, with the names of who plays the parts."""
        return self.filled(self.inject.payload.get(name) or {}, self.language)

    def title(self) -> str:
        """The title in this inject's language."""
        return self.filled(self.inject.title, self.language)

    def filled(self, texts: Mapping[str, str], language: str) -> str:
        """One of the texts, {part} replaced by the name of who plays it."""
        text = texts.get(language) or texts.get(self.exercise.language) or next(iter(texts.values()), "")
        for key, organisation in self.parts.items():
            text = text.replace(f"{{{key}}}", organisation.name_in(language))
        return text

    def earlier(self, key: str, made: str) -> str | None:
        """The id of what an earlier inject made; None when it was skipped, failed or did not make such a thing."""
        found = self.exercise.injects.filter(key=key).values_list("made", flat=True).first()
        return (found or {}).get(made)

    def case_of(self, key: str) -> Any:
        """The case that became of an earlier report. Raises Conflict while nobody has made one of it."""
        from paraat.incidents.models import Report

        made = self.earlier(key, "report")
        rows = Report.objects.filter(pk=made, exercise=True) if made else Report.objects.none()
        report = rows.select_related("case").first()
        if report is None or report.case is None:
            raise Conflict("Nobody has opened a case of the report that this inject belongs to", inject=key)
        return report.case

    def room(self) -> Any:
        """The room of the exercise: the one that an inject opened, else the newest that was opened since the start. Raises Conflict without one."""
        from paraat.warroom.models import Room

        made = [one["room"] for one in self.exercise.injects.values_list("made", flat=True) if one.get("room")]
        rooms = Room.objects.open().filter(exercise=True)
        room = rooms.filter(pk__in=made).first() or rooms.filter(opened_at__gte=self.exercise.started_at).first()
        if room is None:
            raise Conflict("No war room of this exercise is open yet")
        return room
