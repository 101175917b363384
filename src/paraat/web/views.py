"""The board and the wall display, their live parts, search, the journal page, the choice of a language."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from paraat.accounts.actions.profile import change_profile
from paraat.accounts.models import User
from paraat.kernel.marking import BY_NAME, WATCHES, Role
from paraat.platform import parts as live_parts
from paraat.platform.guard import EVERYBODY, Request, allow, public
from paraat.web.parts import parts
from paraat.web.searching import groups

ROOM = (Role.DUTY_OFFICER, Role.COORDINATOR, Role.AUDITOR, Role.PARTNER, Role.OBSERVER)
"""Who has a use for the board: the team, and those who may read along."""
SEARCHES = tuple(role for role in EVERYBODY if role not in BY_NAME)
"""Who was given something by name has nothing to look for."""
TOPICS = ("alerts", "calls", "switch", "runs", "tasks")
"""Whatever changes the board is told under one of these."""


@require_GET
@allow(*EVERYBODY)
def board(request: Request) -> HttpResponse:
    """The board; whoever has none is sent to the page where his work is."""
    if not request.viewer.has(*ROOM):
        if request.viewer.has(Role.SPOC, Role.PROVIDER):
            return HttpResponseRedirect("/portal/")
        return HttpResponseRedirect("/engagements/" if request.viewer.has(Role.TESTER) else "/me/")
    context = {
        "parts": parts(request.viewer, kind="board", exercise=_world(request)),
        "watches": request.viewer.has(*WATCHES),
        "asked": request.GET.get("exercise"),
    }
    return render(request, "web/board.html", context | _stream(request))


@require_GET
@allow(*ROOM)
def board_parts(request: Request) -> HttpResponse:
    """The parts of the board that changed."""
    found = parts(request.viewer, kind="board", exercise=_world(request))
    return live_parts.answer(request, found.by_id.values(), title=found.title)


@require_GET
@allow(*ROOM)
def wall(request: Request) -> HttpResponse:
    """The wall display of the room: only who needs somebody, read from three metres."""
    context = {
        "parts": parts(request.viewer, kind="wall", exercise=_world(request)),
        "asked": request.GET.get("exercise"),
    }
    return render(request, "web/wall.html", context | _stream(request))


@require_GET
@allow(*ROOM)
def wall_parts(request: Request) -> HttpResponse:
    """The parts of the wall display that changed."""
    found = parts(request.viewer, kind="wall", exercise=_world(request))
    return live_parts.answer(request, found.by_id.values(), title=found.title)


def _world(request: HttpRequest) -> bool | None:
    """Reality or exercise, as the address asks; None: whichever is active."""
    return {"0": False, "1": True}.get(request.GET.get("exercise", ""))


def _stream(request: Request) -> dict[str, str]:
    return {"live_token": live_parts.token(request.viewer, *TOPICS), "topics": " ".join(TOPICS)}


@require_GET
@allow(*SEARCHES)
def search(request: Request) -> HttpResponse:
    """Everything that can be searched, by kind."""
    words = request.GET.get("q", "").strip()[:200]
    return render(request, "web/search.html", {"words": words, "groups": groups(words, request.viewer)})


@require_POST
@public
def set_language(request: Request) -> HttpResponseBase:
    """Remember the language in a cookie, and for who is signed in with the account."""
    language, target = request.POST.get("language", ""), request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        target = "/"
    answer = HttpResponseRedirect(target)
    if language in dict(settings.LANGUAGES):
        _remember(language, answer)
        if request.viewer.user is not None:
            user = User.objects.get(pk=request.viewer.user)
            kept = {"name": user.name, "timezone": user.timezone, "phone": user.phone}
            change_profile(user=user, by=request.actor, language=language, **kept)
    return answer


def _remember(language: str, answer: HttpResponse) -> None:
    answer.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=365 * 24 * 3600,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Lax",
    )
