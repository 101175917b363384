"""Calling back: contacts on file only, never the number that the reporter gave; who said what, and when."""

from __future__ import annotations

import pytest

from paraat.incidents.actions import verifying
from paraat.incidents.models import Report
from paraat.kernel.actor import SYSTEM
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform.models import JournalEntry
from paraat.registry import actions as registry
from tests import cast
from tests.alerts import staging
from tests.incidents.test_reports import taken
from tests.web.pages import body, client_of, officer, page, said

pytestmark = pytest.mark.django_db


def test_a_call_back_says_who_spoke_to_whom() -> None:
    report = taken(organisation=cast.ronse())
    verifying.confirm_report(
        report=report, contact=cast.contact(cast.ronse()), spoke_to="Head of ICT", by=staging.officer()
    )
    assert report.verification == "called_back" and report.verified_by == "Duty officer" and report.verified_at
    assert report.verified_with == "Head of ICT (SPOC, Ronse)"


def test_only_a_contact_on_file_of_that_organisation_counts() -> None:
    report = taken(organisation=cast.ronse())
    with pytest.raises(Invalid):
        verifying.confirm_report(report=report, contact=cast.contact(cast.eupen()), spoke_to="x", by=SYSTEM)
    with pytest.raises(Invalid):
        verifying.deny_report(report=report, contact=cast.contact(cast.ronse()), spoke_to=" ", by=SYSTEM)
    with pytest.raises(Invalid):
        verifying.confirm_report(report=taken(), contact=cast.contact(cast.ronse()), spoke_to="x", by=SYSTEM)
    report.refresh_from_db()
    assert report.verification == "none"


def test_two_officers_who_called_at_once_do_not_overwrite_each_other() -> None:
    report = taken(organisation=cast.ronse())
    stale = Report.objects.get(pk=report.pk)
    verifying.deny_report(report=report, contact=cast.contact(cast.ronse()), spoke_to="SPOC", by=SYSTEM)
    with pytest.raises(Conflict):
        verifying.confirm_report(report=stale, contact=cast.contact(cast.ronse()), spoke_to="SPOC", by=SYSTEM)


def test_the_page_shows_numbers_on_file_and_the_code_word_only_when_asked() -> None:
    ronse = cast.ronse()
    registry.rotate_code_word(organisation=ronse, by=SYSTEM)
    report = taken(organisation=ronse, reachable_at="0999 11 22 33")
    client, path = officer(), f"/reports/{report.pk}/"
    text = page(client, path)
    spoc = cast.channel(ronse, "spoc", "voice").address
    assert f'href="tel:{spoc}"' in text and 'href="tel:0999' not in text
    word = registry.read_code_word(organisation=ronse, by=SYSTEM)
    assert word not in text
    before = JournalEntry.objects.filter(verb="codeword.read").count()
    assert word in body(client.post(f"{path}codeword/"))
    assert JournalEntry.objects.filter(verb="codeword.read").count() == before + 1


def test_an_officer_places_and_verifies_on_screen() -> None:
    ronse = cast.ronse()
    report = taken(organisation_text="Stad Ronse")
    client, path = officer(), f"/reports/{report.pk}/"
    assert str(ronse.pk) in page(client, path)
    assert client.post(f"{path}place/", {"organisation": "Nowhere"}).status_code == 400
    said(client, f"{path}place/", {"organisation": str(ronse.pk)})
    assert client.post(f"{path}verify/", {"outcome": "true"}).status_code == 400
    form = {"contact": str(cast.contact(ronse).pk), "spoke_to": "SPOC", "outcome": "denied"}
    assert "knows nothing of it" in said(client, f"{path}verify/", form)
    assert "knows nothing of it" in page(client, "/reports/")


def test_an_auditor_reads_it_and_changes_nothing() -> None:
    report = taken(organisation=cast.ronse())
    client = client_of(cast.auditor())
    assert "tel:" not in page(client, f"/reports/{report.pk}/")
    for deed in ("place", "verify", "codeword"):
        assert client.post(f"/reports/{report.pk}/{deed}/").status_code == 403
