"""Signing in through OpenID Connect: by configuration, and only for whom an administrator added."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.helpers import complete_social_login
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpResponse
from django.test import Client, RequestFactory

from paraat.accounts.adapter import HouseAdapter, ProviderAdapter
from paraat.accounts.models import User
from paraat.kernel.errors import SettingError
from paraat.platform import configuration, security
from tests import cast

pytestmark = pytest.mark.django_db


def test_it_is_off_until_it_is_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    assert configuration.identity_providers() == []
    monkeypatch.setenv("PARAAT_OIDC_URL", "https://id.example/realms/region")
    with pytest.raises(SettingError, match="PARAAT_OIDC_CLIENT_ID"):
        configuration.identity_providers()
    monkeypatch.setenv("PARAAT_OIDC_CLIENT_ID", "paraat")
    monkeypatch.setenv("PARAAT_OIDC_CLIENT_SECRET", "secret")
    (app,) = configuration.identity_providers()
    assert app["settings"] == {"server_url": "https://id.example/realms/region"}
    assert configuration.identity_origin() == "https://id.example"
    assert "form-action 'self' https://id.example" in security.policy("", configuration.identity_origin())


def test_the_button_stands_on_the_page(settings: Any) -> None:
    assert "Region" not in Client().get("/accounts/login/").content.decode()
    app = {
        "provider_id": "oidc",
        "name": "Region",
        "client_id": "x",
        "secret": "y",
        "settings": {"server_url": "https://id.example"},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
    assert "Region" in Client().get("/accounts/login/").content.decode()


def came_back(email: str, *, verified: bool, settings: Any) -> tuple[HttpResponse, Any]:
    """Somebody comes back from the provider, which says who he is."""
    app = {
        "provider_id": "oidc",
        "name": "Region",
        "client_id": "x",
        "secret": "y",
        "settings": {"server_url": "https://id.example"},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
    request = RequestFactory().get("/accounts/oidc/oidc/login/callback/")
    for middleware in (SessionMiddleware, MessageMiddleware):
        middleware(lambda _: HttpResponse()).process_request(request)
    from allauth.core import context
    from django.contrib.auth.models import AnonymousUser

    request.user = AnonymousUser()  # type: ignore[assignment]
    provider = ProviderAdapter(request).get_provider(request, "oidc")
    addresses = [EmailAddress(email=email, verified=verified, primary=True)]
    login = SocialLogin(
        user=User(email=email, name="From outside"),
        account=SocialAccount(provider="oidc", uid="7"),
        email_addresses=addresses,
        provider=provider,
    )
    login.state = {"process": "login"}
    with context.request_context(request):
        try:
            return complete_social_login(request, login), request
        except ImmediateHttpResponse as answer:
            return answer.response, request


def test_whom_the_provider_vouches_for_gets_the_account_that_was_made_for_him(settings: Any) -> None:
    officer = cast.duty_officer()
    answer, request = came_back(officer.email, verified=True, settings=settings)
    assert (answer.status_code, request.user) == (302, officer)


@pytest.mark.parametrize(
    ("email", "verified"), [("stranger@elsewhere.example", True), ("duty.officer@team.example", False)]
)
def test_others_are_turned_away(email: str, verified: bool, settings: Any) -> None:
    cast.duty_officer()
    _, request = came_back(email, verified=verified, settings=settings)
    assert not request.user.is_authenticated
    assert User.objects.count() == 1


def test_nobody_signs_up_by_himself() -> None:
    assert not HouseAdapter().is_open_for_signup(RequestFactory().get("/"))
    assert not ProviderAdapter().is_open_for_signup(RequestFactory().get("/"), object())
