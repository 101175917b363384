"""Programmes as they are spoken of: titles per language, the ones that are known from the start, and how their rules read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from paraat.platform.jinja import in_language, number
from paraat.readiness.models import Participation, Programme, Step
from paraat.readiness.rules import cofunding
from paraat.readiness.rules.cofunding import Rules

TITLES: Mapping[str, Mapping[str, str]] = {
    "audit": {"nl": "Cyberaudit", "fr": "Audit cyber", "de": "Cyber-Audit", "en": "Cyber audit"},
    "ethical-hacking": {"nl": "Ethisch hacken", "fr": "Piratage éthique", "de": "Ethisches Hacken", "en": "Ethical hacking"},
    "workshop": {"nl": "Workshop", "fr": "Atelier", "de": "Workshop", "en": "Workshop"},
    "mfa": {
        "nl": "Meervoudige aanmelding (MFA)",
        "fr": "Authentification multifacteur (MFA)",
        "de": "Mehr-Faktor-Anmeldung (MFA)",
        "en": "Multi-factor authentication (MFA)",
    },
}  # fmt: skip
"""Of programmes that an import may create by their key alone; any other one is called by its key until somebody names it."""

STEPS = dict(Step.Name.choices)
STATES = dict(Participation.State.choices)
LOOKS = {
    "going": "known",
    "done": "known",
    "waiting": "waiting",
    "equivalent": "calm",
    "declined": "calm",
    "silent": "silent",
    "ended": "none",
}
"""How `ui.state` colours a participation; an own equivalent is neither good nor bad."""


def titles(key: str) -> dict[str, str]:
    """The titles that a programme begins with."""
    return dict(TITLES.get(key, {"en": key.replace("-", " ").capitalize()}))


def title(programme: Programme) -> str:
    """In the reader's language."""
    return in_language(programme.title) or programme.key


def rules_of(programme: Programme) -> Rules:
    """Its rules, read."""
    return cofunding.read_rules(programme.rules)


def rules_in_words(rules: Rules) -> list[str]:
    """The rules as sentences; the rounding is said too."""
    if not rules.pays:
        return [_("Nothing is co-funded: signing up is enough.")]
    said = [_share(rules.share, rules.cap)]
    if rules.again is not None:
        said.append(_("An extra turn: %(words)s") % {"words": _share(rules.again, rules.cap_of(2))})
    said.append(_("Rounded down to the cent."))
    order = {
        cofunding.FIRST_COME: _("When money is short: first come, first served."),
        cofunding.MATURITY: _(
            "When money is short: the least mature first; who is not measured last, then by sign-up."
        ),
    }
    return [*said, order[rules.selection], _("Nobody overtakes the first one on the waiting list.")]


def _share(share: Any, cap: Any) -> str:
    words = _("%(share)s of the price is paid") % {"share": share}
    return (
        _("%(words)s, up to %(cap)s euro.") % {"words": words, "cap": number(cap)} if cap is not None else f"{words}."
    )


def has_equivalent(participation: Participation, day: date) -> bool:
    """Whether its own equivalent still holds on `day`."""
    ends = participation.equivalent_until
    return participation.state == Participation.State.EQUIVALENT and (ends is None or ends >= day)
