"""What screens, API and command line read of assessments: whose they are, their parts, their answers, and others beside them. Reads only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db.models import Count, Prefetch, Q

from paraat.kernel.errors import NotFound
from paraat.kernel.marking import Viewer
from paraat.readiness.models import Answer, AnswerEvidence, Assessment
from paraat.readiness.models.marks import TheirsQuerySet
from paraat.readiness.rules import assessments as rules
from paraat.readiness.rules.comparison import Said

WITH = ("organisation", "edition__framework", "author", "auditor", "previous")


def seen(viewer: Viewer) -> TheirsQuerySet:
    """The assessments that this viewer may know of."""
    rows: TheirsQuerySet = Assessment.objects.visible_to(viewer).select_related(*WITH)
    return rows


def whose(one: Assessment) -> rules.Whose:
    """What rights depend on."""
    return rules.Whose(
        kind=one.kind,
        open=one.state == Assessment.State.OPEN,
        organisation=one.organisation_id,
        author=one.author_id,
        auditor=one.auditor_id,
        submitted=one.submitted_at is not None,
        shared=one.shared_at is not None,
    )


def answers_it(viewer: Viewer, one: Assessment) -> bool:
    """Whether this viewer writes its answers, now."""
    return one.state == Assessment.State.OPEN and rules.answers(viewer, whose(one))


def readable(viewer: Viewer, pk: UUID) -> Assessment:
    """An assessment whose answers this viewer reads. Raises NotFound for another, and for an audit that is still going on."""
    found: Assessment | None = seen(viewer).filter(pk=pk).first()
    if found is None or not rules.reads_answers(viewer, whose(found)):
        raise NotFound()
    return found


def answer_of(viewer: Viewer, pk: UUID) -> Answer:
    """One answer that this viewer reads. Raises NotFound."""
    mine = Assessment.objects.visible_to(viewer).values("pk")
    rows = Answer.objects.filter(pk=pk, assessment__in=mine).select_related(
        "control", "assessment__organisation", "assessment__edition__framework", "assessment__author", "assessment__auditor"
    )  # fmt: skip
    found: Answer | None = rows.first()
    if found is None or not rules.reads_answers(viewer, whose(found.assessment)):
        raise NotFound()
    return found


# What is asked --------------------------------------------------------------------------------------------------------------------


def parts(one: Assessment) -> list[rules.Part]:
    """Its pages in the order of the edition, each with how it was answered: one query."""
    rows = (
        Answer.objects.filter(assessment=one, control__edition=one.edition_id)
        .values_list("control__function", "control__category", "status")
        .annotate(
            number=Count("pk"), figures=Count("pk", filter=Q(documentation__gt=0, implementation__gt=0, status=rules.OPEN))
        )
        .order_by("control__function", "control__category", "status")
    )  # fmt: skip
    found: dict[str, tuple[str, dict[str, int], int]] = {}
    for function, category, status, number, figures in rows:
        key = rules.part_key(function, category)
        name, counts, answered = found.get(key, (function, {}, 0))
        counts[status] = counts.get(status, 0) + number - figures
        if figures:
            counts[rules.SCORED] = counts.get(rules.SCORED, 0) + figures
        answered += number if status != rules.OPEN else figures
        found[key] = (name, counts, answered)
    order = _order(one)
    return [
        rules.Part(key, *found[key])
        for key in sorted(found, key=lambda key: order.index(key) if key in order else len(order))
    ]


def _order(one: Assessment) -> list[str]:
    rows = Answer.objects.filter(assessment=one).order_by("control__position")
    pairs = rows.values_list("control__function", "control__category")
    return list(dict.fromkeys(rules.part_key(*pair) for pair in pairs))


def of_part(key: str) -> Q:
    """The answers of one page."""
    if key == rules.ALL:
        return Q(control__category="", control__function="")
    return Q(control__category=key) | Q(control__category="", control__function=key)


def answers_of(one: Assessment, key: str) -> list[Answer]:
    """The answers of a page with their controls, files, and how often each was changed: two queries."""
    files = AnswerEvidence.objects.filter(withdrawn_at=None)
    rows = Answer.objects.filter(of_part(key), assessment=one).select_related("control")
    rows = rows.annotate(times=Count("changes")).prefetch_related(Prefetch("evidence", queryset=files, to_attr="files"))
    found: list[Answer] = [*rows.order_by("control__position")]
    for row in found:
        row.assessment = one
    return found


def said_in(one: Assessment) -> dict[str, Said]:
    """What it says, by identifier: one query."""
    rows = Answer.objects.filter(assessment=one).order_by("control__position")
    columns = rows.values_list("control__identifier", "status", "documentation", "implementation")
    return {name: Said(status, first, second) for name, status, first, second in columns}


def said_by(rows: Iterable[Assessment]) -> Mapping[UUID, dict[str, Said]]:
    """What several say: one query for all of them."""
    ids = [one.pk for one in rows]
    found: dict[UUID, dict[str, Said]] = {pk: {} for pk in ids}
    answers = Answer.objects.filter(assessment__in=ids).order_by("control__position")
    columns = answers.values_list("assessment", "control__identifier", "status", "documentation", "implementation")
    for owner, name, status, first, second in columns:
        found[owner][name] = Said(status, first, second)
    return found


# Others beside it -----------------------------------------------------------------------------------------------------------------


def beside(viewer: Viewer, one: Assessment) -> dict[str, Assessment]:
    """For each kind the newest of the same constituent and framework that this viewer may read; `one` itself for its own kind.

    An auditor sees the others once his own is submitted, or when they were shared with him: until then his findings are his own.
    """
    rows = seen(viewer)
    if rules.is_auditor(viewer, whose(one)):
        rows = (
            Assessment.objects.select_related(*WITH) if rules.auditor_compares(whose(one)) else rows.filter(pk=one.pk)
        )
    family = rows.filter(organisation=one.organisation_id, edition__framework=one.edition.framework_id, exercise=one.exercise)  # fmt: skip
    found = {one.kind: one}
    newest = family.exclude(kind=one.kind).exclude(state=Assessment.State.CLOSED, submitted_at=None)
    for other in newest.order_by("-opened_at"):
        if other.kind not in found and _may_compare(viewer, one, other):
            found[other.kind] = other
    return {kind: found[kind] for kind in rules.KINDS if kind in found}


def _may_compare(viewer: Viewer, one: Assessment, other: Assessment) -> bool:
    if rules.is_auditor(viewer, whose(one)):
        return other.kind != rules.EXTERNAL  # another auditor's work is not his to read
    return rules.reads_answers(viewer, whose(other))


def series(viewer: Viewer, one: Assessment) -> list[Assessment]:
    """This one and those before it of the same kind, newest first, that the viewer may read; at most a dozen."""
    rows = seen(viewer).filter(
        organisation=one.organisation_id, edition__framework=one.edition.framework_id, kind=one.kind,
        exercise=one.exercise, opened_at__lt=one.opened_at, submitted_at__isnull=False,
    )  # fmt: skip
    if one.kind == rules.PROVIDER:
        rows = rows.filter(author=one.author_id)
    return [one, *rows.order_by("-opened_at")[:11]]


def before(viewer: Viewer, one: Assessment) -> Assessment | None:
    """The one before it, when the viewer may read it: an auditor sees his own, not what another found."""
    return seen(viewer).filter(pk=one.previous_id).first() if one.previous_id else None
