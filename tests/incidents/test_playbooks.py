"""Shipped playbooks are whole in every language; editing makes versions, and going back is one of them."""

from __future__ import annotations

from typing import Any

import pytest

from paraat.incidents import playbooks as shipped
from paraat.incidents.actions import playbooks as actions
from paraat.incidents.models import Playbook
from paraat.incidents.reading import active_playbooks, proposed_for, versions_of
from paraat.incidents.rules.playbooks import changes, fault_of_steps, missing_texts
from paraat.kernel import rsit
from paraat.kernel.errors import Conflict, Invalid, NotFound
from paraat.platform.models import JournalEntry
from tests import cast
from tests.incidents import working

BY = working.actor


@pytest.mark.parametrize("one", shipped.load().values(), ids=lambda one: one.key)
def test_every_shipped_playbook_is_whole(one: shipped.Shipped) -> None:
    steps = [step.as_data() for step in one.steps]
    assert missing_texts(one.title, one.first_hour, steps, shipped.LANGUAGES) == []
    assert fault_of_steps(steps) == ""
    assert all(rsit.is_known(type_) for type_ in one.classifications)
    assert 6 <= len(one.first_hour["nl"]) <= 9 and one.sources
    assert all(len(text) <= 200 for step in one.steps for text in step.title.values())


def test_no_type_is_proposed_two_playbooks() -> None:
    types = [type_ for one in shipped.load().values() for type_ in one.classifications]
    assert len(types) == len(set(types))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "begins"),
    [("ddos", "Dit is overspoelen"), ("data_leak", "Dicht het lek"), ("defacement", "Fotografeer"), ("supplier", "Sluit de"),
     ("availability.dos", "Dit is overspoelen"), ("", "Trek de netwerkkabel"), ("nobody knows", "Trek de netwerkkabel")],
)  # fmt: skip
def test_the_first_hour_by_any_name(kind: str, begins: str) -> None:
    assert shipped.first_hour(kind, "nl")[0].startswith(begins)


@pytest.mark.django_db
def test_the_first_hour_says_what_people_edited() -> None:
    edited("ddos", first_hour={code: ["Bel eerst ons."] for code in shipped.LANGUAGES})
    assert shipped.first_hour("ddos", "nl") == ["Bel eerst ons."]
    assert shipped.first_hour("ransomware", "nl")[0].startswith("Trek")


def edited(key: str = "ddos", **changed: Any) -> Playbook:
    """A new version by the duty officer."""
    actions.take_in_shipped()
    active = Playbook.objects.get(key=key, active=True)
    held = {name: getattr(active, name) for name in ("title", "first_hour", "steps", "classifications")}
    said = {"base": active.version, "because": "We know better"} | held | changed
    return actions.edit_playbook(key=key, by=BY(), **said)


@pytest.mark.django_db
def test_taking_in_again_changes_nothing() -> None:
    assert actions.take_in_shipped() == 6
    assert actions.take_in_shipped() == 0
    assert JournalEntry.objects.filter(verb="playbook.shipped").count() == 6
    assert {one.version for one in active_playbooks()} == {1}


@pytest.mark.django_db
def test_playbooks_are_read_before_any_was_taken_in() -> None:
    assert [one.key for one in active_playbooks()] == sorted(shipped.load())
    assert versions_of("ddos")[0].version == 1 and versions_of("nothing") == []


@pytest.mark.django_db
def test_a_newer_shipped_version_takes_over_only_what_nobody_edited(monkeypatch: pytest.MonkeyPatch) -> None:
    edited("ddos")
    newer = {
        key: shipped.Shipped(key, 2, one.title, one.first_hour, one.steps, one.classifications, one.sources)
        for key, one in shipped.load().items()
    }
    monkeypatch.setattr(shipped, "load", lambda: newer)
    assert actions.take_in_shipped() == 6
    assert Playbook.objects.get(key="data-leak", active=True).shipped == 2
    assert Playbook.objects.get(key="ddos", active=True).made_by == cast.duty_officer().name
    assert [one.version for one in versions_of("ddos")] == [3, 2, 1]


@pytest.mark.django_db
def test_running_cases_keep_their_version() -> None:
    case = working.case(classification="availability.ddos")
    new = edited(
        "ddos", steps=[step for step in Playbook.objects.get(key="ddos").steps if step["key"] in {"confirm", "filter"}]
    )
    later = working.case(cast.eupen(), classification="availability.ddos")
    assert {task.playbook.version for task in case.tasks.all()} == {1} and case.tasks.count() == 7
    assert {task.playbook.version for task in later.tasks.all()} == {new.version} and later.tasks.count() == 2


@pytest.mark.django_db
def test_a_missing_language_is_named() -> None:
    with pytest.raises(Invalid) as raised:
        edited("ddos", title={"nl": "Titel", "en": "Title", "de": "Titel", "fr": " "})
    assert raised.value.context["language"] == "fr" and raised.value.context["field"] == "title"
    assert Playbook.objects.get(key="ddos", active=True).version == 1


@pytest.mark.django_db
def test_steps_in_a_circle_are_refused() -> None:
    actions.take_in_shipped()
    steps = [dict(step) for step in Playbook.objects.get(key="ddos").steps]
    steps[0]["after"] = [steps[-1]["key"]]
    steps[-1]["after"] = [steps[0]["key"]]
    with pytest.raises(Invalid, match="circle"):
        edited("ddos", steps=steps)


@pytest.mark.django_db
def test_who_edited_an_old_version_is_told() -> None:
    edited("ddos")
    with pytest.raises(Conflict):
        edited("ddos", base=1)


@pytest.mark.django_db
def test_going_back_makes_the_old_one_active_again() -> None:
    edited("ddos")
    with pytest.raises(Invalid):
        actions.activate_playbook(key="ddos", version=1, because="", by=BY())
    assert actions.activate_playbook(key="ddos", version=1, because="The old one was right", by=BY()).active
    with pytest.raises(Conflict):
        actions.activate_playbook(key="ddos", version=1, because="Again", by=BY())
    with pytest.raises(NotFound):
        actions.activate_playbook(key="ddos", version=9, because="None", by=BY())
    assert edited("ddos").version == 3


@pytest.mark.django_db
def test_a_supplier_in_a_case_proposes_its_playbook() -> None:
    from paraat.incidents.actions.suppliers import involve_supplier

    case = working.case()
    assert proposed_for(case, []) == []
    involve_supplier(case=case, organisation=cast.provider(), by=BY())
    assert [one.key for one in proposed_for(case, [])] == ["supplier-compromise"]
    actions.add_playbook(case=case, key="supplier-compromise", by=BY())
    assert proposed_for(case, set(case.tasks.values_list("playbook", flat=True))) == []


def test_differences_between_versions_name_what_changed() -> None:
    one = shipped.load()["ddos"]
    old = {
        "title": one.title,
        "first_hour": one.first_hour,
        "steps": [step.as_data() for step in one.steps],
        "classifications": [],
    }
    new = old | {"title": one.title | {"nl": "Andere titel"}}
    assert changes(old, new, "nl") == [("gone", one.title["nl"]), ("new", "Andere titel")]
    assert changes(old, new, "fr") == []
