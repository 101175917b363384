"""What nobody can promise is not said in our own words, in four languages; what an authority said stays the authority's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paraat.kernel.errors import Invalid
from paraat.warroom.rules import statement

NOW = datetime(2024, 10, 10, 8, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
FAIR = {
    "nl": "De stemcomputers zijn niet met het internet verbonden.",
    "fr": "Les ordinateurs de vote ne sont pas connectés à internet.",
    "de": "Die Wahlcomputer sind nicht mit dem Internet verbunden.",
    "en": "The voting machines are not connected to the internet.",
}
CLAIMS = [
    ("nl", "De stemcomputers kunnen niet gehackt worden."),
    ("nl", "Dit systeem is onhackbaar."),
    ("nl", "Onze verkiezingen zijn 100% veilig."),
    ("nl", "Het is onmogelijk te manipuleren."),
    ("fr", "Les ordinateurs de vote ne peuvent pas être piratés."),
    ("fr", "Le système est totalement sécurisé."),
    ("fr", "C'est impossible à pirater."),
    ("de", "Die Wahlcomputer können nicht gehackt werden."),
    ("de", "Das System ist absolut sicher."),
    ("en", "Voting machines cannot be hacked."),
    ("en", "The system is unhackable."),
    ("en", "It is 100 per cent secure."),
    ("en", "It is impossible to tamper with it."),
]
QUOTES = [("“", "”"), ('"', '"'), ("« ", " »"), ("„", "“")]


@pytest.mark.parametrize(("language", "sentence"), CLAIMS)
def test_a_claim_is_found_and_keeps_the_statement_from_being_approved(language: str, sentence: str) -> None:
    text = FAIR | {language: f"{FAIR[language]} {sentence}"}
    assert statement.absolute_claims(text) == [statement.Claim(language, sentence)]
    with pytest.raises(Invalid, match="nobody can promise"):
        statement.check(text, authority="FPS Interior", expires_at=LATER, now=NOW)


@pytest.mark.parametrize(("language", "sentence"), CLAIMS)
@pytest.mark.parametrize("marks", QUOTES)
def test_the_same_words_quoted_are_those_of_the_authority(language: str, sentence: str, marks: tuple[str, str]) -> None:
    text = FAIR | {language: f"The authority says: {marks[0]}{sentence}{marks[1]}"}
    assert statement.absolute_claims(text) == []
    statement.check(text, authority="FPS Interior", expires_at=LATER, now=NOW)


def test_a_fair_statement_is_approved_and_one_that_lacks_something_is_not() -> None:
    statement.check(FAIR, authority="FPS Interior", expires_at=LATER, now=NOW)
    for lacking in statement.LANGUAGES:
        with pytest.raises(Invalid, match="four languages"):
            statement.check(FAIR | {lacking: " "}, authority="FPS Interior", expires_at=LATER, now=NOW)
    with pytest.raises(Invalid, match="authority"):
        statement.check(FAIR, authority=" ", expires_at=LATER, now=NOW)
    with pytest.raises(Invalid, match="expired"):
        statement.check(FAIR, authority="FPS Interior", expires_at=NOW, now=NOW)


@given(st.sampled_from(CLAIMS), st.text(alphabet="abc .\n", max_size=30), st.text(alphabet="abc .\n", max_size=30))
def test_a_claim_is_found_wherever_it_stands(claim: tuple[str, str], before: str, after: str) -> None:
    language, sentence = claim
    assert statement.absolute_claims({language: f"{before}. {sentence} {after}"})
