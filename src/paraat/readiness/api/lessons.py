"""Lessons: read, drafted, approved and released by the team; answered by constituents, and by service providers for many customers at once."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal, cast
from uuid import UUID

from django.http import Http404
from ninja import Query, Schema
from pydantic import Field, StringConstraints

from paraat.accounts.models import User
from paraat.incidents.models import Indicator
from paraat.kernel.marking import LABELLED, ROOM, TEAM, WATCHES, Role
from paraat.platform.api import Answer, ApiRequest, Operations, Page, Part, Plain, Scope, TlpLabel, page, visible
from paraat.readiness import lesson_figures
from paraat.readiness.actions import lessons as actions
from paraat.readiness.models import Lesson, LessonAnswer, LessonProvider
from paraat.registry.models import Organisation

operations = Operations(tags=["lessons"])
READS = ROOM | {Role.SPOC, Role.PROVIDER}
Language = Literal["nl", "fr", "de", "en"]
Line = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\u0000]*$")]
Words = Annotated[str, StringConstraints(max_length=10_000, pattern=r"^[^\u0000]*$")]
Because = Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\u0000]*$", strip_whitespace=True)]


class Trace(Schema):
    """Something to look for."""

    type: Indicator.Kind
    value: Annotated[
        str, StringConstraints(min_length=1, max_length=1000, pattern=r"^[^\u0000]*$", strip_whitespace=True)
    ]


class LessonOut(Answer):
    """A lesson as its recipients read it. From which case it comes, nobody outside the team learns."""

    id: UUID
    number: str
    state: str = Field(description="draft, released, closed or withdrawn")
    title: dict[str, str] = Field(description="per language")
    happened: dict[str, str]
    advice: dict[str, str]
    urgency: int = Field(description="1 within three months, 2 within two weeks, 3 within three days")
    indicators: list[dict[str, str]] = Field(description="type and value, whole: defang before you show them")
    released_at: datetime | None
    due_on: date | None = Field(description="by when an answer is wanted")
    ended_at: datetime | None
    ended_because: str
    tlp: TlpLabel
    exercise: bool


class LessonAnswerOut(Answer):
    """What one constituent does with a lesson."""

    id: UUID
    lesson: UUID = Field(validation_alias="lesson_id")
    organisation: UUID = Field(validation_alias="organisation_id")
    provider: UUID | None = Field(validation_alias="provider_id", description="who answered on its behalf")
    state: str = Field(description="open, done, planned, not_applicable or need_help")
    because: str
    planned_on: date | None
    looked: str = Field(description="not_yet, not_found, found or could_not; empty: there is nothing to look for")
    acknowledged_at: datetime | None
    answered_at: datetime | None
    answered_by: str
    exercise: bool


class PointOut(Schema):
    """How many had closed it at the end of a day."""

    on: date
    closed: int


class LessonFiguresOut(Schema):
    """What became of a lesson. Closed: done, or found not to apply. Days are medians, from the release; null: nobody yet."""

    told: int
    acknowledged: int
    answered: int
    silent: int
    closed: int
    by_providers: int
    share: int | None = Field(description="per cent that closed it, rounded down")
    days_to_answer: float | None
    days_to_close: float | None
    states: dict[str, int]
    looked: dict[str, int]
    curve: list[PointOut]


class LessonFilter(Part):
    """Which lessons."""

    state: Plain = Field("", max_length=9)
    exercise: bool | None = Field(None, description="only exercises, or only real ones")


@operations.read(
    "/lessons", scope=Scope.READINESS_READ, roles=READS, answer=Page[LessonOut], operation_id="listLessons"
)
def list_lessons(request: ApiRequest, which: Query[LessonFilter]) -> dict[str, Any]:
    """Lessons that you may see, newest first."""
    rows = Lesson.objects.visible_to(request.viewer)
    rows = rows.filter(state=which.state) if which.state else rows
    rows = rows if which.exercise is None else rows.filter(exercise=which.exercise)
    return page(rows.order_by("-created_at", "pk"), which)


@operations.read(
    "/lessons/{uuid:lesson}", scope=Scope.READINESS_READ, roles=READS, answer=LessonOut, operation_id="getLesson"
)
def get_lesson(request: ApiRequest, lesson: UUID) -> Lesson:
    """One lesson."""
    return cast("Lesson", visible(Lesson.objects.all(), request, lesson))


@operations.read(
    "/lessons/{uuid:lesson}/figures", scope=Scope.READINESS_READ, roles=WATCHES, answer=LessonFiguresOut, operation_id="getLessonFigures"
)  # fmt: skip
def get_figures(request: ApiRequest, lesson: UUID) -> LessonFiguresOut:
    """What became of it, among those that were told."""
    found = lesson_figures.of_lesson(visible(Lesson.objects.all(), request, lesson))
    named = (
        "told",
        "acknowledged",
        "answered",
        "silent",
        "closed",
        "by_providers",
        "share",
        "days_to_answer",
        "days_to_close",
    )
    curve = [PointOut(on=day, closed=closed) for day, closed in found.curve]
    return LessonFiguresOut(
        states=dict(found.states),
        looked=dict(found.looked),
        curve=curve,
        **{name: getattr(found, name) for name in named},
    )


class LessonAnswerFilter(Part):
    """Which answers."""

    lesson: UUID | None = None
    organisation: UUID | None = None
    state: Plain = Field("", max_length=14)
    exercise: bool | None = Field(None, description="only exercises, or only real ones")


@operations.read(
    "/lesson-answers", scope=Scope.READINESS_READ, roles=WATCHES | {Role.SPOC, Role.PROVIDER}, answer=Page[LessonAnswerOut],
    operation_id="listLessonAnswers",
)  # fmt: skip
def list_answers(request: ApiRequest, which: Query[LessonAnswerFilter]) -> dict[str, Any]:
    """Answers that you may see: all for the team, a constituent's own, a service provider's customers that agreed."""
    rows = LessonAnswer.objects.visible_to(request.viewer)
    rows = rows if request.viewer.clients else rows.told()
    for name in ("lesson", "organisation", "state"):
        rows = rows.filter(**{name: value}) if (value := getattr(which, name)) else rows
    rows = rows if which.exercise is None else rows.filter(exercise=which.exercise)
    return page(rows.order_by("-lesson__created_at", "pk"), which)


class LessonIn(Schema):
    """A lesson to be drafted; nothing leaves yet."""

    title: dict[Language, Line]
    happened: dict[Language, Words]
    advice: dict[Language, Words]
    urgency: Lesson.Urgency = Lesson.Urgency.SOON
    tlp: TlpLabel = "TLP:GREEN"
    indicators: list[Trace] = Field(default_factory=list, max_length=200)
    technology: Line = Field("", description="whose suppliers deliver it, or whose critical services run on it")
    province: str = Field("", max_length=5, description="NIS of the province", pattern="^[0-9]*$")
    kind: Organisation.Kind | None = None
    supplier: UUID | None = Field(None, description="the customers of this supplier")

    def audience(self) -> dict[str, Any]:
        """The audience as the action takes it; nothing narrows it down: everybody."""
        named = {
            name: str(value)
            for name in ("technology", "province", "kind", "supplier")
            if (value := getattr(self, name))
        }
        return named or {"all": True}


@operations.write(
    "/lessons", scope=Scope.READINESS_WRITE, roles=TEAM, answer=LessonOut, status=201, operation_id="draftLesson"
)
def draft(request: ApiRequest, what: LessonIn) -> Lesson:
    """Write a lesson. It is released by `releaseLesson`, after a second person where it goes to many."""
    texts: dict[str, Any] = {name: getattr(what, name) for name in ("title", "happened", "advice")}
    return actions.draft_lesson(
        by=request.actor, author=cast("User", request.user), urgency=what.urgency, tlp=LABELLED[what.tlp], audience=what.audience(),
        indicators=[{"type": str(one.type), "value": one.value} for one in what.indicators], **texts,
    )  # fmt: skip


@operations.write(
    "/lessons/{uuid:lesson}/approve",
    scope=Scope.READINESS_WRITE,
    roles=TEAM,
    answer=LessonOut,
    operation_id="approveLesson",
)
def approve(request: ApiRequest, lesson: UUID) -> Lesson:
    """The second person's yes. 403 for its author, 409 when it waits for none."""
    found = visible(Lesson.objects.all(), request, lesson)
    return actions.approve_lesson(lesson=found, by=request.actor, officer=cast("User", request.user))


