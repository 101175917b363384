"""What machines ask of an installation: is it alive, is it ready, how much; and the renewal of live tokens."""

from __future__ import annotations

import hmac

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from paraat.kernel.errors import NotAllowed
from paraat.platform import configuration, health, live
from paraat.platform.guard import Request, public


@public
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while this process answers, whatever else is wrong: what a supervisor asks before it kills."""
    return HttpResponse("ok\n", content_type="text/plain")


@public
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when this process can serve: the database answers and its schema is ours; else 503 with the reason."""
    problems = health.not_ready()
    return HttpResponse(
        "".join(f"{line}\n" for line in problems or ["ready"]),
        content_type="text/plain",
        status=503 if problems else 200,
    )


@public
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Figures in Prometheus's text format, for this machine or whoever has PARAAT_METRICS_TOKEN; 404 for others."""
    if not _may_read_metrics(request):
        return HttpResponse("not found\n", content_type="text/plain", status=404)
    return HttpResponse(health.metrics(), content_type="text/plain; version=0.0.4; charset=utf-8")


@public
@require_safe
def live_token(request: Request) -> HttpResponse:
    """A new live token for the same topics, in exchange for one of this account's that may have expired."""
    try:
        renewed = live.renew(request.headers.get("X-Live-Token", ""), holder=live.holder(request.viewer))
    except NotAllowed as error:
        return HttpResponse(f"{error}\n", content_type="text/plain", status=403)
    return HttpResponse(renewed, content_type="text/plain")


def _may_read_metrics(request: HttpRequest) -> bool:
    token = configuration.METRICS_TOKEN.get()
    if token:
        return hmac.compare_digest(request.headers.get("Authorization", "").encode(), f"Bearer {token}".encode())
    return request.META.get("REMOTE_ADDR") in {"127.0.0.1", "::1"} and not request.headers.get("X-Forwarded-For")
