"""The API, /api/v1: the operations of every app behind tokens, with the same rights as the pages. `openapi.json` describes all of it."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, URLResolver
from django.utils import timezone, translation
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema

import paraat
from paraat.accounts import tokens
from paraat.kernel import errors
from paraat.platform import configuration, ratelimit
from paraat.platform.api import ApiRequest, Problem, introduced_by
from paraat.platform.guard import public

PARTS = (
    "accounts.api",
    "registry.api",
    "feeds.api",
    "observations.api",
    "alerts.api",
    "incidents.api",
    "cloud.api",
    "warroom.api",
    "exercises.api",
    "readiness.api",
    "web.history",
)
"""The modules whose `operations` make the API, in the order of its description."""
MINUTE = 60

STATUS: dict[type[errors.ParaatError], int] = {
    errors.Invalid: 422,
    errors.NotAllowed: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.Unreachable: 503,
    ratelimit.TooOften: 429,
}
"""The HTTP status of our errors; any other is 400."""

DESCRIPTION = """\
Everything that Paraat's pages do, for machines. Ask for a token on your account's page and send it as `Authorization: Bearer ...`. A token has
scopes; what you see with it is what you see on the pages. Lists come in parts (`limit`, `offset`). Send an `Idempotency-Key` with a POST and
you may repeat it safely for two days. Errors are `application/problem+json` (RFC 9457). Moments are UTC (RFC 3339).
"""


@introduced_by
def introduce(request: ApiRequest, token: str) -> bool:
    """Say who bears a token. Wrong tokens are counted by address, right ones by owner."""
    found = tokens.bearer(token)
    if found is None:
        ratelimit.count(f"api wrong {ratelimit.caller(request)}", limit=30, seconds=MINUTE)
        return False
    ratelimit.count(f"api {found.user.pk}", limit=configuration.API_RATE.get(), seconds=MINUTE)
    request.viewer, request.actor, request.scopes, request.owner = (
        found.viewer,
        found.actor,
        found.scopes,
        found.user.pk,
    )
    request.user = found.user
    translation.activate(found.user.language)
    timezone.activate("UTC")
    return True


class HouseApi(NinjaAPI):
    """django-ninja's, with problem+json as the media type of every error in its description."""

    _described: OpenAPISchema | None = None

    def get_openapi_schema(self, **more: Any) -> OpenAPISchema:
        """The description, where an error is what it is on the wire. Made once in a process: it is the same for everybody, and takes seconds."""
        if self._described is None:
            schema = super().get_openapi_schema(**more)
            for operations in schema["paths"].values():
                for operation in operations.values():
                    _as_problems(operation["responses"])
            self._described = schema
        return self._described


def _as_problems(responses: dict[Any, Any]) -> None:
    for status, response in responses.items():
        if int(status) >= 400 and "application/json" in response.get("content", {}):
            response["content"] = {"application/problem+json": response["content"].pop("application/json")}


def problem(status: int, title: str, *, detail: str = "", **more: Any) -> HttpResponse:
    """An error as it goes over the wire."""
    content = Problem(title=title, status=status, detail=detail, **more).model_dump()
    return JsonResponse(content, status=status, content_type="application/problem+json")


api = HouseApi(
    title="Paraat",
    version=paraat.__version__,
    description=DESCRIPTION,
    docs_url=None,
    urls_namespace="api",
    openapi_url="/openapi.json",
)


@api.exception_handler(errors.ParaatError)
def on_paraat_error(request: HttpRequest, error: errors.ParaatError) -> HttpResponse:  # noqa: ARG001  # the handlers' shape
    """Our own errors say what went wrong themselves."""
    status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 400)
    answer = problem(status, (type(error).__doc__ or "").strip().splitlines()[0], detail=str(error))
    if isinstance(error, ratelimit.TooOften):
        answer.headers["Retry-After"] = str(error.retry_after)
    return answer


@api.exception_handler(ValidationError)
def on_invalid_input(request: HttpRequest, error: ValidationError) -> HttpResponse:  # noqa: ARG001
    """Which fields, where, and why."""
    found = [{"at": ".".join(map(str, one["loc"])), "why": str(one["msg"])} for one in error.errors]
    return problem(422, "The input cannot be accepted.", errors=found)


@api.exception_handler(AuthenticationError)
def on_stranger(request: HttpRequest, error: AuthenticationError) -> HttpResponse:  # noqa: ARG001
    """Who are you?"""
    answer = problem(401, "This needs a valid token.")
    answer.headers["WWW-Authenticate"] = 'Bearer realm="Paraat"'
    return answer


@api.exception_handler(HttpError)
def on_http_error(request: HttpRequest, error: HttpError) -> HttpResponse:  # noqa: ARG001
    """What django-ninja refuses by itself: a body that is no JSON."""
    return problem(error.status_code, str(error))


@api.exception_handler(Http404)
def on_nothing(request: HttpRequest, error: Http404) -> HttpResponse:  # noqa: ARG001
    """Nothing there, or nothing that you may see."""
    return problem(404, (errors.NotFound.__doc__ or "").strip())


for _part in PARTS:
    api.add_router("", import_module(f"paraat.{_part}").operations)


def urls() -> tuple[list[URLPattern | URLResolver], str, str]:
    """The addresses of the API. The marks of its operations are checked by themselves, so to the pages' door they are open."""
    patterns, app, namespace = api.urls
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            pattern.callback = public(pattern.callback)
    return patterns, app, namespace
