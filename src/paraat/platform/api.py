"""How an app offers operations of the API. An operation names its scope and its roles; one that does not cannot be declared.

    operations = Operations(tags=["alerts"])

    @operations.read("/alerts", scope=Scope.ALERTS_READ, roles=[Role.DUTY_OFFICER], answer=Page[AlertOut])
    def list_alerts(request: ApiRequest, part: Query[Part]) -> Page[AlertOut]: ...

`web/api.py` mounts the `operations` of every app below /api/v1. Errors are raised as `ParaatError` and become problem+json (RFC 9457) there.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from functools import wraps
from typing import Annotated, Any, Generic, Literal, TypeVar, cast
from uuid import UUID

from django.db import models
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from ninja.security import HttpBearer
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
)

from paraat.kernel.errors import NotAllowed, NotFound
from paraat.kernel.marking import Role, Tlp
from paraat.platform import idempotency
from paraat.platform.guard import Request
from paraat.platform.marked import MarkedQuerySet

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])
M = TypeVar("M", bound=models.Model)


class Scope(StrEnum):
    """What a token may be used for; its owner's roles decide what of it he sees."""

    ORGANISATIONS_READ = "organisations:read"
    FEEDS_READ = "feeds:read"
    FEEDS_WRITE = "feeds:write"
    ALERTS_READ = "alerts:read"
    ALERTS_WRITE = "alerts:write"
    CASES_READ = "cases:read"
    CASES_WRITE = "cases:write"
    READINESS_READ = "readiness:read"
    READINESS_WRITE = "readiness:write"
    TASKS_READ = "tasks:read"
    TASKS_WRITE = "tasks:write"
    JOURNAL_READ = "journal:read"
    WEBHOOKS = "webhooks:write"
    ACCOUNT_READ = "account:read"


class ApiRequest(Request):
    """A request that came with a token."""

    scopes: frozenset[str]
    owner: UUID


class Answer(BaseModel):
    """What an operation gives back, read from the attributes of a row."""

    model_config = ConfigDict(from_attributes=True)


def _in_range(at: datetime) -> datetime:
    if not 1970 <= at.year <= 2199:
        raise ValueError("a moment lies between 1970 and 2199")
    return at


Plain = Annotated[str, StringConstraints(pattern=r"^[^\u0000]*$")]
"""Text that comes in: PostgreSQL keeps no NUL."""
Moment = Annotated[AwareDatetime, AfterValidator(_in_range)]
"""A moment that comes in, with its offset."""


def _label(level: Any) -> Any:
    return Tlp(level).label if isinstance(level, int) else level


TlpLabel = Annotated[
    Literal["TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED"], BeforeValidator(_label)
]
"""A stored TLP as the standard writes it."""


