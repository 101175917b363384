"""The entrance without a password: in a demonstration, from this machine, and nowhere else."""

from __future__ import annotations

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db

DOORS = ("/welcome/", "/welcome/enter/")


@pytest.fixture
def demonstration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAT_MODE", "demonstration")


def opens(**more: str) -> list[bool]:
    """Whether each door is there; who knocks at the second one has no name of the cast, which is refused in another way."""
    client = Client(**more)
    return [client.get(DOORS[0]).status_code != 404, client.post(DOORS[1], {"who": ""}).status_code != 404]


def test_it_is_open_on_this_machine(demonstration: None) -> None:
    assert opens() == [True, True]


@pytest.mark.parametrize("mode", ["production", "test"])
def test_it_is_not_there_outside_a_demonstration(monkeypatch: pytest.MonkeyPatch, mode: str) -> None:
    monkeypatch.setenv("PARAAT_MODE", mode)
    assert opens() == [False, False]


@pytest.mark.parametrize(
    "asked",
    [
        {"REMOTE_ADDR": "192.0.2.1"},
        {"REMOTE_ADDR": "192.0.2.1", "HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"HTTP_X_FORWARDED_FOR": "192.0.2.1"},
        {"HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"HTTP_FORWARDED": "for=192.0.2.1"},
        {"HTTP_X_REAL_IP": "192.0.2.1"},
        {"HTTP_VIA": "1.1 proxy"},
    ],
)
def test_it_is_not_there_from_elsewhere_nor_through_a_proxy(demonstration: None, asked: dict[str, str]) -> None:
    assert opens(**asked) == [False, False]


def test_it_is_not_there_when_the_demonstration_has_an_address_for_others(
    demonstration: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARAAT_PUBLIC_URL", "http://paraat.example")
    assert opens() == [False, False]
