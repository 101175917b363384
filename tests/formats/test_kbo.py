"""Belgian enterprise numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paraat.formats import kbo


@pytest.mark.parametrize(
    "text", ["0207.460.432", "BE 0207460432", "207460432", "BE0207.460.432", " 0207 460 432 ", "BTW BE 0207-460-432"]
)
def test_it_reads_a_number_as_people_write_it(text: str) -> None:
    assert kbo.tidy(text) == "0207460432" and kbo.is_kbo(kbo.tidy(text))


@pytest.mark.parametrize(
    "text", ["", "0680397589", "0207460433", "2207460432", "02074604321", "abcdefghij", "٠٢٠٧٤٦٠٤٣٢"]
)
def test_it_refuses_what_is_none(text: str) -> None:
    assert not kbo.is_kbo(kbo.tidy(text))


@given(
    st.integers(min_value=0, max_value=19_999_999),
    st.integers(min_value=0, max_value=9),
    st.integers(min_value=1, max_value=9),
)
def test_one_wrong_digit_is_seen(base: int, place: int, change: int) -> None:
    number = f"{base:08d}{97 - base % 97:02d}"
    assert kbo.is_kbo(number)
    wrong = number[:place] + str((int(number[place]) + change) % 10) + number[place + 1 :]
    assert not kbo.is_kbo(wrong)


@given(st.text(max_size=30))
def test_it_never_fails(text: str) -> None:
    assert kbo.is_kbo(kbo.tidy(text)) in {True, False}


def test_it_shows_a_number_as_it_is_printed() -> None:
    assert kbo.show("0207460432") == "0207.460.432"
