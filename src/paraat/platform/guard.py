"""Who may open a page. Every view carries one of two marks, `@allow(Role, ...)` or `@public`; a view with neither is refused.

The marks stand here, below every app with views. Which roles may do what is the table of docs/rights.md; what of it one sees is decided by
`visible_to` in the queries.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.generic import View
from django_htmx.middleware import HtmxDetails

from paraat.kernel.actor import Actor
from paraat.kernel.marking import ANONYMOUS, Role, Viewer

EVERYBODY = tuple(Role)
"""Whoever is signed in and has any role at all: `@allow(*EVERYBODY)`."""

V = TypeVar("V", bound=Callable[..., Any])


class Request(HttpRequest):
    """A request as our views get it (from `accounts.middleware`): who looks, and who acts."""

    viewer: Viewer
    actor: Actor
    htmx: HtmxDetails


def allow(*roles: Role) -> Callable[[V], V]:
    """Let these roles in; others get 403, and who is not signed in is sent to sign in. For functions and for class-based views."""
    if not roles:
        raise ValueError("allow() needs a role; a page for all of the world is @public")
    return _marker(frozenset(roles))


def public(view: V) -> V:
    """Let everybody in: a page without sign-in, or one whose signed link is its own key."""
    return _marker(None)(view)


def is_marked(view: Any) -> bool:
    """Whether somebody decided who may open this view."""
    return hasattr(view, "allowed_roles")


def _marker(roles: frozenset[Role] | None) -> Callable[[V], V]:
    def mark(view: V) -> V:
        if isinstance(view, type) and issubclass(view, View):
            view.dispatch = _guarded(view.dispatch, roles, place=1)  # type: ignore[method-assign]
            view.allowed_roles = roles  # type: ignore[attr-defined]
            return view  # as_view copies the marks of dispatch to the view function
        return _guarded(view, roles, place=0)  # type: ignore[return-value]

    return mark


def _guarded(view: Callable[..., Any], roles: frozenset[Role] | None, *, place: int) -> Callable[..., Any]:
    @wraps(view)
    def run(*args: Any, **kwargs: Any) -> Any:
        return _refusal(args[place], roles) or view(*args, **kwargs)

    run.allowed_roles = roles  # type: ignore[attr-defined]  # None: everybody
    return run


def _refusal(request: HttpRequest, roles: frozenset[Role] | None) -> HttpResponse | None:
    viewer: Viewer = getattr(request, "viewer", ANONYMOUS)
    if roles is None or viewer.has(*roles):
        return None
    if viewer.user is not None:
        raise PermissionDenied
    return sent_to(request, f"{settings.LOGIN_URL}?{urlencode({'next': request.get_full_path()})}")


def sent_to(request: HttpRequest, url: str) -> HttpResponse:
    """A redirect of the whole page; a plain one would be followed inside the fragment that htmx asked for."""
    if not request.headers.get("HX-Request"):
        return HttpResponseRedirect(url)
    answer = HttpResponse(status=401)
    answer.headers["HX-Redirect"] = url
    return answer
