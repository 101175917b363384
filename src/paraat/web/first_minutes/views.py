"""Entering the demonstration without a password, and the split screen of the first five minutes. Not there in production, nor from elsewhere."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from functools import wraps
from io import BytesIO
from typing import Any, cast
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth import login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from paraat.accounts.actions.profile import change_profile
from paraat.accounts.guard import Request, allow, public
from paraat.accounts.models import User
from paraat.alerts import actions as alerts
from paraat.feeds import actions as feeds
from paraat.feeds import sources
from paraat.feeds.demonstration import FILE_NAME, target_list
from paraat.feeds.models import Run, Source
from paraat.kernel.actor import SYSTEM
from paraat.kernel.errors import Invalid, ParaatError
from paraat.kernel.marking import Role
from paraat.platform import configuration, moment, parts
from paraat.platform.pages import words_for
from paraat.web.first_minutes import people, plug
from paraat.web.first_minutes.scene import lists, scene

PACE = 60
"""How many times as fast the clock of exercises runs here: a rung of ten minutes takes ten seconds."""
TOPICS = ("alerts", "calls", "outbox")
PARTS = ("steps", "desk", "phone", "plug")


def only_here(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Only in a demonstration, and only from this machine: there is no password."""

    @wraps(view)
    def run(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not configuration.is_demonstration() or not _comes_from_here(request):
            raise Http404
        return view(request, *args, **kwargs)

    return run


@public
@only_here
@require_safe
def entrance(request: Request) -> HttpResponse:
    """Whom do you want to be?"""
    return render(
        request, "web/first_minutes/entrance.html", {"people": people.CAST, "loaded": people.account("officer")}
    )


@public
@only_here
@require_POST
def enter(request: Request) -> HttpResponse:
    """Sign in as a character, without a password."""
    user = people.account(request.POST.get("who", ""))
    if user is None:
        raise PermissionDenied
    _speak(user, get_language() or user.language)
    login(request, user, backend="paraat.accounts.backends.RightsBackend")
    character = people.BY_KEY[request.POST["who"]]
    where = {Role.SPOC: "portal", Role.ADMINISTRATOR: "me", Role.PROVIDER: "cases"}.get(character.role, "board")
    return redirect("first_minutes" if character.key == "officer" else where)


def _speak(user: User, language: str) -> None:
    """Who enters goes on in the language of the door."""
    if user.language != language[:2]:
        change_profile(
            user=user, by=SYSTEM, name=user.name, language=language[:2], timezone=user.timezone, phone=user.phone
        )


@allow(Role.DUTY_OFFICER)
@only_here
@require_safe
def screen(request: Request) -> HttpResponse:
    """The split screen."""
    shown = scene(PACE)
    context = {
        "parts": {one.id: one for one in _parts(request)},
        "running": shown.alert is not None or shown.plug is not None,
        "dropped": shown.alert is not None,
        "pace": PACE,
        "now": shown.now,
        "live_token": parts.token(request.viewer, *TOPICS),
        "topics": " ".join(TOPICS),
    }
    return render(request, "web/first_minutes/screen.html", context)


@allow(Role.DUTY_OFFICER)
@only_here
@require_safe
def now(request: Request) -> HttpResponse:
    """The parts of the screen that changed."""
    return parts.answer(request, _parts(request), title=_("The first five minutes"))


def _parts(request: Request) -> list[parts.Part]:
    shown = scene(PACE)
    context = {"scene": shown, "pace": PACE, "now": shown.now}
    return [
        parts.part(name, render_to_string(f"web/first_minutes/{name}.html", context, request, using="house"))
        for name in PARTS
    ]


@allow(Role.DUTY_OFFICER)
@only_here
@require_POST
def drop(request: Request) -> HttpResponse:
    """Drop a target list as an exercise: the project's own, or one that was chosen."""
    upload = request.FILES.get("file")
    alerts.set_pace(by=request.actor, pace=PACE)
    content, name = (upload.read(), str(upload.name)) if upload else (_own_list(), FILE_NAME)
    try:
        run = feeds.receive_file(
            source=_source(name, content), stream=BytesIO(content), file_name=name, origin=Run.Origin.UPLOAD,
            by=request.actor, exercise=True,
        )  # fmt: skip
        if run.state == Run.State.RECEIVED:
            run = feeds.read_run(run=run)
        _say(request, run)
    except ParaatError as error:
        messages.error(request, words_for(error))
    return redirect("first_minutes")


def _say(request: Request, run: Run) -> None:
    """What one must know when nothing appears on the screen."""
    if run.state == Run.State.REPEATED:
        messages.info(request, _("%(file)s came before; nobody is told again.") % {"file": run.file_name})
    elif not run.organisations:
        messages.info(request, _("%(file)s names no organisation of ours.") % {"file": run.file_name})


def _source(name: str, content: bytes) -> Source:
    known = sources.guess(name, content[: sources.HEAD])
    rows = Source.objects.active().filter(format=known or "")
    found: Source | None = rows.order_by("-confirmed_at", "slug").first()
    if found is None:
        raise Invalid(_("%(file)s is not a target list that Paraat knows.") % {"file": name})
    return found


def _own_list() -> bytes:
    """The reconstruction, with the moment below it: dropped again it is a new list, not the same file twice."""
    return target_list().read_bytes() + f"\n# dropped {moment.now():%H:%M:%S}\n".encode()


@allow(Role.DUTY_OFFICER)
@only_here
@require_POST
def pull_plug(request: Request) -> HttpResponse:
    """Kill the workers while they send to everybody."""
    second = people.account("coordinator")
    if second is None:
        raise Http404
    plug.pull(by=request.actor, author=cast("User", request.user), second=second)
    return HttpResponseRedirect("/first-minutes/#plug")


@allow(Role.DUTY_OFFICER)
@only_here
@require_POST
def again(request: Request) -> HttpResponse:
    """Withdraw what is going on, to start over."""
    for alert in [*lists(), *plug.running()]:
        alerts.withdraw_alert(alert=alert, by=request.actor, reason=_("The demonstration starts over"))
    return redirect("first_minutes")


_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Via")
"""What a proxy says: behind one, everybody seems to be at this machine."""


def _comes_from_here(request: HttpRequest) -> bool:
    """Whether a browser on this machine asks, for this machine, without a proxy or a tunnel in between."""
    if any(name in request.headers for name in _FORWARDED):
        return False
    return all(
        _loopback(host) for host in (request.META.get("REMOTE_ADDR"), urlsplit(configuration.public_url()).hostname)
    )


def _loopback(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False
