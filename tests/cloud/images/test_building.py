"""Images are really built, twice the same, say what is in them, and travel as one file."""

from __future__ import annotations

import json
import shutil
import tarfile
from pathlib import Path

import pytest

from paraat.cloud import catalog, images
from paraat.cloud.images import bills, bundle, fixes, store
from paraat.kernel.errors import Invalid


def test_what_is_missing_on_the_host_is_said_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None if name in {"podman", "mmdebstrap"} else f"/bin/{name}")
    with pytest.raises(store.BuildFailed, match=r"podman, mmdebstrap missing.*apt-get install .*podman mmdebstrap"):
        images.build(["base"])


def test_a_file_that_is_no_bundle_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "demand", lambda *programs: None)
    monkeypatch.setenv("PARAAT_CLOUD_IMAGES", str(tmp_path / "images"))
    with pytest.raises(Invalid, match="is not there"):
        bundle.load(tmp_path / "none")
    if not shutil.which("zstd"):
        pytest.skip("zstd is not installed: apt-get install zstd")
    (tmp_path / "text").write_text("no bundle")
    with pytest.raises(Invalid, match="text is no bundle of images"):
        bundle.load(tmp_path / "text")


@pytest.mark.containers
def test_two_builds_in_two_empty_stores_are_the_same_image_to_the_last_bit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = images.build(["entrance", "python"])
    monkeypatch.setenv("PARAAT_CLOUD_IMAGES", str(tmp_path / "images"))
    try:
        again = images.build(["entrance", "python"])
        assert all(one.made for one in again)
        assert {one.name: (one.reference, one.identity, one.layers) for one in again} == {
            one.name: (one.reference, one.identity, one.layers) for one in mine
        }
    finally:
        store.podman("rmi", "--all", "--force")


@pytest.mark.containers
def test_a_refresh_makes_all_anew_and_changes_references_when_the_last_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalog, "FOLDER", tmp_path / "empty")
    monkeypatch.setenv("PARAAT_CLOUD_IMAGES", str(tmp_path / "images"))
    before, seen = images.reference("base"), []
    try:
        built = images.build(progress=lambda line: seen.append(images.reference("base")), refresh=True)
        assert set(seen) == {before}  # while some were made, every engine kept to the old ones
        assert {one.name for one in built} == {"base", "python", "entrance"}
        assert all(one.made and one.reference == images.reference(one.name) for one in built)
        assert images.reference("base") != before
    finally:
        store.podman("rmi", "--all", "--force")


@pytest.mark.containers
def test_what_is_there_is_not_made_again_and_says_what_is_in_it() -> None:
    images.build(["entrance"])
    second = images.build(["entrance"])
    assert [one.made for one in second] == [False, False]
    found = json.loads(bills.place(second[-1].reference).read_text())
    assert found["bomFormat"] == "CycloneDX"
    packages = {one["name"]: one for one in found["components"]}
    assert {"nginx", "libnginx-mod-stream", "tini", "libc6"} <= packages.keys()
    assert packages["libc6"]["purl"].startswith("pkg:deb/debian/libc6@2.36")
    assert packages["libc6"]["properties"] == [{"name": "debian:source", "value": "glibc"}]


@pytest.mark.containers
def test_a_bundle_brings_every_image_to_an_empty_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built = {one.name: one for one in images.build(["entrance"])}
    written = bundle.bundle(tmp_path / "images.tar.zst", ["entrance"])
    monkeypatch.setenv("PARAAT_CLOUD_IMAGES", str(tmp_path / "elsewhere"))
    try:
        assert store.references() == frozenset()
        assert bundle.load(tmp_path / "images.tar.zst") == written
        assert store.references() == set(written.values())
        assert store.identity(written["entrance"])["layers"] == list(built["entrance"].layers)
        assert bills.place(written["entrance"]).exists()
    finally:
        store.podman("rmi", "--all", "--force")


@pytest.mark.containers
def test_nothing_of_this_host_stays_in_an_image(tmp_path: Path) -> None:
    built = images.build(["base"])[0]
    store.podman("save", "--quiet", "--output", str(tmp_path / "base.tar"), built.reference)
    with tarfile.open(tmp_path / "base.tar") as archive:
        layers = [member for member in archive.getmembers() if member.isfile() and member.name.endswith(".tar")]
        names: set[str] = set()
        for member in layers:
            with tarfile.open(fileobj=archive.extractfile(member)) as layer:
                for found in layer.getmembers():
                    names.add(found.name.lstrip("./"))
                    if found.name.lstrip("./") == "etc/apt/sources.list":
                        sources = layer.extractfile(found).read().decode()  # type: ignore[union-attr]
    assert {line.split()[1] for line in sources.splitlines()} == {
        "http://deb.debian.org/debian",
        "http://deb.debian.org/debian-security",
    }
    assert not [name for name in names if name.startswith(("run/build/", "var/log/apt/")) or "_dists_" in name]


@pytest.mark.containers
def test_pending_fixes_are_asked_of_the_images_that_are_built() -> None:
    images.build(["base"])
    assert {fix.image for fix in fixes.pending(["base"])} <= {"base"}
