"""Signing in: password and second step, no sign-up, no inline script, limits, sessions."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.usersessions.models import UserSession
from django.conf import settings as django_settings
from django.test import Client

from paraat.accounts import links
from paraat.accounts.models import User
from paraat.platform.models import HouseMessage, JournalEntry
from tests import cast

pytestmark = pytest.mark.django_db

INLINE = re.compile(r"<script(?![^>]*\b(?:src=|type=\"application/json\"))|<style|\son\w+=|\sstyle=", re.IGNORECASE)


def sign_in(client: Client, user: User, password: str = cast.PASSWORD) -> Any:
    return client.post("/accounts/login/", {"login": user.email.upper(), "password": password})


def prove(client: Client) -> None:
    """allauth asks for the password again before it changes what one signs in with."""
    assert client.post("/accounts/reauthenticate/", {"password": cast.PASSWORD}).status_code == 302


def code(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time()))))


def test_who_knows_the_password_is_in() -> None:
    client = Client()
    answer = sign_in(client, cast.observer())
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert client.get("/me/").status_code == 200
    assert JournalEntry.objects.filter(verb="account.sign_in", actor_id=cast.observer().pk).count() == 1


def test_signing_in_gives_the_session_a_new_key() -> None:
    client = Client()
    client.get("/accounts/login/")
    session = client.session
    session["planted"] = True
    session.save()
    before = session.session_key
    client.cookies[django_settings.SESSION_COOKIE_NAME] = before
    sign_in(client, cast.observer())
    assert client.cookies[django_settings.SESSION_COOKIE_NAME].value not in ("", before)


def test_a_wrong_password_is_not_in_and_after_some_not_even_the_right_one() -> None:
    client, user = Client(), cast.observer()
    answers = [sign_in(client, user, "wrong password here") for _ in range(6)]
    assert all(answer.status_code == 200 for answer in answers[:5])
    assert sign_in(client, user).status_code == 200  # the page again, not in
    assert client.get("/me/").status_code == 302


def test_a_closed_account_is_not_in() -> None:
    User.objects.filter(pk=cast.observer().pk).update(is_active=False)
    client = Client()
    sign_in(client, cast.observer())
    assert client.get("/me/").status_code == 302


@pytest.mark.django_db(transaction=True)  # he is told after the commit
def test_an_officer_sets_up_an_app_and_then_needs_it(monkeypatch: pytest.MonkeyPatch, mailoutbox: list[Any]) -> None:
    monkeypatch.setenv("PARAAT_SECOND_FACTOR", "yes")
    client, officer = Client(), cast.duty_officer()
    sign_in(client, officer)
    assert client.get("/tasks/").headers["Location"] == "/accounts/2fa/"
    assert client.get("/accounts/2fa/totp/activate/").headers["Location"].startswith("/accounts/reauthenticate/")
    prove(client)
    page = client.get("/accounts/2fa/totp/activate/")
    secret = page.context["form"].secret
    assert client.post("/accounts/2fa/totp/activate/", {"code": code(secret)}).status_code == 302
    assert client.get("/tasks/").status_code == 200
    assert JournalEntry.objects.filter(verb="account.totp_activated").exists()
    assert [letter.to for letter in mailoutbox] == [[officer.email]]  # he is told
    again = Client()
    assert sign_in(again, officer).headers["Location"] == "/accounts/2fa/authenticate/"
    assert again.get("/me/").status_code == 302  # half-way is not in
    assert "recovery_codes" in set(Authenticator.objects.filter(user=officer).values_list("type", flat=True))


@pytest.mark.parametrize(
    "page",
    [
        "login/",
        "password/reset/",
        "2fa/",
        "2fa/totp/activate/",
        "2fa/webauthn/add/",
        "password/change/",
        "reauthenticate/",
    ],
)
def test_no_page_of_signing_in_has_inline_code(page: str) -> None:
    client = Client()
    if page not in ("login/", "password/reset/"):
        sign_in(client, cast.observer())
        prove(client)
    answer = client.get(f"/accounts/{page}")
    assert answer.status_code == 200, answer.headers
    text = answer.content.decode()
    assert not INLINE.search(text), INLINE.findall(text)
    assert "paraat/paraat.css" in text
    assert "signup" not in text


def test_nobody_signs_up() -> None:
    assert (
        Client().post("/accounts/signup/", {"email": "x@y.example", "password1": "long enough for this"}).status_code
        == 404
    )


def test_a_new_person_chooses_a_password_once() -> None:
    user, client = cast.observer(), Client()
    path = links.welcome_url(user).split("8000", 1)[-1]
    form = client.get(path, follow=True)
    assert form.status_code == 200
    target = form.redirect_chain[-1][0]
    new = {"password1": "a wholly new passphrase", "password2": "a wholly new passphrase"}
    assert client.post(target, new).status_code == 302
    assert sign_in(Client(), user, new["password1"]).status_code == 302
    assert "password1" not in Client().get(path, follow=True).content.decode()  # the link is used up


def test_a_password_that_is_too_easy_is_refused() -> None:
    user, client = cast.observer(), Client()
    path = links.welcome_url(user).split("8000", 1)[-1]
    target = client.get(path, follow=True).redirect_chain[-1][0]
    answer = client.post(target, {"password1": "password1234", "password2": "password1234"})
    assert answer.status_code == 200
    assert sign_in(Client(), user).status_code == 302


def test_asking_for_a_new_password_tells_nothing(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.EMAIL_BACKEND = "paraat.accounts.mail.HouseBackend"  # which the test runner replaces
    monkeypatch.setenv("PARAAT_MODE", "demonstration")  # nothing leaves
    known = Client().post("/accounts/password/reset/", {"email": cast.observer().email})
    unknown = Client().post("/accounts/password/reset/", {"email": "nobody@nowhere.example"})
    assert (known.status_code, known.headers["Location"]) == (unknown.status_code, unknown.headers["Location"])
    kept = HouseMessage.objects.get()
    assert kept.address == cast.observer().email
    assert "/accounts/password/reset/key/" in kept.body


def test_one_sees_and_ends_ones_other_sessions() -> None:
    here, there, user = Client(), Client(), cast.observer()
    sign_in(here, user)
    sign_in(there, user)
    other = UserSession.objects.get(session_key=there.session.session_key)
    stranger = Client()
    sign_in(stranger, cast.auditor())
    assert stranger.post(f"/me/sessions/{other.pk}/end/").status_code == 404
    assert there.get("/me/").status_code == 200
    assert here.post(f"/me/sessions/{other.pk}/end/").status_code == 302
    assert there.get("/me/").status_code == 302


def test_a_session_lasts_a_shift() -> None:
    assert django_settings.SESSION_COOKIE_AGE == 12 * 3600
    assert django_settings.SESSION_COOKIE_HTTPONLY
    assert django_settings.PASSWORD_HASHERS[0].endswith(
        ("Argon2PasswordHasher", "MD5PasswordHasher")
    )  # the second in tests only
