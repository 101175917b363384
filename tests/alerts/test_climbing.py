"""The ladder over real rows: who is told when nobody answers, what stops it, and that nobody is told twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from paraat.accounts.models import Shift, WaitingTask
from paraat.alerts import actions
from paraat.alerts.models import CallLine, Delivery, Notice, Told
from paraat.alerts.rules import night
from paraat.kernel.errors import Conflict
from paraat.kernel.marking import Tlp
from paraat.registry.models import Contact, ContactChannel
from tests import cast
from tests.alerts import staging

pytestmark = pytest.mark.django_db


def rungs(alert, minutes=11):
    """Let the ladder climb to its end; the deliveries that came at each step."""
    seen, found = set(Delivery.objects.values_list("pk", flat=True)), []
    for _each in range(20):
        staging.later(alert, minutes=minutes * 3)
        fresh = Delivery.objects.filter(alert=alert).exclude(pk__in=seen)
        found.append(sorted(fresh.values_list("address", "kind")))
        seen |= set(fresh.values_list("pk", flat=True))
        if not found[-1]:
            break
    return found[:-1]


def test_it_escalates_when_nobody_acknowledges():
    cast.provider()
    alert = staging.alert_for(cast.ronse())
    steps = [step[0] for step in rungs(alert)]
    assert [(address.split("@")[0], kind) for address, kind in steps if kind == "mail"] == [
        ("deputy", "mail"), ("ict", "mail"), ("desk", "mail"),
    ]  # fmt: skip
    assert [kind for _address, kind in steps] == [
        "sms",
        "voice",
        "mail",
        "sms",
        "voice",
        "mail",
        "sms",
        "voice",
        "mail",
        "sms",
    ]
    (line,) = staging.lines()
    assert line.address == cast.channel(cast.ronse(), "spoc", "sms").address


def test_without_consent_the_provider_is_not_told():
    cast.provider()
    alert = staging.alert_for(cast.spiere_helkijn())
    assert "desk@streek-ict.example" not in {address for step in rungs(alert) for address, _kind in step}


def test_amber_is_not_told_to_the_provider():
    cast.provider()
    alert = staging.alert_for(cast.ronse(), tlp=Tlp.AMBER)
    assert "desk@streek-ict.example" not in {address for step in rungs(alert) for address, _kind in step}


def test_an_exhausted_ladder_belongs_to_the_officer_on_shift_and_never_stops_asking():
    now = staging.NOW()
    Shift.objects.create(
        user=cast.duty_officer(), position="first", starts_at=now - timedelta(hours=1), ends_at=now + timedelta(hours=9)
    )
    spiere = cast.spiere_helkijn()
    alert = staging.alert_for(spiere)
    rungs(alert)
    staging.later(alert, minutes=60)
    notice = staging.notice_of(alert, spiere)
    assert notice.exhausted_at is not None
    assert notice.officer == cast.duty_officer()
    assert WaitingTask.objects.open().get(key=f"exhausted:{notice.pk}").urgent
    assert notice.step_due_at > staging.NOW()
    actions.take_exhausted(notice=notice, by=staging.officer(), officer=cast.second_officer())
    assert staging.notice_of(alert, spiere).officer == cast.second_officer()


def test_an_acknowledgement_stops_everything():
    ronse = cast.ronse()
    alert = staging.alert_for(ronse)
    rungs(alert)
    notice = actions.acknowledge_notice(
        notice=staging.notice_of(alert, ronse), by=staging.spoc(ronse), through="portal", name="SPOC, Ronse"
    )
    assert (notice.state, notice.acknowledged_by, notice.step_due_at) == ("acknowledged", "SPOC, Ronse", None)
    assert staging.lines() == []
    assert not Delivery.objects.filter(state="queued").exists()
    assert not WaitingTask.objects.open().exists()
    before = Delivery.objects.count()
    actions.climb_ladders(now=staging.NOW() + timedelta(days=2))
    assert Delivery.objects.count() == before


def test_an_unconfirmed_contact_has_the_deputy_in_parallel():
    alert = staging.alert_for(cast.ronse(), confirmed=False)
    assert staging.told(alert) == [("mail", "deputy@ronse.example"), ("mail", "spoc@ronse.example")]


def test_whoever_is_away_is_replaced():
    ronse = cast.ronse()
    Contact.objects.filter(pk=cast.contact(ronse).pk).update(
        away_from=staging.NOW() - timedelta(days=1), replaced_by=cast.contact(ronse, "ict_on_call")
    )
    assert staging.told(staging.alert_for(ronse)) == [("mail", "ict@ronse.example")]


def test_one_contact_for_two_towns_gets_one_message_and_one_call():
    ronse, eupen = cast.ronse(), cast.eupen()
    ContactChannel.objects.filter(contact__organisation=eupen).delete()
    Contact.objects.filter(organisation=eupen).exclude(role="spoc").delete()
    for place, channel in enumerate(
        ContactChannel.objects.filter(contact=cast.contact(ronse)).order_by("position"), start=1
    ):
        ContactChannel.objects.create(
            contact=cast.contact(eupen), kind=channel.kind, address=channel.address.upper(), position=place
        )
    Contact.objects.filter(organisation=ronse).exclude(role="spoc").delete()
    alert = staging.alert_for(ronse, eupen)
    (delivery,) = Delivery.objects.filter(alert=alert)
    assert delivery.notices.count() == 2
    assert delivery.languages == ["nl", "de"] or delivery.languages == ["de", "nl"]
    rungs(alert)
    (line,) = staging.lines()
    assert line.notices.count() == 2
    actions.close_call(line=line, by=staging.officer(), outcome="acknowledged", spoke_to="SPOC, Ronse")
    assert set(alert.notices.values_list("state", flat=True)) == {"acknowledged"}


def test_nobody_can_be_told_the_same_twice_whatever_the_code_does():
    alert = staging.alert_for(cast.ronse())
    told = Told.objects.get(notice__alert=alert)
    with pytest.raises(IntegrityError), transaction.atomic():
        Told.objects.create(
            notice=told.notice, delivery=told.delivery, purpose="notice", kind="mail", address=told.address
        )


def test_after_a_long_outage_it_goes_on_rung_by_rung():
    alert = staging.alert_for(cast.ronse())
    staging.later(alert, days=2)
    assert len(staging.told(alert)) == 2
    actions.climb_ladders()
    assert len(staging.told(alert)) == 2


def test_while_sending_is_stopped_ladders_stand_still_and_then_get_their_time():
    alert = staging.alert_for(cast.ronse())
    actions.stop_sending(by=staging.officer(), reason="A wrong list")
    staging.later(alert, minutes=30)
    assert len(staging.told(alert)) == 1
    actions.resume_sending(by=staging.officer(), reason="It was right")
    assert actions.climb_ladders() == 0
    assert staging.notice_of(alert, cast.ronse()).step_due_at > staging.NOW() + timedelta(minutes=9)


def test_below_severity_3_the_night_waits_until_seven():
    ronse = cast.ronse()
    alert = staging.alert_for(ronse, severity=2)
    at = night.morning(staging.NOW()) + timedelta(hours=18)  # 01:00 of the night after
    actions.climb_ladders(now=at)
    notice = staging.notice_of(alert, ronse)
    assert len(staging.told(alert)) == 1
    assert notice.waits_until == notice.step_due_at == night.morning(at)
    actions.climb_ladders(now=night.morning(at))
    assert staging.told(alert)[-1][0] == "sms"
    assert staging.notice_of(alert, ronse).waits_until is None


def test_an_officer_lets_it_ring_and_what_waited_goes_on():
    ronse = cast.ronse()
    alert = staging.alert_for(ronse, severity=2)
    tonight = staging.NOW() + timedelta(hours=8)
    Notice.objects.filter(alert=alert).update(step_due_at=tonight, waits_until=tonight)
    actions.let_ring(alert=alert, by=staging.officer())
    assert staging.told(alert)[-1][0] == "sms"
    with pytest.raises(Conflict):
        actions.let_ring(alert=alert, by=staging.officer())


def test_silence_is_noted_when_the_first_rung_had_its_time():
    alert = staging.alert_for(cast.ronse())
    assert staging.notice_of(alert, cast.ronse()).silent_since is None
    staging.later(alert, minutes=11)
    assert staging.notice_of(alert, cast.ronse()).silent_since is not None


def test_a_climb_takes_as_many_queries_for_three_towns_as_for_one(django_assert_max_num_queries):
    def climb(*towns) -> int:
        alert = staging.alert_for(*towns)
        Notice.objects.filter(alert=alert).update(step_due_at=staging.NOW(), silent_since=staging.NOW())
        with django_assert_max_num_queries(45) as queries:
            assert actions.climb_ladders() == len(towns)
        return len(queries.captured_queries)

    climb(cast.ronse())  # from here on a job to send waits already
    assert climb(cast.spiere_helkijn()) == climb(cast.ixelles(), cast.eupen(), cast.east_flanders())


# Phoning --------------------------------------------------------------------------------------------------------------------------
def on_the_list() -> CallLine:
    alert = staging.alert_for(cast.spiere_helkijn())
    rungs(alert)
    (line,) = staging.lines()
    return line


def test_only_one_officer_calls():
    line = on_the_list()
    actions.claim_call(line=line, by=staging.officer(), officer=cast.duty_officer())
    with pytest.raises(Exception, match="calling"):
        actions.claim_call(line=line, by=staging.officer(), officer=cast.second_officer())
    actions.release_call(line=line, by=staging.officer())
    assert (
        actions.claim_call(line=line, by=staging.officer(), officer=cast.second_officer()).claimed_by
        == cast.second_officer()
    )


def test_no_answer_tries_the_same_number_later():
    line = on_the_list()
    actions.close_call(line=line, by=staging.officer(), outcome="no_answer")
    (again,) = staging.lines()
    assert (again.address, again.attempts, again.claimed_by) == (line.address, 1, None)
    assert again.not_before > staging.NOW()


def test_a_wrong_number_tries_another_one():
    line = on_the_list()
    actions.close_call(line=line, by=staging.officer(), outcome="wrong_number")
    (again,) = staging.lines()
    assert again.address == cast.channel(cast.spiere_helkijn(), "deputy", "sms").address


def test_a_call_needs_a_name_to_acknowledge():
    line = on_the_list()
    with pytest.raises(Exception, match="speak"):
        actions.close_call(line=line, by=staging.officer(), outcome="acknowledged")
    actions.close_call(line=line, by=staging.officer(), outcome="acknowledged", spoke_to="Deputy, Spiere-Helkijn")
    notice = Notice.objects.get(organisation=cast.spiere_helkijn())
    assert (notice.acknowledged_by, notice.acknowledged_through) == ("Deputy, Spiere-Helkijn", "officer")


def test_a_line_closed_by_mistake_is_opened_again():
    line = on_the_list()
    actions.close_call(line=line, by=staging.officer(), outcome="call_back")
    CallLine.objects.open().delete()
    assert actions.reopen_call(line=line, by=staging.officer()).closed_at is None
