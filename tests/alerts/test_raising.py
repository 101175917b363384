"""From a list that was read to notices: at once, held, once only, again when it must be."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from paraat.accounts.models import WaitingTask
from paraat.alerts import actions
from paraat.alerts.models import Alert, Delivery, Notice
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import facts
from tests import cast
from tests.alerts import staging

pytestmark = pytest.mark.django_db


def test_a_list_becomes_one_alert_with_a_notice_per_organisation_sent_at_once():
    ronse, spiere = cast.ronse(), cast.spiere_helkijn()
    alert = staging.alert_for(ronse, spiere)
    assert (alert.state, alert.severity, alert.tlp, alert.guidance) == ("sent", 3, 0, "ddos")
    assert alert.title["nl"].startswith("Uw website staat")
    assert alert.valid_until > alert.sent_at
    notice = staging.notice_of(alert, ronse)
    assert (notice.state, notice.targets, notice.step, notice.reach) == ("open", ["www.ronse.be"], 1, "ok")
    assert notice.step_due_at == alert.sent_at + timedelta(minutes=10)
    assert staging.told(alert) == [("mail", "spoc@ronse.example"), ("mail", "spoc@spiere-helkijn.example")]


def test_numbers_follow_each_other_within_the_year():
    one, two = staging.alert_for(cast.ronse()), staging.alert_for(cast.eupen())
    year, number = one.number.split("-")
    assert two.number == f"{year}-{int(number) + 1:04d}"


def test_an_old_list_waits_for_one_click_and_pages_the_officer():
    alert = staging.alert_for(cast.ronse(), listed_at=staging.NOW() - timedelta(hours=13))
    assert (alert.state, alert.held_because) == ("held", ["dated"])
    assert not Delivery.objects.exists()
    assert WaitingTask.objects.open().get(key=f"alert:{alert.pk}").urgent
    actions.release_alert(alert=alert, by=staging.officer())
    assert Alert.objects.get(pk=alert.pk).state == "sent"
    assert staging.told(alert) == [("mail", "spoc@ronse.example")]
    assert not WaitingTask.objects.open().filter(key=f"alert:{alert.pk}").exists()


def test_only_one_officer_releases_or_declines():
    alert = staging.alert_for(cast.ronse(), policy="one_click")
    actions.release_alert(alert=alert, by=staging.officer())
    with pytest.raises(Conflict):
        actions.release_alert(alert=alert, by=staging.officer())
    with pytest.raises(Conflict):
        actions.decline_alert(alert=alert, by=staging.officer(), reason="no")


def test_not_sending_needs_a_reason_that_is_kept():
    alert = staging.alert_for(cast.ronse(), policy="one_click")
    with pytest.raises(Invalid):
        actions.decline_alert(alert=alert, by=staging.officer(), reason="  ")
    actions.decline_alert(alert=alert, by=staging.officer(), reason="A list of last year")
    alert.refresh_from_db()
    assert (alert.state, alert.ended_because) == ("not_sent", "A list of last year")
    assert not Delivery.objects.exists()


def test_the_same_run_announced_twice_tells_nobody_twice():
    run = staging.run_of({cast.ronse(): ["www.ronse.be"]})
    first, second = actions.raise_alert(run=run), actions.raise_alert(run=run)
    assert first == second
    assert Delivery.objects.count() == 1


def test_the_same_host_in_a_later_run_sends_no_second_message_while_nobody_acknowledged():
    ronse = cast.ronse()
    first = staging.alert_for(ronse)
    assert actions.raise_alert(run=staging.run_of({ronse: ["www.ronse.be"]})) is None
    staging.later(first, minutes=11)
    assert staging.told(first)[-1][0] == "sms"  # it keeps escalating


def test_the_same_host_does_not_page_again_while_its_mitigation_runs_and_does_after():
    ronse = cast.ronse()
    notice = staging.notice_of(staging.alert_for(ronse), ronse)
    until = staging.NOW() + timedelta(hours=4)
    actions.report_mitigation(notice=notice, by=staging.spoc(ronse), text="Filter on", until=until)
    assert actions.raise_alert(run=staging.run_of({ronse: ["www.ronse.be"]})) is None
    Notice.objects.filter(pk=notice.pk).update(mitigation_until=staging.NOW() - timedelta(minutes=1))
    again = actions.raise_alert(run=staging.run_of({ronse: ["www.ronse.be"]}))
    assert again is not None
    assert staging.told(again) == [("mail", "spoc@ronse.example")]


def test_acknowledged_without_a_mitigation_pages_again():
    ronse = cast.ronse()
    notice = staging.notice_of(staging.alert_for(ronse), ronse)
    actions.acknowledge_notice(notice=notice, by=staging.spoc(ronse), through="link", name="SPOC, Ronse")
    assert actions.raise_alert(run=staging.run_of({ronse: ["www.ronse.be"]})) is not None


def test_a_later_run_tells_only_what_is_new_and_remembers_the_rest():
    ronse, eupen = cast.ronse(), cast.eupen()
    first = staging.alert_for(ronse)
    second = actions.raise_alert(run=staging.run_of({ronse: ["www.ronse.be"], eupen: ["www.eupen.be"]}))
    assert [notice.organisation for notice in second.notices.all()] == [eupen]
    assert second.repeats == [staging.notice_of(first, ronse).pk]


def test_what_was_told_while_an_alert_was_held_is_left_out_when_it_is_released():
    ronse, eupen = cast.ronse(), cast.eupen()
    held = actions.raise_alert(
        run=staging.run_of(
            {ronse: ["www.ronse.be"], eupen: ["www.eupen.be"]}, listed_at=staging.NOW() - timedelta(days=1)
        )
    )
    staging.alert_for(ronse)
    actions.release_alert(alert=held, by=staging.officer())
    assert staging.told(held) == [("mail", "spoc@eupen.example")]


def test_a_perhaps_tells_nobody_until_a_person_decides():
    ronse, eupen = cast.ronse(), cast.eupen()
    run = staging.run_of({ronse: ["www.ronse.be"], eupen: []})
    perhaps = staging.found(run.run, eupen, "eupen-auth.provider.example", run.listed_at, certainty="perhaps")
    alert = actions.raise_alert(run=run)
    assert alert.notices.count() == 1
    perhaps.decision = "yes"
    perhaps.save()
    facts.announce(facts.PerhapsDecided(perhaps.pk, run.run, eupen.pk, True))
    assert set(staging.told(alert)) == {("mail", "spoc@ronse.example"), ("mail", "spoc@eupen.example")}


def decided(run, town, target="webshop.provider.example"):
    """A person decides afterwards that this host is the town's too."""
    perhaps = staging.found(run.run, town, target, run.listed_at, certainty="perhaps", decision="yes")
    facts.announce(facts.PerhapsDecided(perhaps.pk, run.run, town.pk, True))


