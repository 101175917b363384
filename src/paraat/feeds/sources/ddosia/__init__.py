"""DDoSia: the target lists of NoName057(16), as trackers publish them."""

from __future__ import annotations

import json
from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from paraat.feeds.models import Source
from paraat.feeds.sources.contract import Defaults, SourceFormat, table_again
from paraat.kernel.admiralty import Credibility, Reliability
from paraat.kernel.marking import Tlp
from paraat.kernel.severity import Severity


def _again(rows: Sequence[bytes], head: bytes) -> bytes:
    if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] not in (b"{", b"["):
        return table_again(rows, head)
    return b'{"targets": [\n' + b",\n".join(_element(row) for row in rows) + b"\n]}\n"


def _element(row: bytes) -> bytes:
    """The row as JSON; what is no JSON goes in as text, so that it is refused alone and not with all others."""
    try:
        json.loads(row)
    except (ValueError, RecursionError):
        return json.dumps(row.decode("utf-8", "replace")).encode()
    return row


FORMAT = SourceFormat(
    parser="ddosia",
    title=_("DDoSia target list"),
    explanation=_("The list of web sites that NoName057(16) is about to flood: JSON or CSV, as trackers publish it."),
    endings=(".json", ".csv"),
    defaults=Defaults(
        policy=Source.Policy.AT_ONCE,
        reliability=Reliability.B,
        credibility=Credibility.PROBABLY_TRUE,
        tlp=Tlp.CLEAR,  # its author published it
        severity=Severity.SERIOUS,
        guidance="ddos",
    ),
    again=_again,
)
