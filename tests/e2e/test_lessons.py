"""A lesson from a closed case goes to 300 constituents through 12 service providers: written, found out, approved, released, answered, chased.

It is a demonstration: the towns are real, what happens to them here is invented.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.e2e.person import Person
from tests.installation import ROOT, Installation

pytestmark = pytest.mark.e2e

BEGIN = "import django; django.setup()\nfrom datetime import date\nAGO = date(2020, 1, 1)\n"
STAGE = (
    BEGIN
    + """
import json
from django.contrib.postgres.aggregates import ArrayAgg
from paraat.accounts.middleware import actor_of
from paraat.accounts.models import User
from paraat.incidents.actions.cases import open_case
from paraat.incidents.actions.states import move_case
from paraat.platform import moment
from paraat.registry.models import Contact, ContactChannel, Organisation, Supply
by = actor_of(User.objects.get(email="officer@paraat.example"))
known = {"languages": ["nl"], "citizen_languages": ["nl"], "source": "play"}
firms = list(Organisation.objects.filter(kind="provider").order_by("name")[:2])
for row in range(10):
    firm = Organisation.objects.create(kind="provider", name=f"Service provider {row} (invented)", constituent=False, **known)
    desk = Contact.objects.create(organisation=firm, role="ict_on_call", name="Desk", languages=["nl"], confirmed_at=moment.now(), source="play")
    ContactChannel.objects.create(contact=desk, kind="mail", address=f"desk@provider{row}.example", out_of_band=True, confirmed_at=moment.now())
    firms.append(firm)
towns = list(Organisation.objects.constituents().as_of(moment.today()).order_by("name"))
more = max(300 - len(towns), 0)
towns += Organisation.objects.bulk_create(
    Organisation(kind="municipal_agency", name=f"Agency {row} (invented)", province="40000", region="02000", **known) for row in range(more))
Supply.objects.as_of(moment.today()).update(valid_until=AGO)
Supply.objects.bulk_create(Supply(supplier=firms[row % 12], customer=town, what="The play", consent=True) for row, town in enumerate(towns))
victim = Organisation.objects.get(name="Diest", kind="municipality")
case = open_case(organisation=victim, title="Files are locked", summary="The file server of Diest was locked", language="en", by=by)
for step in ("contained", "eradicated", "recovering", "closed"):
    move_case(case=case, to=step, by=by, because="Over")
    case.refresh_from_db()
print(json.dumps({"case": str(case.pk), "number": case.number, "towns": len(towns), "firms": [one.name for one in firms]}))
"""
)
OTHERS = (
    BEGIN
    + """
import sys
from paraat.kernel.actor import Actor, ActorKind
from paraat.readiness.actions.lessons import answer_for_customers
from paraat.readiness.models import Lesson, LessonAnswer
from paraat.readiness.whom import consenting
from paraat.registry.models import Organisation
lesson = Lesson.objects.get(number=sys.argv[1])
for name in sys.argv[2:]:
    firm = Organisation.objects.get(name=name)
    asked = LessonAnswer.objects.filter(lesson=lesson, state="open", organisation__in=consenting(firm.pk))
    customers = list(asked.values_list("organisation", flat=True))
    if customers:
        answer_for_customers(lesson=lesson, provider=firm, customers=customers, by=Actor(ActorKind.USER, None, f"Desk, {name}"), state="done")
print(LessonAnswer.objects.filter(lesson=lesson, told=True, state="open").count())
"""
)
LATER = (
    BEGIN
    + """
import sys
from django.db import transaction
from paraat.alerts.models import Delivery
from paraat.platform import moment
from paraat.readiness.actions.lessons import chase_due
from paraat.readiness.models import LessonAnswer
for rung in range(4):
    with transaction.atomic():  # so that the worker leaves them alone
        LessonAnswer.objects.filter(lesson__number=sys.argv[1], chase_at__isnull=False).update(chase_at=moment.now())
        print(sum(iter(chase_due, 0)))
told = Delivery.objects.filter(purpose="reminder", key__startswith="lesson:")
print(told.count(), told.filter(contact__organisation__kind="provider").count())
"""
)

AFTER = (
    BEGIN
    + """
from paraat.alerts.actions import acknowledge_notices
from paraat.alerts.models import Notice
from paraat.kernel.actor import SYSTEM
from paraat.readiness.actions.lessons import close_lesson
from paraat.readiness.models import Lesson
from paraat.registry.models import Supply
for lesson in Lesson.objects.filter(case__isnull=False, state="released"):
    notices = list(Notice.objects.filter(alert=lesson.alert, state="open").select_related("alert", "organisation"))
    acknowledge_notices(notices=notices, by=SYSTEM, through="officer", name="The play is over")
    close_lesson(lesson=lesson, by=SYSTEM, because="The play is over")
