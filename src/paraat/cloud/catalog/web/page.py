"""The emergency page as static files, from what was prepared (`docs/cloud/page.md`). Pure: the same values give the same files.

Every text of the organisation is either one text for all languages or a mapping of language to text. What is missing falls back on the first
language that has it, and else on plain words of ours. Nothing in it is trusted: all is escaped, addresses other than http(s) are left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlsplit

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from paraat.cloud.rules import lines

LANGUAGES: Final = ("nl", "fr", "de", "en")
DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LONGEST: Final = 4000  # characters of one text: all pages together stay far below the megabyte that a ConfigMap holds
MOST: Final = 40  # lines of one list, for the same reason

_FOLDER = Path(__file__).parent
_NOTHING: Mapping[str, str] = MappingProxyType({})
_UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]"
)  # would break the file, or turn its text around


def render(
    page: Mapping[str, Any],
    *,
    names: Mapping[str, str],
    languages: Sequence[str],
    phone: str = "",
    hosts: Mapping[str, str] = _NOTHING,
    exercise: bool = False,
) -> dict[str, str]:
    """The files of the emergency page by name: `index.html` (the first language), `<language>.html` for each, `status.json`, `style.css`.

    `names` is the organisation's name per language, `hosts` the addresses of the tenant's services (`intake` is offered as a link).
    """
    shown = [one for one in languages if one in LANGUAGES] or ["nl"]
    template = _templates().get_template("page.html")
    made = {}
    for language in shown:
        order = [language, *(one for one in shown if one != language), *LANGUAGES]
        values = _values(page, order, names=names, phone=phone, hosts=hosts)
        others = [(code, words(code)["language"]) for code in shown]
        made[f"{language}.html"] = template.render(values, others=others, exercise=exercise)
    status = json.dumps(_status(page, shown, names, phone, exercise), ensure_ascii=False, indent=1, sort_keys=True)
    style = (_FOLDER / "site" / "style.css").read_text(encoding="utf-8")
    return {"index.html": made[f"{shown[0]}.html"], **made, "status.json": status, "style.css": style}


def words(language: str) -> dict[str, Any]:
    """Our own words in one language."""
    found: dict[str, Any] = _all_words()[language]
    return found


def _values(
    page: Mapping[str, Any], order: Sequence[str], *, names: Mapping[str, str], phone: str, hosts: Mapping[str, str]
) -> dict[str, Any]:
    """What the template shows in the first language of `order`."""
    own = words(order[0])
    name = _text(names, order)
    return {
        "language": order[0],
        "words": own,
        "name": name,
        "title": _text(page.get("title"), order) or own["title"].format(name=name),
        "message": _paragraphs(_text(page.get("message"), order) or own["message"]),
        "services": _services(page, order),
        "phones": _phones(page, order, phone or _text(page.get("phone"), order), own),
        "counters": _counters(page, order, own),
        "links": _links(page, order, hosts, own),
        "updated": _updated(page, own),
    }


def _services(page: Mapping[str, Any], order: Sequence[str]) -> list[dict[str, str]]:
    """The services of the organisation with their states; one with a state we do not know counts as down."""
    found = []
    for one in _list(page, "services"):
        state = lines.state(str(one.get("state"))) or "down"
        name = _text(one.get("name"), order)
        if name:
            found.append({"name": name, "state": state, "note": _text(one.get("note"), order)})
    return found


def _phones(page: Mapping[str, Any], order: Sequence[str], phone: str, own: Mapping[str, Any]) -> list[dict[str, str]]:
    """Who can be called; the prepared number alone when the page has none."""
    listed = list(_list(page, "phones")) or ([{"number": phone}] if phone else [])
    found = []
    for one in listed:
        number = _text(one.get("number"), order)
        if number:
            label = _text(one.get("label"), order) or own["general"]
            note = _text(one.get("note"), order)
            found.append({"label": label, "number": number, "dial": _dialled(number), "note": note})
    return found


def _dialled(number: str) -> str:
    """What a phone dials for a written number; "" when it is no number."""
    digits = re.sub(r"\(0\)|[\s./()-]", "", number)
    return digits if re.fullmatch(r"\+?[0-9]{3,20}", digits) else ""


def _counters(page: Mapping[str, Any], order: Sequence[str], own: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The counters with their opening hours."""
    found = []
    for one in _list(page, "counters"):
        name = _text(one.get("name"), order)
        if name:
            hours = [_hours(line, order, own) for line in _list(one, "hours")]
            texts = {"address": _text(one.get("address"), order), "note": _text(one.get("note"), order)}
            found.append({"name": name, "hours": hours, **texts})
    return found


