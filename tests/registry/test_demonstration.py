"""The demonstration region: full, fast, invented where it must be."""

from __future__ import annotations

import time
from collections import Counter

import pytest

from paraat.kernel.actor import SYSTEM
from paraat.platform import moment
from paraat.platform.registrations import demonstration
from paraat.registry import actions
from paraat.registry.actions.demonstration import NOBODY, load_demonstration
from paraat.registry.models import Contact, ContactChannel, Organisation

pytestmark = pytest.mark.django_db


def test_it_loads_flanders_as_it_was_in_seconds() -> None:
    began = time.process_time()
    assert load_demonstration() == 305
    assert time.process_time() - began < 5
    ours = Organisation.objects.constituents()
    assert Counter(ours.values_list("kind", flat=True)) == {"municipality": 300, "province": 5}
    assert load_demonstration() == 0


def test_coverage_has_something_to_show() -> None:
    load_demonstration()
    today = moment.now().date()
    rows = Organisation.objects.constituents().with_reach(today).with_onboarding(today)
    reach = Counter(rows.values_list("reach", flat=True))
    assert reach["none"] == len(NOBODY) and reach["not_out_of_band"] >= 4 and reach["ok"] > 280
    assert len(set(rows.values_list("onboarding", flat=True))) >= 4
    assert Organisation.objects.filter(name__in=NOBODY).count() == len(NOBODY)


def test_every_flag_is_what_the_rule_says() -> None:
    load_demonstration()
    before = dict(ContactChannel.objects.values_list("pk", "out_of_band"))
    from paraat.registry.actions.reach import recompute_reach

    assert recompute_reach(list(Organisation.objects.values_list("pk", flat=True))) == 0
    assert dict(ContactChannel.objects.values_list("pk", "out_of_band")) == before


def test_nobody_in_it_exists() -> None:
    load_demonstration()
    for kind, address in ContactChannel.objects.values_list("kind", "address"):
        assert (
            address.endswith(".example") if kind == "mail" else address.startswith("+447700900") and len(address) == 13
        )
    numbers = ContactChannel.objects.filter(kind="sms").values_list("address", flat=True)
    assert len(set(numbers)) == len(numbers)
    assert {contact.name.split(",")[0] for contact in Contact.objects.all()} <= {
        "SPOC", "Deputy", "ICT on-call", "Head of administration", "On-call",
    }  # fmt: skip


def test_it_is_a_step_of_the_demonstration() -> None:
    assert [step.name for step in demonstration if step.name == "registry"] == ["registry"]


def test_its_code_words_can_be_read() -> None:
    load_demonstration()
    assert " / " in actions.read_code_word(organisation=Organisation.objects.get(name="Ronse"), by=SYSTEM)
