"""The pages: sign in with a one-time code or the chosen password, choose, change, see who has chosen, hand over credentials.

A one-time code opens the page where a password is chosen and nothing else; it is used when the password is chosen (decision 0026).
"""

from __future__ import annotations

import hmac
import json
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from . import passwords, sealing
from .book import VERIFIER, Book
from .limits import Limits
from .notes import Notes
from .request import Answer, Request, go

LANGUAGES: Final = ("nl", "fr", "de", "en")
CHOOSE, IN = "choose", "in"
_SECONDS = {CHOOSE: 1800, IN: 8 * 3600}
_FOLDER = Path(__file__).parent
_SHOWN = ("webmail", "files", "calendar", "chat", "intake")
log = logging.getLogger("accounts")


@dataclass(frozen=True, slots=True)
class Seat:
    """Who asks: the session that the cookie holds, when it still counts."""

    login: str
    stage: str  # "choose": came in by a code and may only choose a password; "in": has chosen
    generation: int
    stamp: str


class Site:
    """The WSGI application."""

    def __init__(self, book: Book, notes: Notes, limits: Limits | None = None) -> None:
        self.book = book
        self.notes = notes
        self.limits = limits or Limits()
        self._words: dict[str, dict[str, str]] = json.loads((_FOLDER / "words.json").read_text(encoding="utf-8"))
        loader = FileSystemLoader(_FOLDER / "pages")
        self._pages = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
        self._pages.filters["day"] = lambda at: time.strftime("%d/%m/%Y %H:%M", time.gmtime(at)) + " UTC"
        self._routes: dict[tuple[str, str], Callable[[Request, Seat | None], Answer]] = {
            ("GET", "/"): self._front,
            ("POST", "/in"): self._sign_in,
            ("POST", "/out"): self._sign_out,
            ("GET", "/choose"): self._ask_choice,
            ("POST", "/choose"): self._choose,
            ("GET", "/home"): self._home,
            ("GET", "/password"): self._ask_change,
            ("POST", "/password"): self._change,
            ("GET", "/people"): self._people,
            ("GET", "/notes"): self._list_notes,
            ("POST", "/notes"): self._write_note,
            ("POST", "/notes/read"): self._read_note,
        }

    def __call__(self, environ: Mapping[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        answer = self._answer(environ)
        start(f"{answer.status.value} {answer.status.phrase}", answer.headers())
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [answer.body.encode()]

    def _answer(self, environ: Mapping[str, Any]) -> Answer:
        try:
            request = Request.read(environ)
        except (ValueError, UnicodeDecodeError):
            return Answer("bad request", HTTPStatus.BAD_REQUEST, "text/plain")
        if request.path == "/healthz":
            return Answer("ok\n", kind="text/plain")
        if request.path == "/style.css":
            return Answer((_FOLDER / "pages" / "style.css").read_text(encoding="utf-8"), kind="text/css")
        if request.path.startswith("/language/"):
            code = request.path.removeprefix("/language/")
            return go("/", language=code if code in LANGUAGES else "")
        return self._page(request)

    def _page(self, request: Request) -> Answer:
        """The page of a path, for who asks; forms only with the token of the browser that they were made for."""
        seat = self._seat(request)
        method = "GET" if request.method == "HEAD" else request.method
        page = self._routes.get((method, request.path))
        if page is None:
            known = any(path == request.path for _, path in self._routes)
            return self._say(request, seat, "missing", HTTPStatus.METHOD_NOT_ALLOWED if known else HTTPStatus.NOT_FOUND)
        if method == "POST" and not self._own_form(request):
            return self._say(request, seat, "stale", HTTPStatus.FORBIDDEN)
        return page(request, seat)

    def _seat(self, request: Request) -> Seat | None:
        """The session of the cookie. Not a choosing one whose code is used, nor one from before the password changed."""
        for stage, seconds in _SECONDS.items():
            found = sealing.opened(self.book.key, request.cookies.get("session", ""), seconds)
            if found and found["stage"] == stage:
                seat = Seat(found["login"], stage, found["generation"], found["stamp"])
                return seat if self._counts(seat) else None
        return None

    def _counts(self, seat: Seat) -> bool:
        person = self.book.tenant.people.get(seat.login)
        if seat.login == VERIFIER:
            return seat.stage == IN
        same = person is not None and person.generation == seat.generation
        return same and self.book.stamp(seat.login) == seat.stamp

    def _own_form(self, request: Request) -> bool:
        seed = request.cookies.get("form", "")
        token = sealing.form_token(self.book.key, seed)
        own = bool(seed) and hmac.compare_digest(request.form.get("token", "").encode(), token.encode())
        return own and request.site in {"", "same-origin", "none"}

    # Pages --------------------------------------------------------------------------------------------------------------------

    def _front(self, request: Request, seat: Seat | None, error: str = "", login: str = "") -> Answer:
        if seat and not error:
            return go("/choose" if seat.stage == CHOOSE else "/home")
        status = HTTPStatus.OK if not error else HTTPStatus.FORBIDDEN
        return self._show(request, None, "front", status, error=error, login=login)

    def _sign_in(self, request: Request, _seat: Seat | None) -> Answer:
        """By a one-time code to the page where a password is chosen; by that password to everything else."""
        login = request.form.get("login", "").strip().lower().split("@")[0][:60]
        secret = request.form.get("secret", "")
        if self.limits.blocked(login, request.address):
            return self._front(request, None, "too_often", login)
        stage = IN if self.book.takes_password(login, secret) else CHOOSE if self.book.takes_code(login, secret) else ""
        if not stage:
            self.limits.wrong(login, request.address)
            log.warning("refused a sign-in from %s", request.address)
            return self._front(request, None, "wrong", login)
        self.limits.right(login, request.address)
        return go("/choose" if stage == CHOOSE else "/home", session=self._session(login, stage))

    def _session(self, login: str, stage: str) -> str:
        person = self.book.tenant.people.get(login)
        values = {"login": login, "stage": stage, "generation": person.generation if person else 0}
        return sealing.signed(self.book.key, {**values, "stamp": self.book.stamp(login)})

    def _sign_out(self, _request: Request, _seat: Seat | None) -> Answer:
        return go("/", session="", form="")

    def _ask_choice(self, request: Request, seat: Seat | None, error: str = "") -> Answer:
        if not seat or seat.stage != CHOOSE:
            return go("/")
        status = HTTPStatus.BAD_REQUEST if error else HTTPStatus.OK
        return self._show(request, seat, "choose", status, error=error, change=False)

    def _choose(self, request: Request, seat: Seat | None) -> Answer:
        if not seat or seat.stage != CHOOSE:
            return go("/")
        password = request.form.get("password", "")
        error = self._refused(request, seat.login, password)
        person = self.book.tenant.people[seat.login]
        if not error and self.book.takes_code(seat.login, password):
            error = "is_code"
        if error:
            return self._ask_choice(request, seat, error)
        if not self.book.choose(seat.login, person.generation, password):
            return self._say(request, None, "code_used", HTTPStatus.CONFLICT)
        log.info("%s chose a password (generation %s)", seat.login, person.generation)
        return self._chosen(request, seat.login, password)

    def _ask_change(self, request: Request, seat: Seat | None, error: str = "") -> Answer:
        if not seat or seat.stage != IN or seat.login == VERIFIER:
            return go("/")
        status = HTTPStatus.BAD_REQUEST if error else HTTPStatus.OK
        return self._show(request, seat, "choose", status, error=error, change=True)

    def _change(self, request: Request, seat: Seat | None) -> Answer:
        if not seat or seat.stage != IN or seat.login == VERIFIER:
            return go("/")
        if self.limits.blocked(seat.login, request.address):
            return self._ask_change(request, seat, "too_often")
        if not self.book.takes_password(seat.login, request.form.get("current", "")):
            self.limits.wrong(seat.login, request.address)
            return self._ask_change(request, seat, "wrong_current")
        password = request.form.get("password", "")
        if error := self._refused(request, seat.login, password):
            return self._ask_change(request, seat, error)
        if not self.book.change(seat.login, seat.stamp, password):
            return self._say(request, None, "stale", HTTPStatus.CONFLICT)
        log.info("%s changed the password", seat.login)
        return self._chosen(request, seat.login, password)

    def _refused(self, request: Request, login: str, password: str) -> str:
        """Why the password of a form is not taken; a key of the words."""
        if password != request.form.get("again", ""):
            return "not_the_same"
        names = [login, *self.book.tenant.names.values(), self.book.tenant.people[login].name]
        return passwords.refused(password, code=request.form.get("current", ""), names=" ".join(names).split())

    def _chosen(self, request: Request, login: str, password: str) -> Answer:
        seat = Seat(login, IN, 0, "")
        made = self._show(request, seat, "chosen", strength=passwords.strength(password))
        made.cookies["session"] = self._session(login, IN)
        return made

    def _home(self, request: Request, seat: Seat | None) -> Answer:
        if not seat or seat.stage != IN:
            return go("/")
        waiting = len(self.notes.waiting(seat.login))
        return self._show(request, seat, "home", waiting=waiting, shown=seat.login != VERIFIER)

    def _people(self, request: Request, seat: Seat | None) -> Answer:
        """Who has chosen a password: for the first account alone."""
        if not self._inside(seat) or not seat or seat.login != self.book.responsible():
            return self._say(request, seat, "missing", HTTPStatus.NOT_FOUND)
        people = [(one, self.book.chosen_at(one.login)) for one in self.book.tenant.people.values()]
        return self._show(request, seat, "people", people=people, done=sum(at is not None for _, at in people))

    def _list_notes(self, request: Request, seat: Seat | None, told: str = "", text: str | None = None) -> Answer:
        if not seat or not self._inside(seat):
            return go("/")
        others = [one for one in self.book.tenant.people.values() if one.login != seat.login]
        return self._show(
            request, seat, "notes", others=others, waiting=self.notes.waiting(seat.login), told=told, text=text
        )

    def _write_note(self, request: Request, seat: Seat | None) -> Answer:
        if not seat or not self._inside(seat):
            return go("/")
        reader, text = request.form.get("to", ""), request.form.get("text", "").strip()
        if reader not in self.book.tenant.people or reader == seat.login or not text:
            return self._list_notes(request, seat, "note_incomplete")
        sent = self.notes.write(self.book.key, sender=seat.login, reader=reader, text=text)
        log.info("%s sealed something for %s", seat.login, reader)
        return self._list_notes(request, seat, "note_sealed" if sent else "note_full")

    def _read_note(self, request: Request, seat: Seat | None) -> Answer:
        if not seat or not self._inside(seat):
            return go("/")
        text = self.notes.read(self.book.key, reader=seat.login, name=request.form.get("id", ""))
        return self._list_notes(request, seat, "" if text is not None else "note_gone", text)

    @staticmethod
    def _inside(seat: Seat | None) -> bool:
        return bool(seat and seat.stage == IN and seat.login != VERIFIER)

    # Showing ------------------------------------------------------------------------------------------------------------------

    def _say(self, request: Request, seat: Seat | None, word: str, status: HTTPStatus) -> Answer:
        """One sentence and the way back."""
        return self._show(request, seat, "said", status, word=word)

    def _show(
        self, request: Request, seat: Seat | None, page: str, status: HTTPStatus = HTTPStatus.OK, **values: Any
    ) -> Answer:
        language = self._language(request, seat)
        seed = request.cookies.get("form", "") or sealing.seed()
        tenant = self.book.tenant
        body = self._pages.get_template(f"{page}.html").render(
            language=language,
            languages=[(code, self._words[code]["language"]) for code in LANGUAGES],
            words=self._words[language],
            name=tenant.names.get(language) or next(iter(tenant.names.values()), ""),
            seat=seat,
            responsible=bool(seat and seat.stage == IN and seat.login == self.book.responsible()),
            hosts=[(one, tenant.hosts[one]) for one in _SHOWN if tenant.hosts.get(one)],
            mail=f"{seat.login}@{tenant.domain}" if seat else "",
            token=sealing.form_token(self.book.key, seed),
            **values,
        )
        cookies = {} if request.cookies.get("form") else {"form": seed}
        return Answer(body, status, cookies=cookies)

    def _language(self, request: Request, seat: Seat | None) -> str:
        """What was clicked, else the account's, else the browser's, else the town's."""
        person = self.book.tenant.people.get(seat.login) if seat else None
        wished = [request.cookies.get("language", ""), person.language if person else ""]
        wished += [one.strip()[:2].lower() for one in request.languages.split(",")]
        return next((one for one in [*wished, *self.book.tenant.languages] if one in LANGUAGES), "nl")
