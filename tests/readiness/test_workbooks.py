"""A self-assessment goes to the official workbook and back: nothing of it is lost, and nothing else of the workbook changes."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paraat.formats.workbook import read_book
from paraat.kernel.actor import SYSTEM
from paraat.kernel.errors import Invalid
from paraat.platform.models import JournalEntry
from paraat.readiness.actions.answers import NotOpen
from paraat.readiness.actions.workbooks import export_answers, import_answers
from paraat.readiness.frameworks import current
from paraat.readiness.models import Answer, Assessment
from paraat.readiness.outcome import result_of
from paraat.readiness.rules.cyfun_workbook import SHEETS, Line, recognise
from tests import cast
from tests.readiness import assessed, official

pytestmark = pytest.mark.django_db
NOTES = 'Uitleg met é, <teken> & "aanhaling"\nen een tweede regel'


def cyfun(level: str = "essential") -> Assessment:
    return assessed.opened(cast.ronse(), current("cyfun-2025"), level=level)


def said(assessment: Assessment) -> dict[str, tuple[str, int | None, int | None, str]]:
    rows = assessment.answers.exclude(version=0).select_related("control")
    return {
        one.control.identifier: (one.status, one.documentation, one.implementation, one.explanation) for one in rows
    }


def lines(content: bytes) -> dict[str, Line]:
    book = read_book(content, SHEETS)
    return {one.identifier: one for one in recognise(book.names, book.rows).lines}


def answer(assessment: Assessment, identifier: str, **fields: object) -> None:
    row = assessed.answer(assessment, identifier)
    Answer.objects.filter(pk=row.pk).update(version=row.version + 1, **fields)  # type: ignore[arg-type]


def test_a_whole_self_assessment_goes_there_and_back() -> None:
    first = cyfun()
    for place, one in enumerate(official.controls()):
        words = NOTES if place % 7 == 0 else ""
        pair = {"documentation": place % 5 + 1, "implementation": (place + 2) % 5 + 1}
        answer(first, one["identifier"], explanation=words, **pair)
    answer(first, "GV.OC-01.1", status="not_applicable", documentation=None, implementation=None)
    given_back = export_answers(assessment=first, content=official.workbook(), by=SYSTEM)
    assert (given_back.formulas, given_back.no_row) == ((), ())

    second = assessed.opened(cast.spiere_helkijn(), current("cyfun-2025"), level="essential")
    taken = import_answers(assessment=second, content=given_back.content, by=SYSTEM)
    assert (len(taken.answers), taken.same, taken.bad, taken.not_asked) == (218, 0, (), ())
    assert said(second) == said(first)
    assert result_of(second)["total"] == result_of(first)["total"]
    again = import_answers(assessment=second, content=given_back.content, by=SYSTEM)
    assert (len(again.answers), again.same) == (0, 218)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.sampled_from([one["identifier"] for one in official.controls("basic")]),
        st.tuples(st.none() | st.integers(1, 5), st.none() | st.integers(1, 5), st.sampled_from(["", "Uitleg"])),
        max_size=12,
    )
)
def test_any_answers_go_there_and_back(answers: dict[str, tuple[int | None, int | None, str]]) -> None:
    Assessment.objects.filter(state="open").update(state="closed")
    first = cyfun("basic")
    for name, (documentation, implementation, words) in answers.items():
        answer(first, name, documentation=documentation, implementation=implementation, explanation=words)
    content = export_answers(assessment=first, content=official.workbook("basic"), by=SYSTEM).content
    Assessment.objects.filter(pk=first.pk).update(state="closed")
    second = cyfun("basic")
    import_answers(assessment=second, content=content, by=SYSTEM)
    kept = {name: ("open", *values) for name, values in answers.items() if values != (None, None, "")}
    assert said(second) == kept


def test_everything_else_of_the_workbook_stays_byte_for_byte() -> None:
    first = cyfun("important")
    answer(first, "PR.AA-03.2", documentation=4, implementation=2, explanation=NOTES)
    before = official.workbook("important")
    after = export_answers(assessment=first, content=before, by=SYSTEM).content
    with zipfile.ZipFile(io.BytesIO(before)) as old, zipfile.ZipFile(io.BytesIO(after)) as new:
        assert old.namelist() == new.namelist()
        changed = {one for one in old.namelist() if old.read(one) != new.read(one)}
    assert changed == {"xl/worksheets/sheet5.xml"}  # PROTECT, after Introduction, Maturity Levels, GOVERN, IDENTIFY
    assert lines(after)["PR.AA-03.2"].comments == NOTES
    rest = {name: one for name, one in lines(after).items() if name != "PR.AA-03.2"}
    assert rest == {name: one for name, one in lines(before).items() if name != "PR.AA-03.2"}


def test_what_was_not_answered_leaves_the_workbook_alone() -> None:
    before = official.workbook("basic", {"PR.AA-03.2": (3, 3, "theirs")})
    after = export_answers(assessment=cyfun("basic"), content=before, by=SYSTEM).content
    assert lines(after) == lines(before)


@pytest.mark.parametrize(("status", "words"), [("not_testable", "Could not be tested."), ("error", "The test failed.")])
def test_what_could_not_be_tested_is_never_written_as_a_score(status: str, words: str) -> None:
    first = cyfun("basic")
    answer(first, "PR.AA-03.2", status=status, documentation=5, implementation=5, explanation="No access")
    before = official.workbook("basic", {"PR.AA-03.2": (3, 3, "")})
    content = export_answers(assessment=first, content=before, by=SYSTEM).content
    line = lines(content)["PR.AA-03.2"]
    assert (line.documentation, line.implementation, line.comments) == (None, None, f"{words} No access")
    assert import_answers(assessment=first, content=content, by=SYSTEM).answers == {}


def test_an_auditor_writes_in_the_column_of_the_assessor() -> None:
    first = assessed.opened(cast.ronse(), current("cyfun-2025"), level="essential", kind="external")
    answer(first, "PR.AA-03.2", documentation=2, implementation=2, explanation="Seen on site")
    before = official.workbook(answers={"PR.AA-03.2": (4, 4, "says the town")})
    line = lines(export_answers(assessment=first, content=before, by=SYSTEM).content)["PR.AA-03.2"]
    assert (line.documentation, line.comments, line.assessor) == (2, "says the town", "Seen on site")


def test_looking_first_saves_nothing_and_says_what_is_put_aside() -> None:
    first = cyfun("basic")
    content = official.workbook(
        "essential", {"PR.AA-03.2": (4, 4, ""), "PR.DS-11.1": (9, 4, ""), "GV.OC-02.1": (3, 3, "")}
    )
    looked = import_answers(assessment=first, content=content, by=SYSTEM, dry_run=True)
    assert (set(looked.answers), looked.not_asked, looked.saved) == (
        {"PR.AA-03.2", "PR.DS-11.1"},
        ("GV.OC-02.1",),
        False,
    )
    assert [(one.sheet, one.field, one.found) for one in looked.bad] == [("PROTECT", "documentation", "9")]
    assert said(first) == {}
    assert not JournalEntry.objects.filter(verb="assessment.workbook_read").exists()
    import_answers(assessment=first, content=content, by=SYSTEM)
    assert said(first) == {"PR.AA-03.2": ("open", 4, 4, ""), "PR.DS-11.1": ("open", None, 4, "")}
    first.refresh_from_db()
    assert first.answered == 1


def test_figures_take_back_does_not_apply_but_no_other_status() -> None:
    first = cyfun("basic")
    answer(first, "PR.AA-03.2", status="not_applicable")
    answer(first, "PR.DS-11.1", status="partly")
    content = official.workbook("basic", {"PR.AA-03.2": (4, 4, ""), "PR.DS-11.1": (4, 4, "")})
    import_answers(assessment=first, content=content, by=SYSTEM)
    assert [said(first)[one][0] for one in ("PR.AA-03.2", "PR.DS-11.1")] == ["open", "partly"]


def test_only_an_open_assessment_of_cyfun_has_a_workbook() -> None:
    with pytest.raises(Invalid):
        export_answers(assessment=assessed.opened(cast.ronse()), content=official.workbook(), by=SYSTEM)
    first = cyfun()
    Assessment.objects.filter(pk=first.pk).update(state="submitted")
    first.refresh_from_db()
    with pytest.raises(NotOpen):
        import_answers(assessment=first, content=official.workbook(), by=SYSTEM)
    export_answers(
        assessment=first, content=official.workbook(), by=SYSTEM
    )  # what was submitted may still be taken along
