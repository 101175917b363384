"""Shared files: exports that try to get out, nothing overwritten, and real WebDAV in a container."""

from __future__ import annotations

import io
import os
import tarfile
import zipfile
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as some

from paraat.cloud.access import Access, NotVerified
from paraat.cloud.catalog.accounts import verify as accounts
from paraat.cloud.catalog.files import bringing, hooks, start, trees, verify
from paraat.cloud.workload import Account
from paraat.kernel.errors import Invalid
from tests.cloud.catalog.played import bring, eventually, prepared, running


def _tar(path: Path, *members: tarfile.TarInfo) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for one in members:
            content = b"content of it"
            one.size = len(content) if one.isreg() else 0
            archive.addfile(one, io.BytesIO(content) if one.isreg() else None)
    return path


def _member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    one = tarfile.TarInfo(name)
    one.type, one.linkname, one.mtime = kind, link, 1_700_000_000
    return one


def test_links_devices_and_ways_out_of_a_tar_are_refused_by_name(tmp_path: Path) -> None:
    path = _tar(
        tmp_path / "a.tar.gz",
        _member("./map/plan.txt"),
        _member("../../etc/passwd"),
        _member("/etc/shadow"),
        _member("map/../../x"),
        _member("link", tarfile.SYMTYPE, "/etc/passwd"),
        _member("hard", tarfile.LNKTYPE, "map/plan.txt"),
        _member("null", tarfile.CHRTYPE),
        _member("pipe", tarfile.FIFOTYPE),
        _member("a\nb.txt"),
        _member("x\u202egnp.exe"),
    )
    found = {one.name: one.refused for one in trees.entries(path)}
    assert found.pop("map/plan.txt") == ""
    assert len(found) == 9 and all(found.values())
    assert found["link"] == "is a link" and found["null"] == "is no plain file"
    assert found["../../etc/passwd"] == "leads outside the folder"


def test_a_zip_is_read_the_same_way(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("map/plan.txt", "content")
        archive.writestr("../out.txt", "content")
        link = zipfile.ZipInfo("link")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    found = {one.name: (one.refused, one.content.read() if one.content else b"") for one in trees.entries(path)}
    assert found["map/plan.txt"] == ("", b"content")
    assert found["../out.txt"][0] == "leads outside the folder" and found["link"][0] == "is a link"


def test_a_folder_is_not_followed_out_of(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("of this host")
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "plan.txt").write_text("content")
    (folder / "link.txt").symlink_to(tmp_path / "secret")
    (folder / "up").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe")
    found = {one.name: one.refused for one in trees.entries(folder)}
    assert found == {"plan.txt": "", "link.txt": "is a link", "up": "is a link", "pipe": "is no plain file"}


def test_what_is_no_archive_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "x.doc").write_text("no archive")
    with pytest.raises(ValueError, match="no folder, zip or tar"):
        list(trees.entries(tmp_path / "x.doc"))


def test_more_than_there_is_room_for_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trees, "MOST", 20)
    found = [one.refused for one in trees.entries(_tar(tmp_path / "a.tar", _member("a"), _member("b")))]
    assert found == ["", "is too large"]


@given(some.text(max_size=30))
def test_a_name_that_may_come_in_stays_inside(name: str) -> None:
    if not trees.refusal(name):
        inside = os.path.normpath(f"/data/share/{name}")
        assert inside.startswith("/data/share/") and "\\" not in name and "\0" not in name


@given(some.lists(some.sampled_from(["a.txt", "A.TXT", "map/a.txt", "a (imported).txt", "a"]), max_size=12))
def test_no_two_files_get_the_same_name(names: list[str]) -> None:
    present: set[str] = set()
    for name in names:
        got = bringing.free(name, present)
        assert got.casefold() not in present
        present.add(got.casefold())


def test_a_conflict_is_kept_beside_the_other() -> None:
    assert bringing.free("map/Plan.txt", {"map/plan.txt"}) == "map/Plan (imported).txt"
    assert bringing.free("plan.txt", {"plan.txt", "plan (imported).txt"}) == "plan (imported 2).txt"


def test_whose_password_changed_is_signed_out() -> None:
    before = "[global]\n  ah-salt: s\n[accounts]\n  crisis: +aa\n  mayor: +bb\n  verifier: +cc\n"
    after = before.replace("+aa", "+xx").replace("  mayor: +bb\n", "")
    assert start._changed(before, after) == ["crisis", "mayor"]
    assert start._salt(before) == "s"


@pytest.mark.containers
def test_real_webdav_the_way_in_for_an_export_and_a_password_chosen_later(tmp_path: Path) -> None:
    account = Account("crisis", "Crisiscel", "nl", PasswordHasher(memory_cost=1024).hash("SOME-CODE-HERE"))
    town = prepared("c2-files", "files", accounts=(account,))
    with running(town, "files") as access:
        assert len(verify.verify(access)) == 2
        verify.verify(access)
        _an_export_comes_in(access, tmp_path)
        _a_password_chosen_later_opens(access)
        _a_restarted_service_has_everything(access)


def _an_export_comes_in(access: Access, folder: Path) -> None:
    path = _tar(folder / "export.tar.gz", _member("map/één plan.txt"), _member("map/weg", tarfile.SYMTYPE, "/etc"))
    first = hooks.take_in(access, "files", path)
    second = hooks.take_in(access, "files", path)
    assert (first.files, first.renamed, first.refused) == (1, 0, 1)
    assert (second.files, second.renamed, second.reasons) == (1, 1, ("map/weg: is a link",))
    kept = access.run("files", "find", "/data/share", "-type", "f", "-printf", "%P %s %TY\n").decode()
    assert "map/één plan.txt 13 2023" in kept and "map/één plan (imported).txt 13" in kept
    with pytest.raises(Invalid):
        hooks.take_in(access, "mbox", path)


def _a_password_chosen_later_opens(access: Access) -> None:
    sent = {"Authorization": "Basic " + _basic("crisis", "paard fiets lamp zee"), "X-Forwarded-For": "2001:db8::1"}
    assert verify._raw(access, "PROPFIND", "/", None, sent | {"Depth": "0"})[0] == 401
    browser = accounts.Browser(access)
    browser.submit("/", "/in", login="crisis", secret="SOME-CODE-HERE")
    form = {"password": "paard fiets lamp zee", "again": "paard fiets lamp zee"}
    assert browser.submit("/choose", "/choose", **form)[0] == 200
    eventually(lambda: verify._raw(access, "PROPFIND", "/", None, sent | {"Depth": "0"})[0] == 207)
    assert verify._raw(access, "PUT", "/van crisis.txt".replace(" ", "%20"), b"x", sent)[0] == 201


def _a_restarted_service_has_everything(access: Access) -> None:
    driver = access.reach
    driver.stop(access.prepared.tenant, "files")  # type: ignore[attr-defined]
    bring(access.prepared, "files")
    verify.verify(access)
    assert verify._ask(access, "GET", "/van%20crisis.txt") == (200, b"x")
    with pytest.raises(NotVerified):
        verify._same(access, "/van%20crisis.txt", b"y")


def _basic(login: str, password: str) -> str:
    import base64

    return base64.b64encode(f"{login}:{password}".encode()).decode()
