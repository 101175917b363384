"""What the tests of screens share: a client for somebody, and the text of a page."""

from __future__ import annotations

from django.test import Client

from paraat.accounts.models import User
from tests import cast


def client_of(user: User) -> Client:
    """A browser in which this account is signed in."""
    client = Client()
    client.force_login(user)
    return client


def officer() -> Client:
    """The duty officer's browser."""
    return client_of(cast.duty_officer())


def page(client: Client, path: str, status: int = 200) -> str:
    """The text of a page; the status must be as expected."""
    answer = client.get(path)
    assert answer.status_code == status, answer.content[:3000]
    return body(answer)


def body(answer: object) -> str:
    """The whole text of an answer, streamed or not."""
    if getattr(answer, "streaming", False):
        return b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return answer.content.decode()  # type: ignore[attr-defined, no-any-return]


def said(client: Client, path: str, data: dict[str, object]) -> str:
    """Post a form and read the page that comes next."""
    answer = client.post(path, data, follow=True)
    assert answer.status_code == 200, answer.content[:3000]
    return body(answer)
