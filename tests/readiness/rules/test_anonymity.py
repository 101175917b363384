"""What gives a victim away is found however it is written; what does not is left alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paraat.readiness.rules import anonymity
from paraat.readiness.rules.anonymity import Clue, Hit, Known, clues, unsaid

TOWN = Known(
    names=("Sint-Niklaas", "Antwerpen", "Anvers", "Mol", "Liège"),
    domains=("gemeentemol.be", "intranet.antwerpen.be", "www.antwerpen.be"),
    networks=("192.0.2.0/24", "2001:db8::/32"),
    contacts=("Head of administration, Antwerpen", "An Peeters", "an.peeters@antwerpen.be", "+447700900123"),
    numbers=("C2022-0007", "11002", "0207500123"),
)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("It happened in Antwerpen.", "Antwerpen"),
        ("de Antwerpse diensten", "Antwerpse"),
        ("ANTWERPEN", "ANTWERPEN"),
        ("l'administration d’Anvers", "Anvers"),
        ("à Liege", "Liege"),
        ("Sint Niklaas lag plat", "sint niklaas"),
        ("sint-niklase scholen", None),
        ("Sintniklaas", "sintniklaas"),
        ("in Mol", "Mol"),
        ("de mol in het netwerk", None),
        ("moleculair", None),
        ("www[.]antwerpen[.]be", "www.antwerpen.be"),
        ("hxxps://intranet.antwerpen[dot]be/x", "intranet.antwerpen.be"),
        ("gemeentemol", "gemeentemol"),
        ("ant\u200bwerpen", "antwerpen"),
        ("\uff21ntwerpen", "Antwerpen"),
        ("192.0.2.17 was scanned", "192.0.2.17"),
        ("192[.]0[.]2[.]17", "192.0.2.17"),
        ("198.51.100.7 was scanned", None),
        ("2001:db8::1", "2001:db8::1"),
        ("ask Peeters", "Peeters"),
        ("ask the head of administration", None),
        ("+44 7700 900 123", "+44 7700 900 123"),
        ("case c2022 0007", "c2022 0007"),
        ("C2022-00071", None),
        ("NIS 11002", "11002"),
        ("another town lost its files", None),
    ],
)
def test_clues_however_they_are_written(text: str, word: str | None) -> None:
    found = [hit.word for hit in clues({"happened (nl)": text}, TOWN)]
    assert (word in found) if word else not found


def test_a_word_is_one_hit_with_all_its_places() -> None:
    found = clues({"title (nl)": "Antwerpen", "advice (nl)": "antwerpen en Antwerpen"}, TOWN)
    assert found == (Hit(Clue.NAME, "Antwerpen", ("title (nl)", "advice (nl)")),)
    assert found[0].places == ("title (nl)", "advice (nl)")


def test_what_a_person_let_stand_is_said() -> None:
    found = clues({"title": "Antwerpen C2022-0007"}, TOWN)
    assert [hit.clue for hit in unsaid(found, ["ANTWERPEN"])] == [Clue.NUMBER]
    assert unsaid(found, ["antwerpen", "c2022-0007"]) == ()


def test_nothing_is_known_of_nobody() -> None:
    assert clues({"title": "Antwerpen 192.0.2.1 C2022-0007"}, Known()) == ()


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_around_a_name_hides_nothing(before: str, after: str) -> None:
    found = clues({"x": f"{before} Antwerpen {after}"}, TOWN)
    assert any(hit.word.startswith("Antwerp") for hit in found)


@given(st.text(max_size=300))
def test_every_hit_stands_in_the_text_and_any_text_is_read(text: str) -> None:
    for hit in clues({"x": text}, TOWN):
        assert hit.places == ("x",)
        assert hit.word


EVERYBODY = replace(
    TOWN,
    names=(*TOWN.names, "Landen", "Essen", "Leuven", "Brugge", "Herstal"),
    domains=(*TOWN.domains, "landen.be"),
    contacts=("An Peeters", "ICT Helpdesk", "Head of Administration", "Els De Smet", "spoc@landen.be", "+447700900123"),
    many=True,
)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("in alle landen", None),
        ("in Landen", "Landen"),
        ("www[.]landen[.]be", "www.landen.be"),
        ("das Essen war gut", "Essen"),
        ("leuven", "leuven"),
        ("de Leuvense diensten", "Leuvense"),
        ("Antwerpenaars", "Antwerpenaars"),
        ("Hersteltest", None),
        ("een leuvense fiets", None),
        ("Sint Niklaas lag plat", "sint niklaas"),
        ("in Mol", "Mol"),
        ("de mol in het netwerk", None),
        ("gemeentemol", "gemeentemol"),
        ("ask Peeters", None),
        ("ask An Peeters", "An Peeters"),
        ("Els De Smet", "Els De Smet"),
        ("the ICT Helpdesk and the Head of Administration", None),
        ("spoc@landen.be", "spoc@landen.be"),
        ("call +44 7700 900123", "+44 7700 900123"),
        ("192[.]0[.]2[.]17", "192.0.2.17"),
        ("NIS 11002", "11002"),
    ],
)
def test_of_many_a_name_counts_and_an_ordinary_word_does_not(text: str, word: str | None) -> None:
    found = [hit.word for hit in clues({"happened (nl)": text}, EVERYBODY)]
    assert (word in found) if word else not found


BENT = ("192.0.2.9", "2001:db8::7", "Liege", "antwerpse")
PIECES = st.sampled_from(
    [*EVERYBODY.names, *EVERYBODY.domains, *TOWN.contacts, *EVERYBODY.contacts, *TOWN.numbers, *BENT]
)
SIGNS = st.sampled_from([" ", "", "[.]", "-", "\u200b", " at ", ",", "\n"])


@given(st.lists(st.tuples(st.text(max_size=8), PIECES, SIGNS), max_size=5), st.sampled_from([TOWN, EVERYBODY]))
def test_what_is_left_out_beforehand_would_not_have_been_found(parts: list[tuple[str, str, str]], known: Known) -> None:
    text = "".join("".join(part) for part in parts)
    plain = anonymity._plain(text)
    everything = {word.casefold() for _clue, word in anonymity._in(plain, known)}
    assert {hit.word.casefold() for hit in clues({"x": text}, known)} == everything
