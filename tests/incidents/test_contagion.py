"""Who shares a supplier with the victim is found and warned; the victim is never named."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext

from paraat.alerts import actions as alerts
from paraat.alerts.models import Alert
from paraat.incidents.actions.contagion import warn_customers
from paraat.incidents.actions.suppliers import involve_supplier
from paraat.incidents.contagion import sources
from paraat.incidents.models import Case
from paraat.incidents.wording import about_data, about_supplier
from paraat.kernel.errors import Invalid, NotAllowed, NotFound
from paraat.kernel.marking import Tlp
from paraat.registry.models import Asset, Organisation, Supply
from tests import cast
from tests.incidents import working
from tests.web.pages import client_of, officer, page, said

pytestmark = pytest.mark.django_db
BY = working.actor


def involved(**more: object) -> Case:
    """A case at Ronse that involves its provider, which also supplies Spiere-Helkijn."""
    firm, case = cast.provider(), working.case(**more)
    involve_supplier(case=case, organisation=firm, by=BY(), what="Remote support")
    return case


def warn(case: Case, **more: object) -> Alert:
    title, text = about_supplier(cast.provider().name)
    said_ = {"title": title, "text": text, "author": cast.duty_officer(), "by": BY()} | more
    return warn_customers(case=case, supplier=cast.provider(), **said_)  # type: ignore[arg-type]


def test_customers_of_an_involved_supplier_are_found_with_their_reach() -> None:
    case = involved()
    Supply.objects.create(supplier=cast.provider(), customer=cast.wemmel(), what="Mail")
    Supply.objects.create(supplier=cast.provider(), customer=cast.eupen(), what="Mail", valid_until=date(2020, 1, 1))
    [source] = sources(case)
    assert source.involved and [one.name for one in source.sharers] == ["Spiere-Helkijn", "Wemmel"]
    assert source.unreachable == 1


def test_a_supplier_that_is_not_known_to_be_involved_stands_apart() -> None:
    other = Organisation.objects.create(
        kind="provider", name="Other ICT (fictitious)", constituent=False, languages=["nl"]
    )
    for town in (cast.ronse(), cast.eupen()):
        Supply.objects.create(supplier=other, customer=town, what="Archive")
    found = sources(involved())
    assert [(one.name, one.involved) for one in found] == [
        ("Streek-ICT (fictitious)", True),
        ("Other ICT (fictitious)", False),
    ]


def test_the_same_network_on_file_is_shared_too() -> None:
    for town in (cast.ronse(), cast.eupen()):
        Asset.objects.create(organisation=town, kind="network", value="192.0.2.0/24", shared=True)
    assert [(one.name, [town.name for town in one.sharers]) for one in sources(working.case())] == [
        ("192.0.2.0/24", ["Eupen"])
    ]


def test_the_warning_goes_to_the_others_and_names_no_victim() -> None:
    alert = warn(involved())
    assert alert.tlp == Tlp.AMBER and set(alert.title) == {"nl", "fr", "de", "en"}
    assert "Ronse" not in f"{alert.title}{alert.text}" and "Renaix" not in f"{alert.title}{alert.text}"
    alerts.send_announcement(alert=alert, by=BY())
    assert [notice.organisation.name for notice in alert.notices.all()] == ["Spiere-Helkijn"]


@pytest.mark.parametrize("name", ["Ronse", "renaix"])
def test_a_text_that_names_the_victim_is_refused(name: str) -> None:
    with pytest.raises(Invalid, match="names the victim"):
        warn(involved(), text={"en": f"There is an incident at {name}."})


def test_an_exercise_warns_as_an_exercise() -> None:
    assert warn(involved(exercise=True)).exercise is True


def test_more_than_25_need_a_second_person() -> None:
    case = involved()
    for n in range(26):
        town = Organisation.objects.create(kind="municipality", name=f"Town {n}", languages=["nl"])
        Supply.objects.create(supplier=cast.provider(), customer=town, what="Mail")
    alert = warn(case)
    assert alert.needs_second
    with pytest.raises(NotAllowed):
        alerts.send_announcement(alert=alert, by=BY())
    alerts.approve_announcement(alert=alert, by=BY(cast.coordinator()), officer=cast.coordinator())
    alerts.send_announcement(alert=alert, by=BY())
    assert alert.notices.count() == 27


def test_only_an_involved_supplier_is_warned_about() -> None:
    cast.provider()
    with pytest.raises(NotFound):
        warn(working.case())


def test_the_wording_is_there_in_every_language_and_names_the_supplier() -> None:
    title, text = about_supplier("Streek-ICT")
    assert all("Streek-ICT" in title[one] and "Streek-ICT" in text[one] for one in ("nl", "fr", "de", "en"))
    assert all("{" not in words for part in (*about_supplier("x"), *about_data()) for words in part.values())


def test_one_click_on_screen_prefills_and_drafts() -> None:
    case, client = involved(), officer()
    assert "Warn them all" in page(client, f"/cases/{case.pk}/")
    assert "Spiere-Helkijn" in page(client, f"/cases/{case.pk}/contagion/")
    url = f"/cases/{case.pk}/contagion/{cast.provider().pk}/"
    assert "Controleer uw verbinding met Streek-ICT" in page(client, url)
    title, text = about_supplier("Streek-ICT")
    data = {f"title_{one}": words for one, words in title.items()} | {
        f"text_{one}": words for one, words in text.items()
    }
    shown = said(client, url, data | {"tlp": "2", "severity": "2"})
    assert "This is a draft" in shown and "Spiere-Helkijn" in shown
    assert Alert.objects.get().number in page(client, f"/cases/{case.pk}/")


def test_only_the_team_sees_who_may_be_next() -> None:
    case = involved(tlp=Tlp.GREEN)
    for user in (cast.spoc_user(cast.ronse()), cast.observer(), cast.provider_user()):
        assert "Spiere" not in page(client_of(user), f"/cases/{case.pk}/")
        page(client_of(user), f"/cases/{case.pk}/contagion/", 403)


def test_it_takes_the_same_number_of_queries_however_many_share() -> None:
    case, counted = involved(), []
    for number in (1, 20):
        for n in range(number):
            town = Organisation.objects.create(kind="municipality", name=f"Town {number}.{n}", languages=["nl"])
            Supply.objects.create(supplier=cast.provider(), customer=town, what="Mail")
        caches["local"].clear()
        with CaptureQueriesContext(connection) as queries:
            sources(case)
        counted.append(len(queries))
    assert counted[0] == counted[1] <= 9
