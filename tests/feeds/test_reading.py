"""Receiving and reading: counted, dated, recognised, safe against crashes, and no query more for a longer list."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from paraat.feeds import actions
from paraat.feeds.actions import reading
from paraat.feeds.models import Run, Source
from paraat.formats.record import Batch
from paraat.kernel.errors import Conflict, Invalid, NotFound
from paraat.observations.models import Finding, Match, Observation, QuarantinedRow, UnassignedHost
from paraat.platform import facts, files
from paraat.platform.models import JournalEntry
from paraat.registry.models import Asset
from tests import cast
from tests.feeds.lists import BY, brought, ddosia, listed, received

pytestmark = pytest.mark.django_db


@pytest.fixture
def announced(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What is announced, in order; nobody acts upon it."""
    heard: list[Any] = []
    monkeypatch.setattr(
        facts, "_subscribers", {kind: [heard.append] for kind in (facts.ListRead, facts.Waits, facts.Settled)}
    )
    return heard


def test_every_row_is_read_or_quarantined_and_every_match_says_why() -> None:
    ronse = cast.ronse()

    run = brought(ddosia(), ["www.ronse.be", "www.ronse.be", {"host": 3}, "elsewhere.example", "www.unknown.be"])

    assert (run.state, run.records, run.quarantined) == (Run.State.READ, 4, 1)
    assert (run.organisations, run.concerned, run.perhaps, run.unassigned) == (1, 0, 0, 1)
    finding = Finding.objects.get()
    assert (finding.organisation, finding.target, finding.rows) == (ronse, "www.ronse.be", 2)
    assert (finding.certainty, finding.reason, finding.because) == ("certain", "host", "ronse.be")
    assert finding.asset == Asset.objects.get(organisation=ronse).pk
    assert finding.facts == {"ports": [443], "methods": ["GET"], "addresses": ["192.0.2.1"], "paths": []}
    assert Observation.objects.filter(run=run.pk).count() == 4
    assert list(Match.objects.values_list("row", "reason", "certainty")) == [
        (1, "host", "certain"),
        (2, "host", "certain"),
    ]
    row = QuarantinedRow.objects.get()
    assert (row.file_name, row.row, row.run, row.raw) == (run.file_name, 3, run.pk, '{"host": 3}')
    assert UnassignedHost.objects.get().host == "www.unknown.be"


def test_the_rows_are_kept_as_they_came_whatever_stands_in_them() -> None:
    odd = ["\\N", 'quo"te', "tab\tand\x02and\x01", "line\nend", "nul\x00byte"]
    run = brought(ddosia(), [{"host": "www.example.org", "note": text} for text in odd])
    raws = list(Observation.objects.filter(run=run.pk).order_by("row").values_list("raw", flat=True))
    assert [eval(raw)["note"] for raw in raws] == odd


def test_a_text_that_no_database_can_hold_is_shown_as_near_as_can_be() -> None:
    run = actions.read_run(run=received(ddosia(), b'{"targets": [{"host": "www.example.org", "note": "\x00\xff"}]}'))
    assert run.records + run.quarantined == 1
    raws = [*Observation.objects.values_list("raw", flat=True), *QuarantinedRow.objects.values_list("raw", flat=True)]
    assert "\ufffd\ufffd" in raws[0]


def test_it_says_who_must_look_at_what_in_the_same_transaction(announced: list[Any]) -> None:
    cast.eupen()
    run = brought(ddosia(), ["eupen-auth.platform.be", "www.unknown.be"])
    assert [type(fact).__name__ for fact in announced] == ["Settled", "ListRead", "Waits", "Waits"]
    assert announced[1] == facts.ListRead(
        run.pk, "ddosia", datetime(2024, 10, 8, 14, 40, 4, tzinfo=UTC), exercise=False
    )
    assert {fact.key for fact in announced[2:]} == {f"perhaps/{run.pk}", f"unassigned/{run.pk}"}
    assert JournalEntry.objects.filter(object_id=run.pk).values_list("verb", flat=True).count() == 2


def test_who_cannot_be_told_undoes_the_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> None:
        raise RuntimeError("the subscriber failed")

    monkeypatch.setattr(facts, "_subscribers", {facts.ListRead: [broken], facts.Waits: [], facts.Settled: []})
    run = received(ddosia(), listed("www.ronse.be"))
    with pytest.raises(RuntimeError):
        actions.read_run(run=run)
    run.refresh_from_db()
    assert run.state == Run.State.READING
    assert not Finding.objects.exists()


