"""An edition from the user's own workbook, and running assessments that go along with it without losing an answer."""

from __future__ import annotations

from datetime import date

import pytest

from paraat.formats.errors import FormatError
from paraat.kernel.actor import SYSTEM
from paraat.kernel.errors import Conflict, Invalid
from paraat.readiness.actions.answers import NoLongerAsked, save_answer
from paraat.readiness.actions.assessments import submit_assessment
from paraat.readiness.actions.editions import import_edition, take_along
from paraat.readiness.frameworks import current, importing
from paraat.readiness.models import Answer, Assessment, CommonAnswer, Control, Edition
from tests import cast
from tests.readiness import assessed, official

pytestmark = pytest.mark.django_db


def imported(version: str = "2026-02-25", **fields: object) -> Edition:
    return import_edition(content=official.workbook(**fields), version=version, by=SYSTEM)  # type: ignore[arg-type]


def cyfun(level: str = "important") -> Assessment:
    return assessed.opened(cast.ronse(), current("cyfun-2025"), level=level)


# Importing ------------------------------------------------------------------------------------------------------------------------
def test_the_official_words_come_beside_ours_and_it_becomes_the_current_edition() -> None:
    edition = imported()
    assert current("cyfun-2025") == edition
    assert (edition.controls.count(), edition.imported, edition.quarantine) == (218, True, [])
    row = edition.controls.get(identifier="PR.AA-03.2")
    assert row.text == "What the test asks for under PR.AA-03.2"
    assert row.title["nl"] == "MFA voor toegang van buitenaf"
    assert (row.function, row.category, row.subcategory, row.key_measure) == ("PROTECT", "PR.AA", "PR.AA-03", True)
    assert list(edition.controls.values_list("identifier", flat=True)) == [
        one["identifier"] for one in official.controls()
    ]


def test_the_same_file_again_is_the_same_edition_and_a_name_is_given_once() -> None:
    assert imported() == imported(version="another name")
    with pytest.raises(Conflict):
        imported(text="Other words")
    with pytest.raises(Invalid):
        imported(version=" ")


def test_a_plan_writes_nothing_and_says_what_would_change() -> None:
    rows = official.controls()
    rows = [{**rows[0], "level": "essential"}, *rows[2:], {**rows[-1], "identifier": "RC.CO-04.9"}]
    before = Control.objects.count()
    planned = importing.plan(official.workbook(rows=rows))
    assert [one.identifier for one in planned.difference.added] == ["RC.CO-04.9"]
    assert [one.identifier for one in planned.difference.removed] == [official.controls()[1]["identifier"]]
    assert [(one.identifier, one.what) for one in planned.difference.changed] == [("GV.OC-01.1", ("level",))]
    assert Control.objects.count() in (before, before + 240)  # what ships may have been loaded, nothing else


def test_what_was_put_aside_is_kept_and_then_nothing_disappears() -> None:
    rows = official.controls()
    edition = imported(rows=[*rows[1:], {**rows[0], "level": "golden"}])
    assert [(one["sheet"], one["row"], one["field"]) for one in edition.quarantine] == [("GOVERN", 42, "level")]
    assert edition.controls.count() == 218


def test_a_workbook_for_a_lower_level_leaves_the_higher_ones() -> None:
    edition = imported(level="basic")
    assert edition.controls.count() == 218
    assert edition.controls.exclude(text="").count() == 34


def test_another_workbook_is_refused() -> None:
    import io

    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    book.add_worksheet("GOVERN").write("A1", "nothing")
    book.close()
    with pytest.raises(FormatError):
        import_edition(content=out.getvalue(), version="1", by=SYSTEM)


def test_a_date_may_be_given_and_decides_which_is_current() -> None:
    imported()
    old = import_edition(
        content=official.workbook(text="Old"), version="2023", by=SYSTEM, published_on=date(2023, 3, 1)
    )
    assert current("cyfun-2025") != old


# Taking along ---------------------------------------------------------------------------------------------------------------------
def newer() -> Edition:
    """An edition in which one is gone, one is new, one has another level and one other words."""
    rows = official.controls()
    gone = [one for one in rows if one["identifier"] not in ("PR.AA-03.1", "PR.AA-05.7")]
    moved = [{**one, "level": "essential"} if one["identifier"] == "GV.OC-01.1" else one for one in gone]
    new = {**rows[-1], "identifier": "RC.CO-04.9", "level": "basic"}
    return imported(rows=[*moved, new], version="next")


