"""The journal: nobody takes an entry back without being seen."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import psycopg
import pytest
from click.testing import CliRunner
from django.db import Error, InternalError, ProgrammingError, connection, connections, transaction

from paraat.kernel.actor import Actor, ActorKind
from paraat.kernel.errors import Invalid
from paraat.kernel.ids import HOUSE
from paraat.platform import database, embedded, journal
from paraat.platform.actions import Subject, action, forget_in_journal, record
from paraat.platform.models import JournalDetail, JournalEntry, JournalHead
from tests.database import start

pytestmark = [pytest.mark.django_db, pytest.mark.pg15]

ALICE = Actor(ActorKind.USER, UUID(int=7), "Alice, SPOC")
RONSE, EUPEN = UUID(int=45041), UUID(int=63023)


@action
def do(
    *, verb: str = "notice.acknowledge", organisation: UUID | None = RONSE, by: Actor = ALICE, about: str = "n1"
) -> None:
    record(
        verb, by=by, on=Subject("notice", about), organisation=organisation, detail={"name": "Alice", "reason": "read"}
    )


def breaks() -> list[tuple[int, str]]:
    return [(one.seq, one.what) for one in journal.verify()]


def test_each_organisation_has_its_own_chain() -> None:
    do(), do(organisation=EUPEN), do(organisation=None), do()
    heads = {head.chain: head.seq for head in journal.heads()}
    assert heads == {HOUSE: 1, EUPEN: 1, RONSE: 2}
    first, second = JournalEntry.objects.filter(chain=RONSE).order_by("seq")
    assert bytes(second.previous) == bytes(first.hash)
    assert breaks() == []


def test_what_the_application_says_of_number_moment_and_hash_does_not_count() -> None:
    do()
    JournalEntry.objects.create(
        chain=RONSE, seq=99, at="2001-01-01T00:00:00Z", actor_kind="user", verb="x", object_type="x", object_id="1",
        digest=b"", hash=b"forged", previous=b"forged",
    )  # fmt: skip
    entry = JournalEntry.objects.get(verb="x")
    assert entry.seq == 2
    assert entry.at is not None and entry.at.year > 2023
    assert bytes(entry.hash) != b"forged"


@pytest.mark.parametrize("table", ["platform_journalentry", "platform_journaldetail", "platform_journalhead"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET {}", "DELETE FROM {}", "TRUNCATE {}", "TRUNCATE {} CASCADE"])
def test_the_application_takes_nothing_back(table: str, statement: str) -> None:
    do()
    change = {"platform_journalentry": "verb = 'x'", "platform_journalhead": "seq = 0"}.get(
        table, "actor_label = 'Bert'"
    )
    with pytest.raises((ProgrammingError, InternalError)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table, change))
    assert breaks() == []


def test_an_action_that_fails_leaves_no_entry() -> None:
    @action
    def fail() -> None:
        record("x", by=ALICE, on=Subject("x", "1"))
        raise Invalid()

    with pytest.raises(Invalid):
        fail()
    assert not JournalEntry.objects.exists()


def test_a_nested_action_that_fails_takes_only_its_own_entries_back() -> None:
    @action
    def outer() -> None:
        record("outer", by=ALICE, on=Subject("x", "1"))
        with pytest.raises(Invalid):
            inner()
        do(verb="after")

    @action
    def inner() -> None:
        record("inner", by=ALICE, on=Subject("x", "1"))
        raise Invalid()

    outer()
    assert set(JournalEntry.objects.values_list("verb", flat=True)) == {"outer", "after"}


def test_nobody_records_outside_an_action() -> None:
    with pytest.raises(RuntimeError):
        record("x", by=ALICE, on=Subject("x", "1"))


def test_forgetting_a_person_keeps_the_chain_whole() -> None:
    (
        do(),
        do(by=replace(ALICE, id=UUID(int=8), label="Bert")),
        do(about=str(ALICE.id), by=replace(ALICE, id=UUID(int=8))),
    )
    assert forget_in_journal(person=UUID(int=7)) == 2  # what she did, and what was done about her
    assert breaks() == []
    left = [one.actor_label for one in JournalDetail.objects.exclude(detail=None)]
    assert left == ["Bert"]
    assert JournalEntry.objects.count() == 3


# What a superuser does is seen ---------------------------------------------------------------------------------------------------
def as_superuser(*statements: str) -> None:
    """Run statements as nobody should: with the triggers out of the way."""
    name = connection.settings_dict["NAME"]
    with psycopg.connect(start().url(embedded.SUPERUSER, name), autocommit=True) as admin:
        admin.execute("SET session_replication_role = replica")  # no trigger fires
        for statement in statements:
            admin.execute(statement.encode())


FORGED: dict[str, tuple[str, str]] = {
    "a verb": (
        "UPDATE platform_journalentry SET verb = 'notice.ignore' WHERE seq = 2",
        "was changed after it was written",
    ),
    "a moment": ("UPDATE platform_journalentry SET at = at - interval '1 hour' WHERE seq = 2", "was changed after"),
    "an actor": ("UPDATE platform_journalentry SET actor_id = gen_random_uuid() WHERE seq = 1", "was changed after"),
    "a marking": ("UPDATE platform_journalentry SET exercise = true WHERE seq = 1", "was changed after"),
    "one entry gone": ("DELETE FROM platform_journalentry WHERE seq = 2", "entry 2 is missing"),
    "the last gone": ("DELETE FROM platform_journalentry WHERE seq = 3", "does not end where its head says"),
    "all gone": ("DELETE FROM platform_journalentry", "does not end where its head says"),
    "a reason": ("""UPDATE platform_journaldetail SET detail = '{"reason": "never"}'""", "readable detail was changed"),
    "a name": ("UPDATE platform_journaldetail SET actor_label = 'Bert'", "readable detail was changed"),
    "a false erasure": (
        "UPDATE platform_journaldetail SET actor_label = 'Bert', erased_at = now()",
        "detail was changed",
    ),
    "a detail gone": ("DELETE FROM platform_journaldetail", "readable detail is gone"),
    "all truncated": ("TRUNCATE platform_journalentry", "does not end where its head says"),
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", FORGED)
def test_an_edit_by_a_superuser_is_detected(what: str) -> None:
    do(), do(), do()
    assert breaks() == []
    statement, says = FORGED[what]
    as_superuser(statement)
    found = breaks()
    assert any(says in text for _, text in found), found


def rewritten() -> list[str]:
    """Cut the last entry and set the head back, as somebody would who knows how it works; the chain then holds in itself."""
    return [
        "DELETE FROM platform_journaldetail WHERE entry IN (SELECT id FROM platform_journalentry WHERE seq = 3)",
        "DELETE FROM platform_journalentry WHERE seq = 3",
        "UPDATE platform_journalhead SET seq = 2, hash = (SELECT hash FROM platform_journalentry WHERE seq = 2)",
    ]


@pytest.mark.django_db(transaction=True)
def test_a_chain_that_was_rewritten_whole_is_detected_by_heads_kept_outside() -> None:
    do(), do(), do()
    outside = journal.read_heads(journal.export(journal.heads()))
    as_superuser(*rewritten())
    assert breaks() == []
    assert [one.what for one in journal.verify(outside)] == ["the chain is shorter than the head exported earlier"]
    do(verb="something.else")  # and grown again
    assert [one.what for one in journal.verify(outside)] == ["differs from the head exported earlier"]


@pytest.mark.django_db(transaction=True)
def test_many_writers_at_once_keep_every_chain() -> None:
    writers, each = 8, 12
    failures: list[Error] = []

    def write(chains: list[UUID]) -> None:
        try:
            for number in range(each):
                both(chains=chains, number=number)
        except Error as error:  # a thread's fault must reach the test
            failures.append(error)
        finally:
            connections["default"].close()

    @action
    def both(*, chains: list[UUID], number: int) -> None:
        for chain in chains:  # one in each order: without an order of locking this deadlocks
            record("x", by=ALICE, on=Subject("x", str(number)), organisation=chain)

    threads = [
        threading.Thread(target=write, args=([RONSE, EUPEN] if number % 2 else [EUPEN, RONSE],))
        for number in range(writers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert {head.seq for head in JournalHead.objects.all()} == {writers * each}
    assert breaks() == []


# Heads ----------------------------------------------------------------------------------------------------------------------------
def run(*words: str) -> tuple[int, str]:
    from paraat.cli.journal import command

    done = CliRunner().invoke(command, list(words))
    return done.exit_code, done.output


def test_the_command_verifies_against_a_mail_that_was_kept(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from paraat.accounts.jobs import INSTRUCTION

    do(), do()
    code, heads = run("heads", "--json")
    kept = tmp_path / "mail.txt"
    kept.write_text(f"{INSTRUCTION}\n\n{heads}\n")
    assert code == 0
    do()
    assert run("verify", "--heads", str(kept)) == (0, "3 entries in 1 chains, 0 breaks\n")
    kept.write_text(heads.replace(journal.heads()[0].hash, "0" * 64).replace('"seq": 2', '"seq": 9'))
    code, output = run("verify", "--heads", str(kept))
    assert code == 1
    assert "shorter than the head exported earlier" in output


def test_what_is_no_export_is_refused() -> None:
    for text in ("", "{}", "[1]", '[{"chain": "x", "seq": 1, "hash": "y"}]'):
        with pytest.raises(Invalid):
            journal.read_heads(text)


def test_the_heads_go_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    from paraat.accounts.jobs import mail_heads
    from paraat.platform.models import HouseMessage

    do()
    monkeypatch.setenv("PARAAT_MODE", "demonstration")  # so that the test can read it
    assert mail_heads() is None
    monkeypatch.setenv("PARAAT_JOURNAL_HEADS_TO", "notary@elsewhere.example")
    outcome = mail_heads()
    assert outcome is not None and outcome.in_house
    letter = HouseMessage.objects.get(address="notary@elsewhere.example")
    assert journal.heads()[0].hash in letter.body


def test_a_verb_costs_few_queries(django_assert_num_queries: Callable[[int], Any]) -> None:
    with django_assert_num_queries(4):  # savepoint, entries, details, release
        do()


def test_the_roles_of_the_database_are_what_this_file_believes() -> None:
    assert database.APPEND_ONLY["platform_journalentry"] == "SELECT, INSERT"
