"""Copies of the room's most needed pages, renewed every minute, for when the database is down.

They are pages as a duty officer sees them, so they are kept encrypted (with the field keys) in PARAAT_HOME/snapshots: whoever steals the disk's
backup reads nothing.
"""

from __future__ import annotations

import hashlib
import logging
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
from paraat.kernel.errors import Invalid, ParaatError
from paraat.kernel.marking import Role, Viewer
from paraat.platform import configuration, keys
from paraat.platform.registrations import Snapshot, snapshots

_log = logging.getLogger("paraat.snapshots")
_LIVELY = re.compile(r"<script\b[^>]*>.*?</script>|<form\b[^>]*method=\"?post.*?</form>", re.IGNORECASE | re.DOTALL)
"""What cannot work without the database: scripts that fetch, forms that write."""


def folder() -> Path:
    """Where the copies lie."""
    return configuration.HOME.get() / "snapshots"


def renew() -> int:
    """Make a new copy of every registered page; returns how many. A page that fails keeps its last good copy."""
    return sum(_renew(one) for one in snapshots)


def read(path: str) -> tuple[str, datetime] | None:
    """The last good copy of the page at `path` and when it was made (UTC); None without one."""
    place = _place(path)
    try:
        made = datetime.fromtimestamp(place.stat().st_mtime, UTC)
        return keys.unseal(place.read_bytes()), made
    except (OSError, Invalid, InvalidToken):
        return None


def _renew(one: Snapshot) -> bool:
    try:
        with translation.override(settings.LANGUAGE_CODE):
            answer = _page(one.path)
    except (ParaatError, LookupError, ValueError, TypeError, AttributeError) as error:
        _log.warning(
            "a page could not be copied", extra={"path": one.path, "reason": f"{type(error).__name__}: {error}"}
        )
        return False
    if answer.status_code != 200:
        _log.warning("a page could not be copied", extra={"path": one.path, "status": answer.status_code})
        return False
    html = _LIVELY.sub("", answer.content.decode())
    keys.write_private(_place(one.path), keys.seal(html).decode())
    return True


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
