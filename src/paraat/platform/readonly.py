"""When the database is down: the last good copies of the room's pages, for those who work the room, and plain words for everybody else.

Who may read them cannot be asked of the database, so a member of the team carries a pass: a signed cookie of twelve hours, renewed while he
works and taken away when he signs out (docs/decisions/0005-read-only-pages.md).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from html import escape

import psycopg
from django.conf import settings
from django.core.signals import got_request_exception
from django.core.signing import BadSignature, TimestampSigner
from django.db import InterfaceError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from paraat.kernel.marking import ANONYMOUS, Viewer
from paraat.platform import configuration, database, snapshots
from paraat.platform.registrations import snapshots as registered

PASS_AGE = 12 * 3600
PASS_RENEWED = 3600
_REMEMBERED = 2.0
"""Seconds for which a database that was down is not asked again, so that a page comes at once."""


class ReadOnlyMiddleware:
    """Serves copies while the database is down; gives and takes passes while it is up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self._down = False
        self._asked = 0.0
        got_request_exception.connect(remember_why)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer from the database, or without it."""
        if request.path in {"/healthz", "/readyz", "/metrics"} or request.path.startswith(settings.STATIC_URL):
            return self.get_response(request)
        if self._down and self._is_still_down():
            return without_database(request)
        response = self.get_response(request)
        if response.status_code == 500 and (_lost_its_database(request) or self._is_still_down()):
            return without_database(request)
        _give_or_take_pass(request, response)
        return response

    def _is_still_down(self) -> bool:
        """Whether the database is down; of one that was, asked again every two seconds only."""
        if self._down and time.monotonic() < self._asked + _REMEMBERED:
            return True
        self._down = not database_answers()
        self._asked = time.monotonic()
        return self._down


def remember_why(*, request: HttpRequest | None = None, **_signal: object) -> None:
    """Note on the request that its connection broke: by the time of the answer the database may be back (`got_request_exception`)."""
    error = sys.exc_info()[1]
    if request is not None and is_lost_connection(error):
        request.lost_its_database = True  # type: ignore[attr-defined]


def is_lost_connection(error: BaseException | None) -> bool:
    """Whether this is the end of a connection, or one refused: not a statement that PostgreSQL refused while it was well."""
    while error is not None:
        if isinstance(error, psycopg.InterfaceError | InterfaceError):
            return True
        if isinstance(error, psycopg.OperationalError):
            return error.sqlstate is None or error.sqlstate.startswith(("08", "57P"))
        error = error.__cause__
    return False


def database_answers() -> bool:
    """Whether a new connection succeeds, within two seconds."""
    try:
        psycopg.connect(database.dsn(), connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def without_database(request: HttpRequest) -> HttpResponse:
    """A copy of the page for whoever has a pass; else 503 and what to do."""
    with translation.override(translation.get_language_from_request(request)):
        if request.method in {"GET", "HEAD"} and has_pass(request):
            found = snapshots.read(request.path)
            return _copy(*found) if found else _words(_copies())
        return _words("")


def has_pass(request: HttpRequest) -> bool:
    """Whether this browser was signed in as a member of the team in the last twelve hours."""
    try:
        return _signer().unsign(request.COOKIES.get(pass_name(), ""), max_age=PASS_AGE) == "team"
    except BadSignature:
        return False


def pass_name() -> str:
    """The name of the cookie."""
    return "__Host-paraat-pass" if configuration.is_production() else f"paraat_pass_{configuration.PORT.get()}"


def _lost_its_database(request: HttpRequest) -> bool:
    return getattr(request, "lost_its_database", False)


def _give_or_take_pass(request: HttpRequest, response: HttpResponse) -> None:
    viewer: Viewer | None = getattr(request, "viewer", None)
    if viewer is None:
        return
    if not viewer.is_team:
        if pass_name() in request.COOKIES and viewer == ANONYMOUS:
            response.delete_cookie(pass_name(), samesite="Lax")
        return
    try:
        _signer().unsign(request.COOKIES.get(pass_name(), ""), max_age=PASS_RENEWED)
    except BadSignature:
        response.set_cookie(
            pass_name(),
            _signer().sign("team"),
            PASS_AGE,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )


def _signer() -> TimestampSigner:
    return TimestampSigner(salt="paraat.readonly")


def _copy(html: str, made: object) -> HttpResponse:
    at = timezone.localtime(made).strftime("%d/%m %H:%M:%S")  # type: ignore[arg-type]
    words = _("The database is down. You are reading a copy of %(at)s; nothing can be changed here.") % {"at": at}
    stripe = f'<div class="stripe stopped" role="alert">{escape(words)}</div>'
    head, body, rest = html.partition("<body")
    tag, end, rest = rest.partition(">")
    response = HttpResponse(f"{head}{body}{tag}{end}{stripe}{rest}")
    response.headers["X-Paraat-Copy-Of"] = str(made)
    return response


def _copies() -> str:
    links = "".join(
        f'<li><a href="{escape(one.path)}">{escape(str(one.title))}</a></li>'
        for one in registered
        if snapshots.read(one.path)
    )
    return f"<p>{escape(_('These pages can be read as they last were:'))}</p><ul>{links}</ul>" if links else ""


def _words(copies: str) -> HttpResponse:
    title = escape(_("The database is down"))
    first = escape(_("Nothing was saved just now. What was saved before is safe. Try again in a minute."))
    second = escape(_("To warn somebody now, use the printed call list or the offline pack."))
    html = (
        f'<!doctype html><html lang="{translation.get_language()}"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="{settings.STATIC_URL}paraat/paraat.css">'
        f'</head><body><main id="main"><h1>{title}</h1><p>{first}</p><p>{second}</p>{copies}</main></body></html>'
    )
    return HttpResponse(html, status=503, headers={"Retry-After": "30"})
