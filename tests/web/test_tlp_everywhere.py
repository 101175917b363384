"""No way leads a higher marking to a lower audience: every page, file, search, operation, event and mail, as every class of viewer.

On a stage where each row has a word of its own, everything that can be fetched is fetched, and what is read is compared with what the rule
(`kernel.marking.may_see`, with the case or room of the row) grants. The other way round too: what the rule grants is found somewhere.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pypdf
import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import Resolver404, resolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paraat.accounts.middleware import actor_of, viewer_of
from paraat.accounts.models import User
from paraat.alerts.models import Delivery
from paraat.incidents.actions import consents, evidence, exchange, exposure, extortion, notes, tasks, timeline
from paraat.incidents.actions.cases import open_case
from paraat.incidents.actions.extortion import fire_countdowns
from paraat.incidents.actions.help_requests import page_for_silence
from paraat.incidents.actions.reminding import fire_reminders
from paraat.incidents.actions.tasks import remind_tasks
from paraat.incidents.models import Case, Hypothesis, Indicator, Report
from paraat.kernel.errors import Invalid
from paraat.kernel.marking import ANONYMOUS, Role, Tlp, Viewer
from paraat.platform import moment
from paraat.platform.models import HouseMessage
from paraat.registry.models import Organisation
from paraat.warroom.actions.triggers import page_silent_triggers
from paraat.warroom.models import Room, Signal, SituationReport, Statement
from paraat.web import rights
from tests import cast
from tests.api.stage import Caller
from tests.cloud.staged import OF_THE_CLOUD
from tests.platform.test_marked import allowed
from tests.readiness import staged as learnt
from tests.web.marked_stage import WORD, Stage
from tests.web.pages import client_of

pytestmark = pytest.mark.django_db

ELSEWHERE = {
    "accounts", "alerts", "announcements", "c", "calls", "exercises", "feeds", "inbound", "me", "n", "quarantine", "roster", "tasks", "unassigned",
    "emergency",
    "engagements", "findings", "disclosure", "disclosures",  # tests/readiness/test_findings.py tries their circles
}  # fmt: skip
"""First parts of addresses with parameters that speak of nothing on this stage."""
NOUNS = {"statements": "statements", "press": "press", "sitreps": "sitreps", "evidence": "evidence"}
"""What `<pk>` below a case or room stands for, by the part of the address before it."""
LISTS = {
    "/cases",
    "/reports",
    "/clocks",
    "/cases/tasks",
    "/indicators",
    "/hypotheses",
    "/rooms",
    "/sitreps",
    "/journal",
    "/countdowns",
    "/help-requests",
    "/cloud/tenants",
    "/cloud/drills",
    "/cloud/drills/claimed",
    "/cloud/preparations",
    "/cloud/programme",
    "/assessments",
    "/continuity/services",
    "/lessons",
    "/lessons/customers",
    "/measures",
    "/supplier-measures",
    "/programmes",
    "/sessions",
    "/population/constituents",
}
FORMS = ("json", "pdf", "docx")
OF_WHAT_IS_LEARNT = {beginning.split("/")[1] for beginning in learnt.PLACES}


OF_THE_ROOM = (Indicator, Hypothesis, Report)
"""What only team and auditors have pages of, however low it is marked (a victim has its own reports in the portal)."""


def child_of(path: str) -> tuple[str, str, str]:
    """(noun of the parent, its parameter, the name of the child) of an address with two parameters."""
    noun, first, part, second = re.match(r"/([\w-]+)/<(\w+)>/(?:([\w-]+)/)?(?:[\w-]+/)?<(\w+)>", path).groups()  # type: ignore[union-attr]
    return noun, first, NOUNS.get(part or "", second) if second == "pk" else second


def addresses(stage: Stage, path: str, *, across: bool) -> Iterator[str]:
    """A route's address for everything on the stage that it can speak of; what belongs to one case or room also below another one."""
    names = re.findall(r"<(\w+)>", path)
    noun = path.split("/")[1]
    if not names:
        yield path
    elif noun in ELSEWHERE or path.startswith(("/playbook", "/organisations/import/")):
        return
    elif path.startswith(("/organisations/", "/portal/card/")):
        yield from (path.replace("<pk>", str(key)) for key in [stage.victim.pk] if len(names) == 1)
    elif noun in OF_WHAT_IS_LEARNT:
        yield from learnt.addresses(stage, path)
    elif noun == "cloud":
        yield from of_the_cloud(stage, path)
    elif path.startswith("/portal/"):
        yield from (path.replace("<pk>", str(key)) for key in stage.ids["reports"] if "reports" in path)
    elif len(names) == 1:
        assert stage.ids[noun], f"nothing on the stage for {path}"
        yield from (path.replace(f"<{names[0]}>", str(key)) for key in stage.ids[noun])
    else:
        noun, first, child = child_of(path)
        for parent, key in stage.children[noun, child]:
            others = [one for one in stage.ids[noun] if one != parent][:1] if across else []
            for above in (parent, *others):
                whole = path.replace(f"<{first}>", str(above), 1).replace(f"<{names[1]}>", str(key), 1)
                forms = FORMS if "<form>" in whole else ("",)
                yield from (whole.replace("<form>", form).replace("<number>", "1") for form in forms)


