"""What somebody types names one organisation, or the answer says which ones it may be."""

from __future__ import annotations

import pytest
from django.utils import translation

from paraat.kernel.errors import Invalid, NotFound
from paraat.registry.models import Organisation
from paraat.registry.naming import OrganisationField, full_name, or_nobody, the_one
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def twins() -> tuple[Organisation, Organisation]:
    """A town and a province of the same name."""
    town = Organisation.objects.create(kind="municipality", name="Twin", nis="99991", languages=["nl"])
    return town, Organisation.objects.create(kind="province", name="Twin", nis="99992", languages=["nl"])


def test_a_name_or_a_number_is_enough() -> None:
    ronse = cast.ronse()
    assert the_one(" ronse ") == the_one("45041") == the_one(full_name(ronse)) == ronse


def test_who_shares_a_name_is_told_apart_by_its_kind(twins: tuple[Organisation, Organisation]) -> None:
    with pytest.raises(Invalid, match=r"Twin \(Municipality\), Twin \(Province\)"):
        the_one("Twin")
    assert [the_one(full_name(one)) for one in twins] == list(twins)
    assert the_one("twin (PROVINCE)") == twins[1]
    with translation.override("nl"):
        assert the_one(full_name(twins[0])) == twins[0]


def test_nobody_is_nobody(twins: tuple[Organisation, Organisation]) -> None:
    with pytest.raises(NotFound):
        the_one("Atlantis")
    assert [or_nobody(words) for words in ("Atlantis", "Twin", " ")] == [None, None, None]


def test_a_form_gives_an_organisation_back_as_it_can_be_read(twins: tuple[Organisation, Organisation]) -> None:
    field = OrganisationField(rows=Organisation.objects.filter(kind="province"))
    assert field.clean("Twin") == twins[1]
    assert OrganisationField().clean(OrganisationField().prepare_value(twins[0])) == twins[0]