Supply.objects.filter(what="The play").delete()
Supply.objects.filter(valid_until=AGO).update(valid_until=None)
"""
)


@pytest.fixture
def staged(region: Installation) -> Iterator[dict[str, Any]]:
    """A closed case, 300 constituents and 12 service providers. Other plays use the same region: nobody waits in it for this one afterwards."""
    yield json.loads(_python(region, STAGE))
    _python(region, AFTER)


def test_a_lesson_from_a_closed_case_to_300_through_12(
    region: Installation, enter: Callable[..., Person], staged: dict[str, Any]
) -> None:
    officer, coordinator = enter("officer", language="en"), enter("coordinator", language="en")
    spoc, provider = enter("spoc-ronse", phone=True, language="en"), enter("provider", language="en")
    number = _written(officer, staged)
    _released(officer, coordinator, number, staged)
    mine = _answered_by_spoc(spoc, number, staged)
    many = _answered_by_provider(provider, number, staged)
    silent = _answered_by_others(region, number, staged)
    _chased(region, number, silent)
    _figures_are_right(
        region,
        officer,
        number,
        staged,
        answered=staged["towns"] - 1 - silent,
        by_providers=many,
        mine=mine,
        silent=silent,
    )
    for person in (officer, spoc, provider):
        assert person.violations() == []


def _python(region: Installation, program: str, *arguments: str) -> str:
    """What a program prints; answers for hundreds may take longer on a busy machine than `Installation.python` waits."""
    command = [sys.executable, "-c", program, *arguments]
    done = subprocess.run(
        command, env=region.environment, capture_output=True, text=True, timeout=300, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _written(officer: Person, staged: dict[str, Any]) -> str:
    """From the closed case; the town's name slips in, and is found."""
    officer.go(f"/cases/{staged['case']}/")
    officer.press("#lessons a", text="Make a lesson")
    assert "The file server of … was locked" in officer.page.input_value("[name='happened_en']")
    officer.submit(
        "",
        title_en="A second factor for administrators",
        happened_en="An intruder entered a municipality like Diest with a password alone.",
        advice_en="Ask a second factor of everybody who enters from outside.",
        urgency="2",
    )
    officer.see("#recognised", text="Diest")
    assert not officer.page.locator("form[action$='/decide/release/']").count()
    officer.press(".heading a", text="Change")
    officer.submit("", happened_en="An intruder entered a municipality with a password alone.")
    officer.see("#release", text=f"It goes to {staged['towns'] - 1} organisations")
    officer.see("#release", text="and to 12 service providers")
    officer.see("#release", text="Not told: Diest")
    found = re.search(r"L\d{4}-\d{4}", officer.text())
    assert found
    return found[0]


def _released(officer: Person, coordinator: Person, number: str, staged: dict[str, Any]) -> None:
    """By two people."""
    officer.submit("/decide/ask/")
    coordinator.go("/lessons/")
    coordinator.press("main tbody a", text=number)
    coordinator.submit("/decide/approve/")
    officer.go(officer.page.url)
    officer.submit("/decide/release/")
    officer.see("#figures", text="were told")
    assert officer.page.locator("#figures .count b").first.inner_text().replace(",", "") == str(staged["towns"] - 1)


def _answered_by_spoc(spoc: Person, number: str, staged: dict[str, Any]) -> int:
    """On a telephone, from the first page; nothing there says whose lesson it was."""
    spoc.go("/portal/")
    spoc.press("#lessons a", text="A second factor for administrators")
    assert staged["number"] not in spoc.text()
    assert "Diest" not in spoc.text()
    address = spoc.page.url
    with spoc.expecting_errors():
        spoc.submit("", state="not_applicable")
        spoc.see(".error", text="Say why it does not apply")
    spoc.submit("", state="not_applicable", because="Nobody enters from outside")
    assert spoc.page.url == address
    spoc.see("#said", text="Nobody enters from outside")
    spoc.go("/lessons/ours/")
    spoc.see("main tbody", text=number)
    return 1


def _answered_by_provider(provider: Person, number: str, staged: dict[str, Any]) -> int:
    """One table, one answer, for every customer that has none."""
    provider.go("/lessons/customers/")
    provider.press("main tbody a", text=number)
    assert staged["number"] not in provider.text()
    provider.press("button", text="I have read it")
    customers = provider.page.locator("main tbody tr").count()
    before = provider.page.locator("main tbody tr", has_text="Nobody enters from outside").count()
    provider.submit("", without=True, state="done")
    provider.see(".messages, main", text=f"Answered for {customers - before} customers.")
    return customers - before


def _answered_by_others(region: Installation, number: str, staged: dict[str, Any]) -> int:
    """All but two of the other firms; returns how many stay silent."""
    firms = [one for one in staged["firms"] if "Regional" not in one]
    answering, quiet = firms[:-2], firms[-2:]
    assert len(quiet) == 2
    return int(_python(region, OTHERS, number, *answering))


def _answers(region: Installation, number: str, state: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(
        region.run("lesson", "answers", number, "--state", state, "--json").stdout
    )["answers"]
    return found


def _chased(region: Installation, number: str, silent: int) -> None:
    """Three rungs, as if the days had passed; the tick after them does nothing."""
    *rungs, contacts, providers = map(int, _python(region, LATER, number).split())
    assert rungs == [silent] * 3 + [0]
    assert providers == 2
    assert contacts <= silent + providers, "nobody is told twice"


def _figures_are_right(
    region: Installation, officer: Person, number: str, staged: dict[str, Any], **expected: int
) -> None:
    """The page, its lists and the command line say the same."""
    figures = json.loads(region.run("lesson", "show", number, "--json").stdout)["figures"]
    assert (figures["told"], figures["silent"]) == (staged["towns"] - 1, expected["silent"])
    assert figures["closed"] == figures["answered"] == expected["answered"]
    assert len(_answers(region, number, "not_applicable")) == expected["mine"]
    officer.go(officer.page.url)
    officer.see("#figures .curve")
    for label, filters, count in (
        ("closed it", "closed=yes", figures["closed"]),
        ("have not answered", "state=open", figures["silent"]),
        ("answered by a service provider", "provider=yes", figures["by_providers"]),
    ):
        figure = officer.page.locator("#figures a.count", has_text=label)
        assert figure.locator("b").inner_text().replace(",", "") == str(count)
        assert (figure.get_attribute("href") or "").endswith(filters)
    lesson = officer.page.url
    officer.press("#figures a.count", text="have not answered")
    assert officer.page.locator("h1 .total").inner_text() == str(expected["silent"])
    officer.see("main tbody", text="shown to the team")
    officer.go(lesson)
