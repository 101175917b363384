"""The recommended actions are there in every language, and the right ones are found."""

from __future__ import annotations

import pytest

from paraat.alerts import guidance
from paraat.alerts.rules.languages import KNOWN


@pytest.mark.parametrize("kind", guidance.all_kinds().values(), ids=lambda kind: kind.key)
def test_every_kind_says_what_to_do_in_every_language(kind):
    assert set(kind.advice) == set(KNOWN)
    assert len({len(advice.steps) for advice in kind.advice.values()}) == 1, "a step is missing in a language"
    for advice in kind.advice.values():
        assert len(advice.steps) >= 3
        assert all(len(step) <= 160 for step in advice.steps), "a step is read on a phone"


@pytest.mark.parametrize(
    ("classification", "ports", "key"),
    [
        ("availability/ddos", [443], "ddos"),
        ("availability.ddos", [], "ddos"),
        ("vulnerable/potentially-unwanted-accessible", [3389], "exposed_rdp"),
        ("vulnerable/potentially-unwanted-accessible", [21], "exposed_service"),
        ("vulnerable/ddos-amplifier", [], "ddos_amplifier"),
        ("malicious-code/ransomware", [], "ransomware"),
        ("malicious-code/something-new", [], "infected_system"),
        ("other/other", [], "generic"),
        ("", [], "generic"),
    ],
)
def test_the_most_specific_guidance_is_found(classification, ports, key):
    assert guidance.of(classification, ports).key == key
