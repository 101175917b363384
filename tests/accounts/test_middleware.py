"""Who looks, on every request: one query, fails closed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path
from django.utils import timezone, translation

from paraat.accounts.guard import EVERYBODY, Request, allow, public
from paraat.accounts.middleware import UnmarkedView
from paraat.accounts.models import Membership, User
from paraat.kernel.actor import Actor, ActorKind
from paraat.kernel.marking import ANONYMOUS, Role, Viewer
from paraat.registry.models import Contact, Organisation, Supply

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.test_middleware")]

SEEN: dict[str, Any] = {}


def _note(request: HttpRequest) -> HttpResponse:
    asked: Request = request  # type: ignore[assignment]
    SEEN.update(viewer=asked.viewer, actor=asked.actor, language=translation.get_language())
    SEEN.update(timezone=timezone.get_current_timezone_name())
    return HttpResponse("seen")


urlpatterns = [
    path("open/", public(_note)),
    path("room/", allow(*EVERYBODY)(_note)),
    path("forgotten/", _note),
    path("accounts/", include("allauth.urls")),
]


@pytest.fixture
def ronse() -> Organisation:
    return Organisation.objects.create(kind="municipality", name="Ronse", languages=["nl"], nis="45041")


@pytest.fixture
def provider() -> Organisation:
    return Organisation.objects.create(kind="provider", name="Provider of Ronse", constituent=False)


def signed_in(**fields: Any) -> tuple[Client, User]:
    user = User.objects.create(email="somebody@ronse.example", name="Somebody", **fields)
    client = Client()
    client.force_login(user)
    return client, user


def looks(client: Client) -> Viewer:
    assert client.get("/room/").status_code == 200
    viewer = SEEN["viewer"]
    assert isinstance(viewer, Viewer)
    return viewer


def test_nobody_is_anonymous_and_costs_no_query(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert Client().get("/open/").status_code == 200
    assert SEEN["viewer"] == ANONYMOUS
    assert SEEN["actor"].id is None


def test_the_user_comes_with_his_rights_in_one_query(ronse: Organisation, django_assert_num_queries: Any) -> None:
    client, user = signed_in(language="fr", timezone="UTC")
    Membership.objects.create(user=user, role=Role.SPOC, organisation=ronse)
    Membership.objects.create(user=user, role=Role.OBSERVER)
    with django_assert_num_queries(2):  # the session, and the user with all that he may
        viewer = looks(client)
    assert viewer == Viewer(user.id, frozenset({Role.SPOC, Role.OBSERVER}), frozenset({ronse.id}), frozenset())
    assert SEEN["actor"] == Actor(ActorKind.USER, user.id, "Somebody")
    assert (SEEN["language"], SEEN["timezone"]) == ("fr", "UTC")


def test_a_time_zone_does_not_stay_with_the_thread() -> None:
    client, user = signed_in(timezone="Asia/Tokyo")
    Membership.objects.create(user=user, role=Role.OBSERVER)
    looks(client)
    assert timezone.get_current_timezone_name() != "Asia/Tokyo"


def test_a_provider_reads_along_with_customers_who_agreed(ronse: Organisation, provider: Organisation) -> None:
    client, user = signed_in()
    Membership.objects.create(user=user, role=Role.PROVIDER, organisation=provider)
    supply = Supply.objects.create(supplier=provider, customer=ronse, what="hosting")
    assert looks(client).clients == frozenset()
    Supply.objects.filter(pk=supply.pk).update(consent=True)
    assert looks(client).clients == {ronse.id}
    assert looks(client).own == {provider.id}
    Supply.objects.filter(pk=supply.pk).update(valid_until=date(2024, 1, 1))
    assert looks(client).clients == frozenset()


def test_an_observer_of_a_supplier_is_no_provider(ronse: Organisation, provider: Organisation) -> None:
    client, user = signed_in()
    Membership.objects.create(user=user, role=Role.OBSERVER, organisation=provider)
    Supply.objects.create(supplier=provider, customer=ronse, what="hosting", consent=True)
    assert (looks(client).clients, looks(client).own) == (frozenset(), frozenset())


def test_a_role_ends(ronse: Organisation) -> None:
    client, user = signed_in()
    past = datetime.now(UTC) - timedelta(minutes=1)
    Membership.objects.create(user=user, role=Role.OBSERVER)
    Membership.objects.create(user=user, role=Role.AUDITOR, until=past)
    assert looks(client).roles == {Role.OBSERVER}


def test_a_spoc_who_left_is_no_spoc(ronse: Organisation) -> None:
    client, user = signed_in()
    contact = Contact.objects.create(organisation=ronse, role="spoc", name="SPOC of Ronse")
    Membership.objects.create(user=user, role=Role.SPOC, organisation=ronse, contact=contact)
    assert looks(client).own == {ronse.id}
    Contact.objects.filter(pk=contact.pk).update(valid_until=date(2024, 1, 1))
    assert client.get("/room/").status_code == 403
    Contact.objects.filter(pk=contact.pk).update(valid_until=None, erased_at=datetime.now(UTC))
    assert client.get("/room/").status_code == 403


def test_an_account_that_was_closed_is_signed_out() -> None:
    client, user = signed_in()
    Membership.objects.create(user=user, role=Role.OBSERVER)
    looks(client)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert client.get("/room/").status_code == 302


def test_a_view_that_nobody_marked_is_refused() -> None:
    client, user = signed_in()
    Membership.objects.create(user=user, role=Role.COORDINATOR)
    with pytest.raises(UnmarkedView, match="_note"):
        client.get("/forgotten/")
    with pytest.raises(UnmarkedView):
        Client().get("/forgotten/")


@pytest.mark.parametrize("page", ["signup/", "email/", "3rdparty/", "confirm-email/", "3rdparty/signup/"])
def test_pages_of_allauth_that_are_not_on_the_list_do_not_exist(page: str) -> None:
    client, _ = signed_in()
    assert client.get(f"/accounts/{page}").status_code == 404


@pytest.mark.parametrize("role", [Role.DUTY_OFFICER, Role.COORDINATOR, Role.ADMINISTRATOR, Role.AUDITOR])
def test_the_team_goes_no_further_without_a_second_factor(role: Role, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAT_SECOND_FACTOR", "yes")
    client, user = signed_in()
    Membership.objects.create(user=user, role=role)
    assert client.get("/room/").headers["Location"] == "/accounts/2fa/"
    assert client.get("/room/", headers={"HX-Request": "true"}).headers["HX-Redirect"] == "/accounts/2fa/"
    assert client.get("/open/").status_code == 200
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})
    assert client.get("/room/").status_code == 200


def test_a_spoc_may_go_on_without_a_second_factor(ronse: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAT_SECOND_FACTOR", "yes")
    client, user = signed_in()
    Membership.objects.create(user=user, role=Role.SPOC, organisation=ronse)
    assert client.get("/room/").status_code == 200


def test_the_query_that_is_made_once_says_what_the_orm_says(ronse: Organisation, provider: Organisation) -> None:
    from paraat.accounts import loading, rules

    _, user = signed_in()
    Supply.objects.create(supplier=provider, customer=ronse, what="hosting", consent=True)
    for role, organisation in ((Role.PROVIDER, provider), (Role.SPOC, ronse), (Role.AUDITOR, None)):
        Membership.objects.create(user=user, role=role, organisation=organisation)
        asked, known = loading.by_id(user.pk), User.objects.with_rights().get(pk=user.pk)
        viewers = [rules.viewer(one.pk, one.held, one.clients) for one in (asked, known)]  # type: ignore[union-attr]
        assert viewers[0] == viewers[1]
        assert asked == known
    assert loading.by_id(ronse.pk) is None
