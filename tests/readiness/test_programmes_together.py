"""Many at once, on the real database: never above the budget, nobody lost, nobody twice. And a long random life against a plain model of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from paraat.kernel.actor import SYSTEM
from paraat.kernel.errors import ParaatError
from paraat.platform import moment
from paraat.readiness.actions import programmes_answers as answers
from paraat.readiness.actions import programmes_money as money
from paraat.readiness.actions.programmes import open_programme, set_budget
from paraat.readiness.actions.programmes_undoing import undo_step
from paraat.readiness.models import Budget, Commitment, Participation, Programme, Step
from paraat.registry.models import Organisation

TOWNS = 24
AT_ONCE = 8


def town(number: int) -> Organisation:
    return Organisation.objects.create(
        kind="municipality", name=f"Town {number:02}", nis=f"{90000 + number}", languages=["nl"], region="02000"
    )


def year() -> int:
    return moment.today().year


def consistent(programme: Programme) -> None:
    """What holds at any moment."""
    for budget in Budget.objects.filter(programme=programme):
        live = Commitment.objects.filter(budget=budget).exclude(state="released")
        assert budget.committed == sum((one.amount for one in live), Decimal(0)) <= budget.amount
        assert budget.paid == sum((one.amount for one in live.filter(state="paid")), Decimal(0))
    for row in Participation.objects.filter(programme=programme):
        names = list(row.steps.filter(undone_at=None).values_list("name", flat=True))
        assert len(names) == len(set(names))
        assert row.commitments.exclude(state="released").count() <= 1
        assert (row.state == "waiting") == (row.waiting_since is not None)


# Threads --------------------------------------------------------------------------------------------------------------------------
@pytest.fixture
def audit(transactional_db: None) -> Programme:
    programme = open_programme(by=SYSTEM, key="audit", rules={"share": "1/2", "cap": "1000"})
    set_budget(programme=programme, year=year(), amount=Decimal(10_000), by=SYSTEM)
    return programme


def together(deeds: list[Callable[[], Any]]) -> list[Any]:
    """Run all, eight at a time, begun at once; each result, or the error."""
    start = threading.Barrier(AT_ONCE)

    def run(place: int, deed: Callable[[], Any]) -> Any:
        try:
            if place < AT_ONCE:
                start.wait(timeout=30)
            return deed()
        except ParaatError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(run, range(len(deeds)), deeds))


def _signing(programme: Programme, organisation: Organisation) -> Callable[[], Any]:
    return lambda: answers.sign_up(programme=programme, organisation=organisation, by=SYSTEM)


def test_twenty_four_sign_up_at_once_and_ten_get_the_money(audit: Programme) -> None:
    towns = [town(number) for number in range(TOWNS)]
    done = together([_signing(audit, one) for one in towns])
    assert all(isinstance(one, Participation) for one in done), done
    assert Participation.objects.filter(state="going").count() == 10
    assert Participation.objects.filter(state="waiting").count() == 14
    assert Budget.objects.get().committed == 10_000
    consistent(audit)


def test_the_same_town_eight_times_at_once_is_signed_up_once(audit: Programme) -> None:
    one = town(1)
    done = together([_signing(audit, one)] * AT_ONCE)
    assert sum(isinstance(found, Participation) for found in done) == 1
    assert Participation.objects.count() == Step.objects.count() == Commitment.objects.count() == 1
    consistent(audit)


def test_payments_releases_and_sign_ups_at_once_keep_the_books(audit: Programme) -> None:
    towns = [town(number) for number in range(TOWNS)]
    first = [answers.sign_up(programme=audit, organisation=one, by=SYSTEM) for one in towns[:12]]
    going = [one for one in first if one.state == "going"]
    deeds: list[Callable[[], Any]] = []
    for place, row in enumerate(going):
        deeds.append(_paying(row) if place % 3 else _leaving(row))
        deeds.append(_pricing(row))
    deeds += [_signing(audit, one) for one in towns[12:]]
    together(deeds)
    consistent(audit)
    waits = money.waiting(audit)
    free = Budget.objects.get().amount - Budget.objects.get().committed
    assert not waits or (waits[0].needs or 0) > free, "nobody waits while there is money for the first one"
    assert Participation.objects.count() == TOWNS


def _paying(row: Participation) -> Callable[[], Any]:
    return lambda: money.pay(participation=row, by=SYSTEM, amount=Decimal(500))


def _leaving(row: Participation) -> Callable[[], Any]:
    return lambda: answers.withdraw(participation=row, because="Merger", by=SYSTEM)


def _pricing(row: Participation) -> Callable[[], Any]:
    return lambda: money.commit_price(participation=row, price=Decimal(1800), by=SYSTEM)


def test_two_imports_of_one_file_at_once_record_it_once(transactional_db: None) -> None:
    from paraat.readiness.actions.programmes_import import import_history

    towns = [town(number) for number in range(20)]
    lines = [
        "nis,programme,step,date",
        *(f"{one.nis},audit,signed-up,2021-03-01" for one in towns),
        "1,audit,paid,2021-03-01",
    ]
    content = "\n".join(lines).encode()
    done = together([lambda: import_history(content=content, file_name="h.csv", by=SYSTEM)] * AT_ONCE)
    assert sorted(one.new for one in done) == [0] * (AT_ONCE - 1) + [20]
    assert sorted(one.quarantined for one in done) == [0] * (AT_ONCE - 1) + [1]
    assert Step.objects.count() == 20


# A long random life ---------------------------------------------------------------------------------------------------------------
class Life(RuleBasedStateMachine):
    """Random deeds on one programme, against a plain model: who goes, who waits and in which order, what is committed and paid."""

    def __init__(self) -> None:
        super().__init__()
        self.frame = transaction.atomic()
        self.frame.__enter__()
        self.programme = open_programme(by=SYSTEM, key="audit", rules={"share": "1/2", "cap": "1000"})
        self.towns = [town(number) for number in range(6)]
        self.budget = Decimal(0)
        self.money: dict[UUID, Decimal] = {}
        self.paid: dict[UUID, Decimal] = {}
        self.queue: list[tuple[UUID, Decimal]] = []

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.frame.__exit__(None, None, None)

    @initialize(amount=st.integers(0, 3000))
    def begin(self, amount: int) -> None:
        set_budget(programme=self.programme, year=year(), amount=Decimal(amount), by=SYSTEM)
        self.budget = Decimal(amount)

    # The model
    def free(self) -> Decimal:
        return self.budget - sum(self.money.values(), Decimal(0))

    def move_up(self) -> None:
        while self.queue and self.queue[0][1] <= self.free():
            one, needs = self.queue.pop(0)
            self.money[one] = needs

    def row(self, place: int) -> Participation | None:
        return Participation.objects.filter(organisation=self.towns[place]).first()

    # Deeds
    @rule(place=st.integers(0, 5), price=st.none() | st.integers(0, 2500))
    def sign_up(self, place: int, price: int | None) -> None:
        who = self.towns[place]
        needs = Decimal(1000) if price is None else min(Decimal(price) / 2, Decimal(1000))
        if self.tried(lambda: answers.sign_up(
            programme=self.programme, organisation=who, by=SYSTEM, price=None if price is None else Decimal(price)
        )):  # fmt: skip
            assert who.pk not in self.money
            if needs:
                self.queue.append((who.pk, needs))
            self.move_up()
        else:
            assert who.pk in self.money or who.pk in dict(self.queue) or self.state(place) in {"going", "done"}

    @rule(place=st.integers(0, 5))
    def withdraw(self, place: int) -> None:
        row = self.row(place)
        if row and self.tried(lambda: answers.withdraw(participation=row, because="x", by=SYSTEM)):
            self.leave(row.organisation_id)

    @rule(place=st.integers(0, 5))
    def release(self, place: int) -> None:
        row = self.row(place)
        if row and self.tried(lambda: money.release_money(participation=row, because="x", by=SYSTEM)):
            del self.money[row.organisation_id]
            self.move_up()

    @rule(place=st.integers(0, 5), price=st.integers(0, 2500))
    def commit(self, place: int, price: int) -> None:
        row, part = self.row(place), min(Decimal(price) / 2, Decimal(1000))
        before = self.money.get(self.towns[place].pk, Decimal(0))
        if row is None:
            return
        if self.tried(lambda: money.commit_price(participation=row, price=Decimal(price), by=SYSTEM)):
            assert part - before <= self.free()
            self.money[row.organisation_id] = part
            self.move_up()

    @rule(place=st.integers(0, 5), amount=st.integers(0, 1200))
    def pay(self, place: int, amount: int) -> None:
        row = self.row(place)
        if row and self.tried(lambda: money.pay(participation=row, by=SYSTEM, amount=Decimal(amount))):
            assert amount <= self.money[row.organisation_id]
            self.money[row.organisation_id] = self.paid[row.organisation_id] = Decimal(amount)
            self.move_up()

    @rule(place=st.integers(0, 5), name=st.sampled_from(["paid", "signed-up"]))
    def undo(self, place: int, name: str) -> None:
        row = self.row(place)
        step = row.steps.filter(name=name, undone_at=None).first() if row else None
        if row is None or step is None:
            return
        before = self.state(place)
        undo_step(step=step, because="x", by=SYSTEM)
        if name == "paid":
            self.paid.pop(row.organisation_id, None)
        if self.state(place) == "ended" != before:
            self.leave(row.organisation_id)
        self.move_up()

    @rule(amount=st.integers(0, 4000))
    def change_budget(self, amount: int) -> None:
        if self.tried(lambda: set_budget(programme=self.programme, year=year(), amount=Decimal(amount), by=SYSTEM)):
            assert amount >= sum(self.money.values(), Decimal(0))
            self.budget = Decimal(amount)
            self.move_up()
        else:
            assert amount < sum(self.money.values(), Decimal(0))

    def tried(self, deed: Callable[[], Any]) -> bool:
        try:
            deed()
        except ParaatError:
            return False
        return True

    def state(self, place: int) -> str:
        row = self.row(place)
        return str(row.state) if row else ""

    def leave(self, who: UUID) -> None:
        self.money.pop(who, None)
        self.queue = [one for one in self.queue if one[0] != who]
        self.move_up()

    # What holds
    @invariant()
    def as_the_model_says(self) -> None:
        consistent(self.programme)
        live = Commitment.objects.exclude(state="released").values_list("participation__organisation", "amount")
        assert dict(live) == self.money
        paid = Commitment.objects.filter(state="paid").values_list("participation__organisation", "amount")
        assert dict(paid) == self.paid
        assert [one.organisation_id for one in money.waiting(self.programme)] == [who for who, _ in self.queue]
        assert not self.queue or self.queue[0][1] > self.free()


@pytest.mark.django_db
def test_a_long_random_life_of_a_programme(lives: Callable[[type[RuleBasedStateMachine]], None]) -> None:
    lives(Life)


@pytest.fixture
def lives() -> Iterator[Callable[[type[RuleBasedStateMachine]], None]]:
    from hypothesis.stateful import run_state_machine_as_test

    def run(machine: type[RuleBasedStateMachine]) -> None:
        chosen = settings(
            max_examples=15, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        )
        run_state_machine_as_test(machine, settings=chosen)

    yield run
