"""A request for help: its clock, the coordinator when nobody answers, and the answer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from paraat.accounts.models import WaitingTask
from paraat.incidents.actions import help_requests as helping
from paraat.incidents.models import HelpRequest
from paraat.kernel.actor import SYSTEM
from paraat.kernel.errors import Conflict, Invalid
from tests import cast
from tests.alerts import staging
from tests.web.pages import client_of, officer, page, said

pytestmark = pytest.mark.django_db


def asked(**more: object) -> HelpRequest:
    return helping.ask_help(**({"organisation": cast.ronse(), "text": "Somebody who reads logs", "by": SYSTEM} | more))  # type: ignore[arg-type]


def test_it_pages_whoever_is_on_call_and_has_a_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    first = asked()
    assert first.due_at - first.asked_at == timedelta(minutes=30)
    monkeypatch.setenv("PARAAT_HELP_MINUTES", "5")
    row = asked()
    assert row.due_at - row.asked_at == timedelta(minutes=5)
    task = WaitingTask.objects.get(key=helping.asked_key(row))
    assert task.urgent and task.page_stage == 0


def test_silence_pages_the_coordinator_once_however_late() -> None:
    row = asked()
    assert helping.page_for_silence(now=row.due_at - timedelta(seconds=1)) == 0
    assert helping.page_for_silence(now=row.due_at + timedelta(hours=9)) == 1
    assert helping.page_for_silence(now=row.due_at + timedelta(hours=9)) == 0
    assert WaitingTask.objects.get(key=helping.silent_key(row)).page_stage == helping.COORDINATOR
    row.refresh_from_db()
    helping.answer_help(request=row, answer="We come.", by=staging.officer())
    assert not WaitingTask.objects.open().exists() and row.state == "answered"


def test_an_answer_in_time_pages_nobody_and_is_given_once() -> None:
    row = asked()
    stale = HelpRequest.objects.get(pk=row.pk)
    helping.answer_help(request=row, answer="We come.", by=SYSTEM)
    assert helping.page_for_silence(now=row.due_at + timedelta(hours=1)) == 0
    with pytest.raises(Conflict):
        helping.withdraw_help(request=stale, by=SYSTEM)
    with pytest.raises(Invalid):
        helping.answer_help(request=asked(), answer=" ", by=SYSTEM)
    with pytest.raises(Invalid):
        asked(text="")


def test_a_spoc_asks_and_reads_the_answer_and_others_see_nothing_of_it() -> None:
    ronse = cast.ronse()
    spoc = client_of(cast.spoc_user(ronse))
    said(spoc, "/portal/help/", {"text": "We need hands"})
    row = HelpRequest.objects.get()
    assert row.contact == cast.contact(ronse) and row.organisation == ronse
    path = f"/help-requests/{row.pk}/"
    assert "We need hands" in page(officer(), "/help-requests/") and "We need hands" in page(spoc, path)
    assert officer().post(f"{path}answer/", {}).status_code == 400
    said(officer(), f"{path}answer/", {"answer": "Two people at nine"})
    assert "Two people at nine" in page(spoc, path)
    other = client_of(cast.spoc_user(cast.eupen()))
    assert other.get(path).status_code == 404 and "We need hands" not in page(other, "/help-requests/")
    assert other.post(f"{path}withdraw/").status_code == 404
    for user in (cast.observer(), cast.partner_user(), cast.administrator(), cast.provider_user()):
        assert client_of(user).get("/help-requests/").status_code == 403
    for user in (cast.auditor(), cast.spoc_user(ronse)):
        assert client_of(user).post(f"{path}answer/", {"answer": "x"}).status_code == 403
    assert officer().get("/portal/help/").status_code == 403


def test_a_spoc_takes_a_request_back() -> None:
    spoc = client_of(cast.spoc_user(cast.ronse()))
    said(spoc, "/portal/help/", {"text": "We need hands"})
    row = HelpRequest.objects.get()
    assert "Withdrawn" in said(spoc, f"/help-requests/{row.pk}/withdraw/", {})
    assert not WaitingTask.objects.open().exists()


def test_an_exercise_stays_one() -> None:
    row = asked(exercise=True)
    assert WaitingTask.objects.get(key=helping.asked_key(row)).exercise
    helping.page_for_silence(now=row.due_at)
    assert WaitingTask.objects.get(key=helping.silent_key(row)).exercise