def _hours(line: Mapping[str, Any], order: Sequence[str], own: Mapping[str, Any]) -> dict[str, str]:
    """One line of opening hours: days by their names, from and to; no times means closed."""
    days = line.get("days")
    listed = isinstance(days, list | tuple)
    said = ", ".join(own["days"][day] for day in days if day in DAYS) if listed else _text(days, order)  # type: ignore[union-attr]
    times = [_text(line.get(end), order) for end in ("from", "to")]
    return {"days": said, "time": " – ".join(one for one in times if one) or own["closed"]}


def _links(
    page: Mapping[str, Any], order: Sequence[str], hosts: Mapping[str, str], own: Mapping[str, Any]
) -> list[dict[str, str]]:
    """Where citizens can go online: first the tenant's own intake, when it runs."""
    found = [{"label": own["intake"], "url": hosts["intake"]}] if hosts.get("intake") else []
    found += [
        {"label": _text(one.get("label"), order) or _text(one.get("url"), order), "url": _text(one.get("url"), order)}
        for one in _list(page, "links")
    ]
    return [one for one in found if _is_web(one["url"])]


def _is_web(url: str) -> bool:
    """Whether an address opens a web page, and not a script or a file."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


def _updated(page: Mapping[str, Any], own: Mapping[str, Any]) -> str:
    """When the page was last changed, said in the language; "" when nobody knows."""
    at = _moment(page)
    if at is None:
        return ""
    said: str = own["updated"].format(date=f"{at.day:02}/{at.month:02}/{at.year}", time=f"{at.hour:02}:{at.minute:02}")
    return said


def _moment(page: Mapping[str, Any]) -> datetime | None:
    """`page["updated"]` (ISO 8601, in the town's own time) as a moment."""
    try:
        return datetime.fromisoformat(str(page.get("updated") or ""))
    except ValueError:
        return None


def _status(
    page: Mapping[str, Any], shown: Sequence[str], names: Mapping[str, str], phone: str, exercise: bool
) -> dict[str, Any]:
    """The same for machines: name, states and phone numbers."""
    at = _moment(page)
    order = [*shown, *LANGUAGES]
    services = {code: _services(page, [code, *order]) for code in shown}
    return {
        "organisation": _text(names, order),
        "exercise": exercise,
        "languages": list(shown),
        "updated": at.isoformat() if at else None,
        "phones": [one["number"] for one in _phones(page, order, phone, words(shown[0]))],
        "services": [
            {"name": {code: services[code][index]["name"] for code in shown}, "state": one["state"]}
            for index, one in enumerate(services[shown[0]])
        ],
    }


def _text(value: object, order: Sequence[str]) -> str:
    """A text in the first language of `order` that has it, without characters that show nothing."""
    if isinstance(value, Mapping):
        found = (value.get(language) for language in order)
        value = next((one for one in found if isinstance(one, str) and one.strip()), "")
    if not isinstance(value, str):
        return ""
    return _UNSEEN.sub("", value.replace("\r\n", "\n")).encode("utf-8", "ignore").decode()[:LONGEST].strip()


def _paragraphs(text: str) -> list[list[str]]:
    """Paragraphs, each a list of lines: an empty line parts them."""
    return [part.strip().split("\n") for part in re.split(r"\n\s*\n", text) if part.strip()]


def _list(page: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The lines of a list on the page; what is no line is left out."""
    found = page.get(name)
    lines = found if isinstance(found, list | tuple) else []
    return [one for one in lines if isinstance(one, Mapping)][:MOST]


@cache
def _all_words() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml.safe_load((_FOLDER / "words.yaml").read_text(encoding="utf-8"))
    return found


@cache
def _templates() -> Environment:
    loader = FileSystemLoader(_FOLDER / "site")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