def of_the_cloud(stage: Stage, path: str) -> Iterator[str]:
    """The addresses of tenants and drills, and those of towns that prepared something or had drills."""
    part, below = re.match(r"/cloud/([\w-]+)/(of/)?", path).groups()  # type: ignore[union-attr]
    keys = stage.ids["prepared"] if part == "preparations" or below else stage.ids[part]
    assert keys, f"nothing on the stage for {path}"
    for key in keys:
        whole = path.replace("<pk>", str(key))
        if "<name>" in whole:
            yield from (whole.replace("<name>", name) for name in ("nl.html", "de.html", "style.css"))
        else:
            yield re.sub(r"<\w+>", "approve", whole)


def read(answer: Any) -> str:
    """Everything that an answer says: PDF, DOCX and XLSX are opened."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if content[:4] == b"%PDF":
        return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as bag:
            return " ".join(bag.read(name).decode("utf-8", "replace") for name in bag.namelist())
    return str(content.decode("utf-8", "replace")) + str(answer.headers)


@dataclass(slots=True)
class Reader:
    """One who looks, what the rule grants him, and what he came to read where."""

    stage: Stage
    name: str
    viewer: Viewer
    client: Client
    seen: set[str] = field(default_factory=set)
    leaks: set[str] = field(default_factory=set)

    def may(self, word: str) -> bool:
        """Whether the rule grants everything that the word speaks of."""
        return all(allowed(self.viewer, row) for row in self.stage.marks[word])

    def get(self, path: str, *, report: Any = None, method: str = "get", **data: Any) -> int:
        answer = getattr(self.client, method)(path, data)
        assert answer.status_code < 500, path
        words = set(WORD.findall(read(answer))) if answer.status_code == 200 else set()
        asked = set(WORD.findall(path + json.dumps(data)))
        self.note(words - asked, path, report)
        return int(answer.status_code)

    def note(self, words: set[str], where: str, report: Any = None) -> None:
        """What was read; of a report that one may read, up to the report's own marking: its approval handed it on."""
        self.seen |= words
        for word in words:
            handed_on = report is not None and allowed(self.viewer, report) and int(word[7]) <= report.tlp
            if not handed_on and not self.may(word):
                self.leaks.add(f"{self.name} reads {word} ({kinds(self.stage, word)}) in {where}")


def kinds(stage: Stage, word: str) -> str:
    return ", ".join(f"{type(row).__name__} {Tlp(row.tlp).label}" for row in stage.marks[word])


def walk(reader: Reader) -> None:
    """Every page that answers GET, its lists as files too."""
    reports = {str(row.pk): row for row in SituationReport.objects.all()}
    for route in sorted((one for one in rights.pages() if isinstance(one, rights.Route)), key=lambda one: one.path):
        if route.path.startswith(("/accounts/", "/live-token", "/first-minutes")):
            continue
        for path in addresses(reader.stage, route.path, across=not reader.viewer.is_team):
            try:
                resolve(path)
            except Resolver404:
                continue
            found = next((row for key, row in reports.items() if f"/sitreps/{key}/" in path), None)
            status = reader.get(path, report=found)
            if status in {403, 405}:
                break
            if status == 200 and path.rstrip("/") in LISTS:
                for form in ("csv", "xlsx"):
                    reader.get(path, format=form)