def test_answers_follow_the_identifier_and_none_is_lost() -> None:
    assessment = cyfun()
    assessed.answered(assessment, **{"PR.AA-03.1": "met", "PR.AA-03.2": "partly", "GV.OC-01.1": "error", "PR.DS-11.1": "not_testable"})  # fmt: skip
    before = {one.pk: (one.control.identifier, one.status) for one in assessment.answers.select_related("control")}
    edition = newer()
    taken = take_along(assessment=assessment, edition=edition, by=SYSTEM)
    after = {one.pk: (one.control.identifier, one.status) for one in taken.answers.select_related("control")}
    assert before.items() <= after.items()
    assert {name for name, _status in after.values()} - {name for name, _status in before.values()} == {"RC.CO-04.9"}
    assert (taken.edition, taken.asked, taken.answered, taken.untestable, taken.errors) == (edition, 131, 2, 1, 0)
    kept = taken.answers.exclude(control__edition=edition).values_list("control__identifier", "status")
    assert set(kept) == {("PR.AA-03.1", "met"), ("PR.AA-05.7", "open"), ("GV.OC-01.1", "error")}


def test_what_is_no_longer_asked_is_read_only_and_does_not_count() -> None:
    assessment = cyfun()
    assessed.answered(assessment, **{"PR.AA-03.1": "met", "PR.AA-03.2": "met"})
    take_along(assessment=assessment, edition=newer(), by=SYSTEM)
    row = Answer.objects.select_related("control", "assessment").get(
        assessment=assessment, control__identifier="PR.AA-03.1"
    )
    with pytest.raises(NoLongerAsked):
        save_answer(answer=row, version=row.version, by=SYSTEM, status="not_met")
    submitted = submit_assessment(assessment=assessment, by=SYSTEM)
    assert (submitted.result["asked"], submitted.result["answered"]) == (131, 1)


def test_a_control_that_returns_finds_its_answer_again() -> None:
    assessment = cyfun()
    assessed.answered(assessment, **{"PR.AA-03.1": "met"})
    take_along(assessment=assessment, edition=newer(), by=SYSTEM)
    take_along(assessment=assessment, edition=imported(version="later", text="Once more"), by=SYSTEM)
    row = assessed.answer(assessment, "PR.AA-03.1")
    assert (row.status, row.control.edition.version) == ("met", "later")
    assessment.refresh_from_db()
    assert (assessment.asked, assessment.answered) == (133, 1)


def test_it_is_taken_along_only_while_open_and_only_within_its_framework() -> None:
    assessment = cyfun()
    with pytest.raises(Conflict):
        take_along(assessment=assessment, edition=current("cyfun-2025"), by=SYSTEM)
    with pytest.raises(Invalid):
        take_along(assessment=assessment, edition=current("basics"), by=SYSTEM)
    edition = newer()
    other = assessed.opened(cast.ronse(), edition, level="important")
    with pytest.raises(Conflict):
        take_along(assessment=assessment, edition=edition, by=SYSTEM)
    Assessment.objects.filter(pk=assessment.pk).update(state="submitted")
    Assessment.objects.filter(pk=other.pk).update(state="closed")
    with pytest.raises(Conflict):
        take_along(assessment=assessment, edition=edition, by=SYSTEM)


def test_what_a_provider_answered_for_all_goes_along() -> None:
    first = assessed.edition(key="small")
    second = assessed.edition(key="small", version="2")
    town, provider = cast.ronse(), cast.provider()
    row = Assessment.objects.create(
        number="S2026-9999", organisation=town, edition=first, kind="provider", author=provider, opened_at=first.added_at
    )  # fmt: skip
    control = first.controls.get(identifier="C01")
    Answer.objects.create(assessment=row, control=control, status="met", common=True, version=1)
    CommonAnswer.objects.create(author=provider, control=control, status="met", version=1)
    take_along(assessment=row, edition=second, by=SYSTEM)
    assert CommonAnswer.objects.get(author=provider, control__edition=second).status == "met"
    assert row.answers.filter(control__edition=second).count() == 6


def test_who_had_the_older_question_before_him_is_told() -> None:
    assessment = cyfun()
    stale = assessed.answer(assessment, "PR.AA-03.2")
    gone = assessed.answer(assessment, "PR.AA-03.1")
    take_along(assessment=assessment, edition=newer(), by=SYSTEM)
    with pytest.raises(Conflict):
        save_answer(answer=stale, version=0, by=SYSTEM, status="met")
    fresh = assessed.answer(assessment, "PR.AA-03.2")
    save_answer(answer=fresh, version=0, by=SYSTEM, status="met")
    with pytest.raises(Conflict):
        save_answer(answer=Answer.objects.get(pk=gone.pk), version=0, by=SYSTEM, status="met")
    assessment.refresh_from_db()
    assert assessment.answered == 1
