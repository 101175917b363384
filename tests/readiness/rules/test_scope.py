"""May this be touched? Every answer has its reason; a slow reading of the same rules, address by address, says the same."""

from __future__ import annotations

import ipaddress
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paraat.readiness.rules import scope, targets
from paraat.readiness.rules.scope import Held, Reason, Standing
from paraat.readiness.rules.terms import Entry, Terms

DAY = date(2026, 11, 22)
TOWN, FIRM, OTHER = "town", "firm", "other"
TERMS = Terms(
    organisation=TOWN,
    scope=(Entry("domain", "ronse.be"), Entry("network", "192.0.2.0/24"), Entry("network", "198.51.100.0/24", FIRM)),
    excluded=(
        Entry("host", "sociaal.ronse.be"),
        Entry("page", "www.ronse.be/admin"),
        Entry("network", "192.0.2.128/25"),
    ),
    starts_on=DAY - timedelta(days=1),
    ends_on=DAY + timedelta(days=1),
    allowed=("web", "scanning"),
    forbidden=("load",),
    social=False,
    social_words="",
    stop_phone="1",
    rules="",
)
GOING = Standing("going", TERMS, frozenset({TOWN, FIRM}))
HELD = (
    Held("domain", "ronse.be", TOWN),
    Held("host", "bib.ronse.be", OTHER),
    Held("host", "shop.ronse.be", FIRM, provider=True),
    Held("network", "192.0.2.0/24", TOWN),
    Held("network", "192.0.2.64/28", OTHER),
    Held("network", "198.51.100.0/24", FIRM, provider=True, shared=True),
    Held("domain", "elsewhere.be", TOWN),
)


def ask(
    text: str, *, standing: Standing = GOING, held: tuple[Held, ...] = HELD, day: date = DAY, method: str = ""
) -> Reason:
    target = targets.read(text)
    near = [one for one in held if target and targets.touches(one.kind, one.value, target)]
    return scope.decide(target, standing=standing, held=near, today=day, method=method).reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("ronse.be", Reason.IN_SCOPE),
        ("https://WWW.ronse.be/zoek", Reason.IN_SCOPE),
        ("www.ronse.be", Reason.PARTLY_EXCLUDED),
        ("www.ronse.be/admin/x", Reason.EXCLUDED),
        ("www.ronse.be/ADMIN", Reason.PARTLY_EXCLUDED),
        ("sociaal.ronse.be", Reason.EXCLUDED),
        ("*.ronse.be", Reason.PARTLY_EXCLUDED),
        ("*.dienst.ronse.be", Reason.IN_SCOPE),
        ("notronse.be", Reason.NOT_IN_SCOPE),
        ("elsewhere.be", Reason.NOT_IN_SCOPE),
        ("bib.ronse.be", Reason.OTHER_OWNER),
        ("shop.ronse.be", Reason.SHARED),
        ("192.0.2.5", Reason.IN_SCOPE),
        ("192.0.2.0/27", Reason.IN_SCOPE),
        ("192.0.2.0/24", Reason.PARTLY_EXCLUDED),
        ("192.0.2.130", Reason.EXCLUDED),
        ("192.0.2.70", Reason.OTHER_OWNER),
        ("192.0.2.64/27", Reason.PARTLY_OTHER),
        ("192.0.0.0/16", Reason.PARTLY_EXCLUDED),
        ("198.51.100.9", Reason.IN_SCOPE),
        ("198.51.100.0/23", Reason.PARTLY),
        ("2001:db8::1", Reason.NOT_IN_SCOPE),
        ("::ffff:192.0.2.5", Reason.IN_SCOPE),
        ("0x7f.1", Reason.UNREADABLE),
    ],
)
def test_every_answer_has_its_reason(text: str, reason: Reason) -> None:
    assert ask(text) is reason


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"standing": replace(GOING, state="stopped")}, Reason.STOPPED),
        ({"standing": replace(GOING, state="authorised")}, Reason.NOT_TESTING),
        ({"standing": replace(GOING, state="reporting")}, Reason.NOT_TESTING),
        ({"standing": replace(GOING, terms=None)}, Reason.NOT_AUTHORISED),
        ({"standing": replace(GOING, signed=frozenset({FIRM}))}, Reason.NOT_AUTHORISED),
        ({"day": DAY - timedelta(days=2)}, Reason.TOO_EARLY),
        ({"day": DAY + timedelta(days=2)}, Reason.TOO_LATE),
        ({"day": DAY + timedelta(days=1)}, Reason.IN_SCOPE),
        ({"method": "web"}, Reason.IN_SCOPE),
        ({"method": "load"}, Reason.METHOD_FORBIDDEN),
        ({"method": "social"}, Reason.METHOD_SOCIAL),
        ({"method": "wireless"}, Reason.METHOD_NOT_ALLOWED),
        ({"method": "magic"}, Reason.METHOD_UNKNOWN),
        ({"held": ()}, Reason.NOT_OWNED),
        ({"held": (Held("domain", "ronse.be", OTHER),)}, Reason.OTHER_OWNER),
        ({"held": (Held("domain", "ronse.be", TOWN, shared=True),)}, Reason.SHARED),
    ],
)
def test_a_yes_turns_into_a_no_for_each_reason(change: dict[str, object], reason: Reason) -> None:
    assert ask("ronse.be", **change) is reason  # type: ignore[arg-type]


