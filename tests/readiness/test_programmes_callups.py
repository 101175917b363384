"""Call-ups: to whom, approved by a second person, sent through the alert channels, and what came back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from paraat.alerts.actions.announcing import approve_announcement, send_announcement
from paraat.alerts.models import Alert, Notice
from paraat.kernel.actor import SYSTEM
from paraat.kernel.errors import Conflict, Invalid, NotAllowed
from paraat.platform import moment
from paraat.readiness import figures
from paraat.readiness.actions import programmes_answers as answers
from paraat.readiness.actions.programmes import open_programme
from paraat.readiness.actions.programmes_callups import draft_call_up, send_call_up
from paraat.readiness.models import CallUp, Participation, Programme
from paraat.registry import belgium
from paraat.registry.actions import load_belgium
from paraat.registry.models import Organisation
from tests import cast

pytestmark = pytest.mark.django_db
WORDS = {"title": {"nl": "Doet u mee?"}, "text": {"nl": "Laat ons weten wat u doet."}}


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def workshop() -> Programme:
    return open_programme(by=SYSTEM, key="workshop")


def towns() -> list[Organisation]:
    return [cast.ronse(), cast.spiere_helkijn(), cast.drogenbos(), cast.wemmel(), cast.eupen()]


def drafted(programme: Programme, **more: Any) -> CallUp:
    return draft_call_up(programme=programme, by=SYSTEM, author=cast.duty_officer(), **WORDS, **more)


def test_whoever_does_not_take_part_and_has_no_equivalent_is_called(workshop: Programme) -> None:
    ronse, silent, drogenbos, wemmel, _eupen = towns()
    answers.sign_up(programme=workshop, organisation=ronse, by=SYSTEM)
    answers.claim_equivalent(programme=workshop, organisation=drogenbos, which="Own", by=SYSTEM)
    answers.decline(programme=workshop, organisation=wemmel, because="No", by=SYSTEM)
    assert set(drafted(workshop).organisations) == {silent.pk}, "Eupen is of another region"
    assert set(drafted(workshop, declined=True).organisations) == {silent.pk, wemmel.pk}
    answers.sign_up(programme=workshop, organisation=silent, by=SYSTEM)
    with pytest.raises(Invalid, match="Everybody"):
        drafted(workshop)


def test_it_is_sent_as_an_announcement_with_the_page_of_answers(workshop: Programme) -> None:
    towns()
    call_up = drafted(workshop)
    assert call_up.alert is not None
    assert call_up.alert.kind == Alert.Kind.ANNOUNCEMENT
    assert "/programmes/ours/" in call_up.alert.text["nl"]
    assert not Participation.objects.exists(), "a draft invites nobody"
    sent = send_call_up(call_up=call_up, by=SYSTEM)
    assert (sent.asked, sent.sent_at is not None) == (4, True)
    rows = Participation.objects.all()
    assert {(row.state, row.step) for row in rows} == {("silent", "invited")}
    assert figures.answers_of(figures.picture(), "workshop")["silent"] == {row.organisation_id for row in rows}
    assert Notice.objects.filter(alert=call_up.alert).count() == 4
    with pytest.raises(Conflict):
        send_call_up(call_up=sent, by=SYSTEM)


def test_who_answered_since_it_was_written_is_not_called(workshop: Programme) -> None:
    ronse, *_rest = towns()
    call_up = drafted(workshop)
    answers.claim_equivalent(programme=workshop, organisation=ronse, which="Own", by=SYSTEM)
    send_call_up(call_up=call_up, by=SYSTEM)
    assert not Notice.objects.filter(organisation=ronse).exists()
    row = Participation.objects.get(organisation=ronse)
    assert (row.state, row.step) == ("equivalent", "")


def test_sent_from_the_page_of_the_announcement_it_counts_all_the_same(workshop: Programme) -> None:
    towns()
    call_up = drafted(workshop)
    assert call_up.alert is not None
    send_announcement(alert=call_up.alert, by=SYSTEM)
    call_up.refresh_from_db()
    assert call_up.asked == 4
    assert Participation.objects.filter(step="invited").count() == 4


def test_above_25_a_second_person_approves(workshop: Programme) -> None:
    load_belgium(by=SYSTEM, regions=[belgium.FLANDERS])
    call_up = drafted(workshop)
    assert len(call_up.organisations) == 285
    with pytest.raises(NotAllowed):
        send_call_up(call_up=call_up, by=SYSTEM)
    assert call_up.alert is not None
    approve_announcement(alert=call_up.alert, by=SYSTEM, officer=cast.coordinator())
    assert send_call_up(call_up=call_up, by=SYSTEM).asked == 285
    assert Participation.objects.filter(state="silent").count() == 285


def test_a_successor_whose_part_took_part_is_not_called(workshop: Programme) -> None:
    """Borsbeek signed up, and is Antwerp since 2025."""
    from paraat.readiness.actions.programmes_import import import_history

    load_belgium(by=SYSTEM, regions=[belgium.FLANDERS])
    rows = b"nis,programme,step,date\n11007,workshop,signed-up,2022-03-01\n"
    import_history(content=rows, file_name="history.csv", by=SYSTEM)
    assert Organisation.objects.get(kind="municipality", nis="11002").pk not in figures.to_call_up(workshop)
    assert len(figures.to_call_up(workshop)) == 284


def test_an_equivalent_whose_day_is_past_is_asked_again(workshop: Programme) -> None:
    ronse = cast.ronse()
    answers.claim_equivalent(programme=workshop, organisation=ronse, which="Own", until=moment.today(), by=SYSTEM)
    yesterday = moment.today() - timedelta(days=1)
    Participation.objects.update(equivalent_until=yesterday)
    from paraat.readiness.models import ProgrammeAnswer

    ProgrammeAnswer.objects.update(until=yesterday)
    send_call_up(call_up=drafted(workshop), by=SYSTEM)
    row = Participation.objects.get()
    assert (row.state, row.step, row.equivalent) == ("silent", "invited", "Own")


def test_an_exercise_calls_up_beside_reality(workshop: Programme) -> None:
    ronse = cast.ronse()
    send_call_up(call_up=drafted(workshop, exercise=True), by=SYSTEM)
    row = Participation.objects.get()
    assert (row.exercise, row.organisation) == (True, ronse)
    assert figures.answers_of(figures.picture(), "workshop")["never-asked"] == {ronse.pk}
    page = client(cast.spoc_user(ronse)).get("/programmes/ours/").content.decode()
    assert "EXERCISE" in page


# On screen ------------------------------------------------------------------------------------------------------------------------
def client(user: Any) -> Client:
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(user)
    return browser


def test_an_officer_writes_it_another_sees_what_came_back(workshop: Programme) -> None:
    ronse, silent, *_rest = towns()
    officer = client(cast.duty_officer())
    page = officer.get("/programmes/of/workshop/call-up/").content.decode()
    assert "To 4 constituents" in page
    assert "evenwaardige oplossing" in page, "the words that it begins with"
    assert officer.post("/programmes/of/workshop/call-up/", {"title_nl": "x", "text_nl": ""}).status_code == 400
    assert officer.post("/programmes/of/workshop/call-up/", {"title_nl": "", "text_nl": "x"}).status_code == 400
    given = {
        "title_nl": "Doet u mee?",
        "text_nl": "Laat het weten.",
        "title_fr": "Participez-vous ?",
        "text_fr": "Dites-le.",
    }
    answer = officer.post("/programmes/of/workshop/call-up/", given)
    place = answer.headers["Location"]
    call_up = CallUp.objects.get()
    assert call_up.alert is not None
    assert set(call_up.alert.title) == {"nl", "fr"}
    page = officer.post(f"{place}send/", follow=True).content.decode()
    assert "Sent." in page
    client(cast.spoc_user(ronse)).post(
        "/programmes/of/workshop/answer/equivalent/", {"organisation": ronse.pk, "which": "Training of our own"}
    )
    page = client(cast.auditor()).get(place).content.decode()
    assert "Training of our own" in page
    assert silent.name in page
    rows = b"".join(officer.get(f"{place}?format=csv").streaming_content).decode()
    assert "Ronse,Waits for acknowledgement,Has its own equivalent,Training of our own" in rows
    only = officer.get(f"{place}?answer=silent").content.decode()
    assert "Training of our own" not in only
    portal = client(cast.spoc_user(silent)).get("/portal/").content.decode()
    assert "1 programme waits for your answer" in portal
    for user in (cast.spoc_user(ronse), cast.provider_user(), cast.tester(), cast.assessor(), cast.partner_user()):
        assert client(user).get(place).status_code == 403


def test_money_of_a_call_up_is_that_of_signing_up() -> None:
    """From the call-up to the waiting list: the answer of the SPOC is the same sign-up."""
    audit = open_programme(by=SYSTEM, key="audit", rules={"share": "1/2", "cap": "100"})
    town = cast.ronse()
    send_call_up(call_up=drafted(audit), by=SYSTEM)
    client(cast.spoc_user(town)).post("/programmes/of/audit/answer/sign-up/", {"organisation": town.pk})
    row = Participation.objects.get()
    assert (row.state, row.needs) == ("waiting", Decimal("100.00"))
    assert sorted(row.steps.values_list("name", flat=True)) == ["invited", "signed-up"]


def test_two_call_ups_that_were_written_side_by_side_call_nobody_twice(workshop: Programme) -> None:
    towns()
    first, second = drafted(workshop), drafted(workshop)
    send_call_up(call_up=first, by=SYSTEM)
    newcomer = cast._town("44021", "Gent", "40000", ["nl"], ["nl"])[0]
    CallUp.objects.filter(pk=second.pk).update(organisations=[*second.organisations, newcomer.pk])
    second.refresh_from_db()
    assert send_call_up(call_up=second, by=SYSTEM).asked == 1
    assert Notice.objects.filter(alert=second.alert).get().organisation == newcomer
    later = drafted(workshop)
    assert send_call_up(call_up=later, by=SYSTEM).asked == 5, (
        "who stays silent is called again by one that is written later"
    )
