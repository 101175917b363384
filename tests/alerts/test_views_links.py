"""Pages behind a link, asked for too often."""

from __future__ import annotations

import pytest
from django.test import Client

from paraat.platform import ratelimit

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/n/guessed/", "/c/guessed/"])
def test_whoever_guesses_links_is_told_to_wait(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ratelimit, "LINKS_PER_MINUTE", 2)
    answers = [Client().get(path) for _ in range(5)]  # a minute may end meanwhile: two more are let in then
    assert answers[0].status_code == 404
    (waits, *_) = [answer for answer in answers if answer.status_code == 429]
    assert int(waits["Retry-After"]) <= 60
