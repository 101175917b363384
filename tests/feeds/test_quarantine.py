"""Rows that could not be read: played again after a repair, set right by a person, or dropped."""

from __future__ import annotations

import pytest

from paraat.feeds import actions
from paraat.feeds.models import Run
from paraat.kernel.errors import Conflict, Invalid
from paraat.observations.models import Finding, QuarantinedRow
from tests import cast
from tests.feeds.lists import BY, brought, ddosia

pytestmark = pytest.mark.django_db


def rows() -> list[QuarantinedRow]:
    return list(QuarantinedRow.objects.open().order_by("row"))


def test_a_row_set_right_is_a_run_of_its_own_with_the_date_of_the_first() -> None:
    ronse = cast.ronse()
    first = brought(ddosia(), ["www.wemmel.be", {"host": 3}, {"host": 4}])
    wrong, other = rows()

    run = actions.read_run(
        run=actions.replay_rows(rows=[wrong.pk], corrected={wrong.pk: '{"host": "www.ronse.be"}'}, by=BY)
    )

    assert (run.origin, run.replay_of, run.listed_at) == (Run.Origin.REPLAY, first, first.listed_at)
    assert (run.records, run.quarantined) == (1, 0)
    assert Finding.objects.get(run=run.pk).organisation == ronse
    wrong.refresh_from_db()
    assert (wrong.state, wrong.decided_by) == ("replayed", "Duty officer")
    assert rows() == [other]


def test_what_is_still_wrong_lies_in_quarantine_again_under_the_new_run() -> None:
    brought(ddosia(), [{"host": 3}, {"host": 4}])
    run = actions.read_run(run=actions.replay_rows(rows=[row.pk for row in rows()], by=BY))
    assert (run.records, run.quarantined) == (0, 2)
    assert {row.run for row in rows()} == {run.pk}
    again = actions.read_run(run=actions.replay_rows(rows=[row.pk for row in rows()], by=BY))
    assert again.state == Run.State.READ  # the same rows again on purpose are no repetition


def test_a_table_keeps_its_header_when_played_again() -> None:
    cast.ronse()
    source = actions.add_source(
        slug="mine", title="Mine", format="table", mapping={"host": "naam", "port": "poort"}, by=BY
    )
    run = actions.receive_file(
        source=source,
        stream=[b"poort,naam\n443,www.wemmel.be\nx,www.ronse.be\n"],
        file_name="a.csv",
        origin="cli",
        by=BY,
    )
    assert actions.read_run(run=run).quarantined == 1
    [row] = rows()
    assert (row.field, row.reason, row.raw) == ("port", "port", "x,www.ronse.be")
    again = actions.read_run(run=actions.replay_rows(rows=[row.pk], corrected={row.pk: "80,www.ronse.be"}, by=BY))
    assert (again.records, again.organisations) == (1, 1)


def test_a_row_is_dealt_with_once() -> None:
    brought(ddosia(), [{"host": 3}])
    [row] = rows()
    assert actions.drop_rows(rows=[row.pk], by=BY) == 1
    for deed in (actions.drop_rows, actions.replay_rows):
        with pytest.raises(Conflict):
            deed(rows=[row.pk], by=BY)
        with pytest.raises(Invalid):
            deed(rows=[], by=BY)


def test_rows_of_two_files_are_not_mixed() -> None:
    source = ddosia()
    brought(source, [{"host": 3}])
    brought(source, [{"host": 4}])
    with pytest.raises(Invalid):
        actions.replay_rows(rows=[row.pk for row in rows()], by=BY)
    assert len(rows()) == 2
