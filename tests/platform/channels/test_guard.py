"""An exercise, or anything in a demonstration, never reaches a channel that leaves the house."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paraat.platform import channels
from paraat.platform.channels.base import Outcome, Outgoing, Real, State
from tests.platform.channels.messages import outgoing


class Leak(Real):
    """A real channel that remembers what it was given."""

    kind: ClassVar[str] = "leak"

    def __init__(self, *, demonstration: bool) -> None:
        super().__init__(demonstration=demonstration)
        self.outside: list[Outgoing] = []

    def transmit(self, batch: Iterable[Outgoing]) -> Iterator[tuple[Outcome, ...]]:
        for item in batch:
            self.outside.append(item)
            yield (Outcome(item.delivery, State.ACCEPTED),)

    def probe(self) -> tuple[str, ...]:
        return ()


@given(st.lists(st.booleans(), max_size=30), st.booleans())
def test_only_what_is_real_leaves_and_nothing_is_lost(exercises: list[bool], demonstration: bool) -> None:
    channel = Leak(demonstration=demonstration)
    sent = [outgoing(exercise=exercise) for exercise in exercises]
    outcomes = {outcome.delivery: outcome for outcome in channel.send(sent)}
    assert set(outcomes) == {item.delivery for item in sent}
    assert channel.outside == ([] if demonstration else [item for item in sent if not item.exercise])
    assert {delivery for delivery, outcome in outcomes.items() if not outcome.in_house} == {
        item.delivery for item in channel.outside
    }


@pytest.mark.parametrize("kind", [kind for kind in channels.kinds() if kind != "house"])
def test_a_demonstration_needs_no_route_and_keeps_everything(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAT_MODE", "demonstration")
    assert all(outcome.in_house for outcome in channels.of(kind).send([outgoing(), outgoing()]))
    assert isinstance(channels.of(kind), Real)


def test_a_channel_that_steps_around_the_guard_cannot_be_written() -> None:
    with pytest.raises(TypeError, match="guard"):
        type("Sneaky", (Leak,), {"send": lambda self, batch: iter(())})


def test_nobody_outside_the_channels_imports_one_directly() -> None:
    """Only through `channels.of`, whose every real channel derives from the guard."""
    from paraat.platform.configuration import root

    source = root() / "src" / "paraat"
    plugins = tuple(f"paraat.platform.channels.{kind}" for kind in channels.kinds())
    allowed = ("paraat.platform.channels.mail.sealing",)  # what a form asks about a key
    guilty = [
        f"{path}: {line}"
        for path in source.rglob("*.py")
        if "platform/channels" not in path.as_posix()
        for line in path.read_text().splitlines()
        if any(plugin in line for plugin in plugins) and not any(name in line for name in allowed)
    ]
    assert guilty == []


@pytest.mark.parametrize("kind", ["mail", "sms", "voice", "matrix"])
def test_production_without_a_route_says_which_setting_is_missing(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAT_MODE", "production")
    with pytest.raises(channels.NotConfigured, match="PARAAT_"):
        channels.of(kind)
    assert kind not in channels.available()


def test_an_unknown_kind_is_named() -> None:
    with pytest.raises(channels.NoSuchChannel, match="pigeon"):
        channels.of("pigeon")


def test_the_same_channel_is_given_until_a_setting_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAT_SMTP_URL", "smtp://127.0.0.1:2525")
    first = channels.of("mail")
    assert channels.of("mail") is first
    monkeypatch.setenv("PARAAT_SMTP_URL", "smtp://127.0.0.1:2526")
    assert channels.of("mail") is not first