def test_the_same_content_again_is_recognised_and_announces_nothing(announced: list[Any]) -> None:
    source = ddosia()
    first = brought(source, ["www.ronse.be"])
    announced.clear()

    again = received(source, listed("www.ronse.be"), "another name.json")

    assert (again.state, again.same_as) == (Run.State.REPEATED, first)
    assert announced == []
    with pytest.raises(Conflict):
        actions.read_run(run=again)


def test_an_exercise_is_no_repetition_of_the_real_thing_and_stays_one() -> None:
    cast.ronse()
    source = ddosia()
    drill = brought(source, ["www.ronse.be"], exercise=True)
    assert Finding.objects.get().exercise
    real = received(source, listed("www.ronse.be"))
    assert real.state == Run.State.RECEIVED
    assert received(source, listed("www.ronse.be"), exercise=True).same_as == drill


def test_content_of_another_source_or_of_a_failed_run_is_read_anew() -> None:
    source, other = ddosia(), actions.add_source(slug="other", title="Other", format="ddosia", by=BY)
    brought(source, ["www.ronse.be"])
    assert received(other, listed("www.ronse.be")).state == Run.State.RECEIVED
    broken = actions.read_run(run=received(source, b"no list at all {"))
    assert broken.state == Run.State.FAILED
    assert received(source, b"no list at all {").state == Run.State.RECEIVED


def test_a_file_that_is_none_says_why_and_leaves_nothing(announced: list[Any]) -> None:
    source = ddosia()
    run = actions.read_run(run=received(source, b"\x00\x01 nothing"))
    assert run.state == Run.State.FAILED
    assert run.error
    source.refresh_from_db()
    assert source.last_error == run.error[:300]
    assert [fact.kind for fact in announced if isinstance(fact, facts.Waits)] == ["failed_run"]
    with pytest.raises(Invalid, match="empty"):
        received(source, b"")


@pytest.mark.parametrize(
    ("name", "more", "dated_by", "day"),
    [
        ("2024-10-08_14-40-04_list.json", {}, "file_name", "2024-10-08"),
        ("list.json", {}, "receipt", None),
        ("2024-10-08_list.json", {"listed_at": datetime(2024, 9, 30, 9, 0, tzinfo=UTC)}, "person", "2024-09-30"),
    ],
)
def test_the_date_is_that_of_a_person_the_file_name_or_the_receipt(
    name: str, more: Any, dated_by: str, day: str | None
) -> None:
    run = actions.read_run(run=received(ddosia(), listed("www.ronse.be"), name, **more))
    assert run.listed_at is not None
    assert run.dated_by == dated_by
    assert run.listed_at.date() == (date.fromisoformat(day) if day else run.received_at.date())


def test_it_is_attributed_to_whom_it_belonged_on_the_day_of_the_list() -> None:
    ronse, wemmel = cast.ronse(), cast.wemmel()
    Asset.objects.create(organisation=ronse, kind="domain", value="moved.be", valid_until=date(2024, 11, 1))
    Asset.objects.create(organisation=wemmel, kind="domain", value="moved.be", valid_from=date(2024, 11, 1))
    source = ddosia()
    brought(source, ["www.moved.be"], name="2024-10-31.json")
    brought(source, ["www.moved.be", "x.example"], name="2024-11-02.json")
    found = list(Finding.objects.order_by("listed_at").values_list("organisation__name", flat=True))
    assert found == ["Ronse", "Wemmel"]


def test_an_archive_is_read_file_by_file_with_rows_numbered_through() -> None:
    cast.ronse()
    source = actions.add_source(slug="shadow", title="Shadowserver", format="shadowserver", by=BY)
    head, row = b"timestamp,ip,port,hostname,tag\n", b"2026-01-28 01:02:03,192.0.2.1,3389,www.ronse.be,rdp\n"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("2026-01-28-scan_rdp-a.csv", head + row * 2)
        archive.writestr("2026-01-28-scan_rdp-b.csv", head + row + b"2026-01-28 01:02:03,nothing,3389,,rdp\n")
    run = actions.read_run(run=received(source, packed.getvalue(), "reports.zip"))
    assert (run.state, run.records, run.quarantined) == (Run.State.READ, 3, 1)
    assert list(Observation.objects.order_by("row").values_list("row", flat=True)) == [1, 2, 3]
    assert QuarantinedRow.objects.get().row == 4
    zipped = actions.read_run(run=received(source, gzip.compress(head + row), "2026-01-28-scan_rdp-c.csv.gz"))
    assert zipped.records == 1


