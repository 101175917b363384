"""Links and fields under keys that rotate."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paraat.kernel.errors import Invalid
from paraat.kernel.ids import uuid7
from paraat.platform import crypto
from paraat.platform.crypto import BadLink, ExpiredLink, read_link, read_uuid_link, sign_link

NOW = datetime(2024, 10, 8, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=14)
OLD, NEW = "an old key of thirty-two characters or more", "a new key of thirty-two characters or more."


@given(st.uuids() | st.text(max_size=80), st.text(max_size=20), st.integers(1, 10**8))
def test_a_link_gives_back_what_it_was_given_until_it_expires(payload: UUID | str, purpose: str, seconds: int) -> None:
    expires = NOW + timedelta(seconds=seconds)
    token = sign_link(purpose, payload, expires)
    assert read_link(purpose, token, now=NOW) == payload
    with pytest.raises(ExpiredLink):
        read_link(purpose, token, now=expires)
    with pytest.raises(BadLink):
        read_link(purpose + "x", token, now=NOW)


def test_a_link_with_an_id_is_short_enough_for_an_sms() -> None:
    assert len(sign_link("acknowledge", uuid7(), LATER)) == 46


@given(st.integers(0, 45), st.sampled_from("abcXYZ019-_"))
def test_a_link_with_one_changed_sign_is_bad(place: int, sign: str) -> None:
    token = sign_link("acknowledge", UUID(int=7), LATER)
    changed = token[:place] + sign + token[place + 1 :]
    if changed != token:
        with pytest.raises(BadLink):
            read_link("acknowledge", changed, now=NOW)


@given(st.text(max_size=60) | st.text(alphabet="abcXYZ019-_", max_size=60))
def test_no_text_is_a_link_and_none_breaks_it(text: str) -> None:
    with pytest.raises(BadLink):
        read_link("acknowledge", text, now=NOW)


def test_a_link_that_carries_text_is_none_that_carries_an_id() -> None:
    with pytest.raises(BadLink):
        read_uuid_link("a", sign_link("a", "x" * 16, LATER), now=NOW)
    assert read_uuid_link("a", sign_link("a", UUID(int=7), LATER), now=NOW) == UUID(int=7)


def test_an_old_key_is_accepted_until_it_is_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAT_LINK_KEY", OLD)
    token = sign_link("a", "x", LATER)
    monkeypatch.setenv("PARAAT_LINK_KEY", f"{NEW},{OLD}")
    assert read_link("a", token, now=NOW) == "x"
    assert sign_link("a", "x", LATER) != token, "the newest key signs"
    monkeypatch.setenv("PARAAT_LINK_KEY", NEW)
    with pytest.raises(BadLink):
        read_link("a", token, now=NOW)


@given(st.text(max_size=200))
def test_a_field_is_readable_with_the_key_alone(text: str) -> None:
    sealed = crypto.encrypt_field(text)
    assert crypto.decrypt_field(sealed) == text
    assert len(text) < 4 or text not in sealed


def test_a_field_moves_to_the_newest_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAT_FIELD_KEY", OLD)
    sealed = crypto.encrypt_field("a secret")
    monkeypatch.setenv("PARAAT_FIELD_KEY", f"{NEW},{OLD}")
    moved = crypto.rotate_field(sealed)
    monkeypatch.setenv("PARAAT_FIELD_KEY", NEW)
    assert crypto.decrypt_field(moved) == "a secret"
    for lost in (sealed, "nonsense", "é"):
        with pytest.raises(Invalid):
            crypto.decrypt_field(lost)
        with pytest.raises(Invalid):
            crypto.rotate_field(lost)
