"""What is learnt, on the marked stage (`tests.web.marked_stage`): an assessment, a lesson and so on of three markings, each with a word of its own.

Ethical hacking is not here: its circles are narrower than TLP, and `tests/readiness/test_findings.py` tries them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

from paraat.kernel.marking import Tlp
from paraat.platform import moment
from paraat.readiness.actions.assessments import submit_assessment
from paraat.readiness.models import (
    Assessment,
    Attendance,
    ContinuityTest,
    CriticalService,
    Lesson,
    LessonAnswer,
    Measure,
    Participation,
    Programme,
    Question,
    Session,
    SupplierMeasure,
    TestedService,
)
from tests import cast
from tests.readiness.assessed import answer, answered, edition, opened

OF_LEARNING = (Assessment, CriticalService, ContinuityTest, Measure, Participation, Lesson, LessonAnswer, Session, SupplierMeasure)  # fmt: skip
"""What only the team, its auditor and the constituent have pages of, however low it is marked."""
PLACES = {
    "/assessments/answers/": "answers",
    "/assessments/files/": "",
    "/assessments/together/": "",
    "/continuity/of/": "towns",
    "/continuity/suppliers/": "suppliers",
    "/continuity/tests/": "tests",
    "/frameworks/controls/": "controls",
    "/frameworks/": "editions",
    "/guidance/": "",
    "/lessons/answers/": "lesson-answers",
    "/measures/council/": "towns",
    "/measures/gaps/": "assessments",
    "/programmes/call-ups/": "",
    "/programmes/quarantine/": "",
    "/programmes/of/": "programmes",
} | {
    f"/{noun}/": noun
    for noun in ("assessments", "lessons", "measures", "supplier-measures", "participations", "sessions")
}
"""Beginnings of addresses, and of what they speak ("" of nothing on this stage); the first that fits is meant."""
SECOND = {"what": "signed-up", "day": "2024-01-01", "key": "PR.AA", "revision": "1", "deed": "edit"}
"""What a second parameter stands for, where it is no row."""


LEVELS = (Tlp.GREEN, Tlp.AMBER_STRICT, Tlp.RED)
"""What many may read, what the constituent, the team and its auditor may, and what the auditor may not."""


def addresses(stage: Any, path: str) -> Iterator[str]:
    """The addresses of a route that speaks of what is learnt, for everything of it on the stage."""
    noun = next(noun for beginning, noun in PLACES.items() if path.startswith(beginning))
    assert not noun or stage.ids[noun], f"nothing on the stage for {path}"
    for key in stage.ids[noun] if noun else ():
        whole = re.sub(r"<\w+>", str(key), path, count=1)
        for name in re.findall(r"<(\w+)>", whole):
            whole = whole.replace(f"<{name}>", SECOND.get(name, str(key)))
        yield whole


def set_up(stage: Any) -> None:
    """One of everything, of every level, of the victim."""
    stage.ids["towns"].append(stage.victim.pk)
    stage.ids["suppliers"].append(cast.provider().pk)
    for level in LEVELS:
        _assessment(stage, level)
        if level <= Tlp.AMBER_STRICT:  # a lesson for many is no higher
            _lesson(stage, level)
        _measure(stage, level)
        _participation(stage, level)
        _continuity(stage, level)
        _session(stage, level)


def _assessment(stage: Any, level: Tlp) -> None:
    word = stage.mark(level)
    row = opened(stage.victim, edition(3, key=f"list-{int(level)}"))
    one = answer(row, "C01")
    answered(row, by=stage.by, C01="not_met", C02="met", C03="met")
    type(one).objects.filter(pk=one.pk).update(explanation=word)
    submit_assessment(assessment=row, by=stage.by)
    Assessment.objects.filter(pk=row.pk).update(number=word, tlp=level, closed_because=word)
    row.refresh_from_db()
    stage.keep(word, row, "assessments")
    stage.ids["answers"].append(one.pk)
    stage.ids["editions"].append(row.edition_id)
    stage.ids["controls"].append(one.control_id)


def _lesson(stage: Any, level: Tlp) -> None:
    word, now = stage.mark(level), moment.now()
    said = dict.fromkeys(("nl", "fr", "de", "en"), f"{word} learnt")
    row = Lesson.objects.create(
        number=word, state="released", title=said, happened=said, advice=said, tlp=level, created_at=now, created_by=word,
        released_at=now, released_by=word, case=stage.cases[0],
    )  # fmt: skip
    answer_word = stage.mark(Tlp.AMBER)
    one = LessonAnswer.objects.create(
        lesson=row, organisation=stage.victim, state="not_applicable", because=answer_word, answered_at=now, answered_by=answer_word,
    )  # fmt: skip
    stage.keep(word, row, "lessons")
    stage.marks[answer_word] = (one, row)
    stage.ids["lesson-answers"].append(one.pk)


def _measure(stage: Any, level: Tlp) -> None:
    word, asked_word, now = stage.mark(level), stage.mark(level), moment.now()
    asked = SupplierMeasure.objects.create(
        organisation=cast.provider(), title=asked_word, text=asked_word, answer=asked_word, asked_at=now, changed_at=now, tlp=level
    )  # fmt: skip
    row = Measure.objects.create(
        organisation=stage.victim, number=word, title=word, text=word, plain=word, owner_name=word, created_at=now, created_by=word,
        due_on=moment.today() - timedelta(days=100), cost=Decimal(100), supplier=asked, shown_at=now, tlp=level,
    )  # fmt: skip
    stage.keep(asked_word, asked, "supplier-measures")
    stage.keep(word, row, "measures")


def _participation(stage: Any, level: Tlp) -> None:
    word, now = stage.mark(level), moment.now()
    programme = Programme.objects.create(key=f"help-{int(level)}", title={"en": "Help"}, created_at=now)
    row = Participation.objects.create(
        programme=programme, organisation=stage.victim, state="equivalent", equivalent=word, because=word, state_at=now, tlp=level,
    )  # fmt: skip
    stage.keep(word, row, "participations")
    stage.ids["programmes"].append(programme.key)


def _continuity(stage: Any, level: Tlp) -> None:
    word, test_word, now = stage.mark(level), stage.mark(level), moment.now()
    service = CriticalService.objects.create(
        organisation=stage.victim, kind="other", name=word, workaround=word, systems=[word], changed_at=now, changed_by=word,
        max_downtime_hours=4, rto_hours=8, tlp=level,
    )  # fmt: skip
    service.suppliers.add(cast.provider())
    test = ContinuityTest.objects.create(
        organisation=stage.victim, kind="real", on=moment.today(), hours=3, result="late", remarks=test_word, recorded_at=now, recorded_by=test_word,
        tlp=level,
    )  # fmt: skip
    TestedService.objects.create(test=test, service=service, limit_hours=4, result="late")
    stage.keep(word, service)
    stage.keep(test_word, test, "tests")
    stage.marks[test_word] = (test, service)


def _session(stage: Any, level: Tlp) -> None:
    word, own_word, now = stage.mark(level), stage.mark(Tlp.AMBER), moment.now()
    said = dict.fromkeys(("nl", "fr", "de", "en"), f"{word} told")
    row = Session.objects.create(
        number=word, state="invited", title=said, text=said, place=word, link=f"https://{word}.example/", starts_at=now + timedelta(days=1),
        ends_at=now + timedelta(days=1, hours=1), created_at=now, created_by=word, tlp=level,
    )  # fmt: skip
    comes = Attendance.objects.create(
        session=row, organisation=stage.victim, state="coming", who=own_word, answered_at=now
    )
    Question.objects.create(session=row, attendance=comes, text=word, asked_at=now, answer=word, answered_at=now)
    stage.keep(word, row, "sessions")
    stage.marks[own_word] = (comes, row)
