"""Stages, reach and deeds of the registry in the reader's language."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from paraat.registry import belgium
from paraat.registry.rules.onboarding import Stage

STAGES: dict[int, Any] = {
    Stage.NOBODY: _("nobody named"),
    Stage.NOMINATED: _("nominated"),
    Stage.INVITED: _("invited"),
    Stage.VERIFIED: _("verified"),
    Stage.TESTED: _("tested"),
}
REACH: dict[str, Any] = {
    "ok": _("out-of-band contact"),
    "not_out_of_band": _("no out-of-band contact"),
    "none": _("no contact"),
}
PROVINCES: dict[str, str] = {body.nis: body.name for body in belgium.provinces()}

DEEDS: dict[str, Any] = {
    "asset.add": _("put an asset on file"),
    "asset.close": _("closed an asset"),
    "asset.share": _("marked whether an asset is shared"),
    "asset.verify": _("confirmed an asset"),
    "channel.add": _("added a channel"),
    "channel.ask": _("asked for another address"),
    "channel.change": _("confirmed a new address"),
    "channel.order": _("ordered the channels"),
    "channel.refuse": _("refused a new address"),
    "channel.remove": _("removed a channel"),
    "codeword.read": _("read the code word"),
    "codeword.rotate": _("made a new code word"),
    "contact.away": _("set an absence"),
    "contact.back": _("ended an absence"),
    "contact.call": _("called the contact and asked the code word"),
    "contact.change": _("changed a contact"),
    "contact.confirm": _("confirmed what is on file"),
    "contact.end": _("ended a contact"),
    "contact.erase": _("erased the data of a person"),
    "contact.invite": _("invited a contact to confirm"),
    "contact.nominate": _("nominated a contact"),
    "import.confirm": _("imported a file"),
    "import.drop": _("left an import"),
    "import.read": _("read a file to import"),
    "organisation.add": _("put the organisation on file"),
    "organisation.change": _("changed the organisation"),
    "organisation.close": _("closed the organisation"),
    "organisation.follow": _("lets imports change a field again"),
    "organisation.load": _("loaded organisations"),
    "supply.add": _("noted a supplier"),
    "supply.consent": _("noted whether the supplier may read along"),
    "supply.end": _("ended a supply"),
    "test.answer": _("answered the test alert"),
    "test.send": _("sent a test alert"),
    "test.unanswered": _("noted that tests were not answered"),
}
"""Verb of the journal -> words."""


def deed(verb: str) -> str:
    """A verb in words; one of a higher app as it is written."""
    return str(DEEDS.get(verb) or verb.replace(".", ": ").replace("_", " "))
