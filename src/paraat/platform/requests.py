"""The request id: given by the proxy or made here, on every log line and on the answer, so that a complaint can be found."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

from paraat.kernel.ids import uuid7

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
JOB_ID: ContextVar[str] = ContextVar("job_id", default="")
REQUEST: ContextVar[HttpRequest | None] = ContextVar("request", default=None)
"""The request being answered, for what is rendered without one: a panel that a higher app puts on a page, with a form in it."""

_acceptable = re.compile(r"[A-Za-z0-9-]{8,64}").fullmatch
_PROBES = frozenset({"/healthz", "/readyz", "/metrics"})
_log = logging.getLogger("paraat.requests")


class RequestMiddleware:
    """Names the request and logs its end: method, route, status, milliseconds; never the address, which may hold a signed link."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, under a request id."""
        given = request.headers.get("X-Request-ID", "")
        token = REQUEST_ID.set(given if _acceptable(given) else str(uuid7()))
        answered = REQUEST.set(request)
        began = time.perf_counter()
        try:
            response = self.get_response(request)
            response.headers["X-Request-ID"] = REQUEST_ID.get()
            level = logging.DEBUG if request.path in _PROBES else logging.INFO
            _log.log(level, "request", extra=_facts(request, response, began))
            return response
        finally:
            REQUEST_ID.reset(token)
            REQUEST.reset(answered)


def _facts(request: HttpRequest, response: HttpResponse, began: float) -> dict[str, object]:
    route = request.resolver_match.route if request.resolver_match else ""
    milliseconds = round((time.perf_counter() - began) * 1000, 1)
    return {"method": request.method, "route": route, "status": response.status_code, "ms": milliseconds}
