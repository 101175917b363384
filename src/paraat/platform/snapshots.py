"""Copies of the room's most needed pages, renewed every minute, for when the database is down.

They are pages as a duty officer sees them, so they are kept encrypted (with the field keys) in PARAAT_HOME/snapshots: whoever steals the disk's
backup reads nothing.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse
from django.test import RequestFactory
from django.urls import resolve
from django.utils import translation
from django_htmx.middleware import HtmxDetails

from paraat.kernel.actor import SYSTEM
from paraat.kernel.errors import Invalid
from paraat.kernel.marking import Role, Viewer
from paraat.platform import configuration, keys

_LIVELY = re.compile(r"<script\b[^>]*>.*?</script>|<form\b[^>]*method=\"?post.*?</form>", re.IGNORECASE | re.DOTALL)
"""What cannot work without the database: scripts that fetch, forms that write."""


def folder() -> Path:
    """Where the copies lie."""
    return configuration.HOME.get() / "snapshots"


def renew(path: str) -> None:
    """Make a new copy of the page at `path`, which keeps its last good one when this fails. Raises what the page raises, or Invalid."""
    with translation.override(settings.LANGUAGE_CODE):
        answer = _page(path)
    if answer.status_code != 200:
        raise Invalid("This page could not be copied", path=path, status=answer.status_code)
    keys.write_private(_place(path), keys.seal(_LIVELY.sub("", answer.content.decode())).decode())


def read(path: str) -> tuple[str, datetime] | None:
    """The last good copy of the page at `path` and when it was made (UTC); None without one."""
    place = _place(path)
    try:
        made = datetime.fromtimestamp(place.stat().st_mtime, UTC)
        return keys.unseal(place.read_bytes()), made
    except (OSError, Invalid, InvalidToken):
        return None


def _page(path: str) -> HttpResponse:
    """The page as an officer without a name sees it; only this process asks, so no session and no sign-in."""
    request = cast("Any", RequestFactory().get(path, headers={"host": configuration.host_names()[0]}))
    request.user = SimpleNamespace(is_authenticated=False, pk=None, name="", language=settings.LANGUAGE_CODE)
    request.viewer, request.actor = Viewer(roles=frozenset({Role.DUTY_OFFICER})), SYSTEM
    request.session, request.htmx = SessionStore(), HtmxDetails(request)
    match = resolve(path)
    request.resolver_match = match
    view = cast("Callable[..., HttpResponse]", match.func)
    answer = view(cast("HttpRequest", request), *match.args, **match.kwargs)
    return answer.render() if isinstance(answer, SimpleTemplateResponse) else answer


def _place(path: str) -> Path:
    return folder() / hashlib.sha256(path.encode()).hexdigest()[:24]
