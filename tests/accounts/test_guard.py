"""The door of every page: roles, the world, and nothing without a mark."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.views import View

from paraat.accounts.guard import EVERYBODY, allow, is_marked, public
from paraat.kernel.marking import ANONYMOUS, Role, Viewer


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("seen")


class Page(View):
    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("seen")


def ask(view: Callable[..., Any], viewer: Viewer, **headers: str) -> HttpResponse:
    request = RequestFactory().get("/roster/?week=3", headers=headers)
    request.viewer = viewer  # type: ignore[attr-defined]
    answer = view(request)
    assert isinstance(answer, HttpResponse)
    return answer


def with_role(*roles: Role) -> Viewer:
    return Viewer(uuid4(), frozenset(roles))


@pytest.mark.parametrize("form", [page, Page])
def test_it_lets_in_who_has_one_of_the_roles(form: Any) -> None:
    guarded = allow(Role.AUDITOR, Role.COORDINATOR)(form if form is page else type("P", (Page,), {}))
    view = guarded if form is page else guarded.as_view()
    assert view.allowed_roles == {Role.AUDITOR, Role.COORDINATOR}
    assert ask(view, with_role(Role.SPOC, Role.AUDITOR)).content == b"seen"
    with pytest.raises(PermissionDenied):
        ask(view, with_role(Role.SPOC))
    with pytest.raises(PermissionDenied):
        ask(view, with_role())


def test_it_sends_who_is_not_signed_in_to_sign_in_and_back() -> None:
    answer = ask(allow(*EVERYBODY)(page), ANONYMOUS)
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/accounts/login/?next=%2Froster%2F%3Fweek%3D3"


def test_it_moves_the_whole_page_when_a_fragment_is_refused() -> None:
    answer = ask(allow(*EVERYBODY)(page), ANONYMOUS, hx_request="true")
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"].startswith("/accounts/login/")


def test_it_lets_everybody_see_what_is_public() -> None:
    assert ask(public(page), ANONYMOUS).content == b"seen"
    assert public(page).allowed_roles is None  # type: ignore[attr-defined]


def test_it_knows_what_nobody_marked() -> None:
    assert not is_marked(page)
    assert not is_marked(Page.as_view())
    assert is_marked(allow(Role.SPOC)(page))


def test_it_asks_for_a_role() -> None:
    with pytest.raises(ValueError, match="@public"):
        allow()
