"""Lines that people paste: read, named when wrong, and written back the same."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from paraat.cloud.rules import lines

words = st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=1, max_size=12)
logins = st.from_regex(r"[a-z][a-z0-9.-]{1,10}[a-z0-9]", fullmatch=True).filter(lambda one: one not in lines.RESERVED)


@given(st.lists(st.tuples(logins, words, st.sampled_from(lines.LANGUAGES)), unique_by=lambda one: one[0], max_size=6))
def test_accounts_come_back_as_they_were_written(rows: list[tuple[str, str, str]]) -> None:
    kept = [dict(zip(("login", "name", "language"), row, strict=True)) for row in rows]
    taken = lines.accounts(lines.written(kept, "login", "name", "language"))
    assert (taken.rows, taken.wrong) == (kept, [])


@given(st.text(max_size=200))
def test_whatever_is_pasted_every_line_is_taken_or_named(text: str) -> None:
    filled = [line for line in text.splitlines() if line.strip()]
    for read in (lines.accounts, lines.services, lines.phones, lines.links, lines.counters):
        taken = read(text)
        assert len(taken.rows) + len(taken.wrong) == len(filled)


def test_a_login_that_the_system_uses_or_that_stands_there_twice_is_refused() -> None:
    taken = lines.accounts("verifier; V; nl\ncrisis; C\ncrisis; D", language="fr")
    assert [one.number for one in taken.wrong] == [1, 3]
    assert taken.rows == [{"login": "crisis", "name": "C", "language": "fr"}]


def test_hours_are_read_and_written_back() -> None:
    text = "Hall; Markt 1; Mon-Fri 09:00-12:00; Wed 13:30-16:00"
    taken = lines.counters(text)
    assert taken.rows[0]["hours"][1] == {"days": "Wed", "from": "13:30", "to": "16:00"}
    assert lines.written_counters(taken.rows) == text


def test_a_link_runs_nothing() -> None:
    assert lines.links("x; javascript:alert(1)").rows == []


@given(st.sampled_from(lines.LANGUAGES), st.sampled_from(sorted(lines.STATES)), words)
def test_a_state_is_read_and_shown_in_the_words_of_who_writes_it(language: str, state: str, name: str) -> None:
    for said in lines.STATES[state][language]:
        taken = lines.services(f"{name}; {said.upper()}; until noon")
        assert (taken.rows, taken.wrong) == ([{"name": name, "state": state, "note": "until noon"}], [])
    shown = lines.written_services(taken.rows, language)
    assert shown == f"{name}; {lines.STATES[state][language][0]}; until noon"
    assert lines.services(shown).rows == taken.rows


def test_no_word_means_two_states() -> None:
    meant = [word for said in lines.STATES.values() for words in said.values() for word in words]
    assert len(meant) == len(set(meant))
    assert lines.state("perhaps") == "" and lines.services("Hall; perhaps").wrong[0].number == 1
