"""`paraat programme`: the public series comes out, importing again changes nothing, and the ladder by command."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.utils import translation

from paraat.cli.programme import command
from paraat.kernel.actor import SYSTEM
from paraat.kernel.errors import Conflict, Invalid, NotFound
from paraat.platform.models import JournalEntry
from paraat.readiness.models import Participation, Programme, ProgrammeFault, Step
from paraat.registry import belgium
from paraat.registry.actions import load_belgium
from tests import cast
from tests.readiness import public_series as series

pytestmark = pytest.mark.django_db
Write = Callable[[bytes], str]


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """As `cli.main` does."""
    with translation.override("en"):
        yield


def run(*words: str, code: int = 0) -> str:
    done = CliRunner().invoke(command, words, catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done.output


def data(*words: str, code: int = 0) -> Any:
    return json.loads(run(*words, "--json", code=code))


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes history.csv and says where it is."""

    def made(content: bytes) -> str:
        (tmp_path / "history.csv").write_bytes(content)
        return str(tmp_path / "history.csv")

    return made


@pytest.fixture
def flanders() -> None:
    load_belgium(by=SYSTEM, regions=[belgium.FLANDERS])


def figure(found: Any, programme: str, step: str = "signed-up") -> Any:
    return next(one for one in found["figures"] if (one["programme"], one["step"]) == (programme, step))


def union(found: Any, step: str = "signed-up") -> Any:
    return next(one for one in found["unions"] if (one["union"], one["step"]) == ("audit-or-ethical-hacking", step))


# The public series ----------------------------------------------------------------------------------------------------------------
@pytest.mark.usefixtures("flanders")
def test_the_public_series_comes_out(write: Write) -> None:
    done = data("import", write(series.content()))
    assert (done["rows"], done["new"], done["bad"]) == (282, 282, 0)
    assert done["programmes_made"] == ["audit", "ethical-hacking"]
    for day in (series.JULY_2020, series.DECEMBER_2022):
        found = data("figures", "--as-of", day.isoformat())
        assert found["denominator"]["count"] == 300
        assert figure(found, "audit")["count"] == series.AUDITS[day]
        assert figure(found, "ethical-hacking")["count"] == series.HACKING[day]
        assert figure(found, "audit")["denominator"] == 300
    over = union(found)
    assert (over["count"], over["both"], over["only"]) == (204, 78, {"audit": 66, "ethical-hacking": 60})
    assert 2 / 3 < over["count"] / over["denominator"] < 0.7, "just over two thirds"
    assert union(found, "takes-part")["count"] == 204


@pytest.mark.usefixtures("flanders")
def test_the_same_history_over_the_night_of_the_mergers(write: Write) -> None:
    """300 the evening before, 285 the next day; a successor counts once for all its parts. Against the table of mergers, read naively."""
    run("import", write(series.content()))
    heirs = {one.nis: one.merged_into for one in belgium.municipalities() if one.merged_into}
    before, after = (data("figures", "--as-of", day.isoformat()) for day in (series.LAST_300, series.FIRST_285))
    assert [one["denominator"]["count"] for one in (before, after)] == [300, 285]
    assert union(before)["count"] == 204
    now = {key: {heirs.get(nis, nis) for nis in listed} for key, listed in series.chosen().items()}
    assert figure(after, "audit")["count"] == len(now["audit"]) < 144
    assert figure(after, "ethical-hacking")["count"] == len(now["ethical-hacking"])
    over = union(after)
    assert over["count"] == len(now["audit"] | now["ethical-hacking"])
    assert over["both"] == len(now["audit"] & now["ethical-hacking"])
    assert "1 Jan 2025" in figure(after, "audit")["definition"]
    assert "successor counts" in figure(after, "audit")["definition"]