def test_a_bomb_is_refused() -> None:
    source = actions.add_source(slug="shadow", title="Shadowserver", format="shadowserver", by=BY)
    run = actions.read_run(run=received(source, gzip.compress(b"0" * (40 << 20)), "x.csv.gz"))
    assert run.state == Run.State.FAILED
    assert "bomb" in run.error or "longer" in run.error or "header" in run.error


def test_a_reader_that_dies_half_way_is_followed_by_one_that_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    run = received(ddosia(), listed("www.ronse.be", "www.wemmel.be"))
    whole = reading.read

    def dying(*args: Any, **more: Any) -> Iterator[Batch]:
        yield from whole(*args, **more)
        raise KeyboardInterrupt

    monkeypatch.setattr(reading, "read", dying)
    with pytest.raises(KeyboardInterrupt):
        actions.read_run(run=run)
    run.refresh_from_db()
    assert (run.state, run.records, Observation.objects.count()) == (Run.State.READING, 2, 2)
    assert Run.objects.abandoned(run.touched_at + timedelta(minutes=5)).get() == run

    monkeypatch.setattr(reading, "read", whole)
    run = actions.read_run(run=run)
    assert (run.state, run.attempt, Observation.objects.count()) == (Run.State.READ, 2, 2)


def test_a_reader_that_was_given_up_can_add_nothing() -> None:
    run = received(ddosia(), listed("www.ronse.be"))
    slow = actions.begin_reading(run=run.pk)
    quick = actions.read_run(run=run)
    assert quick.state == Run.State.READ
    kept = Observation.objects.count()
    late = reading._start(slow, reading.beginning(slow))
    with pytest.raises(Conflict):
        for batch in reading._batches(slow):
            reading._take(late, batch)
    with pytest.raises(Conflict):
        actions.finish_reading(reading=late)
    assert Observation.objects.count() == kept


def test_a_failed_run_can_be_read_again() -> None:
    source = actions.add_source(slug="mine", title="Mine", format="table", mapping={"host": "wrong"}, by=BY)
    run = actions.read_run(run=received(source, b"naam\nwww.ronse.be\n", "mine.csv"))
    assert run.state == Run.State.FAILED
    actions.change_source(source=source, mapping={"host": "naam"}, by=BY)
    actions.read_again(run=run, by=BY)
    assert actions.read_run(run=run).records == 1
    with pytest.raises(Conflict):
        actions.read_again(run=run, by=BY)


def test_content_that_is_gone_fails_clearly() -> None:
    run = received(ddosia(), listed("www.ronse.be"))
    files.forget(run.path)
    assert "no longer kept" in actions.read_run(run=run).error
    with pytest.raises(NotFound):
        files.open_stored(run.path)


def test_a_list_of_three_hundred_takes_no_query_more_than_one_of_three(announced: list[Any]) -> None:
    cast.ronse()
    source = ddosia()
    cost = {}
    for hosts in (3, 300):
        names = [f"h{number}.ronse.be" for number in range(hosts)]
        content = listed(
            *names, *[f"u{number}.be" for number in range(hosts)], *[{"host": number} for number in range(hosts)]
        )
        with CaptureQueriesContext(
            connection,
        ) as queries:
            run = actions.read_run(run=received(source, content))
        cost[hosts] = len(queries)
        assert run.organisations == 1
        assert Finding.objects.filter(run=run.pk).count() == hosts
    assert cost[300] == cost[3]
    assert cost[300] <= 45


def test_a_large_file_is_left_to_a_worker_once() -> None:
    run = received(ddosia(), listed("www.ronse.be"), later=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'feeds.jobs.read' AND args->>'run' = %s",
            [str(run.pk)],
        )
        assert cursor.fetchone() == (1,)
        Run.objects.filter(pk=run.pk).update(received_at=run.received_at - timedelta(hours=1))
        assert actions.requeue_abandoned() == 1
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'feeds.jobs.read' AND args->>'run' = %s",
            [str(run.pk)],
        )
        assert cursor.fetchone() == (1,)


def test_a_source_out_of_use_takes_nothing() -> None:
    source = ddosia()
    actions.change_source(source=source, active=False, by=BY)
    with pytest.raises(Conflict):
        received(Source.objects.get(), listed("www.ronse.be"))
