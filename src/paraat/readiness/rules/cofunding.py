"""Co-funding as data: what of a price is paid, in what order who waits moves up. Money is `Decimal` in euro, shares are fractions.

A part of a price is the price times the share, rounded down to the cent, and never above the cap: what is paid is at most the share that was
promised, and less than a cent short of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_DOWN, Decimal, InvalidOperation
from fractions import Fraction
from typing import Any
from uuid import UUID

from paraat.kernel.errors import Invalid

CENT = Decimal("0.01")
MOST = Decimal("9999999999.99")
"""What the columns of money hold."""
FIRST_COME, MATURITY = "first-come", "maturity"
SELECTIONS = (FIRST_COME, MATURITY)


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one programme. `share` of the price up to `cap`; `again` of an extra turn, up to `again_cap` (None: the same cap).

    `reserve` is set aside at sign-up when no price is known yet (None: the cap). A share of zero: nothing is paid, nothing is set aside.
    """

    share: Fraction = Fraction(0)
    cap: Decimal | None = None
    again: Fraction | None = None  # None: one turn only
    again_cap: Decimal | None = None
    reserve: Decimal | None = None
    selection: str = FIRST_COME

    @property
    def pays(self) -> bool:
        """Whether there is money in it."""
        return self.share > 0

    def share_of(self, turn: int) -> Fraction:
        """The share of a turn; Invalid for an extra one that is not offered."""
        if turn > 1 and self.again is None:
            raise Invalid("This programme has no extra turn")
        return self.share if turn <= 1 or self.again is None else self.again

    def cap_of(self, turn: int) -> Decimal | None:
        """The most that is paid in a turn."""
        return self.again_cap if turn > 1 and self.again_cap is not None else self.cap


@dataclass(frozen=True, slots=True)
class Reckoned:
    """Our part of a price, and how the rules came to it."""

    price: Decimal
    share: Fraction
    cap: Decimal | None
    by_share: Decimal
    amount: Decimal

    @property
    def capped(self) -> bool:
        """Whether the cap made it less."""
        return self.amount < self.by_share

    def as_data(self) -> dict[str, Any]:
        """To be kept with the commitment."""
        return {
            "price": str(self.price),
            "share": str(self.share),
            "cap": str(self.cap) if self.cap is not None else None,
            "by_share": str(self.by_share),
            "amount": str(self.amount),
        }


# Reading and writing the rules ----------------------------------------------------------------------------------------------------
def read_rules(data: Mapping[str, Any]) -> Rules:
    """The rules as they are kept. Raises Invalid, naming the field, for a share outside 0 to 1, an amount below zero or an unknown selection."""
    unknown = set(data) - {"share", "cap", "again", "again_cap", "reserve", "selection"}
    if unknown:
        raise Invalid("A programme has no such rule", field=", ".join(sorted(unknown)))
    selection = str(data.get("selection") or FIRST_COME)
    if selection not in SELECTIONS:
        raise Invalid("The selection is first-come or maturity", field="selection")
    again = data.get("again")
    return Rules(
        share=_share(data.get("share") or "0", "share"),
        cap=_optional(data, "cap"),
        again=None if again in (None, "") else _share(again, "again"),
        again_cap=_optional(data, "again_cap"),
        reserve=_optional(data, "reserve"),
        selection=selection,
    )


def write_rules(rules: Rules) -> dict[str, str]:
    """The rules as they are kept; what is not set is left out."""
    kept = {
        "share": str(rules.share),
        "cap": _text(rules.cap),
        "again": None if rules.again is None else str(rules.again),
        "again_cap": _text(rules.again_cap),
        "reserve": _text(rules.reserve),
        "selection": rules.selection,
    }
    return {name: value for name, value in kept.items() if value is not None}


def euro(value: object, field: str = "amount") -> Decimal:
    """An amount in euro with at most two decimals, from zero on. Raises Invalid, naming the field."""
    try:
        amount = Decimal(str(value))
        whole = amount.quantize(CENT)
    except (InvalidOperation, ValueError):
        raise Invalid("This is no amount in euro", field=field) from None
    if not amount.is_finite() or amount < 0 or amount > MOST or amount != whole:
        raise Invalid("This is no amount in euro", field=field)
    return whole


def _share(value: object, field: str) -> Fraction:
    try:
        share = Fraction(str(value).replace(" ", ""))
    except (ValueError, ZeroDivisionError):
        raise Invalid("A share is a fraction such as 2/3, or a number from 0 to 1", field=field) from None
    if not 0 <= share <= 1:
        raise Invalid("A share is a fraction such as 2/3, or a number from 0 to 1", field=field)
    return share


def _optional(data: Mapping[str, Any], field: str) -> Decimal | None:
    return None if data.get(field) in (None, "") else euro(data[field], field)


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)


# Reckoning ------------------------------------------------------------------------------------------------------------------------
def reckon(rules: Rules, price: Decimal, turn: int = 1) -> Reckoned:
    """Our part of `price`: the share rounded down to the cent, at most the cap. Raises Invalid for no amount or no such turn."""
    asked, share, cap = euro(price, "price"), rules.share_of(turn), rules.cap_of(turn)
    cents = int(Fraction(asked) * share * 100)  # int() rounds down
    by_share = Decimal(cents).scaleb(-2).quantize(CENT, rounding=ROUND_DOWN)
    return Reckoned(asked, share, cap, by_share, by_share if cap is None else min(by_share, cap))


def to_set_aside(rules: Rules, price: Decimal | None, turn: int = 1) -> Decimal:
    """What is set aside when somebody signs up: our part of the price that was said, else the reserve, else the cap. Raises Invalid without any."""
    if not rules.pays or not rules.share_of(turn):
        return Decimal("0.00")
    if price is not None:
        return reckon(rules, price, turn).amount
    known = rules.reserve if rules.reserve is not None else rules.cap_of(turn)
    if known is None:
        raise Invalid("Say the price: this programme has no cap to set aside", field="price")
    return known


# The waiting list -----------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody on the waiting list."""

    id: UUID
    since: datetime
    needs: Decimal
    maturity: Decimal | None = None


def in_order(waiting: Iterable[Waiting], selection: str) -> list[Waiting]:
    """Who is first: by the moment of sign-up, or with `maturity` the least mature first, who is not measured last; then by sign-up, then by id."""

    def by_maturity(one: Waiting) -> tuple[bool, Decimal]:
        return one.maturity is None, one.maturity if one.maturity is not None else Decimal(0)

    first = sorted(waiting, key=lambda one: (one.since, one.id))
    return sorted(first, key=by_maturity) if selection == MATURITY else first


def moving_up(ordered: Sequence[Waiting], free: Decimal) -> list[Waiting]:
    """Those for whom there is money, from the top; nobody overtakes the first one who does not fit."""
    found: list[Waiting] = []
    for one in ordered:
        if one.needs > free:
            break
        free -= one.needs
        found.append(one)
    return found
