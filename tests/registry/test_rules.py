"""What the registry decides without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paraat.kernel.hosts import is_host
from paraat.registry.rules import code_words
from paraat.registry.rules.office_hours import EVERY, is_office_hour, next_office_moment, test_due
from paraat.registry.rules.onboarding import STALE_AFTER, Stage, is_stale, stage
from paraat.registry.rules.reach import out_of_band
from paraat.registry.rules.sites import sites_of

NOW = datetime(2024, 10, 8, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "address", "outside"),
    [
        ("mail", "spoc@ronse.be", False),
        ("mail", "spoc@Mail.Ronse.be", False),
        ("mail", "spoc@notronse.be", True),
        ("mail", "spoc@ronse.example", True),
        ("mail", "nonsense", True),
        ("sms", "+447700900001", True),
        ("voice", "+447700900001", True),
        ("matrix", "@spoc:ronse.be", False),
        ("matrix", "@spoc:matrix.example", True),
        ("webhook", "https://hooks.ronse.be/x", False),
        ("webhook", "not an address", False),
    ],
)
def test_a_channel_on_its_own_domain_is_not_out_of_band(kind: str, address: str, outside: bool) -> None:
    assert out_of_band(kind, address, {"ronse.be"}) is outside


@pytest.mark.parametrize(
    ("name", "sites"),
    [
        ("Ronse", ["ronse.be"]),
        ("De Haan", ["dehaan.be"]),
        ("Büllingen", ["buellingen.be", "bullingen.be", "xn--bllingen-65a.be"]),
        ("Bütgenbach", ["buetgenbach.be", "butgenbach.be", "xn--btgenbach-q9a.be"]),
        ("Braine-l'Alleud", ["braine-lalleud.be"]),
        ("Braine-l’Alleud", ["braine-lalleud.be"]),
        ("La Louvière", ["lalouviere.be"]),
        ("Sint-Genesius-Rode", ["sint-genesius-rode.be"]),
        ("", []),
    ],
)
def test_the_site_is_www_name_be(name: str, sites: list[str]) -> None:
    assert list(sites_of(name)) == sites


@given(st.text(max_size=40))
def test_the_rule_gives_host_names_or_nothing(name: str) -> None:
    assert all(site.endswith(".be") and (is_host(site) or len(site) > 60) for site in sites_of(name))


@pytest.mark.parametrize(
    ("done", "expected"),
    [
        ("", Stage.NOMINATED),
        ("i", Stage.INVITED),
        ("k", Stage.INVITED),
        ("ic", Stage.INVITED),
        ("ick", Stage.VERIFIED),
        ("ickt", Stage.TESTED),
        ("it", Stage.INVITED),
    ],
)
def test_verified_is_called_and_confirmed(done: str, expected: Stage) -> None:
    said = {"invited_at": "i", "called_at": "k", "confirmed_at": "c", "tested_at": "t"}
    assert stage(**{name: NOW if mark in done else None for name, mark in said.items()}) is expected


def test_a_contact_wants_confirming_after_180_days() -> None:
    assert is_stale(None, NOW)
    assert is_stale(NOW - STALE_AFTER, NOW)
    assert not is_stale(NOW - STALE_AFTER + timedelta(seconds=1), NOW)


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        (datetime(2024, 10, 8, 8, 0, tzinfo=UTC), datetime(2024, 10, 8, 8, 0, tzinfo=UTC)),  # Tuesday 10:00 in Brussels
        (datetime(2024, 10, 8, 5, 0, tzinfo=UTC), datetime(2024, 10, 8, 7, 0, tzinfo=UTC)),
        (datetime(2024, 10, 8, 14, 0, tzinfo=UTC), datetime(2024, 10, 9, 7, 0, tzinfo=UTC)),  # 16:00: too late
        (datetime(2024, 10, 11, 20, 0, tzinfo=UTC), datetime(2024, 10, 14, 7, 0, tzinfo=UTC)),  # Friday evening
        (
            datetime(2024, 10, 26, 12, 0, tzinfo=UTC),
            datetime(2024, 10, 28, 8, 0, tzinfo=UTC),
        ),  # over the end of summer time
    ],
)
def test_tests_wait_for_office_hours(at: datetime, opens: datetime) -> None:
    assert next_office_moment(at) == opens and is_office_hour(opens)


@given(st.datetimes(datetime(2024, 1, 1), datetime(2026, 1, 1), timezones=st.just(UTC)))
def test_the_next_office_moment_is_one_and_not_earlier(at: datetime) -> None:
    assert is_office_hour(next_office_moment(at)) and next_office_moment(at) >= at


def test_a_test_is_due_half_a_year_after_the_last() -> None:
    assert test_due(None, NOW - EVERY, NOW) and not test_due(None, NOW - EVERY + timedelta(seconds=1), NOW)
    assert not test_due(NOW - timedelta(days=1), NOW - EVERY * 3, NOW)


def test_code_words_differ_and_have_two_sides() -> None:
    words = {code_words.make_code_word() for _ in range(50)}
    assert len(words) > 45
    assert all(len(word.split(" / ")) == 2 for word in words)
