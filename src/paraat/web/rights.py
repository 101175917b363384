"""Every route with the roles that it lets in, read from the marks of the views: what docs/rights.md shows, and what a test tries out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from paraat.accounts.sign_in_pages import FOR_ANYBODY, WHEN_SIGNED_IN
from paraat.kernel.marking import Role
from paraat.platform.guard import is_marked

ROLES = (
    Role.DUTY_OFFICER,
    Role.COORDINATOR,
    Role.ADMINISTRATOR,
    Role.AUDITOR,
    Role.PARTNER,
    Role.OBSERVER,
    Role.SPOC,
    Role.PROVIDER,
    Role.ASSESSOR,
    Role.TESTER,
)
"""In the order of the table."""
API = "/api/v1/"


@dataclass(frozen=True, slots=True)
class Route:
    """A page or an operation: its address, its name, and the roles it lets in (None: everybody). `scope` is an operation's."""

    path: str
    name: str
    roles: frozenset[Role] | None
    method: str = ""
    scope: str = ""

    @property
    def title(self) -> str:
        """As the table names it."""
        return f"{self.method} {self.path}".strip()


@dataclass(frozen=True, slots=True)
class Unmarked:
    """A route whose view carries no mark: the middleware refuses it, and the test says so."""

    path: str


def pages() -> Iterator[Route | Unmarked]:
    """Every page of ours and every page of allauth that is open; allauth's other pages do not exist here."""
    for path, pattern in _walk(get_resolver().url_patterns, "/"):
        view, name = pattern.callback, pattern.name or ""
        if path.startswith(API) or _is_closed(pattern):
            continue
        if name in FOR_ANYBODY:
            yield Route(path, name, None)
        elif name in WHEN_SIGNED_IN:
            yield Route(path, name, frozenset(Role))
        else:
            yield Route(path, name, _roles(view)) if is_marked(view) else Unmarked(path)


def _roles(view: Any) -> frozenset[Role] | None:
    roles: frozenset[Role] | None = view.allowed_roles
    return roles


def closed() -> Iterator[str]:
    """The addresses of allauth that answer 404."""
    for path, pattern in _walk(get_resolver().url_patterns, "/"):
        if _is_closed(pattern):
            yield path


def _is_closed(pattern: URLPattern) -> bool:
    """A page of allauth, or a redirect to one, that nobody opened."""
    module = pattern.callback.__module__
    foreign = module.startswith("allauth.") or (module.startswith("django.") and not is_marked(pattern.callback))
    return foreign and pattern.name not in FOR_ANYBODY | WHEN_SIGNED_IN


def operations() -> Iterator[Route | Unmarked]:
    """Every operation of the API, and its description, which everybody may read."""
    from paraat.web.api import api

    yield Route(f"{API}openapi.json", "openapi-json", None, "GET")
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                function, full = operation.view_func, _joined(prefix, path)
                yield from (_operation(operation, function, full, method) for method in operation.methods)


def _operation(operation: Any, function: Any, path: str, method: str) -> Route | Unmarked:
    if not hasattr(function, "scope"):
        return Unmarked(path)
    return Route(path, operation.operation_id or "", function.allowed_roles, method, function.scope or "")


def _joined(prefix: str, path: str) -> str:
    return API + re.sub(
        r"\{(?:\w+:)?(\w+)\}", r"<\1>", "/".join(part.strip("/") for part in (prefix, path) if part.strip("/"))
    )


def _walk(patterns: Iterable[URLPattern | URLResolver], prefix: str) -> Iterator[tuple[str, URLPattern]]:
    for one in patterns:
        path = prefix + _plain(str(one.pattern))
        if isinstance(one, URLResolver):
            yield from _walk(one.url_patterns, path)
        else:
            yield path, one


def _plain(pattern: str) -> str:
    """A pattern as people write it: `<pk>` for any parameter, whatever its kind."""
    named = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", pattern.lstrip("^").rstrip("$"))
    return re.sub(r"<(?:\w+:)?(\w+)>", r"<\1>", named)


# The page -------------------------------------------------------------------------------------------------------------------------
_HEAD = """# Who may do what

Rights have three steps. **The door**: which roles may open a page or call an operation at all; that is this table. A view without a mark is
refused, so a door cannot be forgotten open. **The query**: which rows one sees behind the door, by marking (below). **The action**: what may be
done now, whatever the role, such as nobody approving his own announcement.

`tests/house/test_rights.py` opens every door with every role, and with none, and compares with what stands here.

<!-- The tables are written by `make docs` from the marks of the views (src/paraat/web/rights.py). -->

## What one sees behind the door

| role | of organisations that are not one's own | of one's own |
|---|---|---|
| duty officer, coordinator (the team) | up to TLP:RED | everything |
| auditor | up to TLP:AMBER+STRICT | |
| partner, observer | up to TLP:GREEN | everything (partner) |
| SPOC | nothing | everything that was sent |
| service provider | of customers that agreed: up to TLP:GREEN | everything |
| administrator | nothing | |

Somebody with several roles sees what each of them sees. A role for an organisation (SPOC, service provider, partner) makes it one's own; a SPOC's
ends when the contact on file ends. What nobody may see does not exist: 404, not 403. The team, administrators and auditors sign in with a second
step. A token does what its scopes and its owner's roles allow, the smaller of both.
"""


def page() -> str:
    """docs/rights.md."""
    head = ["anybody", *(role.replace("_", " ") for role in ROLES)]
    lines = [_HEAD, "## Pages\n", *_table([*_known(pages())], ["page", *head])]
    lines += [
        "",
        "## Operations of the API\n",
        "A call needs a token with the scope; `signature`: the body is signed instead.\n",
    ]
    lines += [*_table([*_known(operations())], ["operation", "scope", *head], scopes=True)]
    lines += [
        "",
        "## Pages of the sign-in library that do not exist here\n",
        "They answer 404: there is no open sign-up, and an",
    ]
    lines += ["administrator changes addresses.\n", *sorted(f"- `{path}`" for path in set(closed()))]
    return "\n".join(lines) + "\n"


def _known(routes: Iterable[Route | Unmarked]) -> Iterator[Route]:
    return (route for route in routes if isinstance(route, Route))


def _table(routes: list[Route], head: list[str], *, scopes: bool = False) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for route in sorted(set(routes), key=lambda one: (one.path, one.method)):
        scope = [route.scope or ("signature" if route.method == "POST" else "")] if scopes else []
        marks = ["●" if route.roles is None else "", *("●" if _lets_in(route, role) else "" for role in ROLES)]
        yield "| " + " | ".join([f"`{route.title}`", *scope, *marks]) + " |"


def _lets_in(route: Route, role: Role) -> bool:
    return route.roles is None or role in route.roles
