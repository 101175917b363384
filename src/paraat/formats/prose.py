"""Host names in running text: found without inventing any from abbreviations, file names or sentences that end without a space.

Dutch, French, English and Russian. What a person could not tell either is `AMBIGUOUS`, a value of its own: neither taken nor dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from paraat.formats.idn import to_ascii
from paraat.formats.reasons import Reason
from paraat.formats.suffixes import is_public_suffix, is_top_level
from paraat.formats.target import Target, parse_target
from paraat.kernel.networks import parse_address

_DOTS = "\u3002\uff0e\uff61"
CANDIDATE = re.compile(
    rf"(?<![\w@.\-{_DOTS}])(?P<scheme>[a-z][a-z0-9+\-]{{1,9}}\s?:\s?/{{1,3}}(?:[^\s/@]+@)?)?"
    rf"(?P<host>(?>(?:[\w\-]+[.{_DOTS}])+[\w\-]+))(?!@)(?P<port>:\d{{1,5}}(?!\d))?(?P<path>[/?][^\s<>\"'«»“”]*)?",
    re.IGNORECASE,
)
_VERSION = re.compile(r"(?:\bv|\bversion|\bversie|\bверси[яи]|\brelease)\s?$", re.IGNORECASE)
_ADDRESS_URL = re.compile(r"https?://\[[0-9a-f:.]+\](?::\d+)?(?:/\S*)?", re.IGNORECASE)
_MARKS = re.compile(r"^(?:\s*(?:\(?\d{1,4}[.)](?=\s)|[^\w\[(<\"'«]))+")
_SEPARATORS = re.compile(r"[\s,;|]+")
_NEXT_WORD = re.compile(r"\s+([^\W\d_]+)")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# First labels that are words cut short, in the four languages.
ABBREVIATIONS = _words(
    "mr mrs ms dr st prof ir ing mevr mme mlle dhr sr jr nr no art blz pp tel vs etc bv cf vgl ca incl excl resp max min env "
    "ex im al fig chap bld nl fr ul ул г д стр тел т п рис гл им ст проф"
)
# Top-level domains that are a word a sentence may begin with.
WORDS = _words("de et la es il is in it at to no so me my as am do us nu om er ne se sa si au ma by hier ca")
# Words that go on after a host name, not after the first word of a sentence.
GOES_ON = _words(
    "is en and et und est ligt lag was were was werd wordt are или и or of ou ook aussi also down offline plat"
)
# Top-level domains that are file endings too.
FILES_ONLY, FILES_TOO = frozenset({"zip", "mov"}), _words("md py sh rs ps so")
STEMS = _words("readme main setup index install license changelog todo test run build config script report rapport")
BIG = frozenset({"com", "net", "org"})  # where a name of one letter is a name
PRODUCTS = frozenset({"asp.net", "vb.net", "ado.net"})
_FILES = re.compile(
    r"\.(?:pdf|docx?|xlsx?|pptx?|odt|txt|csv|json|xml|html?|php\d?|aspx?|jsp|js|css|png|jpe?g|gif|svg|mp[34]|exe|dll|7z|rar|gz|tar|log)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Found:
    """One candidate: what it names, or why it cannot be told."""

    target: Target | None
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for one candidate being a host: written as an address, listed on a line of its own, and what stands around it."""

    address: bool
    listed: bool
    before: str
    after: str


def targets_in(line: str, *, defanged: bool = False) -> Iterator[Found]:
    """The targets that a line of text names, in order. `line` is refanged; `defanged`: somebody had made it harmless, so it means hosts."""
    if _only_address(line) or _ADDRESS_URL.fullmatch(_bare(line)):
        yield Found(parse_target(_bare(line)))
        return
    listed = is_list(line)
    for match in CANDIDATE.finditer(line):
        host = match["host"]
        address = bool(match["scheme"] or match["port"] or match["path"] or host.lower().startswith("www.") or defanged)
        found = weigh(host, Evidence(address, listed, line[: match.start()], line[match.end() :]))
        if found is not None and found.target is not None:
            yield Found(_whole(match, found.target))
        elif found is not None:
            yield found


def is_list(line: str) -> bool:
    """Whether a line is nothing but candidates, with list marks before them and separators between them."""
    words = [word.strip(".,;:!()[]<>\"'") for word in _SEPARATORS.split(_bare(line))]
    words = [word for word in words if any(letter.isalnum() for letter in word)]
    return bool(words) and all(CANDIDATE.fullmatch(word) for word in words)


def _bare(line: str) -> str:
    return _MARKS.sub("", line).strip()


def _only_address(line: str) -> bool:
    """Whether a line is one IPv6 address or a network, which no candidate looks like."""
    bare = _bare(line)
    return (bare.count(":") > 1 or "/" in bare) and " " not in bare and "//" not in bare and _is_address(bare)


def _is_address(text: str) -> bool:
    target = parse_target(text)
    return target is not None and target.ip is not None