@pytest.mark.parametrize("policy", ["one_click", "at_once"])
def test_what_is_decided_before_anybody_acknowledged_is_said_in_the_same_notice(policy):
    ronse = cast.ronse()
    run = staging.run_of({ronse: ["www.ronse.be"]}, policy=policy)
    alert = actions.raise_alert(run=run)
    decided(run, ronse)
    notice = staging.notice_of(alert, ronse)
    assert notice.targets == ["www.ronse.be", "webshop.provider.example"]
    assert [one["target"] for one in notice.facts["targets"]] == notice.targets
    assert Alert.objects.count() == 1


def test_what_is_decided_after_the_acknowledgement_is_told_in_an_alert_that_follows_once():
    ronse = cast.ronse()
    run = staging.run_of({ronse: ["www.ronse.be"]})
    alert = actions.raise_alert(run=run)
    by = staging.spoc(ronse)
    actions.acknowledge_notice(notice=staging.notice_of(alert, ronse), by=by, through="link", name="SPOC, Ronse")
    decided(run, ronse)
    follower = Alert.objects.exclude(pk=alert.pk).get()
    notice = staging.notice_of(follower, ronse)
    assert (follower.state, notice.targets) == ("sent", ["webshop.provider.example"])
    assert staging.told(follower) == [("mail", "spoc@ronse.example")]
    actions.acknowledge_notice(notice=notice, by=by, through="link", name="SPOC, Ronse")
    actions.raise_alert(run=run)
    assert Alert.objects.count() == 2, "nobody is told twice"


