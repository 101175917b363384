"""Proves that the emergency page is served as it was prepared, as a browser and a machine would read it."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException

from paraat.cloud.access import Access, NotVerified
from paraat.cloud.catalog.web.hooks import values

PATIENCE = 10.0  # seconds


def verify(access: Access) -> list[str]:
    """Every page, the status for machines, and that nothing else is served; NotVerified says what differs."""
    wanted = values(access.prepared)
    _expect(access, "/index.html", wanted["PAGE"])
    shown = json.loads(wanted["STATUS"])["languages"]
    for language in shown:
        _expect(access, f"/{language}.html", wanted[f"PAGE_{language.upper()}"])
        code, body, headers = _get(access, "/", {"Accept-Language": language})
        if code != 200 or body != wanted[f"PAGE_{language.upper()}"]:
            raise NotVerified(f"A browser in {language} is not shown that language")
        if "default-src 'none'" not in headers.get("Content-Security-Policy", ""):
            raise NotVerified("The page has no Content-Security-Policy")
    _expect(access, "/status.json", wanted["STATUS"])
    for path in ("/../etc/passwd", "/..data", "/nginx.conf"):
        if _get(access, path)[0] not in {400, 404}:
            raise NotVerified(f"{path} is served")
    return [f"the emergency page in {', '.join(shown)}", "status.json", "nothing else is served"]


def _expect(access: Access, path: str, wanted: str) -> None:
    """Ask until the file is what it should be: a page just changed takes a moment."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            code, body, _ = _get(access, path)
            if code == 200 and body == wanted:
                return
            said = f"answers {code}" if code != 200 else "is not the page that was prepared"
        except (OSError, HTTPException) as error:
            said = f"does not answer: {error}"
        if time.monotonic() > until:
            raise NotVerified(f"{path} {said}")
        time.sleep(0.05)


def _get(access: Access, path: str, headers: Mapping[str, str] | None = None) -> tuple[int, str, dict[str, str]]:
    """Code, text and headers of a path, sent as it is written here."""
    host, port = access.address("web")
    connection = HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", path, headers=dict(headers or {}))
        answer = connection.getresponse()
        return answer.status, answer.read().decode("utf-8"), dict(answer.getheaders())
    finally:
        connection.close()
