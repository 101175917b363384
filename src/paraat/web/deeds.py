"""Every verb of the journal as people say it. A verb that is not here is shown as it is written: a test lists the verbs that our actions use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

_HEAVY = {"notice.silent": "silent", "ladder.exhausted": "silent", "delivery.bounced": "silent", "sending.stopped": "silent"}

DEEDS: dict[str, str | Promise] = {}
"""Verb -> words. Filled from the verbs that our actions record."""


def sentence(verb: str, *, rows: int, facts: Mapping[str, Any]) -> str:
    """The words for a verb, with how many when there were several."""
    words = str(DEEDS.get(verb) or verb.replace(".", ": ").replace("_", " "))
    if rows > 1:
        return f"{words} ({ngettext('%(num)s time', '%(num)s times', rows) % {'num': rows}})"
    return words


def weight(verb: str) -> str:
    """How it stands out in the log: a look, or nothing."""
    return _HEAVY.get(verb, "")


__all__ = ["DEEDS", "_", "sentence", "weight"]