def test_a_provider_must_have_signed_and_be_the_one_that_is_named() -> None:
    assert ask("198.51.100.9", standing=replace(GOING, signed=frozenset({TOWN}))) is Reason.SHARED_UNSIGNED
    other = (Held("network", "198.51.100.0/24", "another firm", provider=True),)
    assert ask("198.51.100.9", held=other) is Reason.SHARED_UNSIGNED
    assert ask("198.51.100.9", held=(Held("network", "198.51.100.0/24", TOWN, shared=True),)) is Reason.IN_SCOPE


def test_social_engineering_is_allowed_by_words_and_method_both() -> None:
    social = replace(TERMS, social=True, allowed=("social",))
    assert ask("ronse.be", standing=replace(GOING, terms=social), method="social") is Reason.IN_SCOPE
    assert (
        ask("ronse.be", standing=replace(GOING, terms=replace(social, social=False)), method="social")
        is Reason.METHOD_SOCIAL
    )


# A slow reference -----------------------------------------------------------------------------------------------------------------
networks = st.builds(
    lambda start, length: str(
        ipaddress.ip_network((int(ipaddress.ip_address("192.0.2.0")) + start, length), strict=False)
    ),
    st.integers(0, 15),
    st.sampled_from([28, 29, 30, 31, 32]),
)
owners = st.sampled_from([(TOWN, False), (OTHER, False), (FIRM, True)])


def addresses(network: str) -> set[int]:
    found = ipaddress.ip_network(network)
    return set(range(int(found.network_address), int(found.broadcast_address) + 1))


def touchable(address: int, terms: Terms, held: list[Held], signed: frozenset[str]) -> bool:
    """One address: in a line, in nothing excluded, and its closest owners are the town, or a provider that is named and signed."""
    if any(address in addresses(one.value) for one in terms.excluded):
        return False
    lines = [one for one in terms.scope if address in addresses(one.value)]
    whole = [one for one in held if address in addresses(one.value)]
    if not lines or not whole:
        return False
    closest = min(len(addresses(one.value)) for one in whole)
    best = [one for one in whole if len(addresses(one.value)) == closest]
    foreign = [one for one in best if one.owner != TOWN]
    if any(not one.provider for one in foreign):
        return False
    providers = {one.owner for one in foreign}
    if not providers and not any(one.shared for one in best):
        return True
    return any(one.provider and one.provider in signed and providers <= {one.provider} for one in lines)


@given(
    target=networks,
    inside=st.lists(st.tuples(networks, st.sampled_from(["", FIRM])), min_size=1, max_size=3),
    outside=st.lists(networks, max_size=2),
    register=st.lists(st.tuples(networks, owners, st.booleans()), max_size=4),
    signs=st.booleans(),
)
def test_no_address_is_touched_that_a_slow_reading_refuses(
    target: str,
    inside: list[tuple[str, str]],
    outside: list[str],
    register: list[tuple[str, tuple[str, bool], bool]],
    signs: bool,
) -> None:
    terms = replace(
        TERMS,
        scope=tuple(Entry("network", value, provider) for value, provider in inside),
        excluded=tuple(Entry("network", value) for value in outside),
    )
    held = [Held("network", value, owner, shared, provider) for value, (owner, provider), shared in register]
    signed = frozenset({TOWN, FIRM} if signs else {TOWN})
    verdict = ask(target, standing=Standing("going", terms, signed), held=tuple(held))
    slow = all(touchable(address, terms, held, signed) for address in addresses(target))
    if verdict is Reason.IN_SCOPE:
        assert slow
    if (
        slow and len(addresses(target)) == 1
    ):  # of one address both say exactly the same; of many the quick one may refuse more
        assert verdict is Reason.IN_SCOPE
