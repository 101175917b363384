"""Reports through the API and the command line; and what they hold on a person."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from paraat.accounts.middleware import viewer_of
from paraat.accounts.models import Membership
from paraat.cli.report import command
from paraat.incidents.actions import help_requests, personal, verifying
from paraat.incidents.models import Correspondence, HelpRequest, Report
from paraat.kernel.actor import SYSTEM
from paraat.kernel.marking import Role, Tlp
from paraat.platform import moment
from paraat.platform.api import Scope
from paraat.platform.registrations import personal_data
from paraat.registry.actions import erase_contact
from tests import cast
from tests.api.stage import Caller
from tests.incidents.test_reports import taken

pytestmark = pytest.mark.django_db


def test_a_machine_of_the_team_takes_and_reads_reports() -> None:
    ronse, caller = cast.ronse(), Caller(cast.duty_officer(), Scope.CASES_READ, Scope.CASES_WRITE)
    body = {
        "text": "No mail",
        "organisation": str(ronse.pk),
        "kind": "ransomware",
        "services": ["mail"],
        "reference": "ticket 7",
    }
    answer = caller.post("/reports", body)
    assert answer.status_code == 201, answer.content
    assert answer.json()["verification"] == "none" and answer.json()["through"] == "phone"
    assert caller.post("/reports", body).json()["id"] == answer.json()["id"]
    assert caller.get("/reports?state=new").json()["total"] == 1
    assert caller.get(f"/reports/{answer.json()['id']}").json()["text"] == "No mail"
    assert caller.post("/reports", {"text": ""}).status_code == 422


def test_a_constituent_reports_for_itself_only_and_sees_its_own() -> None:
    ronse, eupen = cast.ronse(), cast.eupen()
    caller = Caller(cast.spoc_user(ronse), Scope.CASES_READ, Scope.CASES_WRITE)
    made = caller.post("/reports", {"text": "No mail", "through": "emergency"}).json()
    assert (made["organisation"], made["verification"], made["through"]) == (str(ronse.pk), "signed_in", "portal")
    assert caller.post("/reports", {"text": "x", "organisation": str(eupen.pk)}).status_code == 404
    other = taken(organisation=eupen)
    assert caller.get("/reports").json()["total"] == 1
    assert caller.get(f"/reports/{other.pk}").status_code == 404
    for user in (cast.observer(), cast.partner_user(), cast.provider_user(), cast.administrator()):
        assert Caller(user).get("/reports").status_code == 403
    auditor = Caller(cast.auditor())
    assert auditor.post("/reports", {"text": "x"}).status_code == 403
    Report.objects.filter(pk=other.pk).update(tlp=Tlp.RED)
    assert auditor.get(f"/reports/{other.pk}").status_code == 404


def test_the_command_line_takes_lists_and_shows() -> None:
    cast.ronse()
    run = CliRunner()
    arguments = [
        "take",
        "No mail",
        "--organisation",
        "Ronse",
        "--kind",
        "ransomware",
        "--service",
        "mail",
        "--known-at",
        "2026-01-30T23:30+01:00",
        "--json",
    ]
    made = json.loads(run.invoke(command, arguments, catch_exceptions=False).output)
    assert made["organisation"] == "Ronse" and Report.objects.get().organisation == cast.ronse()
    listed = json.loads(run.invoke(command, ["list", "--state", "new", "--json"], catch_exceptions=False).output)
    assert [one["number"] for one in listed["reports"]] == [made["number"]]
    shown = json.loads(run.invoke(command, ["show", made["code"].lower(), "--json"], catch_exceptions=False).output)
    assert shown["services"] == ["mail"] and shown["known_at"].startswith("2026-01-30T22:30")
    assert made["number"] in run.invoke(command, ["show", made["number"]], catch_exceptions=False).output
    assert run.invoke(command, ["show", "R1"]).exit_code != 0
    assert run.invoke(command, ["take", "x", "--known-at", "soon"]).exit_code != 0


def test_the_command_line_prints_the_card(tmp_path: Path) -> None:
    cast.eupen()
    out = tmp_path / "card.pdf"
    assert CliRunner().invoke(command, ["card", "Eupen", "--out", str(out)], catch_exceptions=False).exit_code == 0
    assert out.read_bytes().startswith(b"%PDF")
    assert CliRunner().invoke(command, ["card", "Nowhere", "--out", str(out)]).exit_code != 0


def test_what_is_held_on_a_person_is_given_and_forgotten_and_the_report_stays() -> None:
    ronse = cast.ronse()
    spoc, other = cast.contact(ronse), cast.contact(ronse, "deputy")
    report = taken(organisation=ronse, contact=spoc, reporter="SPOC, Ronse", reachable_at="spoc@ronse.example")
    by_address = taken(reporter="somebody", reachable_at="SPOC@ronse.example")
    untouched = taken(organisation=ronse, contact=other, reporter="Deputy", reachable_at="deputy@ronse.example")
    verifying.confirm_report(report=untouched, contact=spoc, spoke_to="X", by=SYSTEM)
    Correspondence.objects.create(
        report=report, message_id="<1@x>", sender="spoc@ronse.example", subject="s", text="t", at=moment.now()
    )
    help_requests.ask_help(organisation=ronse, text="hands", by=SYSTEM, asked_by="SPOC, Ronse", contact=spoc)
    held = personal.export_person(spoc.pk)
    assert {row["number"] for row in held["reports"]} == {report.number, by_address.number}
    assert len(held["mails"]) == len(held["help_requests"]) == 1
    assert any(one.name == "reports" for one in personal_data)
    assert personal.erase_person(contact=spoc.pk) == 5
    for row in (report, by_address, untouched):
        row.refresh_from_db()
    assert report.reporter == by_address.reporter == personal.ERASED and report.text and report.organisation == ronse
    assert untouched.reporter == "Deputy" and untouched.verified_with == personal.ERASED
    assert personal.export_person(spoc.pk) == {"reports": [], "mails": [], "help_requests": []}


def test_whoever_erases_a_contact_erases_it_in_reports_accounts_and_messages_too() -> None:
    ronse = cast.ronse()
    spoc, account = cast.contact(ronse), cast.spoc_user(ronse)
    report = taken(organisation=ronse, contact=spoc, reporter="SPOC, Ronse", reachable_at="spoc@ronse.example")
    help_requests.ask_help(organisation=ronse, text="hands", by=SYSTEM, asked_by="SPOC, Ronse", contact=spoc)
    assert erase_contact(contact=spoc, by=SYSTEM) > 3
    report.refresh_from_db()
    account.refresh_from_db()
    assert (report.reporter, report.reachable_at, report.contact) == (personal.ERASED, "", None)
    assert HelpRequest.objects.get().asked_by == personal.ERASED
    assert not account.is_active and account.name == ""


def test_an_account_that_acts_for_somebody_else_too_stays_when_one_of_its_contacts_is_erased() -> None:
    ronse, drogenbos = cast.ronse(), cast.drogenbos()
    account = cast.spoc_user(ronse)
    Membership.objects.create(user=account, role=Role.SPOC, organisation=drogenbos, contact=cast.contact(drogenbos))
    erase_contact(contact=cast.contact(ronse), by=SYSTEM)
    account.refresh_from_db()
    assert account.is_active and account.name
    assert viewer_of(account).own == {drogenbos.pk}
