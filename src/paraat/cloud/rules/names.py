"""Names that go into paths, labels and host names of an engine."""

from __future__ import annotations

import re

from paraat.kernel.errors import Invalid

_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


def label(name: str) -> str:
    """`name` itself when it is a DNS label (RFC 1123), as every tenant, service and volume is named; Invalid otherwise."""
    if not _LABEL.fullmatch(name):
        raise Invalid(
            "A tenant, service or volume is named with small letters, digits and hyphens, at most 63", name=name
        )
    return name
