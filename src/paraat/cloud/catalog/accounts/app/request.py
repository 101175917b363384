"""One request and one answer, as the pages see them. WSGI (PEP 3333) below, nothing above."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qsl

BODY = 32 * 1024  # bytes of a form
SECURITY = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asks."""

    method: str
    path: str
    address: str  # as the entrance saw it
    cookies: Mapping[str, str]
    form: Mapping[str, str]
    languages: str  # Accept-Language
    site: str  # Sec-Fetch-Site

    @classmethod
    def read(cls, environ: Mapping[str, Any]) -> Request:
        """The request of a WSGI environment. ValueError when its form is too long or is none."""
        form: dict[str, str] = {}
        if environ["REQUEST_METHOD"] == "POST":
            length = int(environ.get("CONTENT_LENGTH") or 0)
            if length > BODY or length < 0:
                raise ValueError("form too long")
            body = environ["wsgi.input"].read(length).decode("utf-8")
            form = dict(parse_qsl(body, keep_blank_values=True, max_num_fields=20))
        # The last address in the list is the one that the entrance itself added; what stands before it anybody can write.
        forwarded = str(environ.get("HTTP_X_FORWARDED_FOR", "")).rsplit(",", 1)[-1].strip()
        return cls(
            method=environ["REQUEST_METHOD"],
            path=environ.get("PATH_INFO", "/"),
            address=(forwarded or str(environ.get("REMOTE_ADDR", "")))[:64],
            cookies=_cookies(str(environ.get("HTTP_COOKIE", ""))),
            form=form,
            languages=str(environ.get("HTTP_ACCEPT_LANGUAGE", "")),
            site=str(environ.get("HTTP_SEC_FETCH_SITE", "")),
        )


@dataclass(slots=True)
class Answer:
    """What somebody gets."""

    body: str = ""
    status: HTTPStatus = HTTPStatus.OK
    kind: str = "text/html"
    to: str = ""  # another page
    cookies: dict[str, str] = field(default_factory=dict)  # "" takes one away

    def headers(self) -> list[tuple[str, str]]:
        """Everything before the body. Cookies travel by TLS alone, to this host alone, and no script reads them."""
        found = [("Content-Type", f"{self.kind}; charset=utf-8"), ("Content-Length", str(len(self.body.encode())))]
        found += SECURITY.items()
        found += [("Location", self.to)] if self.to else []
        for name, value in self.cookies.items():
            end = "" if value else "; Max-Age=0"
            found.append(("Set-Cookie", f"__Host-{name}={value}; Path=/; Secure; HttpOnly; SameSite=Strict{end}"))
        return found


def go(path: str, **cookies: str) -> Answer:
    """See another page."""
    return Answer(status=HTTPStatus.SEE_OTHER, to=path, cookies=cookies)


def _cookies(text: str) -> dict[str, str]:
    try:
        return {
            name.removeprefix("__Host-"): one.value
            for name, one in SimpleCookie(text).items()
            if name.startswith("__Host-")
        }
    except CookieError:
        return {}
