"""The incident taxonomy."""

from __future__ import annotations

from paraat.kernel import rsit


def test_every_type_stands_in_a_class() -> None:
    assert {rsit.class_of(identifier) for identifier in rsit.TYPES} == set(rsit.CLASSES)


def test_what_is_not_in_it_is_undetermined() -> None:
    assert rsit.is_known("availability.ddos")
    assert not rsit.is_known("availability")
    assert rsit.name("availability.ddos") == "Distributed denial of service"
    assert rsit.name("nonsense") == "Undetermined"
