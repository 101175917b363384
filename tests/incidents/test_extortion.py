"""Claims stay claims, countdowns page twice and once each, decisions are kept, and who is concerned is told."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from hypothesis import given
from hypothesis import strategies as st

from paraat.accounts.models import WaitingTask
from paraat.alerts import actions as alerts
from paraat.incidents.actions import exposure, extortion
from paraat.incidents.actions.contagion import warn_concerned
from paraat.incidents.models import ActorClaim, RansomDecision
from paraat.incidents.rules.claims import defanged
from paraat.kernel.errors import Conflict, Invalid
from paraat.kernel.marking import Tlp
from paraat.platform import moment
from tests import cast
from tests.incidents import working
from tests.web.pages import client_of, officer, page, said

BY = working.actor


def claim(**more: object) -> ActorClaim:
    case = more.pop("case", None) or working.case()
    said_ = {"actor": "Play", "claim": "557 GB of data", "where": "http://leak.example.onion/x"} | more
    return extortion.record_claim(case=case, by=BY(), **said_)  # type: ignore[arg-type]


# Rules ----------------------------------------------------------------------------------------------------------------------------


def test_addresses_are_made_harmless() -> None:
    assert defanged("see https://evil.example/a?b=c.d and mail a@evil.example") == (
        "see hxxps[:]//evil[.]example/a?b=c[.]d and mail a@evil[.]example"
    )
    assert defanged("hxxps[:]//evil[.]example") == "hxxps[:]//evil[.]example"
    assert defanged("No address here. None at all.") == "No address here. None at all."


@given(st.from_regex(r"\Ahttps?://[a-z]{2,8}\.(onion|example|be)(/[a-z.]{0,6})?\Z"))
def test_no_web_address_survives(address: str) -> None:
    assert "://" not in defanged(address) and "http" not in defanged(address)
    assert defanged(defanged(address)) == defanged(address)


# Claims ---------------------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_what_is_confirmed_stands_beside_the_claim() -> None:
    row = claim()
    confirmed = extortion.confirm_claim(claim=row, confirmed="40 GB left, says the firewall", by=BY())
    assert confirmed.claim == "557 GB of data" and confirmed.confirmed.startswith("40 GB")
    assert row.case.timeline.filter(text__contains="40 GB").exists()


@pytest.mark.django_db
def test_a_countdown_pages_the_day_before_and_at_the_moment_each_once() -> None:
    now = moment.now()
    row = claim(publishes_at=now + timedelta(days=3))
    assert extortion.fire_countdowns(now=now + timedelta(days=1)) == 0
    assert [extortion.fire_countdowns(now=now + timedelta(days=2, minutes=1)) for _ in range(2)] == [1, 0]
    assert [extortion.fire_countdowns(now=now + timedelta(days=3)) for _ in range(2)] == [1, 0]
    tasks = WaitingTask.objects.filter(kind="countdown")
    assert tasks.count() == 2 and all(task.urgent for task in tasks)
    extortion.mark_published(claim=row, by=BY())
    assert not tasks.filter(done_at=None).exists()


@pytest.mark.django_db
def test_missed_runs_page_late_and_once() -> None:
    now = moment.now()
    claim(publishes_at=now + timedelta(days=3))
    assert extortion.fire_countdowns(now=now + timedelta(days=30)) == 1
    assert extortion.fire_countdowns(now=now + timedelta(days=31)) == 0


@pytest.mark.django_db
def test_another_moment_begins_anew_and_a_published_one_does_not() -> None:
    now = moment.now()
    row = claim(publishes_at=now)
    extortion.fire_countdowns(now=now + timedelta(minutes=1))
    row = extortion.move_countdown(claim=row, publishes_at=now + timedelta(days=5), by=BY())
    assert extortion.fire_countdowns(now=now + timedelta(days=5)) == 1
    extortion.mark_published(claim=row, by=BY())
    with pytest.raises(Conflict):
        extortion.mark_published(claim=row, by=BY())
    with pytest.raises(Conflict):
        extortion.move_countdown(claim=row, publishes_at=None, by=BY())


@pytest.mark.django_db
def test_decisions_about_a_demand_are_only_added_to() -> None:
    case = working.case()
    first = extortion.decide_ransom(
        case=case, decision="postponed", decided_by="The college", because="Advice awaited", by=BY()
    )
    extortion.decide_ransom(
        case=case, decision="not_pay", decided_by="The college", advice="Police: do not pay", because="Policy", by=BY()
    )
    assert RansomDecision.objects.filter(case=case).count() == 2
    with pytest.raises(DatabaseError), transaction.atomic():
        RansomDecision.objects.filter(pk=first.pk).update(because="Something else")
    with pytest.raises(Invalid):
        extortion.decide_ransom(case=case, decision="pay", decided_by=" ", because="x", by=BY())


# Captured data --------------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_whom_it_concerns_is_told_by_telephone_or_by_an_announcement_that_was_sent() -> None:
    case = working.case()
    row = exposure.record_exposure(case=case, what="Welfare files", categories=["social"], people=1200, by=BY())
    eupen = exposure.add_concerned(exposure=row, organisation=cast.eupen(), by=BY())
    ixelles = exposure.add_concerned(exposure=row, organisation=cast.ixelles(), by=BY())
    with pytest.raises(Invalid):
        exposure.add_concerned(exposure=row, organisation=case.organisation, by=BY())
    exposure.note_told(concerned=eupen, through="by phone, the DPO", by=BY())
    with pytest.raises(Conflict):
        exposure.note_told(concerned=eupen, through="again", by=BY())
    alert = warn_concerned(concerned=[ixelles], author=cast.duty_officer(), by=BY())
    ixelles.refresh_from_db()
    assert ixelles.told_at is None and ixelles.alert == alert.pk
    assert "Ronse" not in f"{alert.title}{alert.text}" and "Welfare" not in f"{alert.title}{alert.text}"
    alerts.send_announcement(alert=alert, by=BY())
    ixelles.refresh_from_db()
    assert ixelles.told_at is not None and alert.number in ixelles.told_through
    assert cast.ids(*(notice.organisation for notice in alert.notices.all())) == cast.ids(cast.ixelles())


@pytest.mark.django_db
def test_more_is_known_than_somebody_saw() -> None:
    row = exposure.record_exposure(case=working.case(), what="Mailboxes", by=BY())
    stale = type(row).objects.select_related("case").get(pk=row.pk)
    exposure.change_exposure(exposure=row, certainty="confirmed", people=80, by=BY())
    with pytest.raises(Conflict):
        exposure.change_exposure(exposure=stale, certainty="claimed", people=None, by=BY())


# On screen ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_case_shows_claim_and_confirmation_apart_and_no_link() -> None:
    case, client = working.case(), officer()
    data = {
        "actor": "Play",
        "claim": "We took 557 GB, see http://leak.example/x",
        "where": "http://abc.onion/p",
        "amount": "2.5",
        "currency": "btc",
    }
    text = said(client, f"/cases/{case.pk}/claims/new/", data)
    assert "a claim, not a fact" in text and "Nothing of it is confirmed" in text
    assert "hxxp[:]//abc[.]onion/p" in text and "http://abc.onion" not in text and "http://leak.example" not in text
    row = ActorClaim.objects.get()
    assert row.amount == Decimal("2.50") and row.currency == "BTC"
    text = said(client, f"/cases/{case.pk}/claims/{row.pk}/confirm/", {"confirmed": "40 GB left"})
    assert "40 GB left" in text
    text = said(
        client,
        f"/cases/{case.pk}/ransom/new/",
        {"decision": "not_pay", "decided_by": "The college", "because": "Policy"},
    )
    assert "Do not pay" in text and "The college" in text
    text = said(client, f"/cases/{case.pk}/claims/{row.pk}/countdown/", {"publishes_at": "2030-01-01T10:00"})
    assert "It says that it publishes" in text
    assert "Play" in page(client, "/countdowns/")
    assert "Published" in said(client, f"/cases/{case.pk}/claims/{row.pk}/published/", {})


@pytest.mark.django_db
def test_a_red_claim_reaches_nobody_but_team_and_victim() -> None:
    case = working.case(tlp=Tlp.GREEN)
    claim(case=case, tlp=Tlp.RED, publishes_at=moment.now(), actor="Nobody must know")
    assert "Nobody must know" in page(officer(), f"/cases/{case.pk}/")
    for user in (cast.auditor(), cast.observer(), cast.partner_user()):
        assert "Nobody must know" not in page(client_of(user), f"/cases/{case.pk}/")
    assert "Nobody must know" not in page(client_of(cast.auditor()), "/countdowns/")
    assert "Nobody must know" not in page(client_of(cast.auditor()), "/countdowns/?format=csv")
    assert client_of(cast.observer()).get("/countdowns/").status_code == 403


@pytest.mark.django_db
def test_the_register_on_screen() -> None:
    case, client = working.case(), officer()
    town = cast.eupen()
    text = said(
        client,
        f"/cases/{case.pk}/exposure/new/",
        {"what": "Staff files", "categories": ["staff"], "people": "40", "certainty": "claimed"},
    )
    assert "Staff files" in text and "Claimed" in text
    row = case.exposures.get()
    text = said(client, f"/cases/{case.pk}/exposure/{row.pk}/concerned/", {"organisation": "Eupen"})
    assert "not told yet" in text and town.name in text
    concerned = row.concerned.get()
    text = said(
        client, f"/cases/{case.pk}/exposure/{row.pk}/concerned/{concerned.pk}/", {"through": "by phone, the DPO"}
    )
    assert "by phone, the DPO" in text and "not told yet" not in text
