"""A provider answers for many customers at once: an answer for all, exceptions, and only where it is supplied and agreed."""

from __future__ import annotations

from typing import Any

import pytest

from paraat.kernel.actor import SYSTEM
from paraat.kernel.errors import Invalid
from paraat.platform.models import JournalEntry
from paraat.readiness.actions.answers import OlderAnswer, save_answer
from paraat.readiness.actions.assessments import open_for_customers
from paraat.readiness.actions.together import Cell, answer_together
from paraat.readiness.models import Assessment, CommonAnswer, Control, Edition
from paraat.readiness.views.assessments_together import of_cell
from paraat.registry.models import Organisation, Supply
from tests import cast
from tests.readiness import assessed
from tests.readiness.assessed import ALICE, answer

pytestmark = [pytest.mark.django_db, pytest.mark.pg15]


def customers() -> list[Organisation]:
    """Ronse, Eupen and Ixelles are supplied and agreed; Spiere-Helkijn did not."""
    firm, towns = cast.provider(), [cast.ronse(), cast.eupen(), cast.ixelles()]
    for town in towns[1:]:
        Supply.objects.get_or_create(supplier=firm, customer=town, what="Hosting", consent=True)
    return towns


def begun(edition: Edition | None = None) -> list[Assessment]:
    return open_for_customers(
        organisations=customers(), author=cast.provider(), edition=edition or assessed.edition(), by=SYSTEM
    )


def together(rows: list[Assessment], identifier: str, **more: Any) -> CommonAnswer:
    control = Control.objects.get(edition=rows[0].edition, identifier=identifier)
    ids = [row.organisation_id for row in rows]
    return answer_together(author=cast.provider(), control=control, customers=ids, by=ALICE, **more)


def test_it_opens_for_customers_that_agreed_and_for_no_other() -> None:
    edition = assessed.edition()
    with pytest.raises(Invalid, match="did not agree"):
        open_for_customers(
            organisations=[*customers(), cast.spiere_helkijn()], author=cast.provider(), edition=edition, by=SYSTEM
        )
    with pytest.raises(Invalid):
        open_for_customers(organisations=[cast.drogenbos()], author=cast.provider(), edition=edition, by=SYSTEM)
    assert not Assessment.objects.exists()
    rows = begun(edition)
    assert {row.author_id for row in rows} == {cast.provider().pk}
    assert len({row.number for row in rows}) == 3


def test_opening_for_three_costs_the_same_as_for_one_but_for_what_is_per_customer(
    django_assert_max_num_queries: Any,
) -> None:
    towns, firm, edition = customers(), cast.provider(), assessed.edition(218)
    with django_assert_max_num_queries(16):
        open_for_customers(organisations=towns, author=firm, edition=edition, by=SYSTEM)


def test_an_answer_for_all_stands_with_every_customer_but_for_exceptions() -> None:
    rows = begun()
    first = answer(rows[0], "C01")
    common = together(
        rows, "C01", version=0, status="met", explanation="We patch weekly", cells={first.pk: Cell("not_met", 0)}
    )
    assert common.version == 1
    assert [answer(row, "C01").status for row in rows] == ["not_met", "met", "met"]
    assert [answer(row, "C01").common for row in rows] == [False, True, True]
    assert answer(rows[1], "C01").explanation == "We patch weekly"
    together(rows, "C01", version=1, status="partly")
    assert [answer(row, "C01").status for row in rows] == ["not_met", "partly", "partly"]
    assert answer(rows[1], "C01").changes.get().was["status"] == "met"
    together(rows, "C01", version=2, cells={first.pk: Cell(None, 1)})
    assert [answer(row, "C01").status for row in rows] == ["partly"] * 3
    for row in rows:
        row.refresh_from_db()
        assert row.answered == 1


def test_saving_one_customers_own_page_makes_it_an_exception() -> None:
    rows = begun()
    together(rows, "C01", version=0, status="met")
    own = answer(rows[0], "C01")
    save_answer(answer=own, version=1, by=ALICE, status="not_testable")
    together(rows, "C01", version=1, status="partly")
    assert answer(rows[0], "C01").status == "not_testable"
    rows[0].refresh_from_db()
    assert (rows[0].answered, rows[0].untestable) == (1, 1)


def test_who_saves_an_older_row_is_told_and_nothing_is_written() -> None:
    rows = begun()
    together(rows, "C01", version=0, status="met")
    with pytest.raises(OlderAnswer):
        together(rows, "C01", version=0, status="not_met")
    cell = answer(rows[0], "C01")
    with pytest.raises(OlderAnswer):
        together(rows, "C01", version=1, status="partly", cells={cell.pk: Cell("error", 0)})
    assert {answer(row, "C01").status for row in rows} == {"met"}


def test_it_reaches_only_open_assessments_of_customers_that_are_named() -> None:
    rows = begun()
    together(rows[:1], "C01", version=0, status="met")
    assert [answer(row, "C01").status for row in rows] == ["met", "open", "open"]
    with pytest.raises(Invalid):
        together([Assessment(organisation=cast.wemmel(), edition=rows[0].edition)], "C02", version=0, status="met")


def test_each_constituent_has_it_in_its_own_journal_with_who_wrote_it() -> None:
    rows = begun()
    together(rows, "C01", version=0, status="met")
    chains = JournalEntry.objects.filter(verb="answer.saved").values_list("chain", flat=True)
    assert set(chains) == {row.organisation_id for row in rows}
    assert JournalEntry.objects.filter(verb="answer.common", chain=cast.provider().pk).count() == 1


def test_a_later_customer_begins_with_what_was_answered_for_all() -> None:
    edition = assessed.edition()
    rows = begun(edition)
    together(rows, "C01", version=0, status="not_testable", explanation="No access")
    Supply.objects.create(supplier=cast.provider(), customer=cast.wemmel(), what="Hosting", consent=True)
    later = open_for_customers(organisations=[cast.wemmel()], author=cast.provider(), edition=edition, by=SYSTEM)[0]
    got = answer(later, "C01")
    assert (got.status, got.explanation, got.common, got.version) == ("not_testable", "No access", True, 1)
    later.refresh_from_db()
    assert (later.answered, later.untestable) == (1, 1)


def test_queries_do_not_grow_with_customers(django_assert_num_queries: Any) -> None:
    rows = begun()
    control = Control.objects.get(edition=rows[0].edition, identifier="C01")
    firm = cast.provider()
    with django_assert_num_queries(13):
        answer_together(author=firm, control=control, customers=[rows[0].organisation_id], by=ALICE, version=0, status="met")  # fmt: skip
    with django_assert_num_queries(14):  # one more: what the first one was before
        answer_together(
            author=firm, control=control, customers=[row.organisation_id for row in rows], by=ALICE, version=1, status="partly"
        )  # fmt: skip


def test_figures_of_ones_own_are_an_exception_also_without_a_status() -> None:
    rows = begun()
    own = answer(rows[0], "C01")
    save_answer(answer=own, version=0, by=ALICE, documentation=4, implementation=3)
    together(rows, "C01", version=0, documentation=1, implementation=1)
    kept = answer(rows[0], "C01")
    assert (kept.documentation, kept.implementation, kept.common) == (4, 3, False)
    assert of_cell(kept) == "open"
    assert answer(rows[1], "C01").documentation == 1
    together(rows, "C01", version=1, cells={kept.pk: Cell(None, kept.version)})
    assert answer(rows[0], "C01").documentation == 1
