"""The screens of alerts: what they show, to whom, and what every button does."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from paraat.alerts import actions, ladders
from paraat.alerts.actions.calls import put_on_call_list
from paraat.alerts.models import Alert, CallLine, Delivery, Notice, Switch
from paraat.platform import moment
from paraat.platform.models import JournalDetail, JournalEntry
from tests import cast
from tests.alerts import staging
from tests.web.pages import body, client_of, officer, page, said

pytestmark = pytest.mark.django_db


def held(*towns: Any) -> Alert:
    """A list that waits for one click."""
    names = {town: [f"www.{town.name.lower()}.be"] for town in towns}
    alert = actions.raise_alert(run=staging.run_of(names, policy="one_click"))
    assert alert is not None and alert.state == "held"
    return alert


def silent_line() -> CallLine:
    """Spiere-Helkijn has been silent until somebody must phone."""
    alert = staging.alert_for(cast.spiere_helkijn())
    for _ in range(12):
        staging.later(alert, hours=3)
    return CallLine.objects.open().get()


# Alerts ---------------------------------------------------------------------------------------------------------------------------


def test_the_list_shows_how_every_alert_stands() -> None:
    alert = staging.alert_for(cast.ronse(), cast.eupen())
    actions.acknowledge_notice(
        notice=staging.notice_of(alert, cast.ronse()), by=staging.spoc(cast.ronse()), through="link", name="SPOC"
    )
    text = page(officer(), "/alerts/")
    assert alert.number in text and "1 waits" in text
    assert page(officer(), "/alerts/?state=withdrawn").count("Nothing matches") == 1


def test_notices_are_counted_for_the_alerts_on_the_page_only() -> None:
    town = cast.ronse()
    for number in range(60):
        alert = Alert.objects.create(
            number=f"2020-{number:04}", kind="report", state="sent", tlp=0, created_at=moment.now(), created_by="test"
        )
        Notice.objects.create(alert=alert, organisation=town, code=f"C{number}", state="acknowledged")
    with CaptureQueriesContext(connection) as made:
        page(officer(), "/alerts/")
    (query,) = [one["sql"] for one in made.captured_queries if "n_known" in one["sql"]]
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + query)
        (plan,) = cursor.fetchone()
    assert 0 < read_of((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"], "alerts_notice") <= 50
    lines = b"".join(officer().get("/alerts/?format=csv&sort=-acknowledged")).decode().splitlines()
    assert len(lines) == 61 and all(",1,1," in line for line in lines[1:])


def read_of(plan: dict[str, Any], table: str) -> float:
    """How many rows of a table the greediest part of a plan read."""
    own = plan["Actual Rows"] * plan["Actual Loops"] if plan.get("Relation Name") == table else 0
    return max([own, *(read_of(one, table) for one in plan.get("Plans", ()))])


def test_an_observer_does_not_see_an_amber_alert() -> None:
    alert = staging.alert_for(cast.ronse())
    Alert.objects.update(tlp=2)
    page(client_of(cast.observer()), f"/alerts/{alert.pk}/", 404)


def test_whom_a_held_list_names_is_not_shown_outside_the_team_before_they_know() -> None:
    alert = held(cast.ronse())
    notice, observer = staging.notice_of(alert, cast.ronse()), client_of(cast.observer())
    assert "Ronse" in page(officer(), f"/alerts/{alert.pk}/")
    assert "Ronse" not in page(observer, f"/alerts/{alert.pk}/")
    page(observer, f"/alerts/notices/{notice.pk}/", 404)


def test_one_click_sends_a_held_list() -> None:
    alert = held(cast.ronse(), cast.eupen())
    client = officer()
    text = page(client, f"/alerts/{alert.pk}/")
    assert "2 organisations wait for your click" in text and "its source always waits for one click" in text
    text = said(client, f"/alerts/{alert.pk}/release/", {})
    assert "Sent to 2 organisations." in text
    alert.refresh_from_db()
    assert alert.state == "sent" and alert.sent_by == "Duty officer"


def test_the_second_officer_reads_that_it_was_sent_already() -> None:
    alert = held(cast.ronse())
    said(officer(), f"/alerts/{alert.pk}/release/", {})
    text = said(client_of(cast.second_officer()), f"/alerts/{alert.pk}/release/", {})
    assert "This alert does not wait for a click any more. Nothing was changed." in text


def test_not_sending_needs_a_reason() -> None:
    alert, client = held(cast.ronse()), officer()
    assert "Say why" in said(client, f"/alerts/{alert.pk}/decline/", {"reason": " "})
    alert.refresh_from_db()
    assert alert.state == "held"
    assert "an old list" in said(client, f"/alerts/{alert.pk}/decline/", {"reason": "an old list"})
    alert.refresh_from_db()
    assert (alert.state, alert.ended_because) == ("not_sent", "an old list")


def test_withdrawing_says_so_to_everybody() -> None:
    alert = staging.alert_for(cast.ronse())
    text = said(officer(), f"/alerts/{alert.pk}/withdraw/", {"reason": "a wrong list"})
    assert "gets the correction" in text
    alert.refresh_from_db()
    assert alert.state == "withdrawn" and alert.corrections.count() == 1


@pytest.mark.parametrize("deed", ["release", "decline", "withdraw"])
def test_an_auditor_reads_and_changes_nothing(deed: str) -> None:
    alert = held(cast.ronse())
    auditor = client_of(cast.auditor())
    assert f"/alerts/{alert.pk}/release/" not in page(auditor, f"/alerts/{alert.pk}/")
    assert auditor.post(f"/alerts/{alert.pk}/{deed}/", {"reason": "x"}).status_code == 403
    assert officer().get(f"/alerts/{alert.pk}/{deed}/").status_code == 405


def test_notices_stand_worst_first_and_filter_by_state() -> None:
    alert = staging.alert_for(cast.ronse(), cast.spiere_helkijn(), cast.wemmel())
    actions.acknowledge_notice(
        notice=staging.notice_of(alert, cast.ronse()), by=staging.spoc(cast.ronse()), through="link", name="SPOC"
    )
    staging.later(alert, minutes=11)
    rows = re.findall(r'id="notice-[^"]+"><a [^>]+>([^<]+)<', page(officer(), f"/alerts/{alert.pk}/"))
    assert rows == ["Spiere-Helkijn", "Wemmel", "Ronse"]
    rows = re.findall(r'id="notice-[^"]+"><a [^>]+>([^<]+)<', page(officer(), f"/alerts/{alert.pk}/?look=known"))
    assert rows == ["Ronse"]


def test_the_notices_of_an_alert_are_saved_as_a_file() -> None:
    alert = staging.alert_for(cast.ronse(), cast.eupen())
    lines = body(officer().get(f"/alerts/{alert.pk}/?format=csv")).splitlines()
    assert len(lines) == 3 and lines[0].startswith("Organisation,State,What was named")


def test_an_open_alert_page_fetches_what_changed() -> None:
    alert, client = staging.alert_for(cast.ronse()), officer()
    text = page(client, f"/alerts/{alert.pk}/")
    have = "~".join(".".join(one) for one in re.findall(r'data-part="([^"]+)" data-version="([^"]+)"', text))
    assert client.get(f"/alerts/{alert.pk}/parts/", {"have": have}).status_code == 204
    actions.acknowledge_notice(
        notice=staging.notice_of(alert, cast.ronse()), by=staging.spoc(cast.ronse()), through="link", name="SPOC"
    )
    changed = client.get(f"/alerts/{alert.pk}/parts/", {"have": have})
    assert changed.status_code == 200 and "1 of 1 acknowledged" in changed.content.decode()


def test_an_alert_takes_a_constant_number_of_queries(django_assert_max_num_queries: Any) -> None:
    alert = staging.alert_for(
        cast.ronse(), cast.eupen(), cast.ixelles(), cast.spiere_helkijn(), cast.drogenbos(), cast.wemmel()
    )
    client = officer()
    with django_assert_max_num_queries(11):
        page(client, f"/alerts/{alert.pk}/")
    with django_assert_max_num_queries(9):
        page(client, "/alerts/")


# Notices --------------------------------------------------------------------------------------------------------------------------


def test_a_notice_shows_how_it_travelled_and_who_acknowledged() -> None:
    alert = staging.alert_for(cast.ronse())
    notice = staging.notice_of(alert, cast.ronse())
    text = page(officer(), f"/alerts/notices/{notice.pk}/")
    assert "spoc@ronse.example" in text and notice.code in text
    text = said(officer(), f"/alerts/notices/{notice.pk}/acknowledge/", {"name": "The ICT desk"})
    assert "The ICT desk" in text and "noted by an officer" in text
    notice.refresh_from_db()
    assert (notice.state, notice.acknowledged_through) == ("acknowledged", "officer")


def test_an_acknowledgement_names_a_person() -> None:
    notice = staging.notice_of(staging.alert_for(cast.ronse()), cast.ronse())
    answer = officer().post(f"/alerts/notices/{notice.pk}/acknowledge/", {"name": ""})
    assert answer.status_code == 400 and "Who acknowledged?" in answer.content.decode()
    notice.refresh_from_db()
    assert notice.state == "open"


def test_an_officer_notes_what_they_did_and_how_the_site_does() -> None:
    notice = staging.notice_of(staging.alert_for(cast.ronse()), cast.ronse())
    client = officer()
    said(client, f"/alerts/notices/{notice.pk}/acknowledge/", {"name": "SPOC"})
    until = (moment.now() + timedelta(hours=5)).strftime("%Y-%m-%dT%H:%M")
    said(client, f"/alerts/notices/{notice.pk}/mitigation/", {"text": "Filter switched on", "until": until})
    said(
        client,
        f"/alerts/notices/{notice.pk}/site/",
        {"state": "slow", "since": moment.now().strftime("%Y-%m-%dT%H:%M")},
    )
    notice.refresh_from_db()
    assert (notice.mitigation, notice.site_state) == ("Filter switched on", "slow")
    assert "Filter switched on" in page(client, f"/alerts/{notice.alert_id}/")


def test_an_observer_sees_no_addresses() -> None:
    notice = staging.notice_of(staging.alert_for(cast.ronse()), cast.ronse())
    text = page(client_of(cast.observer()), f"/alerts/notices/{notice.pk}/")
    assert "spoc@ronse.example" not in text and "+4477" not in text


def test_an_exhausted_notice_is_taken_by_name() -> None:
    notice = staging.notice_of(staging.alert_for(cast.spiere_helkijn()), cast.spiere_helkijn())
    Notice.objects.filter(pk=notice.pk).update(exhausted_at=moment.now(), silent_since=moment.now())
    client = officer()
    assert "belongs to nobody yet" in page(client, f"/alerts/notices/{notice.pk}/")
    said(client, f"/alerts/notices/{notice.pk}/take/", {})
    assert "This belongs to Duty officer." in page(client, f"/alerts/notices/{notice.pk}/")


def test_all_notices_of_active_alerts_are_listed_and_of_one_world_only() -> None:
    staging.alert_for(cast.ronse())
    staging.alert_for(cast.eupen(), exercise=True)
    text = page(officer(), "/alerts/notices/")
    assert ">Ronse<" in text and ">Eupen<" not in text
    text = page(officer(), "/alerts/notices/?exercise=1")
    assert ">Eupen<" in text and ">Ronse<" not in text


# Calls ----------------------------------------------------------------------------------------------------------------------------


def test_a_call_is_claimed_by_one_officer_and_closed_with_an_outcome() -> None:
    line, client = silent_line(), officer()
    assert "I am calling" in page(client, "/calls/")
    assert "You are calling Spiere-Helkijn." in said(client, f"/calls/{line.pk}/claim/", {})
    other = said(client_of(cast.second_officer()), f"/calls/{line.pk}/claim/", {})
    assert "Somebody else is calling this number" in other and "Duty officer is calling" in other
    said(
        client, f"/calls/{line.pk}/close/", {"outcome": "acknowledged", "spoke_to": "The mayor's secretary", "note": ""}
    )
    line.refresh_from_db()
    assert line.outcome == "acknowledged" and line.closed_at
    assert Notice.objects.get(organisation=cast.spiere_helkijn()).acknowledged_by == "The mayor's secretary"
    assert "Nobody has to be phoned now." in page(client, "/calls/")
    assert "Put on the list again" in page(client, "/calls/?closed=1")


def test_a_call_that_acknowledges_names_a_person() -> None:
    line, client = silent_line(), officer()
    said(client, f"/calls/{line.pk}/claim/", {})
    answer = client.post(f"/calls/{line.pk}/close/", {"outcome": "acknowledged"})
    assert answer.status_code == 400 and "only a person acknowledges" in answer.content.decode()
    line.refresh_from_db()
    assert line.closed_at is None


def test_what_joins_a_line_during_the_call_is_not_acknowledged_but_phoned_for() -> None:
    line = silent_line()
    spoken = line.notices.get()
    actions.claim_call(line=line, by=staging.officer(), officer=cast.duty_officer())
    place = cast.spiere_helkijn()
    more = actions.raise_alert(run=staging.run_of({place: ["mail.spiere-helkijn.be"]}))
    joined = staging.notice_of(more, place)
    CallLine.objects.exclude(pk=line.pk).delete()
    put_on_call_list(notices=[joined], contacts=ladders.book({place.pk}, moment.now()), not_before={}, now=moment.now())
    assert set(line.notices.all()) == {spoken, joined}
    actions.close_call(line=line, by=staging.officer(), outcome="acknowledged", spoke_to="The mayor's secretary")
    spoken.refresh_from_db(), joined.refresh_from_db()
    assert (spoken.state, joined.state) == ("acknowledged", "open")
    (left,) = staging.lines()
    assert left.address == line.address and list(left.notices.all()) == [joined]


def test_a_call_is_given_back() -> None:
    line, client = silent_line(), officer()
    said(client, f"/calls/{line.pk}/claim/", {})
    assert "Given back." in said(client, f"/calls/{line.pk}/release/", {})
    line.refresh_from_db()
    assert line.claimed_by is None


def test_the_printed_list_has_number_code_and_room_to_write() -> None:
    line = silent_line()
    text = page(officer(), "/calls/print/")
    notice = line.notices.get()
    assert line.address in text and notice.code in text and "data-print" in text


def test_numbers_are_for_the_team() -> None:
    silent_line()
    for user in (cast.observer(), cast.partner_user(), cast.administrator()):
        page(client_of(user), "/calls/", 403)


# Outbox ---------------------------------------------------------------------------------------------------------------------------


def test_the_outbox_shows_what_each_sender_told_whom() -> None:
    staging.alert_for(cast.ronse())
    text = page(officer(), "/outbox/")
    assert "spoc@ronse.example" in text and "SPOC, Ronse" in text
    assert page(officer(), "/outbox/?state=bounced").count("Nothing matches") == 1


def test_one_button_stops_all_sending_and_says_who_and_why() -> None:
    client = officer()
    text = said(client, "/outbox/stop/", {"reason": "A wrong list"})
    assert "All sending was stopped by Duty officer: A wrong list" in text
    assert Switch.objects.get().reason == "A wrong list"
    text = said(client, "/outbox/resume/", {"reason": "The list was right"})
    assert "Sending goes on." in text and Switch.objects.get().stopped_at is None


def test_stopping_needs_a_reason() -> None:
    assert "Say why" in said(officer(), "/outbox/stop/", {"reason": ""})
    assert not Switch.objects.filter(stopped_at__isnull=False).exists()


def test_the_same_news_from_two_senders_is_marked() -> None:
    alert = staging.alert_for(cast.ronse())
    assert "perhaps the same news twice" not in page(officer(), "/outbox/").split('<table class="list">')[1]
    _announcement(cast.partner_user(), "kind:municipality", sender=cast.partner())
    text = page(officer(), "/outbox/?mark=double")
    assert alert.number in text and "perhaps the same news twice" in text.split('<table class="list">')[1]


def test_a_partner_finds_nobody_by_address_and_reads_no_detail() -> None:
    alert = staging.alert_for(cast.ronse(), tlp=0)
    Delivery.objects.filter(alert=alert).update(detail="550 no such user")
    partner = client_of(cast.partner_user())
    text = page(partner, "/outbox/")
    assert alert.number in text and "spoc@ronse.example" not in text and "550" not in text
    assert alert.number not in page(partner, "/outbox/?q=spoc@ronse.example")
    assert "550" not in b"".join(partner.get("/outbox/?format=csv")).decode()
    assert alert.number in page(officer(), "/outbox/?q=spoc@ronse.example")
    assert "550" in b"".join(officer().get("/outbox/?format=csv")).decode()


def test_the_outbox_takes_a_constant_number_of_queries(django_assert_max_num_queries: Any) -> None:
    staging.alert_for(cast.ronse(), cast.eupen(), cast.ixelles(), cast.spiere_helkijn())
    client = officer()
    with django_assert_max_num_queries(8):
        page(client, "/outbox/")


# Announcements --------------------------------------------------------------------------------------------------------------------


def _announcement(author: Any, audience: str, sender: Any = None) -> Alert:
    alert = actions.draft_announcement(
        by=staging.officer(), author=author, sender=sender, audience={audience.partition(":")[0]: audience.partition(":")[2]},
        title={"en": "Mail relay"}, text={"en": "It moves on Friday."}, severity=1, tlp=1, valid_until=None,
    )  # fmt: skip
    actions.send_announcement(alert=alert, by=staging.officer())
    return alert


def write(client: Client, **more: Any) -> Alert:
    form = {
        "audience": "all",
        "title": "Mail relay",
        "text": "It moves on Friday.",
        "language": "nl",
        "severity": "1",
        "tlp": "1",
    }
    answer = client.post("/announcements/new/", form | more)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    return Alert.objects.get(pk=answer["Location"].split("/")[2])


def test_an_announcement_is_shown_before_it_is_sent() -> None:
    cast.ronse(), cast.eupen()
    client = officer()
    alert = write(
        client,
        audience="kind:municipality",
        title_other="Relais",
        text_other="Il change vendredi.",
        language_other="fr",
    )
    text = page(client, f"/announcements/{alert.pk}/")
    assert "It goes to 2 organisations: Municipality" in text and "Il change vendredi." in text
    assert not Notice.objects.filter(alert=alert).exclude(state="prepared").exists() and not Delivery.objects.exists()
    assert "Sent." in said(client, f"/announcements/{alert.pk}/send/", {})
    assert Notice.objects.filter(alert=alert, state="open").count() == 2


def test_to_many_it_needs_a_second_person(monkeypatch: pytest.MonkeyPatch) -> None:
    from paraat.alerts.rules import holds

    monkeypatch.setattr(holds, "MANY", 1)
    cast.ronse(), cast.eupen()
    client, second = officer(), client_of(cast.second_officer())
    alert = write(client)
    text = page(client, f"/announcements/{alert.pk}/")
    assert "a second person has to approve it" in text and "Not you: you wrote it" in text
    assert "Somebody else has to approve" in said(client, f"/announcements/{alert.pk}/approve/", {})
    assert "second person has to approve" in said(client, f"/announcements/{alert.pk}/send/", {})
    assert "Approved" in said(second, f"/announcements/{alert.pk}/approve/", {})
    assert "Sent." in said(client, f"/announcements/{alert.pk}/send/", {})


def test_a_partner_writes_in_its_own_name_and_the_team_sends() -> None:
    cast.ronse()
    client = client_of(cast.partner_user())
    alert = write(client)
    assert alert.sender == cast.partner()
    assert "A duty officer sends it." in page(client, f"/announcements/{alert.pk}/")
    assert client.post(f"/announcements/{alert.pk}/send/").status_code == 403


@pytest.mark.parametrize(
    ("change", "said_"),
    [
        ({"title": ""}, "This field is required"),
        ({"text_other": "Bonjour", "language_other": "nl"}, "Say in which other language"),
        ({"audience": "province:99999"}, "Select a valid choice"),
        ({"valid_until": "2020-01-01T10:00"}, "That moment is past"),
    ],
)
def test_a_wrong_announcement_says_what_is_wrong(change: dict[str, str], said_: str) -> None:
    cast.ronse()
    form = {"audience": "all", "title": "T", "text": "X", "language": "nl", "severity": "1", "tlp": "1"}
    answer = officer().post("/announcements/new/", form | change)
    assert answer.status_code == 400 and said_ in answer.content.decode()
    assert not Alert.objects.exists()


def test_a_draft_is_thrown_away_with_a_reason() -> None:
    cast.ronse()
    client = officer()
    alert = write(client)
    said(client, f"/alerts/{alert.pk}/decline/", {"reason": "not needed"})
    alert.refresh_from_db()
    assert alert.state == "not_sent"


# Coverage -------------------------------------------------------------------------------------------------------------------------


def test_coverage_counts_everybody_once_with_its_denominator() -> None:
    cast.ronse(), cast.drogenbos(), cast.wemmel()
    text = page(officer(), "/coverage/")
    assert "Of the 3 organisations that we look after" in text
    assert re.search(r"<b>1</b><span>no contact</span>", text) and re.search(
        r"<b>1</b><span>no out-of-band contact</span>", text
    )
    text = page(officer(), "/coverage/?class=unreachable")
    assert ">Drogenbos<" in text and ">Wemmel<" in text and ">Ronse<" not in text


# The journal knows --------------------------------------------------------------------------------------------------------------


def test_every_button_leaves_its_name_in_the_journal() -> None:
    alert = held(cast.ronse())
    said(officer(), f"/alerts/{alert.pk}/release/", {})
    entry = JournalEntry.objects.get(verb="alert.sent")
    assert JournalDetail.objects.get(entry=entry.pk).actor_label == "Duty officer"
