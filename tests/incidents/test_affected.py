"""Around a case: services, suppliers, and helpers who see it only with the victim's consent."""

from __future__ import annotations

import pytest

from paraat.incidents.actions.affected import note_service
from paraat.incidents.actions.consents import consent_to_helper, end_help, propose_helper
from paraat.incidents.actions.suppliers import involve_supplier
from paraat.incidents.actions.timeline import add_entry
from paraat.incidents.models import Case
from paraat.kernel.errors import Conflict, Invalid
from paraat.kernel.marking import Tlp
from tests import cast
from tests.incidents import stories
from tests.web.pages import client_of, officer, page, said

pytestmark = pytest.mark.django_db


def proposed(case: Case) -> object:
    return propose_helper(case=case, organisation=cast.partner(), what="Restores servers", by=stories.officer())


def test_a_helper_sees_nothing_without_consent_and_nothing_after_it_ended() -> None:
    case, helper_user = stories.case(tlp=Tlp.AMBER), client_of(cast.partner_user())
    helper = proposed(case)
    page(helper_user, f"/cases/{case.pk}/", 404)
    consent_to_helper(helper=helper, consent_by="The mayor, by phone", by=stories.officer())
    page(helper_user, f"/cases/{case.pk}/")
    assert case.number in page(helper_user, "/cases/")
    end_help(helper=helper, by=stories.officer())
    page(helper_user, f"/cases/{case.pk}/", 404)
    assert case.number not in page(helper_user, "/cases/")


def test_a_helper_reads_no_more_than_amber() -> None:
    case = stories.case(tlp=Tlp.AMBER)
    consent_to_helper(helper=proposed(case), consent_by="The mayor", by=stories.officer())
    add_entry(case=case, text="For helpers too", by=stories.officer())
    add_entry(case=case, text="For the victim alone", by=stories.officer(), tlp=Tlp.AMBER_STRICT)
    helper, victim = client_of(cast.partner_user()), client_of(cast.spoc_user(cast.ronse()))
    text = page(helper, f"/cases/{case.pk}/")
    assert "For helpers too" in text and "For the victim alone" not in text
    assert "For the victim alone" in page(victim, f"/cases/{case.pk}/")
    Case.objects.filter(pk=case.pk).update(tlp=Tlp.AMBER_STRICT)
    page(helper, f"/cases/{case.pk}/", 404)


def test_a_supplier_that_is_involved_does_not_see_the_case_by_that() -> None:
    case = stories.case(tlp=Tlp.AMBER)
    involve_supplier(case=case, organisation=cast.provider(), by=stories.officer(), what="Hosts the site")
    page(client_of(cast.provider_user()), f"/cases/{case.pk}/", 404)
    assert "Hosts the site" in page(officer(), f"/cases/{case.pk}/")


def test_the_victim_consents_itself_and_ends_it_itself() -> None:
    case = stories.case(tlp=Tlp.AMBER)
    helper = proposed(case)
    victim = client_of(cast.spoc_user(cast.ronse()))
    said(victim, f"/cases/{case.pk}/helpers/{helper.pk}/consent/", {})
    helper.refresh_from_db()
    assert helper.consent_by == "SPOC, Ronse" and helper.consent_at
    said(victim, f"/cases/{case.pk}/helpers/{helper.pk}/end/", {})
    helper.refresh_from_db()
    assert helper.ended_at


def test_no_other_spoc_consents_not_even_the_helpers_own() -> None:
    case = stories.case(tlp=Tlp.GREEN)
    helper = propose_helper(case=case, organisation=cast.eupen(), what="Lends people", by=stories.officer())
    client = client_of(cast.spoc_user(cast.eupen()))
    assert client.post(f"/cases/{case.pk}/helpers/{helper.pk}/consent/", {"consent_by": "me"}).status_code == 404
    consent_to_helper(helper=helper, consent_by="The mayor", by=stories.officer())
    assert client.post(f"/cases/{case.pk}/helpers/{helper.pk}/end/", {}).status_code == 404


def test_consent_names_who_gave_it_and_is_given_once() -> None:
    case = stories.case()
    helper = proposed(case)
    with pytest.raises(Invalid):
        consent_to_helper(helper=helper, consent_by=" ", by=stories.officer())
    consent_to_helper(helper=helper, consent_by="The mayor", by=stories.officer())
    with pytest.raises(Conflict):
        consent_to_helper(helper=helper, consent_by="The mayor", by=stories.officer())
    with pytest.raises(Conflict):
        proposed(case)
    end_help(helper=helper, by=stories.officer())
    with pytest.raises(Conflict):
        end_help(helper=helper, by=stories.officer())
    proposed(case)  # asked again later


def test_how_a_service_does_is_noted_and_a_change_stands_in_the_timeline() -> None:
    case, client = stories.case(), officer()
    said(
        client,
        f"/cases/{case.pk}/services/",
        {"name": "Counters", "status": "down", "operation": "external", "workaround": "Pen and paper"},
    )
    text = page(client, f"/cases/{case.pk}/")
    assert "Pen and paper" in text and "Does not work" in text
    service = note_service(
        case=case, name="Counters", status="down", workaround="Second location", by=stories.officer()
    )
    assert service.workaround == "Second location" and case.timeline.filter(text__startswith="Counters").count() == 1
    since = service.since
    again = note_service(case=case, name="Counters", status="up", by=stories.officer())
    assert again.since > since and case.timeline.filter(text__startswith="Counters").count() == 2


def test_a_correction_stands_beside_what_it_corrects() -> None:
    case, client = stories.case(), officer()
    wrong = add_entry(case=case, text="Began at ten", by=stories.officer(), tlp=Tlp.RED)
    said(client, f"/cases/{case.pk}/timeline/{wrong.pk}/", {"text": "Began at eleven"})
    text = page(client, f"/cases/{case.pk}/")
    assert "<del>Began at ten</del>" in text and text.index("Began at ten") < text.index("Began at eleven")
    assert wrong.corrections.get().tlp == Tlp.RED
    page(client, f"/cases/{stories.case().pk}/timeline/{wrong.pk}/", 404)
