"""What a person wrote in a reply, without the message that was answered and without the signature below it.

Mail programs mark the quote in their own ways and languages; the earliest mark found ends the person's own text. Answers written between
the lines of a quote ("> question / answer") keep the lines that are not quoted.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

MARKER = "##- "
"""A line that we put at the top of what we send; everything from it on is ours."""

_ATTRIBUTION = re.compile(
    r"""[>\s]*(?:
        On\s.{5,300}?\swrote:
      | Op\s.{5,300}?\s(?:schreef|heeft\s.{1,200}?geschreven)\b.{0,200}?:
      | Le\s.{5,300}?\sa\s[ée]crit\s?:
      | Am\s.{5,300}?\s(?:schrieb\b.{0,200}?|hat\s.{1,200}?geschrieben):
    )\s*""",
    re.VERBOSE | re.IGNORECASE,
)
_NAME_FIRST = re.compile(
    r"[>\s]*(?=.{0,300}[@\d]).{3,200}?\s(?:wrote|schreef|a\s[ée]crit|schrieb)(?:\s(?:op|am|on|le)\s.{3,80})?\s?:\s*",
    re.IGNORECASE,
)
_DIVIDER = re.compile(
    r"^[>\s]*-{2,}\s*(?:original message|forwarded message|oorspronkelijk bericht|doorgestuurd bericht|message d['’]origine|message transf[ée]r[ée]"
    r"|message original|urspr[üu]ngliche nachricht|weitergeleitete nachricht)\s*-{2,}\s*$",
    re.IGNORECASE,
)
_FROM = re.compile(r"^[>\s*]*(?:From|Van|De|Von|Exp[ée]diteur)\s?:\*?\s*\S", re.IGNORECASE)
_OTHER = re.compile(
    r"^[>\s*]*(?:Sent|To|Subject|Date|Verzonden|Aan|Onderwerp|Datum|Envoy[ée]|À|A|Objet|Gesendet|An|Betreff|Cc)\s?:",
    re.IGNORECASE,
)
_RULE = re.compile(r"^\s*_{10,}\s*$")
_SIGNATURE = re.compile(r"^-- ?$")
_BREAKS = frozenset({"br", "p", "div", "tr", "li", "h1", "h2", "h3", "table", "blockquote", "hr"})
_HIDDEN = frozenset({"style", "script", "head", "title"})
_QUOTES = (
    "gmail_quote",
    "yahoo_quoted",
    "moz-cite-prefix",
    "protonmail_quote",
    "divrplyfwdmsg",
    "appendonsend",
    "x_divrplyfwdmsg",
)
_LONGEST = 20_000


def own_text(text: str) -> str:
    """The person's own words in a plain-text reply; empty when there are none."""
    lines = text[:_LONGEST].split("\n")
    kept = lines[: _end(lines)]
    return re.sub(
        r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in kept if not line.lstrip().startswith(">"))
    ).strip()


def from_html(html: str) -> str:
    """HTML as plain text, without what mail programs mark as the quoted message."""
    reader = _Reader()
    reader.feed(html[: _LONGEST * 10])
    reader.close()
    lines = (re.sub(r"[ \t\xa0]+", " ", line).strip() for line in "".join(reader.pieces).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _end(lines: list[str]) -> int:
    return next((place for place in range(len(lines)) if _ends(lines, place)), len(lines))


def _ends(lines: list[str], place: int) -> bool:
    line = lines[place]
    if MARKER in line or _DIVIDER.match(line) or _SIGNATURE.match(line) or _header_block(lines, place):
        return True
    if _RULE.match(line):
        return any(_header_block(lines, next_place) for next_place in range(place + 1, min(place + 3, len(lines))))
    return _attribution(lines, place)


def _attribution(lines: list[str], place: int) -> bool:
    """'On ... wrote:', which mail programs wrap over up to three lines; unless the person goes on writing between the quoted lines."""
    size = _attribution_size(lines[place : place + 3])
    return size > 0 and not _written_between(lines[place + size :])


def _attribution_size(lines: list[str]) -> int:
    """How many of these lines are the attribution; 0 when the first begins none."""
    if _NAME_FIRST.fullmatch(lines[0][:600]):
        return 1
    for size in range(1, len(lines) + 1):
        if not lines[size - 1].strip():
            return 0
        if _ATTRIBUTION.fullmatch(" ".join(line.strip() for line in lines[:size])[:600]):
            return size
    return 0


def _written_between(rest: list[str]) -> bool:
    quoted = [place for place, line in enumerate(rest) if line.lstrip().startswith(">")]
    return bool(quoted) and any(line.strip() and not line.lstrip().startswith(">") for line in rest[quoted[0] :])


def _header_block(lines: list[str], place: int) -> bool:
    """Outlook's way: From/Sent/To/Subject lines, at least two of the others within the next five."""
    return (
        bool(_FROM.match(lines[place])) and sum(bool(_OTHER.match(line)) for line in lines[place + 1 : place + 6]) >= 2
    )


class _Reader(HTMLParser):
    """Text outside quotes. Void elements never open a level, so broken HTML at worst keeps too much, never loses the reply."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._skipping: list[str] = []
        self._over = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        marks = " ".join(value or "" for name, value in attrs if name in {"class", "id"}).lower()
        if "divrplyfwdmsg" in marks or "appendonsend" in marks:
            self._over = True  # Outlook: everything after this mark is the old message
        if tag in _BREAKS:
            self.pieces.append("\n")
        if self._skipping:
            self._skipping += [tag] if tag == self._skipping[0] else []
        elif tag in _HIDDEN or tag == "blockquote" or any(mark in marks for mark in _QUOTES):
            self._skipping = [] if tag in {"br", "hr", "img"} else [tag]

    def handle_endtag(self, tag: str) -> None:
        if self._skipping and tag == self._skipping[0]:
            self._skipping.pop()
        if tag in _BREAKS:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._skipping and not self._over:
            self.pieces.append(re.sub(r"\s+", " ", data))
