"""Watched folders: complete files are taken, unfinished ones are waited for, and what cannot be taken says why."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from paraat.feeds import actions, watching
from paraat.feeds.models import Run, Source
from paraat.kernel.errors import Invalid
from tests.feeds.lists import BY, ddosia, listed

pytestmark = pytest.mark.django_db


@pytest.fixture
def source() -> Source:
    return ddosia(watch_folder="ddosia")


@pytest.fixture
def folder(source: Source) -> Path:
    found = watching.folder_of(source)
    found.mkdir(parents=True)
    return found


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_complete_file_is_taken_and_moved(source: Source, folder: Path) -> None:
    (folder / "list.json").write_bytes(listed("www.ronse.be"))
    assert watching.take(source) == []  # written just now: perhaps not all of it
    [run] = watching.take(source, quiet=0)
    assert (run.state, run.origin, run.file_name) == (Run.State.RECEIVED, Run.Origin.FOLDER, "list.json")
    assert names(folder) == ["done/list.json"]
    assert actions.read_run(run=run).records == 1


def test_unfinished_hidden_and_linked_files_are_left_alone(source: Source, folder: Path, tmp_path: Path) -> None:
    for name in ["list.json.part", "list.tmp", ".list.json", "list.crdownload"]:
        (folder / name).write_bytes(listed("www.ronse.be"))
    (tmp_path / "secret").write_text("secret")
    (folder / "link.json").symlink_to(tmp_path / "secret")
    assert watching.take(source, quiet=0) == []


def test_oldest_first_and_the_same_name_twice_loses_nothing(source: Source, folder: Path) -> None:
    for age, host in [(100, "b.example.org"), (200, "a.example.org")]:
        path = folder / f"{host}.json"
        path.write_bytes(listed(host))
        os.utime(path, (path.stat().st_atime, path.stat().st_mtime - age))
    assert [run.file_name for run in watching.take(source, quiet=0)] == ["a.example.org.json", "b.example.org.json"]
    (folder / "a.example.org.json").write_bytes(listed("c.example.org"))
    watching.take(source, quiet=0)
    assert names(folder) == ["done/a.example.org-2.json", "done/a.example.org.json", "done/b.example.org.json"]


def test_a_file_that_was_taken_and_not_moved_is_recognised(source: Source, folder: Path) -> None:
    for _ in range(2):
        (folder / "list.json").write_bytes(listed("www.ronse.be"))
        watching.take(source, quiet=0)
    assert list(Run.objects.order_by("received_at").values_list("state", flat=True)) == ["received", "repeated"]


def test_what_cannot_be_taken_says_why_beside_it(source: Source, folder: Path) -> None:
    (folder / "empty.json").write_bytes(b"")
    assert watching.take(source, quiet=0) == []
    assert names(folder) == ["failed/empty.json", "failed/empty.json.why.txt"]
    assert "empty" in (folder / "failed" / "empty.json.why.txt").read_text()


@pytest.mark.parametrize("name", ["../elsewhere", "/etc", ".", "", "a/../../b"])
def test_a_watched_folder_lies_in_the_inbox(name: str) -> None:
    with pytest.raises(Invalid):
        watching.folder_of(Source(watch_folder=name))


def test_all_folders_of_sources_in_use_are_watched(
    source: Source, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "QUIET", 0)
    (folder / "list.json").write_bytes(listed("www.ronse.be"))
    os.utime(folder / "list.json", (0, 0))
    actions.change_source(source=source, active=False, by=BY)
    assert watching.take_all() == []
