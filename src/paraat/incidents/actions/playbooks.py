"""Playbooks: the shipped ones are taken in, people edit them on screen, and a case gets its tasks from the one that fits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from paraat.incidents import playbooks as shipped
from paraat.incidents.models import Case, Playbook, Task
from paraat.incidents.rules import playbooks as rules
from paraat.incidents.rules.tasks import due_after, remind_at
from paraat.kernel import rsit
from paraat.kernel.actor import SYSTEM, Actor
from paraat.kernel.errors import Conflict, Invalid, NotFound
from paraat.platform import moment
from paraat.platform.actions import action, record


@action
def take_in_shipped() -> int:
    """Bring the shipped versions that the table does not know yet into it; how many. Doing it again, or twice at once, changes nothing.

    A new version takes over from an older shipped one. What people edited stays active: the new one stands beside it until somebody chooses.
    """
    known = set(Playbook.objects.filter(shipped__isnull=False).values_list("key", "shipped"))
    fresh = [one for one in shipped.load().values() if (one.key, one.version) not in known]
    made = [row for one in fresh if (row := _take_in(one)) is not None]
    for row in made:
        record("playbook.shipped", by=SYSTEM, on=row, detail={"key": row.key, "version": row.version})
    return len(made)


def _take_in(one: shipped.Shipped) -> Playbook | None:
    newest = Playbook.objects.select_for_update().filter(key=one.key).order_by("-version").first()
    active = Playbook.objects.filter(key=one.key, active=True).first()
    takes_over = active is None or active.shipped is not None
    if takes_over and active is not None:
        Playbook.objects.filter(pk=active.pk).update(active=False)
    row = Playbook(
        key=one.key,
        version=newest.version + 1 if newest else 1,
        title=one.title,
        first_hour=one.first_hour,
        steps=[step.as_data() for step in one.steps],
        classifications=list(one.classifications),
        made_at=moment.now(),
        made_by=SYSTEM.label,
        shipped=one.version,
        active=takes_over,
    )
    Playbook.objects.bulk_create([row], ignore_conflicts=True)  # another process may be doing the same
    return row if Playbook.objects.filter(pk=row.pk).exists() else None


@action
def edit_playbook(
    *,
    key: str,
    base: int,
    title: Mapping[str, str],
    first_hour: Mapping[str, Sequence[str]],
    steps: Sequence[Mapping[str, Any]],
    classifications: Sequence[str],
    because: str,
    by: Actor,
) -> Playbook:
    """Make the next version of a playbook, which new cases get from now on; running cases keep theirs.

    `base` is the version that was edited. Raises Conflict when somebody made another one meanwhile, NotFound for an unknown playbook, Invalid
    when a language lacks a text (which one is named), the steps do not fit together, or no reason is given.
    """
    take_in_shipped()
    newest = Playbook.objects.select_for_update().filter(key=key).order_by("-version").first()
    if newest is None:
        raise NotFound()
    if newest.version != base and not Playbook.objects.filter(key=key, version=base, active=True).exists():
        raise Conflict("Somebody else edited this playbook; look at the newest version")
    _check(title, first_hour, steps, classifications)
    if not because.strip():
        raise Invalid("Say why", field="because")
    Playbook.objects.filter(key=key, active=True).update(active=False)
    row = Playbook.objects.create(
        key=key,
        version=newest.version + 1,
        title=dict(title),
        first_hour={language: list(said) for language, said in first_hour.items()},
        steps=[dict(step) for step in steps],
        classifications=list(classifications),
        made_at=moment.now(),
        made_by=by.label,
        because=because.strip()[:300],
    )
    record(
        "playbook.edited", by=by, on=row, detail={"key": key, "version": row.version, "base": base, "because": because}
    )
    return row


def _check(
    title: Mapping[str, str],
    first_hour: Mapping[str, Sequence[str]],
    steps: Sequence[Mapping[str, Any]],
    classifications: Sequence[str],
) -> None:
    lacking = rules.missing_texts(title, first_hour, steps, shipped.LANGUAGES)
    if lacking:
        where, language = lacking[0]
        raise Invalid("A text is missing in a language", field=where, language=language)
    fault = rules.fault_of_steps(steps)
    if fault:
        raise Invalid(fault, field="steps")
    unknown = [one for one in classifications if not rsit.is_known(one)]
    if unknown:
        raise Invalid("This class is not in the taxonomy", field="classifications", value=unknown[0])


@action
def activate_playbook(*, key: str, version: int, because: str, by: Actor) -> Playbook:
    """Let new cases get this version, an older one too: how an edit is undone. Raises NotFound, Invalid without a reason, Conflict when it is
    active already."""
    take_in_shipped()
    if not because.strip():
        raise Invalid("Say why", field="because")
    versions = list(Playbook.objects.select_for_update().filter(key=key).order_by("version"))
    row = next((one for one in versions if one.version == version), None)
    if row is None:
        raise NotFound()
    if row.active:
        raise Conflict("This version is the active one")
    Playbook.objects.filter(key=key, active=True).update(active=False)
    Playbook.objects.filter(pk=row.pk).update(active=True)
    record("playbook.activated", by=by, on=row, detail={"key": key, "version": version, "because": because})
    row.refresh_from_db()
    return row


@action
def add_playbook(*, case: Case, key: str, by: Actor) -> list[Task]:
    """Add the steps of a playbook's active version to a case as tasks; steps that stand there already are left alone.

    What the victim does is assigned to it. Raises NotFound for an unknown playbook.
    """
    take_in_shipped()
    playbook = Playbook.objects.filter(key=key, active=True).first()
    if playbook is None:
        raise NotFound()
    Case.objects.select_for_update().only("pk").get(pk=case.pk)  # two people who add the same one follow each other
    there = dict(Task.objects.filter(case=case, key__startswith=f"{key}:").values_list("key", "pk"))
    now = moment.now()
    made = [_task(case, playbook, step, now, by) for step in playbook.steps if f"{key}:{step['key']}" not in there]
    Task.objects.bulk_create(made)
    _link(playbook, made, there)
    if made:
        detail = {"case": case.number, "playbook": key, "version": playbook.version, "tasks": len(made)}
        record("playbook.added", by=by, on=case, organisation=case.organisation_id, detail=detail)
    return made


@action
def propose_playbook(*, case: Case, by: Actor) -> list[Task]:
    """Add the playbook that fits the class of a case that was just opened; an empty list when none does."""
    take_in_shipped()
    fits = Playbook.objects.filter(active=True, classifications__contains=[case.classification]).order_by("key").first()
    return add_playbook(case=case, key=fits.key, by=by) if fits else []


def _task(case: Case, playbook: Playbook, step: Mapping[str, Any], now: datetime, by: Actor) -> Task:
    due = due_after(now, float(step["hours"]))
    return Task(
        case=case,
        key=f"{playbook.key}:{step['key']}",
        playbook=playbook,
        title=(step["title"].get(case.language) or step["title"]["en"])[:200],
        text=step["text"].get(case.language) or step["text"]["en"],
        assigned_to_id=case.organisation_id if step["who"] == "victim" else None,
        due_at=due,
        remind_at=remind_at(now, due),
        made_at=now,
        made_by=by.label,
        tlp=case.tlp,
        exercise=case.exercise,
    )


def _link(playbook: Playbook, made: Sequence[Task], there: Mapping[str, Any]) -> None:
    keys = {**there, **{task.key: task.pk for task in made}}
    fresh = {task.key for task in made}
    link = Task.after.through
    rows = [
        link(from_task_id=keys[own], to_task_id=keys[before])
        for step in playbook.steps
        for one in step["after"]
        if (own := f"{playbook.key}:{step['key']}") in fresh and (before := f"{playbook.key}:{one}") in keys
    ]
    link.objects.bulk_create(rows)
