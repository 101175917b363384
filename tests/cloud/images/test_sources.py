"""What an image is made from decides its reference."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from paraat.cloud import catalog, images
from paraat.cloud.images import sources
from paraat.kernel.errors import NotFound


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A catalog of one image, `tide`, that stands on the real python."""
    monkeypatch.setattr(catalog, "FOLDER", tmp_path)
    monkeypatch.setenv("PARAAT_CLOUD_IMAGES", str(tmp_path / "images"))
    place = tmp_path / "tide"
    place.mkdir()
    (place / "Containerfile").write_text("ARG BASE=localhost/paraat/python\nFROM ${BASE}\nCOPY run /run\n")
    (place / "run").write_text("true\n")
    (place / "service.yaml").write_text("tier: 1\n")
    return place


def test_a_reference_changes_with_a_file_of_the_image_and_not_with_one_beside_it(folder: Path) -> None:
    before = images.reference("tide")
    (folder / "service.yaml").write_text("tier: 2\n")
    (folder / "verify.py").write_text("pass\n")
    assert images.reference("tide") == before
    (folder / "run").write_text("false\n")
    changed = images.reference("tide")
    assert changed != before
    (folder / "run").chmod(0o755)
    assert images.reference("tide") != changed
    assert changed.startswith("localhost/paraat/tide:")


def test_a_reference_changes_with_its_base(folder: Path, tmp_path: Path) -> None:
    before = images.reference("tide")
    python = tmp_path / "python"
    python.mkdir()
    (python / "Containerfile").write_text("ARG BASE=localhost/paraat/base\nFROM ${BASE}\nRUN true\n")
    assert images.reference("tide") != before


def test_what_containerignore_names_is_not_in_the_image(folder: Path) -> None:
    (folder / ".containerignore").write_text("notes\n*.svg\n")
    before = images.reference("tide")
    (folder / "notes").mkdir()
    (folder / "notes" / "one").write_text("x")
    (folder / "plan.svg").write_text("x")
    assert images.reference("tide") == before
    assert [path.name for path in images.image("tide").files()] == ["Containerfile", "run"]


def test_a_refresh_gives_every_image_a_new_reference(folder: Path, tmp_path: Path) -> None:
    before = {name: one.reference() for name, one in images.images().items()}
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "refreshed.json").write_text(json.dumps({"at": "2026-11-22T10:00:00+00:00"}))
    after = {name: one.reference() for name, one in images.images().items()}
    assert before.keys() == after.keys()
    assert not set(before.values()) & set(after.values())


def test_every_image_comes_after_the_one_it_stands_on() -> None:
    order = list(images.images())
    for name, one in images.images().items():
        assert not one.base or order.index(one.base) < order.index(name)
    assert [one.name for one in sources.chosen(["entrance"])] == ["base", "entrance"]


def test_an_image_that_is_not_there_is_named(folder: Path) -> None:
    with pytest.raises(NotFound, match="no image flood"):
        images.reference("flood")


def test_no_containerfile_names_a_registry_or_an_address() -> None:
    for one in images.images().values():
        for path in one.files():
            if path.name in {"Containerfile", "requirements.txt", "package-lock.json"}:
                text = path.read_text(encoding="utf-8")
                assert "--index-url" not in text, path
                assert '"resolved"' not in text, path
        froms = [line for line in (one.folder / "Containerfile").read_text().splitlines() if line.startswith("FROM")]
        assert set(froms) <= {"FROM scratch", "FROM ${BASE}"}, one.name