def ask(reader: Reader, user: User) -> None:
    """Every operation that reads, with a token of all scopes; and the search for every word."""
    caller, reports = Caller(user), {str(row.pk): row for row in SituationReport.objects.all()}
    ids = {
        "report": reader.stage.ids["reports"], "case": reader.stage.ids["cases"], "room": reader.stage.ids["rooms"],
        "clock": reader.stage.ids["clocks"], "organisation": [reader.stage.victim.pk],
        "tenant": reader.stage.ids["tenants"],
        "drill": reader.stage.ids["drills"],
        "evidence": [child for _, child in reader.stage.children["cases", "evidence"]],
    }  # fmt: skip
    page, reader.client = reader.client, caller.client
    for route in rights.operations():
        if not isinstance(route, rights.Route) or route.method != "GET":
            continue
        names = re.findall(r"<(\w+)>", route.path)
        if route.path.endswith("situation-reports/<report>"):
            for key, row in reports.items():
                reader.get(route.path.replace("<report>", key), report=row)
        elif names == ["clock", "step"]:
            for clock, step in reader.stage.children["clocks", "step"]:
                reader.get(route.path.replace("<clock>", str(clock)).replace("<step>", str(step)))
        else:
            for key in ids.get(names[0], []) if names else [""]:
                reader.get(route.path.replace(f"<{names[0]}>", str(key)) if names else route.path)
    reader.client = page


def search(reader: Reader) -> None:
    """Look for every word: what is found says what it is called."""
    found = (Case, Room, Signal, Statement, SituationReport, *OF_THE_CLOUD)
    for word in [one for one, rows in reader.stage.marks.items() if isinstance(rows[0], found)]:
        answer = reader.client.get("/search/", {"q": word})
        assert answer.status_code in {200, 302, 403}
        text = read(answer).split("<main")[-1]
        hits = re.findall(rf'<a [^>]*href="/(?:cases|rooms|reports|sitreps|cloud)[^"]*"[^>]*>[^<]*{word}', text)
        reader.note({word} if hits else set(), f"/search/?q={word}")


def complete(reader: Reader) -> set[str]:
    """What the rule grants, that no page, file or operation showed; only of what has a door for this viewer."""
    room = reader.viewer.is_team or reader.viewer.has(Role.AUDITOR)
    expected = {
        word
        for word, rows in reader.stage.marks.items()
        if reader.may(word)
        and (room or not isinstance(rows[0], OF_THE_ROOM))
        and (room or reader.viewer.has(Role.SPOC) or not isinstance(rows[0], OF_THE_CLOUD + learnt.OF_LEARNING))
    }
    return expected - reader.seen


@pytest.fixture
def stage(db: None) -> Stage:
    """The stage; telling it to live pages is looked at while it is made."""
    with CaptureQueriesContext(connection) as asked:
        made = Stage()
    told = [query["sql"] for query in asked.captured_queries if "pg_notify" in query["sql"]]
    assert len(told) > 50
    assert not [sql for sql in told if WORD.search(sql)], "a live event says more than an id"
    return made


def test_nobody_reads_what_the_rule_does_not_grant_and_everybody_what_it_does(stage: Stage) -> None:
    leaks, unseen = set[str](), list[str]()
    for name, user in stage.viewers():
        client = Client()
        client.force_login(user)
        reader = Reader(stage, name, viewer_of(user), client)
        walk(reader)
        ask(reader, user)
        search(reader)
        leaks |= reader.leaks
        unseen += [f"{name} never reads {word} ({kinds(stage, word)})" for word in sorted(complete(reader))]
    nobody = Reader(stage, "nobody", ANONYMOUS, Client())
    walk(nobody)
    leaks |= nobody.leaks
    assert not leaks, "\n".join(sorted(leaks))
    assert not nobody.seen
    assert not unseen, "\n".join(unseen)


# Files and mails ------------------------------------------------------------------------------------------------------------------


def test_files_and_mails_hold_nothing_above_their_audience(stage: Stage) -> None:
    _case_files(stage)
    _mails(stage)


def _case_files(stage: Stage) -> None:
    """A case file has everything of the case up to its ceiling, and nothing above."""
    for case in stage.cases:
        for ceiling in Tlp:
            if ceiling < case.tlp:
                with pytest.raises(Invalid):
                    exchange.export_case(case=case, tlp=ceiling, by=stage.by, why="Test")
                continue
            document = exchange.export_case(case=case, tlp=ceiling, by=stage.by, why="Test")
            words = set(WORD.findall(exchange.as_json(document).decode()))
            assert not [word for word in words for row in stage.marks[word] if row.tlp > ceiling], case.tlp
            own = {
                word
                for word, rows in stage.marks.items()
                for row in rows
                if getattr(row, "case_id", None) == case.pk and not isinstance(row, learnt.OF_LEARNING)
            }
            assert {word for word in own if all(row.tlp <= ceiling for row in stage.marks[word])} <= words


