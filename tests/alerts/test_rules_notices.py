"""Holding, languages, what a message may carry, coverage and doubles."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paraat.alerts.rules import content, coverage, holds, languages, repeats, retries
from paraat.alerts.rules.coverage import Coverage, OnFile, Told
from paraat.alerts.rules.holds import Hold
from paraat.kernel.marking import Tlp

NOW = datetime(2024, 10, 8, 10, 0, tzinfo=UTC)


def hold(**more: object) -> tuple[Hold, ...]:
    values = {
        "one_click": False,
        "confirmed": True,
        "listed_at": NOW,
        "organisations": 9,
        "exercise": False,
        "now": NOW,
    }
    return holds.reasons(**(values | more))  # type: ignore[arg-type]


def test_a_fresh_list_of_a_confirmed_source_goes_out_at_once():
    assert hold() == ()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"one_click": True}, Hold.ONE_CLICK),
        ({"confirmed": False}, Hold.NOT_CONFIRMED),
        ({"listed_at": NOW - timedelta(hours=12, seconds=1)}, Hold.DATED),
        ({"organisations": 26}, Hold.MANY),
    ],
)
def test_a_list_is_held(change, reason):
    assert hold(**change) == (reason,)


def test_the_borders_still_go_out():
    assert hold(listed_at=NOW - timedelta(hours=12), organisations=25) == ()


def test_in_an_exercise_only_the_policy_holds():
    assert hold(exercise=True, confirmed=False, listed_at=NOW - timedelta(days=700), organisations=300) == ()
    assert hold(exercise=True, one_click=True) == (Hold.ONE_CLICK,)


@pytest.mark.parametrize(
    ("administrative", "chosen", "public", "expected"),
    [
        (["nl"], [], True, ("nl",)),
        (
            ["nl"],
            ["fr"],
            True,
            ("nl", "fr"),
        ),  # a facility municipality: Dutch, whatever its SPOC prefers; French may be added
        (["fr", "nl"], ["nl"], True, ("fr", "nl")),
        (["de"], ["de", "en"], True, ("de", "en")),
        (["nl"], ["en"], False, ("en",)),
        (["fr"], [], False, ("fr",)),
        ([], [], True, ("nl",)),
        (["xx"], ["yy"], True, ("nl",)),
    ],
)
def test_the_language_of_a_notice(administrative, chosen, public, expected):
    assert languages.notice_languages(administrative, chosen, public=public) == expected


def test_a_short_message_speaks_one_language_that_the_notice_has_too():
    assert languages.short_language(("fr", "nl"), ["nl"]) == "nl"
    assert languages.short_language(("nl",), ["fr"]) == "nl"


@given(st.sampled_from(["mail", "sms", "voice", "matrix", "webhook"]), st.sampled_from(list(Tlp)), st.booleans())
def test_nothing_above_amber_travels_in_clear(kind, tlp, has_key):
    says = content.content(kind, tlp, has_key=has_key)
    if says is content.Content.FULL:
        assert kind in {"mail", "webhook"}
        assert tlp <= Tlp.AMBER or (kind == "mail" and has_key)
    if kind == "mail" and (tlp <= Tlp.AMBER or has_key):
        assert says is content.Content.FULL


def test_amber_is_not_for_the_provider():
    assert [content.may_show_provider(tlp) for tlp in Tlp] == [True, True, False, False, False]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (Told(named=True, reach="not_out_of_band"), Coverage.REACHED),
        (Told(named=False, reach="none"), Coverage.NO_CONTACT),
        (Told(named=False, sent=2, bounced=2), Coverage.BOUNCED),
        (Told(named=False, sent=2, bounced=1), Coverage.WAITING),
        (Told(named=False, reach="not_out_of_band", sent=1), Coverage.NO_OUT_OF_BAND),
        (Told(named=False, sent=1, lapsed=True), Coverage.SILENT),
    ],
)
def test_the_coverage_of_a_notice(told, expected):
    assert coverage.of_notice(told) is expected


@pytest.mark.parametrize(
    ("on_file", "expected"),
    [
        (OnFile(0, 3, 3, answered=True), Coverage.NO_ASSET),
        (OnFile(1, 0, 0), Coverage.NO_CONTACT),
        (OnFile(1, 1, 0, answered=True), Coverage.NO_OUT_OF_BAND),
        (OnFile(1, 2, 1, answered=True), Coverage.REACHED),
        (OnFile(1, 2, 1, asked=True), Coverage.SILENT),
        (OnFile(1, 2, 1), Coverage.WAITING),
        (OnFile(1, 2, 1, bounced=True), Coverage.BOUNCED),
    ],
)
def test_the_coverage_of_the_register(on_file, expected):
    assert coverage.of_register(on_file) is expected


def earlier(acknowledged: bool, until: datetime | None = None) -> repeats.Earlier:
    return repeats.Earlier(UUID(int=1), frozenset({"www.ronse.be"}), acknowledged, until)


@pytest.mark.parametrize(
    ("before", "pages"),
    [
        (earlier(False), False),  # it still escalates
        (earlier(True), True),  # nobody said what was done
        (earlier(True, NOW + timedelta(hours=1)), False),
        (earlier(True, NOW), True),  # expired
    ],
)
def test_the_same_host_pages_again_only_when_nothing_stands_for_it(before, pages):
    said = repeats.fresh(["www.ronse.be"], [before], NOW)
    assert bool(said.targets) is pages
    assert bool(said.repeats) is not pages


def test_a_new_host_of_the_same_organisation_is_told():
    assert repeats.fresh(["www.ronse.be", "mijn.ronse.be"], [earlier(False)], NOW).targets == ("mijn.ronse.be",)


def test_two_senders_with_the_same_words_are_doubles():
    one = "Critical weakness in the mail gateway: install the update of today"
    assert repeats.alike(one, "Critical weakness in the mail gateway: install today's update")
    assert not repeats.alike(one, "Information session on phishing for all staff")
    assert not repeats.alike("", "")


@given(st.integers(1, 40))
def test_retries_wait_longer_and_end(attempts):
    now, then = retries.again_in(attempts), retries.again_in(attempts + 1)
    assert then is None or (now is not None and now <= then <= retries.LONGEST)
    assert retries.again_in(retries.ATTEMPTS) is None
