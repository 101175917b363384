"""Pages that stay true while they are open: parts with an id and a version, of which a page fetches those that changed.

A live page puts `{{ ui.live(token) }}` in its block `live`, loads `paraat/live.js`, names in `data-live` the address that answers with changed
parts, and wraps each part: `{{ ui.part(one) }}`. The script opens the stream of the token's topics, and when something changed (at most once a
second), or the connection comes back, it asks `address?have=id.version~id.version`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils.html import escape
from django.utils.safestring import SafeString

from paraat.kernel.marking import Viewer
from paraat.platform import live

_age = re.compile(r'data-ago>[^<]*<|name="csrfmiddlewaretoken" value="[^"]*"')
"""What differs every time without saying anything new."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a page: its id, its HTML, and a version that changes with what it says, not with how long ago that was."""

    id: str
    html: SafeString
    version: str


def part(name: str, html: str) -> Part:
    """The part called `name`; `html` comes from our own templates, which escape."""
    version = hashlib.blake2b(_age.sub("", html).encode(), digest_size=6).hexdigest()
    return Part(name, SafeString(html), version)


def changed(parts: Iterable[Part], have: Collection[str]) -> list[Part]:
    """The parts whose "id.version" is not among `have`."""
    return [one for one in parts if f"{one.id}.{one.version}" not in have]


def answer(request: HttpRequest, parts: Iterable[Part], *, title: str = "", again: bool = False) -> HttpResponse:
    """The parts that the page does not have yet, as HTML; 204 when it has all. `again`: they are older than the last change, so the page asks
    once more at its own pace."""
    new = changed(parts, set(request.GET.get("have", "").split("~")))
    headers = {"X-Live-Again": "1"} if again else None
    if not new:
        return HttpResponse(status=204, headers=headers)
    pieces = [f'<div data-part="{one.id}" data-version="{one.version}">{one.html}</div>' for one in new]
    return HttpResponse(f"<title>{escape(title)}</title>{''.join(pieces)}", headers=headers)


def token(viewer: Viewer, *topics: str) -> str:
    """What opens the stream of these topics for this viewer."""
    return live.token(topics, holder=live.holder(viewer))