@pytest.mark.usefixtures("flanders")
def test_each_figure_says_what_it_is_and_where_it_is_from(write: Write) -> None:
    run("import", write(series.content()))
    found = data("figures", "--as-of", "2022-12-31")
    assert {one["step"] for one in found["figures"]} == {
        "takes-part", "invited", "signed-up", "ordered", "carried-out", "report", "invoiced", "paid",
    }  # fmt: skip
    for one in found["figures"]:
        assert one["definition"]
        assert one["denominator"] == 300
        assert "history.csv" in one["source"]
    assert found["region"] == "02000"
    assert "Statbel" in found["denominator"]["source"]
    assert "audit-or-ethical-hacking" in run("figures", "--as-of", "2022-12-31")


@pytest.mark.usefixtures("flanders")
def test_importing_again_changes_nothing_and_says_so(write: Write) -> None:
    path = write(series.content())
    run("import", path)
    kept = _everything()
    again = data("import", path)
    assert (again["new"], again["unchanged"], again["changed"]) == (0, 282, False)
    assert "Nothing changed." in run("import", path)
    assert _everything() == kept


def _everything() -> list[Any]:
    return [
        list(Step.objects.order_by("pk").values()),
        list(Participation.objects.order_by("pk").values()),
        list(Programme.objects.order_by("pk").values()),
        list(ProgrammeFault.objects.order_by("pk").values()),
        JournalEntry.objects.count(),
    ]


# What the file may hold -----------------------------------------------------------------------------------------------------------
BAD = b"""nis,programme,step,date
45041,audit,signed-up,2021-03-01
4504,audit,signed-up,2021-03-01
45041,audit,sign-up,2021-03-01
45041,audit,ordered,01/04/2021
99999,audit,paid,2021-03-01
45041,,paid,2021-03-01
45041,audit,paid,2999-03-01
45041,audit,signed-up,2021-04-01
45041,audit,signed-up,2021-03-01
45041,audit,signed-up,2021-03-01,spare
45041,audit,sign-up,2021-03-01
"""


def test_bad_rows_are_named_and_nothing_is_lost(write: Write) -> None:
    cast.ronse()
    done = data("import", write(BAD), code=1)
    assert (done["rows"], done["new"], done["unchanged"], done["bad"]) == (11, 1, 1, 9)
    assert done["rows"] == done["new"] + done["unchanged"] + done["bad"]
    named = [(one["file"], one["row"], one["field"]) for one in done["faults"]]
    assert named == [
        ("history.csv", 3, "nis"), ("history.csv", 4, "step"), ("history.csv", 5, "date"), ("history.csv", 6, "nis"),
        ("history.csv", 7, "programme"), ("history.csv", 8, "date"), ("history.csv", 9, "date"), ("history.csv", 11, ""),
        ("history.csv", 12, "step"),
    ]  # fmt: skip
    assert all(one["reason"] for one in done["faults"])
    listed = data("quarantine")["rows"]
    assert [(one["file"], one["row"], one["field"]) for one in listed] == named
    assert listed[2]["raw"]["date"] == "01/04/2021"
    assert "row 5, date" in run("quarantine")


def test_bad_rows_of_the_same_file_are_kept_once(write: Write) -> None:
    cast.ronse()
    path = write(BAD)
    run("import", path, code=1)
    kept = _everything()
    again = data("import", path, code=1)
    assert (again["new"], again["quarantined"], again["bad"], again["changed"]) == (0, 0, 9, False)
    assert "Nothing changed." in run("import", path, code=1)
    assert _everything() == kept


def test_a_row_leaves_quarantine_when_it_can_be_taken(write: Write) -> None:
    cast.ronse()
    path = write(b"nis,programme,step,date\n63023,audit,paid,2021-03-01\n")
    run("import", path, code=1)
    cast.eupen()
    done = data("import", path)
    assert (done["new"], done["settled"], done["bad"]) == (1, 1, 0)
    assert data("quarantine")["rows"] == []


def test_a_dry_run_writes_nothing(write: Write) -> None:
    cast.ronse()
    before = _everything()
    done = data("import", write(BAD), "--dry-run", code=1)
    assert (done["dry_run"], done["new"], done["bad"], done["programmes_made"]) == (True, 1, 9, ["audit"])
    assert "would be" in run("import", write(BAD), "--dry-run", code=1)
    assert _everything() == before


