"""The one template engine of our own pages: Jinja2 with Django's translations, and what every template may call.

Filters: `ago` ("3 min. geleden", a <time> element), `moment` (the exact moment, in the reader's language and time zone), `number`.
Globals: url, static, language, languages, menu, banners, messages, query (the present address with some parameters changed), mode, team.
`request`, `csrf_input` and `csrf_token` come from Django.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from babel import Locale, dates, numbers
from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.template.backends.utils import csrf_input
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, gettext_lazy, ngettext, npgettext, pgettext
from jinja2 import Environment, StrictUndefined, Undefined, pass_context
from jinja2.runtime import Context

from paraat.kernel.marking import ANONYMOUS, Tlp, Viewer
from paraat.platform import configuration
from paraat.platform.panels import standing_on
from paraat.platform.registrations import Banner, MenuEntry, banners, menu, panels
from paraat.platform.requests import REQUEST

MORE = 100
"""Menu entries from this order on stand below "More"."""
PARTS = {
    1: gettext_lazy("Warn"),
    2: gettext_lazy("Respond"),
    3: gettext_lazy("Recover"),
    4: gettext_lazy("Learn"),
    9: gettext_lazy("The house"),
}
"""The parts of the loop below "More", by the hundreds of a menu entry's order."""

STATE_WORDS = {
    "silent": gettext_lazy("silent"),
    "waiting": gettext_lazy("waits for acknowledgement"),
    "known": gettext_lazy("acknowledged"),
    "acknowledged": gettext_lazy("acknowledged"),
    "reached": gettext_lazy("reached"),
    "none": gettext_lazy("nobody to reach"),
    "bounced": gettext_lazy("bounced"),
    "up": gettext_lazy("up"),
    "slow": gettext_lazy("slow"),
    "down": gettext_lazy("down"),
    "calm": gettext_lazy("no alert"),
    "ok": gettext_lazy("in order"),
    "warning": gettext_lazy("look at this"),
    "error": gettext_lazy("broken"),
    "unknown": gettext_lazy("could not tell"),
    "done": gettext_lazy("done"),
}
"""What `ui.state` says of a state that has no word of its own. Lazy: a template that is imported is kept, whatever language came first."""
_LOCALES = {code: Locale.parse(f"{code}_{'GB' if code == 'en' else 'BE'}") for code in ("nl", "fr", "de", "en")}
_FORMATS = {
    "short": "d MMM HH:mm",
    "long": "EEEE d MMMM yyyy HH:mm:ss",
    "time": "HH:mm",
    "seconds": "HH:mm:ss",
    "dated": "d MMM yyyy HH:mm",
    "day": "d MMM yyyy",
}


def environment(**options: Any) -> Environment:
    """The environment, as Django's Jinja2 backend asks for it. A misspelt name is an error everywhere but in production."""
    options |= {"extensions": ["jinja2.ext.i18n"], "trim_blocks": True, "lstrip_blocks": True}
    options["undefined"] = Undefined if configuration.is_production() else StrictUndefined
    made = Environment(**options)  # noqa: S701  # Django's backend sets autoescape
    made.install_gettext_callables(  # type: ignore[attr-defined]
        gettext, ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext
    )
    made.filters |= {
        "ago": ago,
        "moment": moment,
        "number": number,
        "hours": hours,
        "tlp": tlp,
        "in_language": in_language,
    }
    made.globals |= {
        "url": _url,
        "csrf_input": lazy(_csrf_input, SafeString, str)(),
        "static": static,
        "language": language,
        "languages": settings.LANGUAGES,
        "menu_for": menu_for,
        "banners_for": banners_for,
        "panels_for": panels_for,
        "messages_for": _messages,
        "query": query,
        "state_words": STATE_WORDS,
        "production": configuration.is_production,
        "live_url": configuration.live_url,
        "team": configuration.TEAM_NAME.get,
        "time_zone": timezone.get_current_timezone_name,
    }
    return made


# Moments and numbers --------------------------------------------------------------------------------------------------------------


def language() -> str:
    """The two-letter language of the reader."""
    return (get_language() or settings.LANGUAGE_CODE)[:2]


def _locale() -> Locale:
    return _LOCALES[language()]


def moment(at: datetime | date | None, form: str = "short") -> str:
    """`at` (aware) in the reader's language and time zone; form: short, long, time, seconds, day. Nothing for None."""
    if at is None:
        return ""
    if not isinstance(at, datetime):
        return dates.format_date(at, _FORMATS["day"], locale=_locale())
    local = timezone.localtime(at)
    if form == "time":
        return f"{local:%H:%M}"
    if form == "short" and local.year != timezone.localtime().year:
        form = "dated"  # a deadline of another year never looks like one of this year
    whole = local.replace(hour=0, minute=0, second=0, microsecond=0) if form == "day" else local.replace(microsecond=0)
    return _formatted(whole, form, language())  # what is written once serves every row of the same day