def weigh(host: str, evidence: Evidence) -> Found | None:
    """Whether `host`, as written, is one; None when it is something else."""
    parts = re.split(f"[.{_DOTS}]", host)
    if all(part.isdigit() for part in parts):
        return _numeric(host, parts, evidence)
    top = _ascii(parts[-1])
    if top is None or not is_top_level(top):
        return _no_top_level(parts, evidence)
    if _ends_sentence(parts):
        return _sentence_end(parts, evidence)
    if not evidence.address:
        doubt = _doubt(parts, top, evidence)
        if doubt is not None:
            return None if doubt is _NOTHING else doubt
    ascii_host = to_ascii(host)
    return Found(Target(host=ascii_host)) if ascii_host else Found(None, Reason.HOST)


_NOTHING = Found(None)


def _doubt(parts: list[str], top: str, evidence: Evidence) -> Found | None:
    """For what is not written as an address: `_NOTHING` (it is no host), ambiguous, only a part of it, or None (it is one)."""
    first, two = parts[0].lower(), len(parts) == 2
    if all(len(part) == 1 for part in parts[:-1]) and top not in BIG and not (two and evidence.listed):
        return _NOTHING
    if top in FILES_ONLY and two:
        return Found(None, Reason.AMBIGUOUS) if evidence.listed else _NOTHING
    if ".".join(parts).lower() in PRODUCTS or (top in FILES_TOO and two and first in STEMS):
        return _NOTHING
    if evidence.listed:
        return None
    if not two:
        return _glued(parts, top, evidence)
    if first in ABBREVIATIONS:
        return _NOTHING
    if top in FILES_TOO or (top in WORDS and _sentence_goes_on(top, evidence.after)):
        return Found(None, Reason.AMBIGUOUS)
    return None


def _glued(parts: list[str], top: str, evidence: Evidence) -> Found | None:
    """ "mairie.fr.la commune": a host and the next sentence; but not "x.com.my", below a public suffix of its own."""
    tail = ".".join(parts[-2:]).lower()
    if top in WORDS and _ascii_top(parts[-2]) and not is_public_suffix(tail) and _sentence_goes_on(top, evidence.after):
        return weigh(".".join(parts[:-1]), evidence)
    return None


def _sentence_goes_on(top: str, after: str) -> bool:
    """Whether the word after "niet.de" is one that follows "de" rather than a host name."""
    following = _NEXT_WORD.match(after)
    if following is None or not following[1][:1].islower():
        return False
    return following[1] not in GOES_ON or top in {"it", "il"}


def _ends_sentence(parts: list[str]) -> bool:
    """ "plat.De": a capital after the dot where the word before is small."""
    last, before = parts[-1], parts[-2]
    return last[:1].isupper() and last[1:].islower() and before[-1:].islower()


def _sentence_end(parts: list[str], evidence: Evidence) -> Found | None:
    if len(parts) > 2:
        return weigh(".".join(parts[:-1]), evidence)
    if evidence.listed or evidence.address:
        host = to_ascii(".".join(parts))
        return Found(Target(host=host)) if host else None
    if parts[0].lower() in ABBREVIATIONS or parts[0][:1].islower():
        return None
    return Found(None, Reason.AMBIGUOUS)


def _no_top_level(parts: list[str], evidence: Evidence) -> Found | None:
    """No such top-level domain: the next sentence glued on, a file, an abbreviation; or a host with a slip in it."""
    written = ".".join(parts)
    if len(parts) > 2 and _ascii_top(parts[-2]) and len(parts[-2]) > 1 and (len(parts) > 3 or parts[-1][:1].isupper()):
        return weigh(".".join(parts[:-1]), evidence)
    if _FILES.search(written) or all(len(part) < 3 for part in parts):
        return Found(None, Reason.HOST) if evidence.address and not _FILES.search(written) else None
    return Found(None, Reason.HOST) if evidence.address or evidence.listed else None


def _ascii_top(label: str) -> bool:
    top = _ascii(label)
    return top is not None and is_top_level(top)


def _ascii(label: str) -> str | None:
    found = to_ascii(f"x.{label}")
    return found[2:] if found else None


def _numeric(host: str, parts: list[str], evidence: Evidence) -> Found | None:
    address = parse_address(host) if len(parts) == 4 else None
    if address is None:
        wrong = len(parts) == 4 and (evidence.listed or evidence.address)
        return Found(None, Reason.ADDRESS) if wrong else None
    if _VERSION.search(evidence.before):
        return None
    return Found(Target(ip=str(address), ip4=int(address) if address.version == 4 else None))


def _whole(match: re.Match[str], target: Target) -> Target:
    """The target with the port and path that stood behind it."""
    path = (match["path"] or "").rstrip(").,;:!?]*'\"") or None
    rest = parse_target(f"http://x.be{match['port'] or ''}{path or ''}")
    if rest is None:
        return target
    return Target(
        target.host,
        target.ip,
        target.ip4,
        target.prefix,
        rest.port,
        rest.path if rest.path != f"/{target.host}" else None,
    )
