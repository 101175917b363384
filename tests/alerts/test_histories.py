"""Over random histories of answers, faults and jumps in time: nobody is told twice, and no unacknowledged notice is ever without a next step."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from paraat.accounts.models import WaitingTask
from paraat.alerts import actions
from paraat.alerts.actions import deliveries
from paraat.alerts.models import Alert, CallLine, Delivery, Notice, Told
from paraat.platform.channels import Outcome, State
from paraat.registry.models import Contact
from tests import cast
from tests.alerts import staging

pytestmark = pytest.mark.django_db

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("time"), st.sampled_from([1, 6, 11, 70, 600, 3000])),
        st.tuples(st.just("send"), st.sampled_from(list(State))),
        st.tuples(st.just("crash"), st.integers(1, 3)),
        st.tuples(st.just("acknowledge"), st.integers(0, 3)),
        st.tuples(st.just("automatic"), st.integers(0, 30)),
        st.tuples(st.just("bounce"), st.integers(0, 30)),
        st.tuples(st.just("call"), st.sampled_from(CallLine.Outcome.values)),
        st.tuples(st.sampled_from(["stop", "resume", "withdraw", "again", "away"]), st.none()),
    ),
    min_size=3,
    max_size=14,
)


class Room:
    """The room while a history goes by; `now` is the clock of the history."""

    def __init__(self, severity: int) -> None:
        self.towns = [cast.ronse(), cast.spiere_helkijn(), cast.drogenbos(), cast.wemmel()]
        cast.provider()
        self.now: datetime = staging.NOW()
        self.by = staging.officer()
        self.alert = staging.alert_for(*self.towns, severity=severity)

    def time(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        before = Counter(Told.objects.filter(purpose="notice").values_list("notice", flat=True))
        actions.climb_ladders(now=self.now)
        after = Counter(Told.objects.filter(purpose="notice").values_list("notice", flat=True))
        assert all(after[notice] - before[notice] <= 2 for notice in after), "more than one rung at once"

    def send(self, state: State) -> None:
        claim = deliveries.claim_deliveries(kind="mail", connections=2, limit=100, now=self.now)
        if claim is not None:
            outcomes = [
                Outcome(one, state, detail="said so")
                for one in Delivery.objects.filter(claim=claim).values_list("pk", flat=True)
            ]
            deliveries.write_outcomes(claim=claim, outcomes=outcomes, kept=lambda one: None, now=self.now)  # type: ignore[arg-type, return-value]
            deliveries.end_claim(claim=claim, now=self.now)
            deliveries.let_go(claim)

    def crash(self, connections: int) -> None:
        claim = deliveries.claim_deliveries(kind="mail", connections=connections, limit=100, now=self.now)
        if claim is not None:
            doubtful = Delivery.objects.filter(perhaps_twice=True).count()
            deliveries.let_go(claim)
            assert deliveries.recover(now=self.now) == claim.rows
            assert Delivery.objects.filter(perhaps_twice=True).count() <= doubtful + connections

    def acknowledge(self, place: int) -> None:
        notice = staging.notice_of(self.alert, self.towns[place])
        actions.acknowledge_notice(notice=notice, by=self.by, through="officer", name="Somebody")

    def automatic(self, place: int) -> None:
        found = list(Delivery.objects.filter(purpose="notice").order_by("pk"))
        actions.receiving._automatic(found[place % len(found)], self.now) if found else None

    def bounce(self, place: int) -> None:
        found = list(Delivery.objects.filter(purpose="notice").order_by("pk"))
        if found:
            deliveries.bounce_delivery(delivery=found[place % len(found)], detail="gone", now=self.now)

    def call(self, outcome: str) -> None:
        for line in CallLine.objects.open().order_by("pk")[:1]:
            actions.close_call(line=line, by=self.by, outcome=outcome, spoke_to="Somebody")

    def stop(self, _nothing: None) -> None:
        if not actions.is_stopped():
            actions.stop_sending(by=self.by, reason="Stop")

    def resume(self, _nothing: None) -> None:
        if actions.is_stopped():
            actions.resume_sending(by=self.by, reason="Go on")

    def withdraw(self, _nothing: None) -> None:
        if Alert.objects.filter(pk=self.alert.pk, state="sent").exists():
            actions.withdraw_alert(alert=self.alert, by=self.by, reason="Wrong")

    def again(self, _nothing: None) -> None:
        actions.raise_alert(run=staging.run_of({town: [f"www.{town.name.lower()}.be"] for town in self.towns}))

    def away(self, _nothing: None) -> None:
        Contact.objects.filter(organisation=self.towns[0], role="spoc").update(away_from=self.now)


def check(room: Room) -> None:
    told = Counter(Told.objects.filter(purpose="notice").values_list("notice", "kind", "address"))
    assert max(told.values(), default=0) <= 1, "told twice"
    corrected = Counter(Delivery.objects.filter(purpose="correction").values_list("alert__corrects", "kind", "address"))
    assert max(corrected.values(), default=0) <= 1, "corrected twice"
    waiting = set(WaitingTask.objects.open().values_list("key", flat=True))
    for notice in Notice.objects.filter(alert__state="sent"):
        if notice.state == "open":
            assert notice.step_due_at is not None, "an unacknowledged notice without a next step"
            if notice.exhausted_at is not None:
                assert f"exhausted:{notice.pk}" in waiting, "nobody is asked to look after it"
        else:
            assert notice.step_due_at is None
    for notice in Notice.objects.exclude(state="open"):
        alone = Delivery.objects.filter(purpose="notice", state="queued", claim=None, notices=notice)
        assert not [one for one in alone if not one.notices.filter(state="open").exists() and not one.attempts], (
            "sent for nothing"
        )
    open_numbers = Counter(CallLine.objects.open().exclude(address="").values_list("address", "exercise", "correction"))
    assert max(open_numbers.values(), default=0) <= 1, "phoned twice"


@settings(max_examples=40)
@given(st.integers(1, 5), STEPS)
def test_nobody_is_told_twice_and_no_notice_is_left_without_a_next_step(
    severity: int, steps: list[tuple[str, Any]]
) -> None:
    with transaction.atomic():
        room = Room(severity)
        check(room)
        for name, value in steps:
            with transaction.atomic():
                getattr(room, name)(value)
            check(room)
        transaction.set_rollback(True)