class Problem(Schema):
    """An error as RFC 9457 describes it."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""
    errors: list[dict[str, Any]] = Field(
        default_factory=list, description="which fields of the input, when it is the input"
    )


class Part(Schema):
    """Which part of a list."""

    limit: int = Field(50, ge=1, le=200, description="at most so many")
    offset: int = Field(0, ge=0, le=10_000_000, description="after so many")


class Page(Answer, Generic[T]):
    """A part of a list, and how long all of it is."""

    items: list[T]
    total: int
    offset: int
    limit: int


def page(rows: models.QuerySet[Any], part: Part) -> dict[str, Any]:
    """The asked part of `rows`, as `Page` wants it: two queries."""
    items = list(rows[part.offset : part.offset + part.limit])
    total = len(items) + part.offset if items and len(items) < part.limit else rows.count()
    return {"items": items, "total": total, "offset": part.offset, "limit": part.limit}


def visible(rows: MarkedQuerySet, request: Request, key: UUID) -> Any:
    """The row with this key that the viewer may see; NotFound otherwise, so that nobody learns what exists."""
    found = rows.visible_to(request.viewer).filter(pk=key).first()
    if found is None:
        raise NotFound()
    return found


Introduction = Callable[[ApiRequest, str], bool]
_introductions: list[Introduction] = []


def introduced_by(introduce: Introduction) -> Introduction:
    """Register who reads tokens: sets viewer, actor, scopes and owner of the request and says whether the token is valid."""
    _introductions[:] = [introduce]
    return introduce


class Token(HttpBearer):
    """The door of one operation. It stands before the input is read, so that who may not come in learns nothing of what fits."""

    def __init__(self, scope: Scope, roles: frozenset[Role]) -> None:
        super().__init__()
        self.scope, self.roles = scope, roles

    def authenticate(self, request: HttpRequest, token: str) -> bool:
        """Let in a valid token with the scope whose owner has one of the roles; False is a 401, NotAllowed a 403."""
        asked = cast("ApiRequest", request)
        if not any(introduce(asked, token) for introduce in _introductions):
            return False
        if self.scope not in asked.scopes:
            raise NotAllowed(f"This token does not have the scope {self.scope}.")
        if not asked.viewer.has(*self.roles):
            raise NotAllowed()
        return True


class Operations(Router):
    """The operations of one app."""

    def read(self, path: str, *, scope: Scope, roles: Iterable[Role], answer: Any, **more: Any) -> Callable[[F], F]:
        """Declare a GET."""
        return self._declare(["GET"], path, scope, roles, answer, 200, more)

    def write(
        self, path: str, *, scope: Scope, roles: Iterable[Role], answer: Any, status: int = 200, **more: Any
    ) -> Callable[[F], F]:
        """Declare a POST, which takes an Idempotency-Key."""
        header = {"name": idempotency.HEADER, "in": "header", "required": False}
        header |= {"schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"}}
        more["openapi_extra"] = {"parameters": [header], **more.get("openapi_extra", {})}
        return self._declare(["POST"], path, scope, roles, answer, status, more)

    def signed(self, path: str, *, answer: Any, **more: Any) -> Callable[[F], F]:
        """Declare a POST without a token: the signature of its body says who it is, and the operation checks it before anything else."""

        def declare(function: F) -> F:
            answering = _answering(function, TypeAdapter(answer), 200, once=False)
            answering.__signature__ = inspect.signature(function, eval_str=True)  # type: ignore[attr-defined]
            answering.scope = answering.allowed_roles = None  # type: ignore[attr-defined]
            responses = {200: answer, (400, 403, 413, 422, 429, 503): Problem}
            return cast("F", self.post(path, auth=None, response=responses, **more)(answering))

        return declare

    def _declare(
        self,
        methods: Sequence[str],
        path: str,
        scope: Scope,
        roles: Iterable[Role],
        answer: Any,
        status: int,
        more: Any,
    ) -> Callable[[F], F]:
        allowed = frozenset(roles)

        def declare(function: F) -> F:
            answering = _answering(function, TypeAdapter(answer), status, once="POST" in methods)
            answering.__signature__ = inspect.signature(function, eval_str=True)  # type: ignore[attr-defined]  # ninja reads it
            answering.scope, answering.allowed_roles = scope, allowed  # type: ignore[attr-defined]
            more.setdefault("description", f"{inspect.getdoc(function)}\n\nScope `{scope}`; {_named(allowed)}.")
            responses = {status: answer, (400, 401, 403, 404, 409, 413, 415, 422, 429, 503): Problem}
            door = Token(scope, allowed)
            return cast("F", self.api_operation(list(methods), path, auth=door, response=responses, **more)(answering))

        return declare


def _named(roles: frozenset[Role]) -> str:
    return (
        "every role"
        if roles == frozenset(Role)
        else "for " + ", ".join(sorted(role.replace("_", " ") for role in roles))
    )


def _answering(function: Callable[..., Any], form: TypeAdapter[Any], status: int, *, once: bool) -> Callable[..., Any]:
    """The answer as it goes over the wire; of a deed it is made inside the transaction that keeps it for a retry."""

    @wraps(function)
    def run(request: ApiRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        def deed() -> HttpResponse:
            value = form.validate_python(function(request, *args, **kwargs), from_attributes=True)
            return HttpResponse(form.dump_json(value), status=status, content_type="application/json")

        return idempotency.once(request, request.owner, deed) if once else deed()

    return run