@lru_cache(maxsize=4096)
def _formatted(local: datetime, form: str, _language: str) -> str:
    """Babel takes 50 microseconds for what a page of towns that fell silent together says a hundred times."""
    return dates.format_datetime(local, _FORMATS[form], locale=_locale())


@pass_context
def ago(context: Context, at: datetime | None, plain: bool = False) -> SafeString | str:
    """How long ago (or how soon) `at` is, with the exact moment on hover. The page's `now` counts, else the process's clock.

    `plain` gives words only, for attributes and files.
    """
    if at is None:
        return ""
    now = context.get("now") or timezone.now()
    words = ago_words(at, now)
    if plain:
        return words
    return format_html(
        '<time datetime="{}" title="{}" data-ago>{}</time>', at.isoformat(timespec="seconds"), moment(at, "long"), words
    )


def ago_words(at: datetime, now: datetime) -> str:
    """The distance between two aware moments in the reader's language: "3 min. geleden", "over 2 u"."""
    return dates.format_timedelta(at - now, add_direction=True, format="short", locale=_locale(), threshold=1.5)


def hours(span: timedelta | None) -> str:
    """A length of time in words; nothing for None."""
    return "" if span is None else dates.format_timedelta(span, format="short", locale=_locale(), threshold=1.5)


def number(value: float | None) -> str:
    """A number with the reader's separators; nothing for None: what was not measured is not shown."""
    return "" if value is None else _separated(value, _locale())


@lru_cache(4096, typed=True)
def _separated(value: float, locale: Locale) -> str:
    """Remembered: a page of figures has hundreds of small numbers, and each takes 30 microseconds."""
    return str(numbers.format_decimal(value, locale=locale))


def tlp(level: int) -> Tlp:
    """The TLP of a stored level."""
    return Tlp(level)


def in_language(texts: Mapping[str, str] | None) -> str:
    """The text in the reader's language, else in Dutch, English or whatever there is."""
    known = texts or {}
    return next((known[one] for one in (language(), "nl", "en") if known.get(one)), next(iter(known.values()), ""))


# The frame of a page --------------------------------------------------------------------------------------------------------------


def menu_for(request: HttpRequest) -> dict[str, list[tuple[str, str, bool, Any]]]:
    """The menu of the one who looks: main and more, each as (title, address, whether we are there, which part of the loop it is of)."""
    viewer = viewer_of(request)
    entries: dict[str, list[tuple[str, str, bool, Any]]] = {"main": [], "more": []}
    for entry in sorted(menu, key=lambda one: one.order):
        address = _address(entry) if viewer.has(*entry.roles) else None
        if address is not None:
            line = (entry.title, address, _here(request, address), PARTS.get(entry.order // 100, ""))
            entries["more" if entry.order >= MORE else "main"].append(line)
    if not entries["main"]:  # a tester has few, and would find "More" alone
        return {"main": entries["more"], "more": []}
    return entries


@lru_cache
def _address(entry: MenuEntry) -> str | None:
    try:
        return reverse(entry.url_name)
    except NoReverseMatch:
        return None  # an app that is not installed here


def _here(request: HttpRequest, address: str) -> bool:
    return request.path == address or (address != "/" and request.path.startswith(address))


def banners_for(request: HttpRequest) -> Iterator[tuple[Banner, str]]:
    """What must be on every page at this moment (an exercise runs, sending is stopped), with its words."""
    viewer = viewer_of(request)
    for banner in banners:
        words = banner.words(viewer)
        if words:
            yield banner, words


def panels_for(page: str, request: HttpRequest, subject: Any) -> Iterator[str]:
    """What higher apps put on this page, lowest order first."""
    for panel in sorted(panels, key=lambda one: one.order):
        if panel.page != page:
            continue
        with standing_on(request):
            html = panel.render(viewer_of(request), subject)
        if html:
            yield SafeString(html)


def viewer_of(request: HttpRequest | None) -> Viewer:
    """The viewer of a request, anonymous when there is none (an error page may come before the middleware)."""
    return getattr(request, "viewer", ANONYMOUS)


def _messages(request: HttpRequest | None) -> Iterable[Any]:
    return get_messages(request) if request is not None and hasattr(request, "_messages") else ()


def _csrf_input() -> SafeString:
    """For forms in panels, which are rendered without a request: that of the request being answered."""
    request = REQUEST.get()
    return csrf_input(request) if request is not None else SafeString("")


def _url(name: str, *args: Any, **kwargs: Any) -> str:
    return reverse(name, args=args or None, kwargs=kwargs or None)


def query(request: HttpRequest, changes: Mapping[str, Any] | None = None, **more: Any) -> str:
    """`?...` of the present address with parameters changed; None removes one. The page number goes whenever anything changes."""
    parameters = request.GET.copy()
    changed = {**(changes or {}), **more}
    for name in {*changed, "page", "have"}:
        parameters.pop(name, None)
    for name, value in changed.items():
        if value is not None:
            parameters[name] = str(value)
    return "?" + parameters.urlencode()