def test_history_as_given_without_earlier_steps(write: Write) -> None:
    town = cast.ronse()
    run("import", write(b"nis;programme;step;date\n45041;audit;paid;2021-03-01\n"))
    row = Participation.objects.get(organisation=town)
    assert [one.name for one in row.steps.all()] == ["paid"]
    assert (row.state, row.step) == ("done", "paid")
    found = data("figures", "--as-of", "2021-03-01")
    counts = {one["step"]: (one["count"], one["at_least"]) for one in found["figures"]}
    assert counts["paid"] == (1, 1)
    assert counts["signed-up"] == (0, 1)
    assert counts["takes-part"] == (1, 1)
    assert {one["count"] for one in data("figures", "--as-of", "2021-02-28")["figures"]} == {0}


@pytest.mark.usefixtures("flanders")
def test_the_municipality_of_that_day(write: Write) -> None:
    """Beveren-Kruibeke-Zwijndrecht did not exist in 2022; what is paid for Zwijndrecht after its merger counts for the successor."""
    rows = b"nis,programme,step,date\n46030,audit,paid,2022-03-01\n11056,audit,paid,2025-03-01\n"
    done = data("import", write(rows), code=1)
    assert [(one["row"], one["field"]) for one in done["faults"]] == [(2, "date")]
    assert figure(data("figures", "--as-of", "2025-02-28"), "audit", "paid")["count"] == 0
    assert figure(data("figures", "--as-of", "2025-03-01"), "audit", "paid")["count"] == 1


def test_a_file_that_is_no_such_table_is_refused_whole(write: Write) -> None:
    for content, error in [(b"nis,programme,date\n", Invalid), (b"", Exception)]:
        with pytest.raises(error):
            CliRunner().invoke(command, ["import", write(content)], catch_exceptions=False)
    assert not ProgrammeFault.objects.exists()


# The ladder by command ------------------------------------------------------------------------------------------------------------
def test_from_sign_up_to_paid() -> None:
    from paraat.readiness.actions.programmes import open_programme, set_budget

    cast.ronse()
    audit = open_programme(by=SYSTEM, key="audit", rules={"share": "2/3", "cap": "4000", "again": "1/2"})
    waits = data("sign-up", "audit", "Ronse")
    assert waits["state"] == "waiting"
    year = Participation.objects.get().state_at.year
    set_budget(programme=audit, year=year, amount=5000, by=SYSTEM)
    assert data("show", "audit")["participations"][0]["state"] == "going"
    assert data("step", "audit", "45041", "ordered")["step"] == "ordered"
    assert data("commit", "audit", "45041", "4500.00")["committed"] == "3000.00"
    assert "carried-out: recorded" in run("step", "audit", "45041", "carried-out")
    assert data("pay", "audit", "45041", "--amount", "2900")["paid"] == "2900.00"
    budget = data("list")["programmes"][0]["budgets"][0]
    assert (budget["committed"], budget["paid"]) == ("2900.00", "2900.00")
    assert "Ronse" in run("show", "audit")
    assert "audit" in run("list")
    assert data("sign-up", "audit", "45041", "--turn", "2", "--price", "3000")["committed"] == "1500.00"


def test_what_cannot_be_is_said() -> None:
    from paraat.readiness.actions.programmes import open_programme

    cast.ronse()
    open_programme(by=SYSTEM, key="workshop")
    for words, error in [
        (["show", "nothing"], NotFound),
        (["sign-up", "workshop", "Atlantis"], Invalid),
        (["pay", "workshop", "45041"], NotFound),
        (["sign-up", "workshop", "45041", "--turn", "2"], Invalid),
    ]:
        with pytest.raises(error):
            CliRunner().invoke(command, words, catch_exceptions=False)
    run("sign-up", "workshop", "45041")
    with pytest.raises(Conflict):
        CliRunner().invoke(command, ["sign-up", "workshop", "45041"], catch_exceptions=False)
