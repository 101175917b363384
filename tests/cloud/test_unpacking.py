"""What a pod sends of a volume stays in its folder, whatever is in it."""

from __future__ import annotations

import io
import os
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from paraat.cloud.drivers.base import EngineFailed
from paraat.cloud.drivers.kubernetes import copying

Member = tuple[str, bytes, str, bytes]
"""Name, kind, where it points at, content."""


class Cluster:
    """As much of a cluster as hands out one volume: what its pod sends is given."""

    def __init__(self, sent: Iterator[bytes]) -> None:
        self.sent = sent
        self.gone: list[str] = []

    def apply(self, one: Any, namespace: str) -> None:
        pass

    def get(self, kind: str, name: str, namespace: str = "") -> Any:
        if kind == "PersistentVolumeClaim":
            return {"spec": {"resources": {"requests": {"storage": "1Mi"}}}}
        box = {"ready": True, "state": {"running": {}}}
        return {
            "metadata": {},
            "spec": {"containers": [{}]},
            "status": {"phase": "Running", "containerStatuses": [box]},
        }

    def run(self, *_words: Any) -> Iterator[bytes]:
        return self.sent

    def delete(self, kind: str, name: str, namespace: str, *, grace: int) -> None:
        self.gone.append(name)


def sent(*members: Member, dress: Callable[[tarfile.TarInfo], None] = lambda _info: None) -> Iterator[bytes]:
    """A tar as a pod sends it."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, kind, target, content in members:
            info = tarfile.TarInfo(name)
            info.type, info.linkname, info.size, info.mode = kind, target, len(content), 0o640
            dress(info)
            archive.addfile(info, io.BytesIO(content))
    yield file.getvalue()


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PARAAT_HOME", str(tmp_path / "home"))
    (tmp_path / "secret").write_text("of this host")
    return tmp_path


def volume(cluster: Any) -> Any:
    return copying.folder(cluster, "t", "paraat-t", "files-data", "base", write=False)


FILE, FOLDER, SYMBOLIC, HARD, DEVICE = (
    tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE,
)  # fmt: skip


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ([("/absolute", FILE, "", b"x")], "leads out"),
        ([("../beside", FILE, "", b"x")], "leads out"),
        ([("d", FOLDER, "", b""), ("d/../../beside", FILE, "", b"x")], "leads out"),
        ([("hard", HARD, "../../../../../../secret", b"")], "leads out"),
        ([("hard", HARD, "/etc/passwd", b"")], "leads out"),
        ([("hard", HARD, "nothing", b"")], "not there"),
        ([("way", SYMBOLIC, "/tmp", b""), ("way/through", FILE, "", b"x")], "no folder"),
        ([("way", SYMBOLIC, "/etc", b""), ("hard", HARD, "way/passwd", b"")], "not there"),
        ([("way", SYMBOLIC, "/tmp/written", b""), ("way", FILE, "", b"x")], "is there"),
        ([("device", DEVICE, "", b"")], "no file"),
        ([("large", FILE, "", b"x" * (67 * 2**20))], "larger"),
    ],
)
def test_what_could_be_more_than_data_is_refused_by_name(home: Path, members: list[Member], why: str) -> None:
    cluster = Cluster(sent(*members))
    with pytest.raises(EngineFailed, match=why) as raised, volume(cluster):
        pytest.fail("it was handed out")
    assert members[-1][0] in str(raised.value) or why == "larger"
    assert not (home / "beside").exists() and not Path("/tmp/through").exists() and not Path("/tmp/written").exists()
    assert cluster.gone, "the pod is taken away"
    assert not any((home / "home/cloud/kubernetes").iterdir()), "nothing is left on this host"


def test_a_file_with_holes_counts_as_large_as_it_says() -> None:
    """A few bytes that stand for a terabyte."""
    with tarfile.open(fileobj=(file := io.BytesIO()), mode="w") as archive:
        info = tarfile.TarInfo("holes")
        info.type, info.size = tarfile.REGTYPE, 2**40
        archive.fileobj.write(info.tobuf(tarfile.GNU_FORMAT))  # type: ignore[union-attr]
    with pytest.raises(EngineFailed, match="larger"), volume(Cluster(iter([file.getvalue()]))):
        pytest.fail("it was handed out")


def test_a_stream_that_does_not_end_is_cut() -> None:
    with pytest.raises(EngineFailed, match="larger"), volume(Cluster(iter(lambda: bytes(2**20), None))):
        pytest.fail("it was handed out")
    with pytest.raises(EngineFailed, match="no archive"), volume(Cluster(iter([b"no tar" * 1000]))):
        pytest.fail("it was handed out")


def test_data_come_with_owner_mode_and_time_and_links_as_they_say() -> None:
    def dress(info: tarfile.TarInfo) -> None:
        info.uid, info.gid, info.mtime = 10001, 10001, 1_700_000_000

    members = [
        (".", FOLDER, "", b""), ("./cur", FOLDER, "", b""), ("./cur/1:2,S", FILE, "", b"mail"),
        ("./copy", HARD, "./cur/1:2,S", b""), ("./out", SYMBOLIC, "/accounts/x", b""), ("./pipe", tarfile.FIFOTYPE, "", b""),
    ]  # fmt: skip
    with volume(Cluster(sent(*members, dress=dress))) as found:
        mail = found / "cur" / "1:2,S"
        assert mail.read_bytes() == b"mail" and (found / "copy").samefile(mail)
        known = mail.stat()
        assert (known.st_mode & 0o7777, known.st_mtime) == (0o640, 1_700_000_000)
        assert (found / "cur").stat().st_mtime == 1_700_000_000
        assert os.geteuid() or (known.st_uid, known.st_gid) == (10001, 10001)
        assert (found / "out").readlink() == Path("/accounts/x") and (found / "pipe").is_fifo()
