"""Archives opened safely."""

from __future__ import annotations

import gzip
import io
import zipfile

import pytest

from paraat.formats.archive import Limits, open_safely
from paraat.formats.errors import FormatError, TooBig


def opens(data: bytes, limits: Limits | None = None) -> dict[str, bytes]:
    members = open_safely(io.BytesIO(data), "list.json.gz", limits or Limits())
    return {member.name: member.stream.read() for member in members}


def zipped(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def test_what_is_no_archive_is_passed_on() -> None:
    assert opens(b'{"targets": null}') == {"list.json.gz": b'{"targets": null}'}
    assert opens(b"") == {"list.json.gz": b""}


def test_gzip_is_opened_with_all_its_members() -> None:
    assert opens(gzip.compress(b"a" * 300_000) + gzip.compress(b"b")) == {"list.json": b"a" * 300_000 + b"b"}


def test_zip_is_opened_file_by_file() -> None:
    assert opens(zipped(a=b"1", b=b"2")) == {"a": b"1", "b": b"2"}
    assert opens(zipped()) == {}


@pytest.mark.parametrize("bomb", [gzip.compress(bytes(50 << 20)), zipped(bomb=bytes(50 << 20))], ids=["gzip", "zip"])
def test_a_bomb_is_refused_while_it_unpacks(bomb: bytes) -> None:
    with pytest.raises(TooBig, match="bomb"):
        opens(bomb)


def test_many_small_bombs_count_together() -> None:
    with pytest.raises(TooBig):
        opens(zipped(**{str(number): bytes(2 << 20) for number in range(20)}))


def test_size_and_number_of_files_are_limited() -> None:
    with pytest.raises(TooBig):
        opens(gzip.compress(b"x" * 100), Limits(size=99))
    with pytest.raises(TooBig, match="files=3"):
        opens(zipped(a=b"", b=b"", c=b""), Limits(members=2))


@pytest.mark.parametrize(
    "data",
    [
        gzip.compress(bytes(1000))[:-9],
        gzip.compress(b"x")[:5],
        zipped(a=b"1" * 100)[:60],
        b"PK\x03\x04",
        b"\x1f\x8b\x08\x00rest",
    ],
)
def test_a_broken_archive_is_a_named_error(data: bytes) -> None:
    with pytest.raises(FormatError):
        opens(data)


def test_an_encrypted_zip_says_so() -> None:
    data = bytearray(zipped(a=b"1"))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(FormatError, match="encrypted"):
        opens(bytes(data))