def _mails(stage: Stage) -> None:
    """Whatever is due is told; no message says what its recipient may not read, and none of a case says more than its number."""
    later = moment.now() + timedelta(days=3)
    fire_reminders(now=later)
    fire_countdowns(now=later)
    remind_tasks(now=later)
    page_for_silence(now=later)
    page_silent_triggers(now=later)
    told = list(Delivery.objects.select_related("contact", "user"))
    assert {one.purpose for one in told} >= {"reminder"}
    for one in told:
        viewer = viewer_of(one.user) if one.user else cast.spoc_viewer(one.contact.organisation)
        words = set(WORD.findall(f"{one.subject} {one.body}"))
        leaks = [word for word in words if not all(allowed(viewer, row) for row in stage.marks[word])]
        assert not leaks, (one.purpose, one.address, one.subject)
    assert not HouseMessage.objects.filter(delivery=None, body__regex=WORD.pattern).exclude(organisation=None).exists()


# Any marking ----------------------------------------------------------------------------------------------------------------------
KINDS = {
    "entry": lambda case, word, tlp, by: timeline.add_entry(case=case, text=word, by=by, tlp=tlp),
    "task": lambda case, word, tlp, by: tasks.add_task(case=case, title=word, by=by, tlp=tlp),
    "note": lambda case, word, tlp, by: notes.write_note(case=case, title=word, text=word, by=by, tlp=tlp),
    "claim": lambda case, word, tlp, by: extortion.record_claim(case=case, actor=word, claim=word, by=by, tlp=tlp),
    "exposure": lambda case, word, tlp, by: exposure.record_exposure(case=case, what=word, by=by, tlp=tlp),
    "evidence": lambda case, word, tlp, by: evidence.store_evidence(case=case, name=word, stream=[b"x"], by=by, tlp=tlp),
}  # fmt: skip
LOOKS = (
    "/cases/{0}/",
    "/cases/{0}/parts/",
    "/cases/{0}/evidence/",
    "/cases/tasks/",
    "/journal/",
    "/api/v1/cases/{0}/timeline",
    "/api/v1/journal",
)


def test_any_row_of_any_case_is_read_by_exactly_whom_the_rule_names() -> None:
    ronse, by = cast.ronse(), actor_of(cast.duty_officer())
    helper = Organisation.objects.create(kind="partner", name="Helper", languages=["nl"], constituent=False)
    cast.provider()
    users = [
        cast.duty_officer(), cast.auditor(), cast.spoc_user(ronse), cast.spoc_user(cast.eupen()), cast.provider_user(), cast.partner_user(),
        cast.account("helper", "Helper", Role.PARTNER, helper), cast.observer(),
    ]  # fmt: skip
    browsers = {user.pk: (client_of(user), Caller(user).client) for user in users}

    @settings(max_examples=40, suppress_health_check=list(HealthCheck))
    @given(
        st.sampled_from(list(Tlp)), st.sampled_from(list(Tlp)), st.sampled_from(sorted(KINDS)), st.sampled_from(users)
    )
    def agrees(level: Tlp, tlp: Tlp, kind: str, user: User) -> None:
        with transaction.atomic():
            case = open_case(organisation=ronse, title="Locked", by=by, tlp=level)
            helps = consents.propose_helper(case=case, organisation=helper, what="x", by=by)
            consents.consent_to_helper(helper=helps, consent_by="Mayor", by=by)
            row = KINDS[kind](case, "zq0000t0z", tlp, by)
            page, api = browsers[user.pk]
            found = [
                where
                for where in LOOKS
                if "zq0000t0z" in _text(api if "/api/" in where else page, where.format(case.pk))
            ]
            may = allowed(viewer_of(user), type(row).objects.get(pk=row.pk))
            assert bool(found) == may, (found, may)
            transaction.set_rollback(True)

    agrees()


def _text(client: Client, path: str) -> str:
    answer = client.get(path)
    return read(answer) if answer.status_code == 200 else ""
