"""Injects are played: each once, in one transaction with everything that it makes. What fails is noted, and the others go on."""

from __future__ import annotations

import logging
from uuid import UUID

from django.db import InterfaceError, OperationalError
from django.db.models import Q
from django.utils.translation import override

from paraat.exercises import injects
from paraat.exercises.injects.world import World
from paraat.exercises.measured import clock_of, parts_of
from paraat.exercises.models import Exercise, Inject
from paraat.kernel.actor import Actor, ActorKind
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import live, moment
from paraat.platform.actions import action, record

_log = logging.getLogger("paraat.exercises")
AT_ONCE = 200
"""Injects that one round plays at most: a clock that jumped a year must not keep a worker for ever."""


def play_due() -> int:
    """Play what is due, in its order; how many were played or failed. Another worker may do so at the same time: nothing comes twice."""
    done = 0
    for _round in range(AT_ONCE):
        inject = Inject.objects.due(moment.now()).first()
        if inject is None:
            break
        done += _play_or_note(inject.pk)
    return done


def _play_or_note(inject: UUID) -> bool:
    try:
        play_inject(inject=inject)
    except Conflict as conflict:
        if isinstance(conflict, NotDue):
            return False  # another worker had it, or the clock was stopped
        note_failure(inject=inject, error=str(conflict))
    except (OperationalError, InterfaceError):
        raise  # the database, not the inject: it comes late
    except Exception as error:  # noqa: BLE001  # the outermost loop of a worker: one inject must not keep the others waiting
        _log.exception("an inject could not be played", extra={"inject": str(inject)})
        note_failure(inject=inject, error=str(error) or type(error).__name__)
    return True


class NotDue(Conflict):
    """This inject was played or skipped already, or the clock of its exercise stands."""


@action
def play_inject(*, inject: UUID, by: Actor | None = None) -> Inject:
    """Play one inject: when it is due, or now when a person (`by`) brings it forward or tries a failed one again.

    Raises NotDue when somebody else had it, and whatever its kind raises; then nothing of it happened.
    """
    row: Inject = Inject.objects.get(pk=inject)
    exercise: Exercise = Exercise.objects.select_for_update(no_key=True).get(pk=row.exercise_id)
    now = moment.now()
    if exercise.state != Exercise.State.RUNNING:
        raise NotDue(inject=row.key)
    open_ones = Inject.objects.filter(
        Q(played_at=None) | (~Q(failed="") if by else Q(pk=None)), pk=inject, skipped_at=None
    )
    mine = open_ones if by else open_ones.filter(due_at__lte=now)
    minute = clock_of(exercise).at(now)
    changes = {"played_at": now, "played_minute": minute, "played_by": by.label if by else "", "failed": ""}
    if mine.update(**changes) != 1:
        raise NotDue(inject=row.key)
    row.refresh_from_db()
    with override(exercise.language):
        row.made = injects.kinds()[row.kind].play(World(exercise, row, parts_of(exercise)))
    row.asked = row.made.pop("asked").split() if "asked" in row.made else row.asked
    Inject.objects.filter(pk=inject).update(made=row.made, asked=row.asked)
    told = {"number": exercise.number, "inject": row.key, "made": row.made}
    record("inject.played", by=by or _clock(exercise), on=row, detail=told, exercise=True)
    _changed(exercise)
    return row


@action
def note_failure(*, inject: UUID, error: str) -> None:
    """Keep why an inject could not be played, for its leader to see."""
    row = Inject.objects.select_related("exercise").get(pk=inject)
    now = moment.now()
    failed = {"played_at": now, "played_minute": None, "failed": error[:500] or "?"}
    if Inject.objects.filter(pk=inject, played_at=None, skipped_at=None).update(**failed) != 1:
        return  # somebody played or skipped it meanwhile
    told = {"number": row.exercise.number, "inject": row.key, "error": error[:500]}
    record("inject.failed", by=_clock(row.exercise), on=row, detail=told, exercise=True)
    _changed(row.exercise)


@action
def skip_inject(*, inject: Inject, by: Actor, reason: str) -> None:
    """Leave an inject out, for a reason that the report gives. Raises Invalid without one, NotDue when it was played."""
    if not reason.strip():
        raise Invalid("Say why it is left out", field="reason")
    waiting = Inject.objects.filter(pk=inject.pk, played_at=None, skipped_at=None)
    changes = {
        "skipped_at": moment.now(),
        "skipped_by": by.label,
        "skipped_because": reason.strip()[:300],
        "due_at": None,
    }
    if waiting.exclude(exercise__state=Exercise.State.ENDED).update(**changes) != 1:
        raise NotDue(inject=inject.key)
    told = {"number": inject.exercise.number, "inject": inject.key, "reason": reason.strip()}
    record("inject.skipped", by=by, on=inject, detail=told, exercise=True)
    _changed(inject.exercise)


def _clock(exercise: Exercise) -> Actor:
    return Actor(ActorKind.SYSTEM, None, exercise.number)


def _changed(exercise: Exercise) -> None:
    live.publish("exercises", id=exercise.pk)
    live.publish(f"exercise.{exercise.pk}", id=exercise.pk)