def test_who_is_named_when_the_alert_is_over_is_told_for_as_long_as_others_were():
    ronse, eupen = cast.ronse(), cast.eupen()
    run = staging.run_of({ronse: ["www.ronse.be"], eupen: []})
    alert = actions.raise_alert(run=run)
    past = staging.NOW() - timedelta(minutes=1)
    Notice.objects.update(expires_at=past)
    Alert.objects.update(valid_until=past)
    actions.expire()
    decided(run, eupen)
    assert actions.expire() == 0
    assert staging.notice_of(alert, eupen).expires_at > staging.NOW()


def test_who_is_concerned_through_another_is_told_through_what():
    ronse = cast.ronse()
    run = staging.run_of({ronse: []})
    staging.found(
        run.run, ronse, "afspraken.example", run.listed_at, certainty="concerned", because="afspraken.example/ronse"
    )
    alert = actions.raise_alert(run=run)
    assert staging.notice_of(alert, ronse).through == "afspraken.example/ronse"


def test_reachability_is_noted_on_the_notice():
    alert = staging.alert_for(cast.ronse(), cast.drogenbos(), cast.wemmel())
    assert dict(alert.notices.values_list("organisation__name", "reach")) == {
        "Ronse": "ok", "Drogenbos": "not_out_of_band", "Wemmel": "none",
    }  # fmt: skip


def test_nobody_to_reach_goes_to_the_call_list_at_once():
    alert = staging.alert_for(cast.wemmel())
    (line,) = staging.lines()
    assert (line.address, line.organisation.name) == ("", "Wemmel")
    assert staging.notice_of(alert, cast.wemmel()).step_due_at is not None


def test_an_exercise_is_not_held_for_its_date_and_marks_everything():
    alert = staging.alert_for(cast.ronse(), exercise=True, listed_at=staging.NOW() - timedelta(days=700))
    assert alert.exercise
    assert set(Notice.objects.values_list("exercise", flat=True)) == {True}
    assert set(Delivery.objects.values_list("exercise", flat=True)) == {True}


@pytest.mark.django_db(transaction=True)
def test_lists_that_arrive_at_once_get_numbers_without_gaps_and_tell_nobody_twice():
    ronse = cast.ronse()
    runs = [
        staging.run_of({ronse: ["www.ronse.be"], town: [f"www.{town.name}.be"]})
        for town in (cast.eupen(), cast.ixelles(), cast.wemmel())
    ]
    barrier, made = threading.Barrier(3), []

    def announce(run: facts.ListRead) -> None:
        barrier.wait()
        made.append(actions.raise_alert(run=run).number)
        connection.close()

    threads = [threading.Thread(target=announce, args=(run,)) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    last = sorted(int(number.split("-")[1]) for number in made)
    assert last == [1, 2, 3]
    assert Notice.objects.filter(organisation=ronse).count() == 1


def test_a_number_that_was_not_used_is_given_again():
    ronse = cast.ronse()
    first = staging.alert_for(ronse)
    with pytest.raises(RuntimeError), transaction.atomic():
        staging.alert_for(cast.eupen())
        raise RuntimeError("the transaction fails")
    assert int(staging.alert_for(cast.ixelles()).number.split("-")[1]) == int(first.number.split("-")[1]) + 1


def test_an_open_notice_of_a_host_that_is_named_again_does_not_end_silently():
    ronse = cast.ronse()
    notice = staging.notice_of(staging.alert_for(ronse), ronse)
    valid = notice.expires_at - notice.sent_at
    Notice.objects.filter(pk=notice.pk).update(expires_at=staging.NOW() + timedelta(minutes=1))
    assert actions.raise_alert(run=staging.run_of({ronse: ["www.ronse.be"]})) is None
    actions.expire(now=staging.NOW() + valid - timedelta(minutes=1))
    notice.refresh_from_db()
    assert notice.state == "open"
    actions.expire(now=staging.NOW() + valid)
    notice.refresh_from_db()
    assert notice.state == "expired"
