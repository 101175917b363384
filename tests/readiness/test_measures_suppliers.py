"""What a supplier must do is tracked once; a customer never learns who the other customers are."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from paraat.accounts.models import WaitingTask
from paraat.alerts.models import Delivery
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import moment
from paraat.readiness.actions import measures_suppliers as actions
from paraat.readiness.models import SupplierMeasure
from paraat.registry.models import Supply
from tests import cast
from tests.readiness import measured
from tests.readiness.test_measure_pages import client, english, text  # noqa: F401  # a fixture

pytestmark = pytest.mark.django_db


def asked(**more: Any) -> SupplierMeasure:
    """The supplier of Ronse and Spiere-Helkijn is asked for something."""
    fields = {"supplier": measured.supplied(), "title": "Second factor for all customers", "by": measured.officer()}
    return actions.ask_supplier(**fields | more)


def both() -> tuple[SupplierMeasure, Any, Any]:
    """Both towns wait for it."""
    row = asked()
    mine, other = (
        measured.planned(title="VPN of Ronse"),
        measured.planned(cast.spiere_helkijn(), title="VPN of the other"),
    )
    for one in (mine, other):
        actions.wait_for_supplier(measure=one, supplier=row, by=measured.officer())
    return row, mine, other


def test_asked_once_promised_once_and_seen_by_every_customer() -> None:
    row, mine, other = both()
    assert Delivery.objects.filter(contact__organisation=row.organisation_id, purpose="reminder").count() == 1
    promised = moment.today() + timedelta(days=90)
    with pytest.raises(Invalid):
        actions.answer_supplier_measure(row=row, version=0, state="promised", by=measured.officer())
    with pytest.raises(Invalid):
        actions.answer_supplier_measure(row=row, version=0, state="refused", by=measured.officer())
    row = actions.answer_supplier_measure(
        row=row, version=0, state="promised", promised_on=promised, by=measured.actor(cast.provider_user())
    )
    told = Delivery.objects.filter(purpose="reminder").exclude(contact__organisation=row.organisation_id)
    assert {one.address for one in told} == {"spoc@ronse.example", "spoc@spiere-helkijn.example"}
    assert not any("Spiere" in one.subject + one.body for one in told if "ronse" in one.address)
    with pytest.raises(Conflict):
        actions.answer_supplier_measure(row=row, version=0, state="done", by=measured.officer())
    moved = actions.answer_supplier_measure(
        row=row, version=1, state="promised", promised_on=promised + timedelta(days=30), by=measured.officer()
    )
    assert (moved.first_promised_on, moved.promised_on) == (promised, promised + timedelta(days=30))
    for one in (mine, other):
        page = text(client(cast.duty_officer()).get(f"/measures/{one.pk}/"))
        assert "Second factor for all customers" in page and "first promised for" in page


def test_a_customer_learns_nothing_of_the_others() -> None:
    row, mine, _other = both()
    browser = client(cast.spoc_user(cast.ronse()))
    for address in (f"/supplier-measures/{row.pk}/", "/supplier-measures/", f"/measures/{mine.pk}/"):
        page = text(browser.get(address))
        assert "Second factor for all customers" in page
        assert "Spiere" not in page and "VPN of the other" not in page and "Customers that wait" not in page, address
    sheet = b"".join(browser.get("/supplier-measures/?format=csv").streaming_content).decode()
    assert "Customers" not in sheet and ",2," not in sheet
    assert browser.get("/supplier-measures/new/").status_code == 403
    assert browser.post(f"/supplier-measures/{row.pk}/answer/", {}).status_code == 403


def test_the_supplier_reads_who_waits_and_until_when_and_no_more() -> None:
    row, mine, _other = both()
    browser = client(cast.provider_user())
    page = text(browser.get(f"/supplier-measures/{row.pk}/"))
    assert "Ronse" in page and "Spiere-Helkijn" in page and "VPN of" not in page and mine.number not in page
    promise = {"state": "promised", "promised_on": "2027-05-31", "answer": "With the May release", "version": 0}
    assert "who waits for it is told" in text(
        browser.post(f"/supplier-measures/{row.pk}/answer/", promise, follow=True)
    )
    row.refresh_from_db()
    assert (row.state, row.promised_on) == ("promised", date(2027, 5, 31))
    assert browser.post(f"/supplier-measures/{row.pk}/answer/", {"state": "nonsense"}).status_code == 400
    assert browser.get(f"/measures/{mine.pk}/").status_code == 403


@pytest.mark.parametrize("who", ["tester", "assessor", "observer", "administrator"])
def test_nobody_else_opens_it(who: str) -> None:
    row = asked()
    browser: Client = client(getattr(cast, who)())
    assert browser.get(f"/supplier-measures/{row.pk}/").status_code in {403, 404}
    assert "Second factor" not in text(browser.get("/supplier-measures/"))


def test_who_is_no_customer_neither_sees_nor_waits_for_it() -> None:
    row = asked()
    eupen = cast.eupen()
    assert client(cast.spoc_user(eupen)).get(f"/supplier-measures/{row.pk}/").status_code == 404
    with pytest.raises(Invalid):
        actions.wait_for_supplier(measure=measured.planned(eupen), supplier=row, by=measured.officer())
    with pytest.raises(Invalid):
        actions.want_supplier(measure=measured.planned(eupen), supplier=row.organisation, by=measured.officer())
    Supply.objects.filter(supplier=row.organisation, customer=cast.ronse()).update(valid_until=moment.today())
    assert client(cast.spoc_user(cast.ronse())).get(f"/supplier-measures/{row.pk}/").status_code == 404, "no longer"


def test_a_spoc_asks_the_team_and_the_team_asks_the_supplier() -> None:
    firm = measured.supplied()
    mine = measured.planned()
    browser = client(cast.spoc_user(cast.ronse()))
    browser.post(f"/measures/{mine.pk}/supplier/", {"supplier": str(firm.pk)})
    task = WaitingTask.objects.get(kind="measure")
    officer = client(cast.duty_officer())
    form = text(officer.get(task.url))
    assert str(mine.pk) in form and f'value="{firm.pk}" selected' in form
    officer.post(
        "/supplier-measures/new/", {"supplier": str(firm.pk), "title": "Second factor", "measure": str(mine.pk)}
    )
    mine.refresh_from_db()
    assert mine.supplier is not None and not WaitingTask.objects.filter(kind="measure", done_at=None).exists()
    browser.post(f"/measures/{mine.pk}/supplier/", {"stop": "yes"})
    mine.refresh_from_db()
    assert mine.supplier is None
    browser.post(f"/measures/{mine.pk}/supplier/", {"asked": str(SupplierMeasure.objects.get().pk)})
    mine.refresh_from_db()
    assert mine.supplier is not None and [one.deed for one in mine.changes.all()].count("supplier") == 3
    assert "Choose what it waits for" in text(browser.post(f"/measures/{mine.pk}/supplier/", {}, follow=True))


def test_reality_and_an_exercise_do_not_mix() -> None:
    with pytest.raises(Invalid):
        actions.wait_for_supplier(measure=measured.planned(exercise=True), supplier=asked(), by=measured.officer())
    with pytest.raises(Invalid):
        actions.ask_supplier(supplier=cast.ronse(), title="Who supplies nobody", by=measured.officer())
