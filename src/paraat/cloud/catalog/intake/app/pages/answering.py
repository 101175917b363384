"""What every page has in common: who asks, in which language, with which token; and who may ask what."""

from __future__ import annotations

import hmac
import logging
import secrets
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from .. import words
from ..clerks import Clerk
from ..hours import ZONE
from ..office import Office
from ..papers import MOST
from ..refused import Refused, TooMuch

LOG = logging.getLogger("intake")
VERIFICATION = "intake-verification"
"""The header that the verification files its test requests with; its value is the verifier's secret."""
ANYBODY, CLERK, VERIFIER = "anybody", "clerk", "verifier"
MINE_SECONDS = 30 * 60
DRAFT_SECONDS = 2 * 3600
TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parents[1] / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)


@dataclass(slots=True)
class Ask:
    """One request, with what its page needs of it."""

    request: Request
    office: Office
    language: str
    form: FormData
    clerk: Clerk | None
    test: bool
    token: str  # of this browser, which its forms must bring back
    cookies: dict[str, tuple[str, int]] = field(default_factory=dict)  # to be set: value and seconds; 0 takes one away

    @property
    def signed_in(self) -> Clerk:
        """The clerk of a page that only clerks reach."""
        if self.clerk is None:
            raise Refused("not_found", 404)
        return self.clerk

    def word(self, key: str, **values: object) -> str:
        """A text in the language of who asks."""
        return words.word(self.language, key, **values)

    def text(self, name: str) -> str:
        """One field of the form as text; "" when it is missing or a file."""
        value = self.form.get(name, "")
        return value if isinstance(value, str) else ""

    def path(self, name: str) -> str:
        """A part of the address."""
        return str(self.request.path_params[name])

    def kept(self, cookie: str, seconds: int) -> Any:
        """What a cookie of ours says; None when there is none or it is too old."""
        return self.office.vault.opened(self.request.cookies.get(cookie, ""), seconds=seconds)

    def keep(self, cookie: str, value: object, seconds: int) -> None:
        """Give the browser a sealed cookie."""
        self.cookies[cookie] = (self.office.vault.token(value), seconds)

    def limited(self, what: str, *, most: int, seconds: int = 600) -> None:
        """Refused when this address did it too often."""
        self.office.limits.tried(f"{what} {_address(self.request)}", most=most, seconds=seconds)

    def page(self, template: str, status: int = 200, /, **values: Any) -> Response:
        """A page of ours."""
        shown = TEMPLATES.get_template(template).render(
            ask=self,
            office=self.office,
            tenant=self.office.tenant,
            language=self.language,
            w=self.word,
            long_day=lambda day: words.long_day(self.language, day),
            moment=_written,
            csrf=_answer(self.office, self.token),
            path=self.request.url.path,
            **values,
        )
        return HTMLResponse(shown, status)

    def go(self, path: str) -> Response:
        """On to another page."""
        return RedirectResponse(path, 303)


View = Callable[[Ask], Response]


def route(path: str, view: View, method: str = "GET", who: str = ANYBODY) -> Route:
    """A page, and who may ask for it. Who may not is told to sign in, or that there is no such page."""

    async def answer(request: Request) -> Response:
        ask = await run_in_threadpool(_asked, request)
        try:
            _permit(ask, who)
            if method == "POST":
                await _read(ask)
            response = await run_in_threadpool(view, ask)
        except Refused as refused:
            response = _refusal(ask, refused)
        except (HTTPException, TooMuch):
            raise
        except Exception as error:  # noqa: BLE001  # outermost: a traceback with values in it would put personal data into the log
            where = traceback.extract_tb(error.__traceback__)[-1]
            LOG.error("%s in %s:%s", type(error).__name__, where.filename, where.lineno)
            response = _refusal(ask, Refused("broken", 500))
        return _with_cookies(ask, response)

    found = Route(path, answer, methods=[method], name=f"{method} {path}")
    found.who = who  # type: ignore[attr-defined]  # read by the test that knocks at every door
    return found


def _asked(request: Request) -> Ask:
    office: Office = request.app.state.office
    given = request.headers.get(VERIFICATION, "")
    clerk = office.desk.clerk(request.cookies.get("clerk", ""))
    ask = Ask(
        request=request,
        office=office,
        language=_language(request, office),
        form=FormData(),
        clerk=clerk,
        test=bool(given) and hmac.compare_digest(given.encode(), office.tenant.verifier.encode()),
        token=request.cookies.get("token", ""),
    )
    if len(ask.token) < 20:
        ask.token = secrets.token_urlsafe(24)
        ask.cookies["token"] = (ask.token, 12 * 3600)
    return ask


def _permit(ask: Ask, who: str) -> None:
    if who == CLERK and ask.clerk is None:
        raise Refused("sign_in_first", 401)
    if who == VERIFIER and not ask.test:
        raise Refused("not_found", 404)


async def _read(ask: Ask) -> None:
    """The form, when it comes from a page of ours in the same browser."""
    origin = ask.request.headers.get("origin")
    if origin and urlsplit(origin).hostname != urlsplit(f"//{ask.request.headers.get('host', '')}").hostname:
        raise Refused("foreign", 403)
    ask.form = await ask.request.form(max_files=MOST + 1, max_fields=200, max_part_size=64 * 1024)
    given = ask.text("csrf").encode()
    if not hmac.compare_digest(given, _answer(ask.office, ask.request.cookies.get("token", "")).encode()):
        raise Refused("foreign", 403)


def _answer(office: Office, token: str) -> str:
    """What a form must bring with it: nobody works it out from the cookie without our key."""
    return office.vault.mark(token, "form")


def _refusal(ask: Ask, refused: Refused) -> Response:
    if refused.status == 401:
        return ask.go("/clerk/login")
    return ask.page("refused.html", refused.status, text=ask.word(refused.key, **refused.values), status=refused.status)


def _language(request: Request, office: Office) -> str:
    """The one chosen, else the first of the browser's that the town offers, else the town's first."""
    offered = office.tenant.languages
    asked = [request.cookies.get("language", "")]
    asked += [part.split(";")[0].strip()[:2].lower() for part in request.headers.get("accept-language", "").split(",")]
    return next((one for one in asked if one in offered), offered[0])


def _with_cookies(ask: Ask, response: Response) -> Response:
    secure = ask.request.headers.get("x-forwarded-proto") == "https"
    for name, (value, seconds) in ask.cookies.items():
        response.set_cookie(name, value, max_age=seconds, httponly=True, samesite="lax", secure=secure, path="/")
    return response


def _address(request: Request) -> str:
    """Who asks: what the entrance added last, for what stands before it anybody can write."""
    forwarded = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    return forwarded or (request.client.host if request.client else "?")


def _written(text: str | None) -> str:
    """A moment as it stands in the store, short: 23.11.2026 09:15."""
    return datetime.fromisoformat(text).astimezone(ZONE).strftime("%d.%m.%Y %H:%M") if text else ""


def query(ask: Ask) -> Mapping[str, str]:
    """The filters of a list's address."""
    return dict(ask.request.query_params)


__all__ = ["ANYBODY", "CLERK", "VERIFIER", "Ask", "query", "route"]