@operations.write(
    "/lessons/{uuid:lesson}/release",
    scope=Scope.READINESS_WRITE,
    roles=TEAM,
    answer=LessonOut,
    operation_id="releaseLesson",
)
def release(request: ApiRequest, lesson: UUID) -> Lesson:
    """Tell everybody that it concerns. 403 when a second person has to approve first, 422 while somebody can be recognised in it."""
    return actions.release_lesson(lesson=visible(Lesson.objects.all(), request, lesson), by=request.actor)


class LessonAnswerIn(Schema):
    """What is done with a lesson."""

    state: Literal["done", "planned", "not_applicable", "need_help"]
    because: Because = ""
    planned_on: date | None = None
    looked: Literal["", "not_found", "found", "could_not"] = ""


@operations.write(
    "/lesson-answers/{uuid:lesson_answer}", scope=Scope.READINESS_WRITE, roles=TEAM | {Role.SPOC}, answer=LessonAnswerOut, operation_id="answerLesson"
)  # fmt: skip
def answer(request: ApiRequest, lesson_answer: UUID, said: LessonAnswerIn) -> LessonAnswer:
    """Answer for your own organisation; an officer notes what was told. 409 when somebody answered at the same moment, or it has ended."""
    rows = LessonAnswer.objects.told().select_related("lesson", "organisation")
    found: LessonAnswer = visible(rows, request, lesson_answer)
    if not request.viewer.is_team and found.organisation_id not in request.viewer.own:
        raise Http404
    return actions.answer_lesson(answer=found, by=request.actor, **said.dict())


class CustomersIn(LessonAnswerIn):
    """The same for several customers at once."""

    customers: list[UUID] = Field(min_length=1, max_length=1000)


@operations.write(
    "/lessons/{uuid:lesson}/customers", scope=Scope.READINESS_WRITE, roles=[Role.PROVIDER], answer=list[LessonAnswerOut],
    operation_id="answerLessonForCustomers",
)  # fmt: skip
def answer_for_customers(request: ApiRequest, lesson: UUID, said: CustomersIn) -> list[LessonAnswer]:
    """A service provider answers for customers that agreed that it reads along: all of them, or none (403)."""
    told = (
        LessonProvider.objects.filter(lesson=lesson, provider__in=request.viewer.own)
        .select_related("lesson", "provider")
        .first()
    )
    if told is None:
        raise Http404
    given = said.dict()
    customers = given.pop("customers")
    return actions.answer_for_customers(
        lesson=told.lesson, provider=told.provider, customers=customers, by=request.actor, **given
    )
