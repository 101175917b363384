"""Shadowserver: the daily reports of the Shadowserver Foundation, every type of them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from paraat.feeds.models import Source
from paraat.feeds.sources.contract import Defaults, Sort, SourceFormat, table_again
from paraat.kernel.admiralty import Credibility, Reliability
from paraat.kernel.marking import Tlp
from paraat.kernel.severity import Severity

FORMAT = SourceFormat(
    parser="shadowserver",
    title=_("Shadowserver report"),
    explanation=_(
        "A daily report of the Shadowserver Foundation as CSV, also zipped. The file name says which report it is."
    ),
    endings=(".csv", ".zip", ".gz"),
    defaults=Defaults(
        policy=Source.Policy.ONE_CLICK,
        reliability=Reliability.A,
        credibility=Credibility.PROBABLY_TRUE,
        tlp=Tlp.AMBER,  # its recipients may not pass it on further than their own clients
        severity=Severity.LIMITED,
        guidance="exposed_service",
        sort=Sort.REPORT,
    ),
    again=table_again,
)
