"""Codes that people read and type."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from paraat.kernel import codes
from paraat.kernel.codes import ALPHABET

made = st.builds(lambda _: codes.make(), st.integers())


@given(made)
def test_a_code_is_read_however_it_is_typed(code: str) -> None:
    plain = code.replace("-", "")
    for typed in (code, code.lower(), plain, f"{plain[:3]} {plain[3:].lower()}", f" {code}\n", code.replace("-", "–")):
        assert codes.read(typed) == code
    assert codes.find(f"Ja, gezien ({code.lower()}). Groeten") == (code,)
    assert codes.find(f"{code} {code} {plain}") == (code,)


@given(made, st.integers(0, 6), st.sampled_from(ALPHABET))
def test_one_wrong_sign_is_noticed(code: str, place: int, sign: str) -> None:
    plain = code.replace("-", "")
    assume(plain[place] != sign)
    assert codes.read(plain[:place] + sign + plain[place + 1 :]) is None


@given(made, st.integers(0, 5))
def test_two_swapped_signs_are_noticed(code: str, place: int) -> None:
    plain = code.replace("-", "")
    assume(plain[place] != plain[place + 1])
    assert codes.read(plain[:place] + plain[place + 1] + plain[place] + plain[place + 2 :]) is None


def test_signs_that_look_alike_are_not_used() -> None:
    assert not set("0O1IL5S8B2Z6GV") - {"G"} & set(ALPHABET)
    assert len(set(ALPHABET)) == len(ALPHABET) == 23


def test_neither_words_nor_numbers_are_codes() -> None:
    assert codes.find("GRANTEN waarden 0475 123 4567 +32 479 3479473 dankuwel MACHTEN") == ()
    assert codes.read("") is None


@given(st.text(max_size=300))
def test_no_text_breaks_it(text: str) -> None:
    for code in codes.find(text):
        assert codes.read(code) == code
