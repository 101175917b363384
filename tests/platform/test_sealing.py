"""What is sealed opens with the passphrase, whole, in order, or not at all."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paraat.kernel.errors import Invalid
from paraat.platform import sealing


def _sealed(content: bytes, passphrase: str = "correct") -> bytes:
    target = io.BytesIO()
    sealer = sealing.Sealer(target, passphrase)
    sealer.write(content)
    sealer.close()
    return target.getvalue()


def _opened(sealed: bytes, passphrase: str = "correct") -> bytes:
    return io.BufferedReader(sealing.Opener(io.BytesIO(sealed), passphrase)).read()


@pytest.mark.parametrize("size", [0, 1, sealing._PIECE - 1, sealing._PIECE, sealing._PIECE + 1, 3 * sealing._PIECE])
def test_it_comes_back_as_it_was(size: int) -> None:
    content = bytes(index % 251 for index in range(size))
    assert _opened(_sealed(content)) == content


def test_another_passphrase_opens_nothing() -> None:
    with pytest.raises(Invalid):
        _opened(_sealed(b"secret"), "wrong")


def test_a_file_that_was_cut_at_a_piece_is_refused() -> None:
    sealed = _sealed(b"x" * (2 * sealing._PIECE + 5))
    whole_pieces = len(sealing.MAGIC) + sealing._SALT + sealing._PREFIX + 2 * (sealing._PIECE + sealing._TAG)
    with pytest.raises(Invalid):
        _opened(sealed[:whole_pieces])


_SMALL = _sealed(b"the call list")


@given(st.integers(0, len(_SMALL) - 1), st.integers(1, 255))
def test_a_changed_byte_is_noticed(place: int, change: int) -> None:
    damaged = bytearray(_SMALL)
    damaged[place] ^= change
    with pytest.raises(Invalid):
        _opened(bytes(damaged))
