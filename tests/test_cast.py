"""The cast can be called in any order, as often as one likes."""

from __future__ import annotations

import pytest

from paraat.registry.models import Contact, Organisation
from tests import cast

pytestmark = pytest.mark.django_db


def test_everybody_is_made_once() -> None:
    for _ in range(2):
        cast.ronse(), cast.spiere_helkijn(), cast.drogenbos(), cast.wemmel(), cast.eupen(), cast.ixelles()
        cast.provider(), cast.partner(), cast.east_flanders()
    assert Organisation.objects.count() == 9
    assert Contact.objects.filter(organisation=cast.ronse()).count() == 4


def test_the_provider_reads_along_with_who_agreed() -> None:
    seen = Organisation.objects.visible_to(cast.provider_viewer())
    assert cast.ids(*seen) == cast.ids(cast.ronse(), cast.provider())


def test_an_account_has_its_role_and_contact() -> None:
    membership = cast.spoc_user(cast.ronse()).memberships.get()
    assert (membership.role, membership.contact) == ("spoc", cast.contact(cast.ronse()))
