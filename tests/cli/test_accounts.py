"""Accounts and tokens from the command line."""

from __future__ import annotations

from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client

from paraat.accounts.models import ApiToken, Membership, User
from paraat.cli import account, token
from paraat.kernel.errors import Invalid, NotFound
from tests import cast

pytestmark = pytest.mark.django_db


def run(command: Any, *words: str) -> str:
    done = CliRunner().invoke(command, list(words), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output.strip()


def test_the_first_administrator_is_added_here() -> None:
    link = run(account.command, "add", "First@team.example", "--name", "First", "--role", "administrator")
    assert "/accounts/password/reset/key/" in link
    assert "password1" in Client().get(link.split("8000", 1)[-1], follow=True).content.decode()
    assert Membership.objects.get(user__email="first@team.example").role == "administrator"


def test_a_role_is_given_and_taken_away() -> None:
    cast.ronse(), cast.observer()
    address = cast.observer().email
    run(account.command, "role", address, "spoc", "--organisation", "ronse")
    assert "spoc (Ronse)" in run(account.command, "list")
    run(account.command, "role", address, "spoc", "--organisation", "45041", "--end")
    assert "spoc" not in run(account.command, "list")
    with pytest.raises(NotFound):
        run(account.command, "role", address, "spoc", "--organisation", "45041", "--end")
    with pytest.raises(Invalid):
        run(account.command, "role", address, "spoc")
    with pytest.raises(NotFound):
        run(account.command, "role", address, "spoc", "--organisation", "Nowhere")


def test_an_account_is_closed() -> None:
    cast.observer()
    run(account.command, "close", cast.observer().email)
    assert not User.objects.get(pk=cast.observer().pk).is_active
    with pytest.raises(NotFound):
        run(account.command, "close", "nobody@team.example")


def test_a_token_is_issued_listed_and_revoked() -> None:
    cast.observer()
    text = run(token.command, "issue", cast.observer().email, "--name", "script", "--scope", "account:read")
    headers = {"Authorization": f"Bearer {text}"}
    assert Client(headers=headers).get("/api/v1/me").status_code == 200
    listed = run(token.command, "list")
    assert "script" in listed
    assert text not in listed
    run(token.command, "revoke", str(ApiToken.objects.get().pk))
    assert Client(headers=headers).get("/api/v1/me").status_code == 401
    assert run(token.command, "list") == ""
