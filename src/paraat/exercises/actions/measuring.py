"""What people do while an exercise runs is measured by the journal: a line that an inject waits for is its answer."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet

from paraat.accounts.models import Membership
from paraat.alerts.models import Notice
from paraat.exercises.measured import clock_of
from paraat.exercises.models import Exercise, Inject, Response
from paraat.exercises.rules.matching import Deed, Open, answers
from paraat.exercises.rules.scenario import EXPECTATIONS
from paraat.kernel.actor import Actor, ActorKind
from paraat.platform import live, moment
from paraat.platform.actions import action, record
from paraat.platform.facts import Recorded
from paraat.registry.models import Contact, Organisation


@action
def note_deed(*, deed: Recorded) -> list[Response]:
    """Keep a deed as the answer to the inject that waits for it; none when it answers nothing. Runs in the transaction of the deed itself."""
    words = [word for word, verbs in EXPECTATIONS.items() if deed.verb in verbs]
    played = Inject.objects.filter(failed="").exclude(played_at=None)
    waiting = played.filter(expects__in=words, exercise__in=Exercise.objects.going().order_by())
    injects = {one.pk: one for one in waiting.select_related("exercise").order_by("played_at", "minute", "key")}
    if not injects:
        return []
    actor = _organisation_of(
        deed.by, {UUID(one) for inject in injects.values() for one in inject.exercise.parts.values()}
    )
    done = Deed(deed.verb, _objects(deed), deed.organisation, actor)
    given = answers(done, [_open(inject) for inject in injects.values()])
    return [_keep(injects[one.inject], one.organisation, deed) for one in given]


def _objects(deed: Recorded) -> dict[str, str]:
    """What was done to; of a notice also its alert, which is what a list made."""
    done = {deed.object_type: deed.object_id}
    if deed.object_type == "notice":
        alert = Notice.objects.filter(pk=deed.object_id).values_list("alert", flat=True).first()
        return done | ({"alert": str(alert)} if alert else {})
    return done


def _open(inject: Inject) -> Open:
    parts = inject.exercise.parts
    return Open(
        inject=inject.pk,
        verbs=EXPECTATIONS[inject.expects],
        made=inject.made,
        about=UUID(parts[inject.part]) if inject.part in parts else None,
        asked=frozenset(UUID(parts[key]) for key in inject.asked if key in parts),
        answered=frozenset(inject.responses.values_list("organisation", flat=True)),
    )


def _keep(inject: Inject, organisation: UUID | None, deed: Recorded) -> Response:
    now = moment.now()
    minutes = max(clock_of(inject.exercise).at(now) - (inject.played_minute or 0), 0.0)
    kept, made = Response.objects.get_or_create(
        inject=inject,
        organisation=Organisation.objects.get(pk=organisation) if organisation else None,
        what=inject.expects,
        defaults={"by": deed.by.label, "at": now, "minutes": minutes},
    )
    if made:
        told = {"number": inject.exercise.number, "inject": inject.key, "what": deed.verb, "minutes": round(minutes, 1)}
        record("inject.answered", by=deed.by, on=inject, organisation=organisation, detail=told, exercise=True)
        live.publish(f"exercise.{inject.exercise_id}", id=inject.exercise_id)
    return kept


def _organisation_of(by: Actor, playing: set[UUID]) -> UUID | None:
    """For which of those who play somebody acts; None: for the team."""
    if by.id is None:
        return None
    rows: QuerySet[Any] = Membership.objects.filter(user=by.id)
    if by.kind == ActorKind.CONTACT:
        rows = Contact.objects.filter(pk=by.id)
    found = rows.filter(organisation__in=playing).order_by("pk").values_list("organisation", flat=True).first()
    return cast("UUID | None", found)
