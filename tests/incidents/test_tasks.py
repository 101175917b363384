"""Tasks come from the playbook that fits, wait for each other, remind once, and are done by whom they are given to."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import translation

from paraat.accounts.models import WaitingTask
from paraat.alerts.models import Delivery
from paraat.incidents.actions import tasks as actions
from paraat.incidents.actions.playbooks import add_playbook
from paraat.incidents.models import CaseHelper, Task
from paraat.kernel.errors import Conflict, Invalid
from paraat.kernel.marking import Tlp
from paraat.platform import moment
from tests import cast
from tests.incidents import working

pytestmark = pytest.mark.django_db
BY = working.actor


def test_the_playbook_of_its_class_gives_a_case_its_tasks() -> None:
    case = working.case(classification=working.RANSOMWARE)
    tasks = {task.key: task for task in case.tasks.all()}
    assert len(tasks) == 10 and all(key.startswith("ransomware:") for key in tasks)
    assert tasks["ransomware:isolate"].assigned_to_id == case.organisation_id
    assert tasks["ransomware:call-back"].assigned_to is None
    assert [one.key for one in tasks["ransomware:preserve"].after.all()] == ["ransomware:isolate"]
    assert (
        tasks["ransomware:isolate"].title == "Haal getroffen toestellen en back-ups van het netwerk"
    )  # the victim's language
    assert tasks["ransomware:isolate"].title_in("fr").startswith("Isoler")
    assert tasks["ransomware:isolate"].tlp == case.tlp


def test_a_case_of_no_class_gets_none_and_one_by_hand_is_not_doubled() -> None:
    case = working.case()
    assert not case.tasks.exists()
    assert len(add_playbook(case=case, key="ddos", by=BY())) == 7
    assert add_playbook(case=case, key="ddos", by=BY()) == []
    assert len(add_playbook(case=case, key="web-defacement", by=BY())) == 7  # both have "lessons"
    assert case.tasks.count() == 14


def test_an_exercise_makes_exercise_tasks() -> None:
    case = working.case(classification=working.RANSOMWARE, exercise=True)
    assert set(case.tasks.values_list("exercise", flat=True)) == {True}


def test_a_task_waits_for_those_before_it() -> None:
    case = working.case()
    first = actions.add_task(case=case, title="First", by=BY())
    second = actions.add_task(case=case, title="Second", by=BY(), after=[first.pk])
    with pytest.raises(Conflict, match="First"):
        actions.finish_task(task=second, by=BY())
    actions.drop_task(task=first, by=BY(), reason="Not here")
    assert actions.finish_task(task=second, by=BY(), outcome="All fine").outcome == "All fine"


def test_a_circle_is_refused() -> None:
    case = working.case()
    first = actions.add_task(case=case, title="First", by=BY())
    second = actions.add_task(case=case, title="Second", by=BY(), after=[first.pk])
    with pytest.raises(Invalid, match="circle"):
        actions.change_task(task=first, by=BY(), owner=None, assigned_to=None, due_at=None, after=[second.pk])
    assert not first.after.exists()


def test_a_task_of_another_case_cannot_come_first() -> None:
    other = actions.add_task(case=working.case(cast.eupen()), title="Elsewhere", by=BY())
    with pytest.raises(Invalid):
        actions.add_task(case=working.case(), title="Here", by=BY(), after=[other.pk])


def test_only_the_victim_and_helpers_with_consent_are_given_something() -> None:
    case, firm = working.case(), cast.provider()
    with pytest.raises(Invalid, match="consent"):
        actions.add_task(case=case, title="Look", by=BY(), assigned_to=firm)
    helper = CaseHelper.objects.create(case=case, organisation=firm, what="Hosting", asked_at=moment.now())
    with pytest.raises(Invalid, match="consent"):
        actions.add_task(case=case, title="Look", by=BY(), assigned_to=firm)
    CaseHelper.objects.filter(pk=helper.pk).update(consent_at=moment.now())
    assert actions.add_task(case=case, title="Look", by=BY(), assigned_to=firm).assigned_to == firm


def test_done_twice_is_refused_and_reopening_needs_a_reason() -> None:
    task = actions.add_task(case=working.case(), title="Once", by=BY())
    actions.finish_task(task=task, by=BY())
    with pytest.raises(Conflict):
        actions.finish_task(task=task, by=BY())
    with pytest.raises(Invalid):
        actions.reopen_task(task=task, by=BY(), reason=" ")
    assert actions.reopen_task(task=task, by=BY(), reason="It came back").state == Task.State.OPEN


def test_the_team_is_reminded_once_and_late_rather_than_never() -> None:
    now = moment.now()
    task = actions.add_task(case=working.case(), title="Call", by=BY(), due_at=now + timedelta(hours=4))
    assert actions.remind_tasks(now=now + timedelta(hours=2)) == 0
    assert actions.remind_tasks(now=now + timedelta(days=9)) == 1
    assert actions.remind_tasks(now=now + timedelta(days=9)) == 0
    waits = WaitingTask.objects.get(kind="case_task")
    assert task.title in waits.summary and waits.urgent is False
    actions.finish_task(task=task, by=BY())
    waits.refresh_from_db()
    assert waits.done_at is not None


def test_what_is_red_is_not_named_where_auditors_read() -> None:
    now = moment.now()
    actions.add_task(case=working.case(), title="Ask the informant", by=BY(), due_at=now, tlp=Tlp.RED)
    actions.remind_tasks(now=now + timedelta(minutes=1))
    assert "informant" not in WaitingTask.objects.get(kind="case_task").summary


def test_the_victims_spoc_is_told_without_details() -> None:
    now, town = moment.now(), cast.ronse()
    case = working.case(town)
    actions.add_task(case=case, title="Isolate the server", by=BY(), due_at=now, assigned_to=town)
    assert actions.remind_tasks(now=now + timedelta(minutes=1)) == 1
    sent = Delivery.objects.get(contact=cast.contact(town))
    assert case.number in sent.subject and "Isolate" not in sent.subject + sent.body
    assert "/cases/tasks/" in sent.body
    assert not WaitingTask.objects.filter(kind="case_task").exists()


def test_a_task_that_waits_is_reminded_of_when_its_turn_comes() -> None:
    now = moment.now()
    case = working.case()
    first = actions.add_task(case=case, title="First", by=BY())
    actions.add_task(case=case, title="Second", by=BY(), due_at=now, after=[first.pk])
    late = now + timedelta(hours=1)
    assert actions.remind_tasks(now=late) == 0
    actions.finish_task(task=first, by=BY())
    assert actions.remind_tasks(now=late) == 1


def test_another_due_moment_is_reminded_of_anew() -> None:
    now = moment.now()
    task = actions.add_task(case=working.case(), title="Call", by=BY(), due_at=now)
    actions.remind_tasks(now=now + timedelta(minutes=1))
    task.refresh_from_db()
    changed = actions.change_task(
        task=task, by=BY(), owner=cast.coordinator(), assigned_to=None, due_at=now + timedelta(hours=1), after=[]
    )
    assert changed.reminded_at is None and changed.owner == cast.coordinator()
    assert actions.remind_tasks(now=now + timedelta(hours=1)) == 1


def test_exercise_reminders_say_so() -> None:
    now = moment.now()
    actions.add_task(case=working.case(exercise=True), title="Call", by=BY(), due_at=now)
    actions.remind_tasks(now=now + timedelta(minutes=1))
    assert WaitingTask.objects.get(kind="case_task").exercise is True


def test_titles_of_hand_written_tasks_stay_as_written() -> None:
    task = actions.add_task(case=working.case(), title="Bel de burgemeester", by=BY())
    with translation.override("fr"):
        assert task.title_in("fr") == "Bel de burgemeester"
