"""Entering the demonstration without a password, and the split screen of the first five minutes. Not there in production, nor from elsewhere."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from functools import wraps
from importlib.resources import files
from io import BytesIO
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth import login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from paraat.accounts.guard import Request, allow, public
from paraat.accounts.models import User
from paraat.alerts import actions as alerts
from paraat.alerts.models import Alert
from paraat.feeds import actions as feeds
from paraat.feeds.models import Run, Source
from paraat.kernel.errors import ParaatError
from paraat.kernel.marking import Role
from paraat.platform import configuration, moment
from paraat.web.first_minutes import people, plug
from paraat.web.first_minutes.scene import Scene, scene

PACE = 60
"""How many times as fast the clock of exercises runs here: a rung of ten minutes takes ten seconds."""
LIST = "october-2024-reconstruction.txt"


def only_here(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Only in a demonstration, and only from this machine: there is no password."""

    @wraps(view)
    def run(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not configuration.is_demonstration() or not _is_loopback(request):
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
    login(request, user, backend="paraat.accounts.backends.RightsBackend")
    where = {"officer": "first_minutes", "spoc-ronse": "portal", "spoc-spiere-helkijn": "portal", "administrator": "me"}
    return redirect(where.get(request.POST["who"], "board"))


@allow(Role.DUTY_OFFICER)
@only_here
@require_safe
def screen(request: Request) -> HttpResponse:
    """The split screen."""
    return render(request, "web/first_minutes/screen.html", _context(scene()))


@allow(Role.DUTY_OFFICER)
@only_here
@require_safe
def now(request: Request) -> HttpResponse:
    """The parts of the screen that change."""
    return render(request, "web/first_minutes/now.html", _context(scene()))


@allow(Role.DUTY_OFFICER)
@only_here
@require_POST
def drop(request: Request) -> HttpResponse:
    """Drop a target list as an exercise: the project's own, or one that was chosen."""
    upload = request.FILES.get("file")
    alerts.set_pace(by=request.actor, pace=PACE)
    content, name = (upload.read(), str(upload.name)) if upload else (_own_list(), LIST)
    source = Source.objects.filter(format="ddosia" if name.endswith(".json") else "target_text", active=True).first()
    if source is None:
        raise Http404
    try:
        run = feeds.receive_file(
            source=source, stream=BytesIO(content), file_name=name, origin=Run.Origin.UPLOAD, by=request.actor, exercise=True,
        )  # fmt: skip
        if run.state == Run.State.RECEIVED:
            feeds.read_run(run=run)
    except ParaatError as error:
        messages.error(request, str(error))
    return HttpResponseRedirect("/first-minutes/")


@allow(Role.DUTY_OFFICER)
@only_here
@require_POST
def pull_plug(request: Request) -> HttpResponse:
    """Kill the worker while it sends to everybody."""
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
    for alert in Alert.objects.filter(exercise=True, state=Alert.State.SENT).exclude(kind=Alert.Kind.CORRECTION):
        alerts.withdraw_alert(alert=alert, by=request.actor, reason=_("The demonstration starts over"))
    return HttpResponseRedirect("/first-minutes/")


def _own_list() -> bytes:
    """The reconstruction, with the moment on top: dropped again it is a new list, not the same file twice."""
    text = (files("paraat.feeds") / "demonstration" / LIST).read_bytes()
    return text + f"\n# dropped {moment.now():%H:%M:%S}\n".encode()


def _context(shown: Scene) -> dict[str, Any]:
    return {"scene": shown, "pace": PACE, "now": shown.now}


def _is_loopback(request: HttpRequest) -> bool:
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
