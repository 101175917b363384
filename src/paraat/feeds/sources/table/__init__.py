"""A table of one's own: CSV in which the source's mapping says which column is what."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from paraat.feeds.models import Source
from paraat.feeds.sources.contract import Defaults, SourceFormat, table_again
from paraat.kernel.admiralty import Credibility, Reliability
from paraat.kernel.marking import Tlp
from paraat.kernel.severity import Severity

FORMAT = SourceFormat(
    parser="csv",
    title=_("Table (CSV)"),
    explanation=_("Any CSV with a header. Say once which column is the host, the address, the port, the time."),
    endings=(".csv", ".tsv"),
    defaults=Defaults(
        policy=Source.Policy.ONE_CLICK,
        reliability=Reliability.F,
        credibility=Credibility.CANNOT_BE_JUDGED,
        tlp=Tlp.AMBER,
        severity=Severity.LIMITED,
        guidance="generic",
    ),
    again=table_again,
    mapped=True,
)
