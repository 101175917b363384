"""Methods, scores, terms, patterns and the clocks of researchers."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paraat.incidents import regimes
from paraat.readiness.rules import cvss, disclosures, methods, patterns, terms
from paraat.readiness.rules.terms import Entry, Terms

TERMS = Terms(
    "town",
    (Entry("domain", "ronse.be"),),
    (),
    date(2026, 11, 22),
    date(2026, 12, 1),
    ("web",),
    (),
    False,
    "",
    "+32 1",
    "At night only.",
)


@pytest.mark.parametrize(
    ("vector", "score", "word"),
    [
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", "10.0", "critical"),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", "9.3", "critical"),
        (" cvss:4.0/av:n/ac:l/at:n/pr:n/ui:n/vc:n/vi:n/va:n/sc:n/si:n/sa:n ", "0.0", "none"),
        ("CVSS:4.0/AV:L/AC:H/AT:P/PR:H/UI:A/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N", "1.0", "low"),
    ],
)
def test_vectors_are_scored_as_first_publishes_it(vector: str, score: str, word: str) -> None:
    found = cvss.read(vector)
    assert (found.score, found.word) == (Decimal(score), word) and found.vector.startswith("CVSS:4.0/")


@pytest.mark.parametrize(
    "wrong",
    ["", "9.8", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "CVSS:4.0/", "CVSS:4.0/AV:X", "CVSS:4.0/AV:N/AV:N"],
)
def test_what_is_no_vector_is_said(wrong: str) -> None:
    with pytest.raises(cvss.WrongVector):
        cvss.read(wrong)


@given(st.text(max_size=80))
def test_no_text_breaks_the_scoring(text: str) -> None:
    with pytest.raises(cvss.WrongVector):
        cvss.read("CVSS:4.0/" + text)


def test_the_same_terms_have_the_same_digest_and_any_change_another() -> None:
    assert terms.read(TERMS.as_json()) == TERMS
    assert terms.digest(terms.read(TERMS.as_json())) == terms.digest(TERMS)
    changed = TERMS.as_json() | {"rules": "Any time."}
    assert terms.digest(terms.read(changed)) != terms.digest(TERMS)
    assert len(terms.control(terms.digest(TERMS))) == 19


def test_what_is_neither_allowed_nor_forbidden_is_not_allowed() -> None:
    given_ = {"allowed": ["web"], "forbidden": ["load"], "social": False}
    assert [methods.why_not(one, **given_) for one in ("web", "load", "social", "wireless", "?")] == [
        "", "forbidden", "social", "not_allowed", "unknown",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "found"), [("79", "CWE-79"), ("cwe79", "CWE-79"), (" CWE-1104 ", "CWE-1104"), ("", "")]
)
def test_a_cwe_number_is_read(text: str, found: str) -> None:
    assert patterns.cwe(text) == found


@pytest.mark.parametrize("text", ["XSS", "CWE-", "CWE-0", "79; drop"])
def test_what_is_none_is_said(text: str) -> None:
    with pytest.raises(ValueError, match="not a CWE"):
        patterns.cwe(text)


@given(
    st.lists(st.tuples(st.sampled_from(["CWE-79", "CWE-89", ""]), st.integers(0, 8)), max_size=60), st.integers(0, 9)
)
def test_no_pattern_speaks_of_fewer_than_five(found: list[tuple[str, int]], least: int) -> None:
    many = Counter(pattern for pattern, _town in set(found))
    shown = {one.pattern: one.organisations for one in patterns.patterns(found, least=least)}
    assert shown == {pattern: number for pattern, number in many.items() if pattern and number >= max(5, least)}


@given(st.datetimes(datetime(2024, 11, 1), datetime(2030, 1, 1), timezones=st.just(UTC)))
def test_a_researcher_has_24_and_72_hours_from_the_discovery(at: datetime) -> None:
    regime = regimes.current(disclosures.REGIME, date(2026, 1, 1))
    found = disclosures.clocks(regime, at)
    assert found.simple == at + timedelta(hours=24) and found.full == at + timedelta(hours=72)
    assert disclosures.clocks(regime, None) == disclosures.Clocks(None, None)


@pytest.mark.parametrize(
    ("due", "came", "standing"),
    [
        (None, 1, "unknown"),
        (2, 1, "in_time"),
        (2, 2, "in_time"),
        (2, 3, "late"),
        (3, None, "waiting"),
        (1, None, "overdue"),
    ],
)
def test_how_a_report_stands(due: int | None, came: int | None, standing: str) -> None:
    def at(hour: int | None) -> datetime | None:
        return datetime(2026, 11, 22, hour, tzinfo=UTC) if hour is not None else None

    assert disclosures.standing(at(due), at(came), datetime(2026, 11, 22, 2, tzinfo=UTC)) == standing
