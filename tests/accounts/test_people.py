"""People and roles: what an administrator does, and what nobody may."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from paraat.accounts import actions
from paraat.accounts.models import ApiToken, Membership, User
from paraat.kernel.actor import SYSTEM
from paraat.kernel.errors import Conflict, Invalid
from paraat.kernel.marking import Role
from paraat.platform.models import JournalDetail, JournalEntry
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator() -> Client:
    client = Client()
    client.force_login(cast.administrator())
    return client


def added(email: str = "new.officer@team.example") -> User:
    return actions.add_person(email=email, name="New officer", by=SYSTEM)


def test_it_adds_a_person_gives_a_role_and_a_link(administrator: Client) -> None:
    new = {"name": "New officer", "email": "New.Officer@Team.example", "language": "fr", "phone": ""}
    answer = administrator.post("/accounts/people/add/", new)
    user = User.objects.get(email="new.officer@team.example")
    assert answer.headers["Location"] == f"/accounts/people/{user.pk}/"
    assert not user.has_usable_password()
    assert administrator.post(f"/accounts/people/{user.pk}/roles/", {"role": "duty_officer"}).status_code == 302
    assert set(Membership.objects.filter(user=user).values_list("role", flat=True)) == {"duty_officer"}
    page = administrator.post(f"/accounts/people/{user.pk}/welcome/")
    assert "/accounts/password/reset/key/" in page.content.decode()
    assert "/accounts/password/reset/key/" not in administrator.get(f"/accounts/people/{user.pk}/").content.decode()
    verbs = list(JournalEntry.objects.filter(object_id=str(user.pk)).order_by("seq").values_list("verb", flat=True))
    assert verbs == ["account.add", "account.role.give", "account.welcome"]


def test_a_role_of_an_organisation_finds_it_by_name_or_number(administrator: Client) -> None:
    user, ronse = added(), cast.ronse()
    assert administrator.post(f"/accounts/people/{user.pk}/roles/", {"role": "spoc"}).status_code == 422
    assert (
        administrator.post(
            f"/accounts/people/{user.pk}/roles/", {"role": "spoc", "organisation": "Nowhere"}
        ).status_code
        == 422
    )
    assert (
        administrator.post(
            f"/accounts/people/{user.pk}/roles/", {"role": "auditor", "organisation": "Ronse"}
        ).status_code
        == 422
    )
    assert (
        administrator.post(f"/accounts/people/{user.pk}/roles/", {"role": "spoc", "organisation": "45041"}).status_code
        == 302
    )
    assert Membership.objects.get(user=user).organisation == ronse


def test_a_role_must_fit() -> None:
    user, ronse, eupen = added(), cast.ronse(), cast.eupen()
    with pytest.raises(Invalid):
        actions.give_role(user=user, role=Role.SPOC, by=SYSTEM)
    with pytest.raises(Invalid):
        actions.give_role(user=user, role=Role.AUDITOR, organisation=ronse, by=SYSTEM)
    with pytest.raises(Invalid):
        actions.give_role(user=user, role=Role.SPOC, organisation=ronse, contact=cast.contact(eupen), by=SYSTEM)


def test_one_address_has_one_account() -> None:
    added()
    with pytest.raises(Conflict):
        actions.add_person(email="NEW.officer@team.example", name="Again", by=SYSTEM)
    with pytest.raises(Invalid):
        actions.add_person(email="no address", name="Nobody", by=SYSTEM)


def test_somebody_stays_administrator() -> None:
    cast.administrator()
    with pytest.raises(Invalid):
        actions.end_role(membership=Membership.objects.get(role="administrator"), by=SYSTEM)
    actions.give_role(user=added(), role=Role.ADMINISTRATOR, by=SYSTEM)
    actions.end_role(membership=Membership.objects.get(user=cast.administrator()), by=SYSTEM)
    with pytest.raises((Conflict, Invalid)):
        actions.end_role(membership=Membership.objects.get(user=cast.administrator()), by=SYSTEM)


def test_a_role_that_ended_can_be_given_again() -> None:
    user = added()
    membership = actions.give_role(user=user, role=Role.AUDITOR, by=SYSTEM)
    actions.end_role(membership=membership, by=SYSTEM)
    assert not Membership.objects.in_force().filter(user=user).exists()
    actions.give_role(user=user, role=Role.AUDITOR, by=SYSTEM)
    assert Membership.objects.in_force().filter(user=user).count() == 1


def test_it_closes_an_account_and_its_tokens(administrator: Client) -> None:
    user = added()
    actions.issue_token(user=user, name="t", scopes=["account:read"], by=SYSTEM)
    administrator.post(f"/accounts/people/{user.pk}/close/")
    user.refresh_from_db()
    assert not user.is_active
    assert not ApiToken.objects.filter(user=user, revoked_at=None).exists()


def test_nobody_closes_his_own_account(administrator: Client) -> None:
    administrator.post(f"/accounts/people/{cast.administrator().pk}/close/")
    assert User.objects.get(pk=cast.administrator().pk).is_active


def test_it_forgets_a_person_and_the_journal_still_holds(administrator: Client) -> None:
    from paraat.platform.journal import verify

    user = added()
    Client().force_login(user)
    assert EmailAddress.objects.filter(email=user.email, verified=True).exists()
    actions.close_account(user=user, by=SYSTEM)
    administrator.post(f"/accounts/people/{user.pk}/erase/")
    user.refresh_from_db()
    assert not EmailAddress.objects.filter(user=user).exists()
    assert (user.name, user.phone, user.is_active) == ("", "", False)
    assert user.email.endswith("@erased.invalid")
    texts = [f"{one.actor_label} {one.detail}" for one in JournalDetail.objects.all()]
    assert not any("new.officer" in text or "New officer" in text for text in texts)
    assert list(verify()) == []
    with pytest.raises(Conflict):
        actions.open_account(user=user, by=SYSTEM)


def test_the_list_says_roles_and_second_step(administrator: Client, django_assert_max_num_queries: Any) -> None:
    cast.duty_officer(), cast.auditor(), cast.provider_user()
    with django_assert_max_num_queries(9):
        page = administrator.get("/accounts/people/?role=auditor")
    text = page.content.decode()
    assert page.status_code == 200
    assert "auditor@team.example" in text
    assert "provider@team.example" not in text
    saved = administrator.get("/accounts/people/?format=csv")
    assert b"Duty officer" in b"".join(saved)  # type: ignore[call-overload]


@pytest.mark.parametrize("language", ["nl", "fr", "de", "en"])
def test_the_pages_come_in_every_language(language: str, administrator: Client) -> None:
    User.objects.filter(pk=cast.administrator().pk).update(language=language)
    for path in (
        "/accounts/people/",
        "/accounts/people/add/",
        f"/accounts/people/{cast.auditor().pk}/",
        "/me/",
        "/me/tokens/",
    ):
        answer = administrator.get(path)
        assert answer.status_code == 200
        assert f'<html lang="{language}"' in answer.content.decode()


def test_one_changes_ones_own_profile() -> None:
    client = Client()
    client.force_login(cast.observer())
    new = {"name": "Observer", "phone": "+44 7700 900123", "language": "de", "timezone": "Europe/Paris"}
    assert client.post("/me/", new).status_code == 302
    user = User.objects.get(pk=cast.observer().pk)
    assert (user.phone, user.language, user.timezone) == ("+44 7700 900123", "de", "Europe/Paris")
    assert client.post("/me/", {**new, "timezone": "Mars/Olympus"}).status_code == 422


def test_a_token_is_shown_once() -> None:
    client = Client()
    client.force_login(cast.observer())
    page = client.post("/me/tokens/", {"name": "script", "scopes": ["account:read"], "days": "30"}).content.decode()
    text = page.split("paraat_", 1)[1].split("<", 1)[0]
    assert Client(headers={"Authorization": f"Bearer paraat_{text}"}).get("/api/v1/me").status_code == 200
    assert text not in client.get("/me/tokens/").content.decode()
    token = ApiToken.objects.get()
    stranger = Client()
    stranger.force_login(cast.auditor())
    assert stranger.post(f"/me/tokens/{token.pk}/revoke/").status_code == 404
    assert client.post(f"/me/tokens/{token.pk}/revoke/").status_code == 302
    assert Client(headers={"Authorization": f"Bearer paraat_{text}"}).get("/api/v1/me").status_code == 401
