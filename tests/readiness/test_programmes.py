"""Programmes, answers, money and the waiting list: on the real database."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from paraat.alerts.models import Delivery
from paraat.kernel.actor import SYSTEM
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import moment
from paraat.platform.models import JournalEntry
from paraat.readiness import figures
from paraat.readiness.actions import programmes_answers as answers
from paraat.readiness.actions import programmes_money as money
from paraat.readiness.actions.assessments import submit_assessment
from paraat.readiness.actions.programmes import close_programme, open_programme, revise_programme, set_budget
from paraat.readiness.actions.programmes_steps import record_step
from paraat.readiness.actions.programmes_undoing import undo_step
from paraat.readiness.models import (
    Budget,
    Commitment,
    Participation,
    Programme,
    ProgrammeAnswer,
    Step,
    Touched,
)
from tests import cast
from tests.readiness.assessed import answered, edition, opened

pytestmark = pytest.mark.django_db
AUDIT = {"share": "2/3", "cap": "4000", "again": "1/2"}


@pytest.fixture
def audit() -> Programme:
    return open_programme(by=SYSTEM, key="audit", rules=AUDIT)


def budget(programme: Programme, amount: int) -> Budget:
    return set_budget(programme=programme, year=moment.today().year, amount=Decimal(amount), by=SYSTEM)


def sign_up(programme: Programme, town: Any, price: str | None = None, **more: Any) -> Participation:
    return answers.sign_up(
        programme=programme, organisation=town, by=SYSTEM, price=Decimal(price) if price else None, **more
    )


def state(row: Participation) -> str:
    row.refresh_from_db()
    return str(row.state)


def totals(programme: Programme) -> tuple[Decimal, Decimal]:
    row = Budget.objects.get(programme=programme)
    return row.committed, row.paid


# Programmes -----------------------------------------------------------------------------------------------------------------------
def test_a_programme_is_opened_once_with_rules_that_can_be_read() -> None:
    made = open_programme(by=SYSTEM, key="ethical-hacking", rules=AUDIT)
    assert made.title["nl"] == "Ethisch hacken"
    assert made.rules == {"share": "2/3", "cap": "4000.00", "again": "1/2", "selection": "first-come"}
    with pytest.raises(Conflict):
        open_programme(by=SYSTEM, key="Ethical-Hacking")
    with pytest.raises(Invalid):
        open_programme(by=SYSTEM, key="two words")
    with pytest.raises(Invalid):
        revise_programme(programme=made, by=SYSTEM, rules={"share": "4/3"})
    assert revise_programme(programme=made, by=SYSTEM, rules={"share": "1/2"}).rules["share"] == "1/2"
    assert JournalEntry.objects.filter(verb="programme.revised").count() == 1


def test_a_closed_programme_takes_nobody(audit: Programme) -> None:
    close_programme(programme=audit, by=SYSTEM)
    with pytest.raises(Conflict, match="closed"):
        sign_up(audit, cast.ronse())
    with pytest.raises(Conflict, match="closed already"):
        close_programme(programme=audit, by=SYSTEM)


# Signing up -----------------------------------------------------------------------------------------------------------------------
def test_with_money_it_goes_at_once_and_the_most_is_set_aside(audit: Programme) -> None:
    budget(audit, 5000)
    row = sign_up(audit, cast.ronse())
    assert (row.state, row.step, row.needs) == ("going", "signed-up", Decimal("4000.00"))
    assert totals(audit) == (Decimal("4000.00"), Decimal(0))
    assert Touched.objects.filter(organisation=row.organisation_id).exists()
    with pytest.raises(Conflict, match="takes part already"):
        sign_up(audit, cast.ronse())


def test_without_money_it_waits_and_its_sign_up_counts(audit: Programme) -> None:
    row = sign_up(audit, cast.ronse())
    assert (row.state, row.step) == ("waiting", "signed-up")
    assert row.waiting_since is not None
    assert not Commitment.objects.exists()
    budget(audit, 3999)
    assert state(row) == "waiting"
    budget(audit, 4000)
    assert state(row) == "going"


def test_nobody_overtakes_who_waits(audit: Programme) -> None:
    """Somebody small comes while there is room for him, but not for the one who came before."""
    budget(audit, 1000)
    first, second = sign_up(audit, cast.ronse()), sign_up(audit, cast.eupen(), "300")
    assert [state(first), state(second)] == ["waiting", "waiting"]
    assert money.waiting(audit) == [first, second]
    answers.withdraw(participation=first, because="Not this year", by=SYSTEM)
    assert [state(first), state(second)] == ["ended", "going"]


def test_released_money_moves_the_next_one_up_and_tells_it_once(audit: Programme) -> None:
    budget(audit, 4000)
    first, second, third = (sign_up(audit, town) for town in (cast.ronse(), cast.spiere_helkijn(), cast.eupen()))
    assert [state(one) for one in (first, second, third)] == ["going", "waiting", "waiting"]
    assert not Delivery.objects.exists()
    money.release_money(participation=first, because="Paid by another fund", by=SYSTEM)
    assert [state(one) for one in (first, second, third)] == ["going", "going", "waiting"]
    told = Delivery.objects.get()
    assert told.contact == cast.contact(cast.spiere_helkijn())
    assert "/programmes/ours/" in told.body
    assert totals(audit)[0] == Decimal("4000.00")
    assert JournalEntry.objects.filter(verb="participation.moved_up", chain=second.organisation_id).count() == 1


def test_the_least_mature_moves_up_first_where_the_rules_say_so() -> None:
    programme = open_programme(by=SYSTEM, key="mfa", rules={"share": "1/2", "cap": "1000", "selection": "maturity"})
    basics, rows = edition(2, key="basics"), {}
    for town, said in [(cast.ronse(), "met"), (cast.spiere_helkijn(), None), (cast.eupen(), "not_met")]:
        if said:  # nobody counted it yet: who signs up a minute after it was submitted is placed by what it says
            submit_assessment(assessment=answered(opened(town, basics), C01=said, C02="met"), by=SYSTEM)
        rows[town.name] = sign_up(programme, town)
    assert [rows[name].maturity for name in ("Ronse", "Spiere-Helkijn", "Eupen")] == [100, None, 50]
    assert [one.organisation.name for one in money.waiting(programme)] == ["Eupen", "Ronse", "Spiere-Helkijn"]
    budget(programme, 1000)
    assert {name: state(row) for name, row in rows.items()} == {
        "Ronse": "waiting", "Spiere-Helkijn": "waiting", "Eupen": "going",
    }  # fmt: skip


def test_a_programme_without_money_has_no_waiting_list() -> None:
    workshop = open_programme(by=SYSTEM, key="workshop")
    assert sign_up(workshop, cast.ronse()).state == "going"


def test_an_extra_turn_comes_after_the_first_is_carried_out(audit: Programme) -> None:
    budget(audit, 10_000)
    row = sign_up(audit, cast.ronse())
    with pytest.raises(Conflict, match="extra turn"):
        sign_up(audit, cast.ronse(), turn=2)
    record_step(participation=row, name="carried-out", by=SYSTEM)
    extra = sign_up(audit, cast.ronse(), "3000", turn=2)
    assert (extra.turn, extra.needs) == (2, Decimal("1500.00"))


def test_who_is_no_constituent_or_is_gone_cannot_sign_up(audit: Programme) -> None:
    town = cast.ronse()
    type(town).objects.filter(pk=town.pk).update(active_until=moment.today())
    for other in (cast.provider(), town):
        with pytest.raises(Invalid, match="constituent"):
            sign_up(audit, other)


# The other answers ----------------------------------------------------------------------------------------------------------------
def test_an_own_equivalent_is_neither_participation_nor_silence(audit: Programme) -> None:
    town, until = cast.ronse(), moment.today() + timedelta(days=30)
    with pytest.raises(Invalid, match="which"):
        answers.claim_equivalent(programme=audit, organisation=town, which=" ", by=SYSTEM)
    row = answers.claim_equivalent(programme=audit, organisation=town, which="Own audit", until=until, by=SYSTEM)
    assert (row.state, row.equivalent, row.equivalent_until, row.step) == ("equivalent", "Own audit", until, "")
    parts = figures.answers_of(figures.picture(), "audit")
    assert parts["equivalent"] == {town.pk}
    assert not parts["takes-part"] | parts["silent"] | parts["declined"]
    assert town.pk not in figures.to_call_up(audit)
    later = figures.answers_of(figures.picture(until + timedelta(days=1)), "audit")
    assert town.pk in later["never-asked"], "its day is past: it is asked again"


def test_answers_follow_each_other_and_each_is_kept(audit: Programme) -> None:
    town = cast.ronse()
    with pytest.raises(Invalid, match="why"):
        answers.decline(programme=audit, organisation=town, because="", by=SYSTEM)
    answers.decline(programme=audit, organisation=town, because="No time", by=SYSTEM)
    assert figures.answers_of(figures.picture(), "audit")["declined"] == {town.pk}
    assert figures.to_call_up(audit) == frozenset()
    assert figures.to_call_up(audit, declined=True) == {town.pk}
    budget(audit, 5000)
    row = sign_up(audit, town)
    with pytest.raises(Conflict, match="withdraw first"):
        answers.claim_equivalent(programme=audit, organisation=town, which="Own audit", by=SYSTEM)
    answers.withdraw(participation=row, because="Merger", by=SYSTEM)
    answers.claim_equivalent(programme=audit, organisation=town, which="Own audit", by=SYSTEM)
    kinds = list(ProgrammeAnswer.objects.order_by("at").values_list("kind", flat=True))
    assert kinds == ["declined", "going", "ended", "equivalent"]
    assert totals(audit) == (Decimal(0), Decimal(0))
    assert figures.answers_of(figures.picture(), "audit")["takes-part"] == {town.pk}, "the sign-up stays recorded"


# Money ----------------------------------------------------------------------------------------------------------------------------
def test_from_the_actual_price_to_paid(audit: Programme) -> None:
    budget(audit, 8000)
    row, other = sign_up(audit, cast.ronse()), sign_up(audit, cast.eupen())
    late = sign_up(audit, cast.spiere_helkijn(), "900")
    assert state(late) == "waiting"
    made = money.commit_price(participation=row, price=Decimal("4500.00"), by=SYSTEM)
    assert (made.amount, made.reckoned["share"]) == (Decimal("3000.00"), "2/3")
    assert state(late) == "going", "what came free"
    assert totals(audit) == (Decimal("7600.00"), Decimal(0))
    with pytest.raises(Conflict, match="More than"):
        money.pay(participation=row, by=SYSTEM, amount=Decimal("3000.01"))
    paid = money.pay(participation=row, by=SYSTEM, amount=Decimal("2500.00"))
    assert (paid.state, paid.amount, paid.reckoned["promised"]) == ("paid", Decimal("2500.00"), "3000.00")
    assert totals(audit) == (Decimal("7100.00"), Decimal("2500.00"))
    assert (state(row), row.step) == ("done", "paid")
    for deed in (
        lambda: money.pay(participation=row, by=SYSTEM),
        lambda: money.commit_price(participation=row, price=Decimal(1), by=SYSTEM),
        lambda: money.release_money(participation=row, because="x", by=SYSTEM),
        lambda: answers.withdraw(participation=row, because="x", by=SYSTEM),
    ):
        with pytest.raises(Conflict):
            deed()
    assert state(other) == "going"


def test_a_commitment_above_the_budget_is_refused_and_nothing_changes(audit: Programme) -> None:
    budget(audit, 1000)
    row = sign_up(audit, cast.ronse(), "1200")
    with pytest.raises(Conflict, match="not enough"):
        money.commit_price(participation=row, price=Decimal(3000), by=SYSTEM)
    assert totals(audit) == (Decimal("800.00"), Decimal(0))
    with pytest.raises(Conflict, match="committed already"):
        budget(audit, 799)


def test_the_database_says_the_same_once_more(audit: Programme) -> None:
    row = budget(audit, 100)
    for values in [{"committed": 101}, {"paid": 1}, {"committed": 10, "paid": 11}, {"paid": -1}]:
        with pytest.raises(IntegrityError), transaction.atomic():
            Budget.objects.filter(pk=row.pk).update(**values)


# Correcting -----------------------------------------------------------------------------------------------------------------------
def test_a_payment_recorded_by_mistake_is_undone_and_stays_in_the_history(audit: Programme) -> None:
    budget(audit, 4000)
    row = sign_up(audit, cast.ronse())
    money.pay(participation=row, by=SYSTEM)
    step = Step.objects.get(name="paid")
    with pytest.raises(Invalid):
        undo_step(step=step, because=" ", by=SYSTEM)
    undo_step(step=step, because="Of another town", by=SYSTEM)
    assert (state(row), row.step) == ("going", "signed-up")
    assert totals(audit) == (Decimal("4000.00"), Decimal(0))
    step.refresh_from_db()
    assert (step.undone_because, step.name) == ("Of another town", "paid")
    with pytest.raises(Conflict, match="undone already"):
        undo_step(step=step, because="Again", by=SYSTEM)
    assert figures.as_of()[-1].count == 0
    money.pay(participation=row, by=SYSTEM)
    assert Step.objects.filter(name="paid").count() == 2
    assert figures.as_of()[-1].count == 1


def test_a_sign_up_by_mistake_frees_its_money(audit: Programme) -> None:
    budget(audit, 4000)
    row, waits = sign_up(audit, cast.ronse()), sign_up(audit, cast.eupen())
    undo_step(step=row.steps.get(), because="Another town meant", by=SYSTEM)
    assert [state(row), state(waits)] == ["ended", "going"]
    assert figures.answers_of(figures.picture(), "audit")["takes-part"].isdisjoint({row.organisation_id})


def test_a_step_is_recorded_once_on_a_day_that_fits(audit: Programme) -> None:
    budget(audit, 4000)
    row, today = sign_up(audit, cast.ronse(), on=moment.today() - timedelta(days=9)), moment.today()
    record_step(participation=row, name="report", on=today - timedelta(days=3), by=SYSTEM)
    for name, day in [("ordered", 2), ("carried-out", 10), ("invoiced", -1)]:
        with pytest.raises(Invalid):
            record_step(participation=row, name=name, on=today - timedelta(days=day), by=SYSTEM)
    with pytest.raises(Conflict, match="recorded already"):
        record_step(participation=row, name="report", by=SYSTEM)
    for name in ("paid", "signed-up", "flown"):
        with pytest.raises(Invalid, match="by hand"):
            record_step(participation=row, name=name, by=SYSTEM)
    waits = sign_up(audit, cast.eupen())
    with pytest.raises(Conflict, match="Only who takes part"):
        record_step(participation=waits, name="ordered", by=SYSTEM)


# Exercises ------------------------------------------------------------------------------------------------------------------------
def test_an_exercise_takes_no_money_and_counts_nowhere(audit: Programme) -> None:
    budget(audit, 4000)
    played, real = sign_up(audit, cast.ronse(), exercise=True), sign_up(audit, cast.ronse())
    assert (played.state, real.state, played.exercise, real.exercise) == ("going", "going", True, False)
    assert totals(audit)[0] == Decimal("4000.00")
    with pytest.raises(Conflict, match="exercise has no money"):
        money.commit_price(participation=played, price=Decimal(10), by=SYSTEM)
    record_step(participation=played, name="ordered", by=SYSTEM)
    found = {one.step: one.count for one in figures.as_of()}
    assert (found["signed-up"], found["ordered"]) == (1, 0)


def test_words_of_rules_say_share_cap_rounding_and_order(audit: Programme) -> None:
    from paraat.readiness.programmes import rules_in_words, rules_of

    with translation.override("en"):
        said = " ".join(rules_in_words(rules_of(audit)))
    for words in (
        "2/3 of the price",
        "up to 4,000",
        "1/2 of the price",
        "Rounded down to the cent",
        "first come",
        "overtakes",
    ):
        assert words in said


def test_the_demonstration_is_loaded_once_and_says_that_it_is_invented() -> None:
    from paraat.readiness.programme_demonstration import SOURCE, load
    from paraat.registry import belgium
    from paraat.registry.actions import load_belgium

    load_belgium(by=SYSTEM, regions=[belgium.FLANDERS])
    load(), load()
    assert {one.source for one in Programme.objects.all()} == {SOURCE}
    history = Participation.objects.filter(steps__source=SOURCE).distinct()
    assert history.count() > 200
    found = {
        (row.programme.key, row.organisation.name): row.state for row in Participation.objects.exclude(pk__in=history)
    }
    assert found == {
        ("audit", "Aalst"): "going", ("audit", "Kortrijk"): "waiting", ("ethical-hacking", "Aalst"): "declined",
        ("ethical-hacking", "Ronse"): "equivalent",
    }  # fmt: skip
