"""The intake's data and rules: forms, texts, hours, turns."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from paraat.cloud.catalog.intake import hooks
from paraat.cloud.catalog.intake.app import form, papers, words
from paraat.cloud.catalog.intake.app.actions.queue import MOVES
from paraat.cloud.catalog.intake.app.hours import ZONE, Plan, Waiting, next_of, spans_of, spans_written
from paraat.cloud.catalog.intake.app.limits import Limits
from paraat.cloud.catalog.intake.app.refused import Refused
from paraat.cloud.catalog.intake.app.submission import STATUSES
from paraat.cloud.catalog.intake.app.tenant import LANGUAGES
from tests.house import house

APP = Path(hooks.__file__).parent / "app"
TIMES = st.builds(time, st.integers(0, 23), st.sampled_from((0, 5, 15, 30, 45)))
SPANS = (
    st.lists(TIMES, max_size=6, unique=True)
    .map(sorted)
    .map(lambda edges: tuple(zip(edges[::2], edges[1::2], strict=False)))
)
PLANS = st.builds(
    Plan,
    hours=st.tuples(*[SPANS] * 7),
    minutes=st.integers(5, 120),
    desks=st.integers(1, 4),
    ahead=st.integers(0, 20),
    closed=st.lists(st.dates(date(2026, 11, 1), date(2026, 12, 31)), max_size=3).map(tuple),
    walk_in=st.booleans(),
)
MOMENTS = st.datetimes(datetime(2026, 10, 20), datetime(2027, 4, 1)).map(lambda one: one.replace(tzinfo=ZONE))


def asked() -> set[str]:
    """Every text that a template or a line of code asks for by name."""
    found: set[str] = set()
    for path in APP.rglob("*.html"):
        found |= set(re.findall(r'\bw\("(\w+)"(?!\s*~)', path.read_text(encoding="utf-8")))
    for path in APP.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        found |= set(re.findall(r'(?:\.word\(|word\(language, |Refused\()"(\w+)"', text))
        found |= set(
            re.findall(
                r'"((?:paper|field|minutes|desks|ahead|closed|hours)_(?:\w+_)?(?:wrong|empty|kind|required|long|large))"',
                text,
            )
        )
    families = {f"status_{one}" for one in STATUSES} | {f"visit_{one}" for one in form.VISITS}
    families |= {f"move_{one}" for one in (*MOVES, "again")} | {f"day_{day}" for day in range(7)}
    families |= {f"month_{month}" for month in range(1, 13)} | {
        f"field_{one}" for one in ("date", "choice", "phone", "mail")
    }
    families |= {f"{one}_wrong" for one in ("minutes", "desks", "ahead")}
    return found | families


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_there_in_every_language(language: str) -> None:
    known = words.catalogue(language)
    assert asked() - known.keys() == set(), "missing"
    assert not [key for key, text in known.items() if not text.strip()]
    holes = {key: set(re.findall(r"{(\w+)}", text)) for key, text in known.items()}
    assert holes == {key: set(re.findall(r"{(\w+)}", text)) for key, text in words.catalogue("en").items()}


def test_no_text_is_kept_that_nobody_shows() -> None:
    dynamic = {"day_written", "sign_in_first"}
    assert words.catalogue("en").keys() - asked() - dynamic == set()


@pytest.mark.parametrize("one", form.forms().values(), ids=lambda one: one.name)
def test_every_form_is_complete_in_every_language(one: form.Form) -> None:
    texts = [one.title, one.text, *(each.label for each in one.fields), *(label for _, label in one.papers)]
    texts += [each.help for each in one.fields if each.help] + ([one.limit] if one.limit else [])
    texts += [label for each in one.fields for _, label in each.options]
    assert all(set(text) == set(LANGUAGES) and all(text.values()) for text in texts)
    keys = [each.key for each in one.fields]
    assert len(keys) == len(set(keys))
    assert {each.kind for each in one.fields} <= set(form.KINDS)
    assert one.visits
    assert set(one.visits) <= set(form.VISITS)
    assert {"name", "phone", "mail"} <= set(keys)
    assert not {"csrf", "drop", "again", "visit"} & set(keys), "names that the pages use themselves"
    if one.legal:
        assert one.limit, "says what happens to time limits"


def test_the_forms_of_a_town_hall_are_there() -> None:
    assert {"birth", "death", "address", "permit", "social", "identity", "question"} <= set(form.forms())


@given(st.dictionaries(st.sampled_from(["question", "name", "phone", "mail", "more"]), st.text(max_size=60)))
def test_any_answer_is_kept_plain_or_refused(given_answers: dict[str, str]) -> None:
    answers, wrong = form.forms()["question"].read(given_answers)
    assert set(answers) == {"question", "name", "phone", "mail"}
    assert set(wrong) <= set(answers)
    assert not any(ord(letter) < 32 and letter != "\n" for text in answers.values() for letter in text)
    if not wrong:
        assert re.search(r"\d", answers["phone"])


@given(st.text(max_size=200))
def test_a_file_s_name_is_harmless(name: str) -> None:
    safe = papers.safe_name(name)
    assert 0 < len(safe) <= 80
    assert not set(safe) & set("/\\\0\n<>\"'")


@given(PLANS)
def test_hours_come_back_as_they_were_typed_and_kept(plan: Plan) -> None:
    assert Plan.from_json(plan.as_json()) == plan
    for spans in plan.hours:
        assert spans_of(spans_written(spans)) == spans


@pytest.mark.parametrize("text", ["12:00-9:00", "9-12, 11-13", "9", "25:00-26:00", "9:00-9:00", "a-b"])
def test_hours_that_cannot_be_are_refused(text: str) -> None:
    with pytest.raises(ValueError):
        spans_of(text)


@given(PLANS, MOMENTS)
def test_appointments_lie_within_the_hours_ahead_and_where_there_is_room(plan: Plan, now: datetime) -> None:
    free = plan.free(now, {})
    for day, times in free.items():
        assert day not in plan.closed
        assert 0 <= (day - now.date()).days <= plan.ahead
        for start in times:
            begins = datetime.combine(day, start)
            ends = begins + timedelta(minutes=plan.minutes)
            spans = [(datetime.combine(day, opens), datetime.combine(day, closes)) for opens, closes in plan.spans(day)]
            assert any(opens <= begins and ends <= closes for opens, closes in spans)
            assert begins.replace(tzinfo=ZONE) >= now
    if free:
        day, times = next(iter(free.items()))
        full = {(day.isoformat(), times[0].strftime("%H:%M")): plan.desks}
        assert times[0] not in plan.free(now, full).get(day, ())


@given(
    st.lists(
        st.tuples(st.integers(1, 900), st.none() | TIMES.map(lambda one: one.strftime("%H:%M"))),
        max_size=20,
        unique=True,
    ),
    MOMENTS,
)
def test_everybody_s_turn_comes_once(people: list[tuple[int, str | None]], now: datetime) -> None:
    waiting = [Waiting(str(index), number, at) for index, (number, at) in enumerate(people)]
    order = []
    while (turn := next_of(waiting, now)) is not None:
        order.append(turn)
        waiting.remove(turn)
    assert len(order) == len(people)
    due = [one for one in order if one.time and one.time <= now.strftime("%H:%M")]
    assert order[: len(due)] == due
    tickets = [one.number for one in order if not one.time]
    assert tickets == sorted(tickets)


def test_tries_are_counted_in_a_window() -> None:
    at = [0.0]
    limits = Limits(lambda: at[0])
    for _ in range(3):
        limits.tried("one", most=3, seconds=60)
    with pytest.raises(Refused):
        limits.tried("one", most=3, seconds=60)
    limits.tried("two", most=3, seconds=60)
    at[0] = 61
    limits.tried("one", most=3, seconds=60)


def test_no_page_holds_code_or_style_or_something_from_elsewhere() -> None:
    for path in APP.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\sstyle\s*=|<style\b|\son[a-z]+\s*=|<script(?![^>]*\bsrc=)", text), path.name
        assert not re.search(r"(?:src|href)\s*=\s*[\"'](?:https?:)?//", text), path.name


def test_the_program_imports_nothing_of_the_house() -> None:
    for path in APP.rglob("*.py"):
        assert "paraat" not in re.findall(
            r"^\s*(?:from|import) (\w+)", path.read_text(encoding="utf-8"), re.MULTILINE
        ), path


def test_packages_are_pinned_by_hash_and_those_of_the_tests() -> None:
    pinned = (APP.parent / "requirements.txt").read_text(encoding="utf-8")
    development = (house.ROOT / "requirements-dev.txt").read_text(encoding="utf-8")
    for name in ("starlette", "python-multipart", "bcrypt", "cryptography", "typst", "uvicorn", "jinja2"):
        line = re.search(rf"^{name}==\S+", pinned, re.MULTILINE)
        assert line
        assert f"\n{line.group(0)} " in development, f"{name} is tried in another version than it runs in"
    assert pinned.count("--hash") > len(re.findall(r"^\S+==", pinned, re.MULTILINE))


def test_the_service_says_what_the_town_reads() -> None:
    service = yaml.safe_load((APP.parent / "service.yaml").read_text(encoding="utf-8"))
    assert set(service["title"]) == set(service["text"]) == set(LANGUAGES)
