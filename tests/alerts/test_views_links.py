"""Pages behind a link, asked for too often."""

from __future__ import annotations

import pytest
from django.test import Client

from paraat.platform import ratelimit

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/n/guessed/", "/c/guessed/"])
def test_whoever_guesses_links_is_told_to_wait(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ratelimit, "LINKS_PER_MINUTE", 2)
    answers = [Client().get(path) for _ in range(3)]
    assert answers[0].status_code == 404
    assert answers[2].status_code == 429 and int(answers[2]["Retry-After"]) <= 60
