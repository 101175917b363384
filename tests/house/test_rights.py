"""Every door opened with every role, and with none: docs/rights.md says the truth, and no route is missing from it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from django.test import Client
from django.urls import Resolver404, resolve
from tests.api import stage
from tests.house import house

from paraat.kernel.marking import Role
from paraat.platform.api import Scope
from paraat.web import rights

PAGE = house.ROOT / "docs" / "rights.md"
SAMPLES = ("0198c0de-0000-7000-8000-000000000000", "1", "x", "x-x")
ASKS_FIRST = re.compile(r"^/accounts/(2fa|reauthenticate|password|logout)")
"""Pages of allauth: signed in, they ask for the password or redirect by themselves."""
REFUSES_ITSELF = {
    "/live-token": "403: it wants a token that was valid before",
    "/accounts/3rdparty/login/error/": "401: it says that signing in elsewhere failed",
}
"""Open doors behind which the page itself refuses whoever brings nothing."""


def table(heading: str) -> dict[str, dict[str, bool]]:
    """A table of the page: what stands in its first column -> role -> whether it is let in."""
    text = PAGE.read_text(encoding="utf-8").split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")
    ]
    head = [name.replace(" ", "_") for name in lines[0]]
    known = {"anybody", *Role}
    return {
        cells[0].strip("`"): {name: cell == "●" for name, cell in zip(head, cells, strict=True) if name in known}
        for cells in lines[2:]
    }


def address(path: str) -> str:
    """A path with something in the place of every parameter that its pattern accepts."""
    names = re.findall(r"<\w+>", path)
    for values in product(SAMPLES, repeat=len(names)):
        tried = path
        for name, value in zip(names, values, strict=True):
            tried = tried.replace(name, value, 1)
        try:
            resolve(tried)
        except Resolver404:
            continue
        return tried
    raise AssertionError(f"no sample fits {path}")


def outcome(answer: Any) -> str:
    if answer.status_code == 302 and answer.headers["Location"].startswith("/accounts/login/"):
        return "sign in"
    return {401: "sign in", 403: "refused"}.get(answer.status_code, "in")


def knock(client: Client, path: str) -> str:
    """Open a page: GET, or POST where it takes nothing else."""
    answer = client.get(path)
    return outcome(client.post(path) if answer.status_code == 405 else answer)


def test_no_view_and_no_operation_is_without_a_mark() -> None:
    unmarked = [one.path for one in (*rights.pages(), *rights.operations()) if isinstance(one, rights.Unmarked)]
    assert not unmarked, f"mark with @allow(Role...) or @public: {unmarked}"


def test_no_route_is_missing_from_the_table() -> None:
    pages = {one.title for one in rights.pages() if isinstance(one, rights.Route)}
    assert pages == table("Pages").keys(), "run `make docs`, and look at what changed"
    operations = {one.title for one in rights.operations() if isinstance(one, rights.Route)}
    assert operations == table("Operations of the API").keys(), "run `make docs`, and look at what changed"
    assert len(pages) > 100
    assert len(operations) > 40


@pytest.mark.django_db
@pytest.mark.parametrize("role", list(Role))
def test_every_page_lets_in_the_roles_that_the_table_says(role: Role) -> None:
    user, client = stage.accounts()[role], Client(raise_request_exception=False)
    client.force_login(user)
    wrong = []
    for path, allowed in table("Pages").items():
        found = knock(client, address(path))
        expected = "in" if allowed[role] else "refused"
        if found != expected and path not in REFUSES_ITSELF and not (ASKS_FIRST.match(path) and found == "sign in"):
            wrong.append(f"{path}: {found}, the table says {expected}")
        if path.startswith("/accounts/"):
            client.force_login(user)  # some of them sign out
    assert not wrong, "\n".join(wrong)


@pytest.mark.django_db
def test_without_sign_in_only_public_pages_open() -> None:
    wrong, client = [], Client(raise_request_exception=False)
    for path, allowed in table("Pages").items():
        found = knock(client, address(path))
        expected = "in" if allowed["anybody"] else "sign in"
        if found != expected and path not in REFUSES_ITSELF and not ASKS_FIRST.match(path):
            wrong.append(f"{path}: {found}, the table says {expected}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.django_db
def test_the_sign_in_pages_that_stand_below_an_open_door_still_ask() -> None:
    for path in table("Pages"):
        if ASKS_FIRST.match(path) and not table("Pages")[path]["anybody"]:
            answer = Client().get(address(path))
            assert answer.status_code in {302, 405}, path
            assert answer.status_code == 405 or "/accounts/login/" in answer.headers["Location"], path


@pytest.mark.django_db
def test_pages_that_are_closed_do_not_exist() -> None:
    client = Client()
    client.force_login(stage.accounts()[Role.ADMINISTRATOR])
    for path in set(rights.closed()):
        assert client.get(address(path)).status_code == 404, path


def calls() -> Iterator[tuple[str, str, dict[str, bool]]]:
    for title, allowed in table("Operations of the API").items():
        method, _, path = title.partition(" ")
        yield method, re.sub(r"<\w+>", SAMPLES[0], path), allowed


@pytest.mark.django_db
@pytest.mark.parametrize("role", list(Role))
def test_every_operation_lets_in_the_roles_that_the_table_says(role: Role) -> None:
    caller = stage.Caller(stage.accounts()[role])
    wrong = []
    for method, path, allowed in calls():
        answer = caller.client.generic(method, path, "{}", content_type="application/json")
        signed = "gateway" in path and answer.status_code == 403  # its signature is missing
        found = "in" if signed else outcome(answer)
        if found != ("in" if allowed[role] else "refused"):
            wrong.append(f"{method} {path}: {found} ({answer.status_code})")
    assert not wrong, "\n".join(wrong)


@pytest.mark.django_db
def test_every_operation_asks_for_a_token_and_for_its_scope(monkeypatch: pytest.MonkeyPatch) -> None:
    caller = stage.Caller(stage.accounts()[Role.COORDINATOR], Scope.ACCOUNT_READ)
    for method, path, allowed in calls():
        if allowed["anybody"]:
            continue
        assert Client().generic(method, path, "{}", content_type="application/json").status_code == 401, path
        answer = caller.client.generic(method, path, "{}", content_type="application/json")
        assert answer.status_code == (200 if path.endswith("/me") else 403), path
