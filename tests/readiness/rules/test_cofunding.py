"""Co-funding: the share, the cap, the rounding, the order of the waiting list."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paraat.kernel.errors import Invalid
from paraat.readiness.rules import cofunding
from paraat.readiness.rules.cofunding import Rules, Waiting

TWO_THIRDS = Rules(share=Fraction(2, 3), cap=Decimal("10000.00"), again=Fraction(1, 2))
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)

prices = st.decimals(min_value=0, max_value=cofunding.MOST, places=2, allow_nan=False, allow_infinity=False)
shares = st.fractions(min_value=0, max_value=1, max_denominator=1000)
caps = st.none() | prices


def test_two_thirds_of_a_price_rounded_down_to_the_cent() -> None:
    reckoned = cofunding.reckon(TWO_THIRDS, Decimal("5000.00"))
    assert reckoned.amount == Decimal("3333.33")
    assert not reckoned.capped


def test_never_above_the_cap() -> None:
    reckoned = cofunding.reckon(TWO_THIRDS, Decimal("18000.00"))
    assert (reckoned.by_share, reckoned.amount, reckoned.capped) == (Decimal("12000.00"), Decimal("10000.00"), True)


def test_an_extra_turn_at_half() -> None:
    assert cofunding.reckon(TWO_THIRDS, Decimal("5000.00"), 2).amount == Decimal("2500.00")
    assert cofunding.reckon(TWO_THIRDS, Decimal("50000.00"), 2).amount == Decimal("10000.00"), (
        "the same cap unless it has its own"
    )
    own = cofunding.read_rules({"share": "2/3", "cap": "10000", "again": "1/2", "again_cap": "4000"})
    assert cofunding.reckon(own, Decimal("50000.00"), 2).amount == Decimal("4000.00")


def test_no_extra_turn_where_none_is_offered() -> None:
    with pytest.raises(Invalid, match="no extra turn"):
        cofunding.reckon(Rules(share=Fraction(2, 3)), Decimal(1), 2)


@pytest.mark.parametrize("share", ["3/2", "-1/3", "two thirds", "1/0", "nan", "inf"])
def test_a_share_is_a_fraction_of_one(share: str) -> None:
    with pytest.raises(Invalid) as caught:
        cofunding.read_rules({"share": share})
    assert caught.value.context["field"] == "share"


@pytest.mark.parametrize("amount", ["-1", "1.005", "nan", "Infinity", "1e400", "ten", "10000000000.00", ""])
def test_an_amount_has_two_decimals_and_is_not_below_zero(amount: str) -> None:
    with pytest.raises(Invalid):
        cofunding.euro(amount)


def test_unknown_rules_and_selections_are_refused() -> None:
    with pytest.raises(Invalid, match="no such rule"):
        cofunding.read_rules({"discount": "1/2"})
    with pytest.raises(Invalid, match="first-come or maturity"):
        cofunding.read_rules({"selection": "friends"})


def test_what_is_set_aside_without_a_price() -> None:
    assert cofunding.to_set_aside(TWO_THIRDS, None) == Decimal("10000.00"), "the cap"
    assert (
        cofunding.to_set_aside(cofunding.read_rules({"share": "2/3", "cap": "10000", "reserve": "4000"}), None) == 4000
    )
    assert cofunding.to_set_aside(TWO_THIRDS, Decimal("3000.00")) == Decimal("2000.00")
    assert cofunding.to_set_aside(Rules(), None) == 0
    with pytest.raises(Invalid, match="price"):
        cofunding.to_set_aside(Rules(share=Fraction(1, 2)), None)


@given(prices, shares, caps)
def test_the_part_is_less_than_a_cent_short_of_the_share_and_never_above_share_or_cap(
    price: Decimal, share: Fraction, cap: Decimal | None
) -> None:
    reckoned = cofunding.reckon(Rules(share=share, cap=cap), price)
    exact = Fraction(price) * share
    assert exact - Fraction(1, 100) < Fraction(reckoned.by_share) <= exact
    assert reckoned.amount == reckoned.by_share or (cap is not None and reckoned.amount == cap < reckoned.by_share)
    assert reckoned.amount == reckoned.amount.quantize(cofunding.CENT)


@given(
    st.builds(
        Rules, share=shares, cap=caps, again=st.none() | shares, again_cap=caps, reserve=caps,
        selection=st.sampled_from(cofunding.SELECTIONS),
    )
)  # fmt: skip
def test_rules_that_are_written_are_read_back(rules: Rules) -> None:
    assert cofunding.read_rules(cofunding.write_rules(rules)) == rules


# The waiting list -----------------------------------------------------------------------------------------------------------------
def waiting(number: int, minutes: int, needs: str = "100", maturity: str | None = None) -> Waiting:
    return Waiting(
        UUID(int=number), NOON + timedelta(minutes=minutes), Decimal(needs), Decimal(maturity) if maturity else None
    )


def test_first_come_first_served() -> None:
    late, early = waiting(1, 10, maturity="1.0"), waiting(2, 5, maturity="4.0")
    assert cofunding.in_order([late, early], cofunding.FIRST_COME) == [early, late]


def test_the_least_mature_first_and_who_is_not_measured_last() -> None:
    mature, weak, unknown, weak_later = (
        waiting(1, 0, maturity="4.0"), waiting(2, 5, maturity="1.5"), waiting(3, 1), waiting(4, 6, maturity="1.5"),
    )  # fmt: skip
    ordered = cofunding.in_order([unknown, mature, weak_later, weak], cofunding.MATURITY)
    assert ordered == [weak, weak_later, mature, unknown]


def test_nobody_overtakes_the_first_who_does_not_fit() -> None:
    small, big, later = waiting(1, 0, "50"), waiting(2, 1, "500"), waiting(3, 2, "10")
    assert cofunding.moving_up([small, big, later], Decimal(100)) == [small]


@given(st.lists(st.tuples(prices, st.integers(0, 50)), max_size=20), prices)
def test_who_moves_up_is_the_longest_beginning_of_the_list_that_fits(
    rows: list[tuple[Decimal, int]], free: Decimal
) -> None:
    ordered = cofunding.in_order(
        [waiting(number, minutes, str(needs)) for number, (needs, minutes) in enumerate(rows)], cofunding.FIRST_COME
    )
    moved = cofunding.moving_up(ordered, free)
    assert moved == ordered[: len(moved)]
    assert sum(one.needs for one in moved) <= free
    if len(moved) < len(ordered):
        assert sum(one.needs for one in ordered[: len(moved) + 1]) > free
