"""Host names as values."""

from __future__ import annotations

import pytest

from paraat.kernel.hosts import is_host, labels, suffixes, tidy, to_unicode


@pytest.mark.parametrize(
    "text", ["www.ronse.be", "a.be", "xn--bcher-kva.de", "_dmarc.ronse.be", "1535.omr.gov.ua", "a" * 63 + ".be"]
)
def test_these_are_hosts(text: str) -> None:
    assert is_host(text)


@pytest.mark.parametrize(
    "text", ["ronse", "", ".", "a..be", "-a.be", "a-.be", "1.2.3.4", "a.be.", "A.be", "a b.be", "é.be", "a" * 64 + ".be", "a." * 126 + "be.be", "a.1"]
)  # fmt: skip
def test_these_are_none(text: str) -> None:
    assert not is_host(text)


def test_it_tidies_case_spaces_dots_and_the_root() -> None:
    assert tidy(" WWW.Ronse。be. ") == "www.ronse.be"


def test_labels_and_suffixes_go_from_left_to_right() -> None:
    assert labels("a.b.be") == ("a", "b", "be")
    assert list(suffixes("a.b.be")) == ["a.b.be", "b.be", "be"]


def test_it_shows_a_name_in_its_own_script_and_leaves_what_does_not_decode() -> None:
    assert to_unicode("www.xn--bcher-kva.de") == "www.bücher.de"
    assert to_unicode("xn--\u00e9.be") == "xn--\u00e9.be"
