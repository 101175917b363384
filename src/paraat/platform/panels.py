"""How a panel makes its HTML: with the request of the page that it stands on, so that its buttons carry the page's CSRF token."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

_standing_on: ContextVar[HttpRequest | None] = ContextVar("page_of_panel", default=None)


@contextmanager
def standing_on(request: HttpRequest) -> Iterator[None]:
    """While this lasts panels are made for the page of `request`."""
    token = _standing_on.set(request)
    try:
        yield
    finally:
        _standing_on.reset(token)


def render(template: str, context: Mapping[str, Any]) -> SafeString:
    """A panel's HTML: `{% import "ui.html" as ui with context %}` works in its template, forms included."""
    return SafeString(render_to_string(template, dict(context), request=_standing_on.get()))
