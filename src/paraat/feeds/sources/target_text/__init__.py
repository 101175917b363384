"""Target text: a chat post or any other text in which targets stand, defanged or not."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from paraat.feeds.models import Source
from paraat.feeds.sources.contract import Defaults, SourceFormat, lines_again
from paraat.kernel.admiralty import Credibility, Reliability
from paraat.kernel.marking import Tlp
from paraat.kernel.severity import Severity

FORMAT = SourceFormat(
    parser="text",
    title=_("Post or text with targets"),
    explanation=_(
        "A chat post, a message or a plain list: one host a line, addresses, links, also written as hxxp or [.]."
    ),
    endings=(".txt", ".md"),
    defaults=Defaults(
        policy=Source.Policy.ONE_CLICK,  # anybody can post
        reliability=Reliability.C,
        credibility=Credibility.POSSIBLY_TRUE,
        tlp=Tlp.CLEAR,
        severity=Severity.SERIOUS,
        guidance="ddos",
    ),
    again=lines_again,
)
