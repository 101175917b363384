"""The web application: routes, what every answer carries, and how much a request may bring."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import MutableMapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartParser
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .office import Office
from .pages import citizen, clerk, handovers, plans, wall
from .refused import TooMuch

SMALL: Final = 128 * 1024
LARGE: Final = 32 * 1024 * 1024
"""Of a form with its papers together."""
AT_ONCE: Final = 80 * 1024 * 1024
"""Of all requests that are being read: beyond it the next one is asked to come back."""
PATIENCE: Final = 180
"""Seconds that a request may take to arrive; a phone in a cellar needs many."""
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Robots-Tag": "noindex",
}
SERVED: Final[dict[str, Any]] = {
    "access_log": False,  # addresses and references of citizens are nobody's business
    "log_level": "warning",
    "proxy_headers": False,  # `pages.answering` reads of them what the entrance itself added
    "server_header": False,
    "ws": "none",
    "lifespan": "off",
    "limit_concurrency": 400,
}
"""How uvicorn serves it."""
# Uploads stay in memory until they are sealed: nothing plain is ever spooled to a disk.
MultiPartParser.spool_max_size = LARGE + 1


def application(office: Office) -> Starlette:
    """The intake of an office. A damaged file does not keep it from starting, so that `restore` can be run in it."""
    with suppress(sqlite3.Error):  # /healthz says so until it is put back
        office.store.prepare()
    routes = [
        Route("/healthz", _health),
        *citizen.ROUTES,
        *wall.ROUTES,
        *clerk.ROUTES,
        *plans.ROUTES,
        *handovers.ROUTES,
    ]
    static = StaticFiles(directory=Path(__file__).parent / "static")
    app = Starlette(
        routes=[*routes, Mount("/static", static)], exception_handlers={HTTPException: _refused, Exception: _broken}
    )
    app.state.office = office
    app.add_middleware(Bounds)
    return app


async def _health(request: Request) -> Response:
    works = await asyncio.to_thread(request.app.state.office.store.works)
    return PlainTextResponse("ok\n" if works else "the file cannot be read\n", 200 if works else 503)


async def _refused(_: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return PlainTextResponse(f"{status}\n", status)


async def _broken(_: Request, __: Exception) -> Response:
    return PlainTextResponse("500\n", 500)


class Bounds:
    """Counts what requests bring while it arrives, whatever they say of their length; adds the headers of every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        reading = _Reading(self, scope, receive)
        began = False

        async def answer(message: Message) -> None:
            nonlocal began
            if message["type"] == "http.response.start":
                began = True
                message["headers"] = [*message["headers"], *_headers(scope)]
            await send(message)

        try:
            await self.app(scope, reading, answer)
        except TooMuch as refusal:
            if not began:
                await PlainTextResponse(f"{refusal.status}\n", refusal.status, {"Connection": "close"})(
                    scope, receive, answer
                )
        finally:
            self.held -= reading.size


class _Reading:
    """The body of one request as it comes in."""

    def __init__(self, bounds: Bounds, scope: MutableMapping[str, Any], receive: Receive) -> None:
        self._bounds, self._receive = bounds, receive
        self._most = LARGE if scope["path"].startswith("/form/") else SMALL
        self._until = asyncio.get_running_loop().time() + PATIENCE
        self.size = 0
        self._done = False

    async def __call__(self) -> Message:
        if self._done:
            return await self._receive()
        try:
            message = await asyncio.wait_for(self._receive(), self._until - asyncio.get_running_loop().time())
        except TimeoutError:
            raise TooMuch(408) from None
        self._done = not message.get("more_body", False)
        size = len(message.get("body", b""))
        self.size += size
        self._bounds.held += size
        if self.size > self._most:
            raise TooMuch(413)
        if self._bounds.held > AT_ONCE:
            raise TooMuch(503)
        return message


def _headers(scope: MutableMapping[str, Any]) -> list[tuple[bytes, bytes]]:
    kept = "public, max-age=3600" if scope["path"].startswith("/static/") else "no-store"
    return [(name.lower().encode(), value.encode()) for name, value in (HEADERS | {"Cache-Control": kept}).items()]
