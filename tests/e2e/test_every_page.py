"""Every page, for the roles that see it: it opens, is accessible in Dutch, is not wider than a telephone, and breaks no policy."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.urls import Resolver404, resolve

from paraat.web import rights
from tests.e2e.person import Person
from tests.installation import Installation

pytestmark = pytest.mark.e2e

NO_PAGES = {
    "healthz": "for machines", "readyz": "for machines", "metrics": "for machines", "live-token": "for the live script",
    "board_parts": "a part of a page", "wall_parts": "a part of a page", "feeds_parts": "a part of a page",
    "evidence_paper": "a document",
    "run_parts": "a part of a page", "alert_parts": "a part of a page", "first_minutes_now": "a part of a page",
    "cloud_parts": "a part of a page", "cloud_mine_parts": "a part of a page", "tenant_parts": "a part of a page",
    "cloud_programme_edit": "of the coordinator, who does not walk; its own tests open it",
    "measure_proof": "a file", "measure_gaps": "of an assessment with gaps; its own tests open it",
    "assessments_together": "of a provider, who does not walk; its own tests open it", "answer_file": "a file",
    "continuity_customers": "of a supplier, who does not walk; its own tests open it",
    "session_calendar": "a file", "session_material": "a file",
    "engagement_terms": "of one that is being prepared; its own tests open it", "lesson_edit": "of a draft; its own tests open it",
    "drill": "there is none before one was done; its own tests open it",
    "tenant_data": "linked once a tenant was started; its own tests open it",
    "preparation_page": "the page of citizens, without our frame; its own tests look at it",
    "room_parts": "a part of a page", "room_wall_parts": "a part of a page",
    "clock_step_paper": "a file", "clock_step_data": "a file",
    "exercise_parts": "a part of a page", "exercise_control_parts": "a part of a page",
    "exercise_report_pdf": "a file", "exercise_report_json": "a file", "exercise_report": "there is none before an exercise began",
    "sitrep_file": "a file", "roster_calendar_all": "a calendar",
    "case_parts": "a part of a page", "case_timeline": "a form of the case's page, on its own only when filled in wrongly",
    "case_supplier": "the same", "case_helper": "the same", "case_service": "the same",
    "room_join": "the same, of the page to steer a room", "room_lane": "the same", "room_line": "the same",
    "room_participant": "the same",
    "room_period": "the same", "room_state": "the same", "room_threat": "the same", "room_trigger": "the same",
    "signal_close": "the same, of the signal's page", "signal_escalate": "the same", "signal_verify": "the same",
    "programme_new": "of the coordinator, who does not walk; its own tests open it", "programme_edit": "the same",
    "participation_download": "a file",
    "run_file": "a file", "register_file": "a file", "roster_calendar": "a calendar", "mfa_download_recovery_codes": "a file",
    "account_logout": "ends the session of the walk", "account_reauthenticate": "there is no password to ask for here",
    "mfa_reauthenticate": "there is no second factor here", "mfa_reauthenticate_webauthn": "there is no passkey here",
    "mfa_deactivate_totp": "there is no second factor here", "mfa_view_recovery_codes": "there are no codes here",
    "mfa_generate_recovery_codes": "there is no second factor here", "mfa_list_webauthn": "there is no passkey here",
    "mfa_remove_webauthn": "there is no passkey here", "mfa_edit_webauthn": "there is no passkey here",
    "mfa_authenticate": "between two steps of signing in", "mfa_login_webauthn": "an answer to the script of signing in",
    "account_reset_password_from_key": "behind a link in a mail", "account_reset_password_from_key_done": "after such a link",
    "own_channel": "behind a link in a mail",
    "organisation_first_hour": "a file", "portal_card": "a file", "playbook_paper": "a file",
    "engagement_parts": "a part of a page", "engagement_report": "a file", "engagement_paper": "a file", "engagement_signed": "a file",
    "finding_file": "a file", "finding_new": "of testers, who do not walk; its own tests open it", "finding_edit": "the same",
    "researcher_receipt": "after a report was sent", "researcher_case": "behind a code",
    "emergency_answer": "after a report was sent",
    "framework_import": "of the coordinator, who does not walk; its own tests open it",
    "framework_difference": "there is one edition of each in the demonstration; its own tests compare two",
    "assessment_workbook": "of an assessment of CyFun; its own tests open it",
    "assessment_edition": "linked from an assessment; its own tests open it",
    "lessons_customers": "of service providers, who do not walk; its own tests open it", "lesson_customers": "the same",
    "openid_connect_login": "elsewhere", "openid_connect_callback": "elsewhere",
    "socialaccount_login_cancelled": "after elsewhere", "socialaccount_login_error": "after elsewhere",
}  # fmt: skip
"""Addresses that no walk through the demonstration can or need look at, each with the reason."""
ROLES = ("officer", "administrator", "auditor", "observer", "spoc-ronse")
SAMPLES = ("/", "/alerts/", "/feeds/", "/organisations/", "/calls/", "/outbox/")
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")

SEEN: set[str] = set()
"""Names of the pages that were looked at, over all roles."""


@pytest.fixture(scope="module")
def busy(region: Installation, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Something on every page: a list with a bad row and a doubt, an announcement, a register file that waits for a decision, an invitation."""
    folder = tmp_path_factory.mktemp("busy")
    (folder / "list.json").write_text(
        '{"targets": [{"host": "www.ronse.be", "ip": "1.2.3.4"}, {"host": "", "ip": "no"}, 7,'
        ' {"host": "www.nobody-we-know.be"}, {"host": "ronse.guichet-citoyen.be"}], "randoms": []}'
    )
    region.run("feed", "read", folder / "list.json", "--source", "ddosia", "--exercise")
    region.python(BUSY)
    return region


BUSY = """
import django; django.setup()
from datetime import date, timedelta
from paraat.accounts.middleware import actor_of
from paraat.accounts.models import User
from paraat.alerts import actions as alerts
from paraat.formats import mail
from paraat.kernel.actor import SYSTEM
from paraat.kernel.marking import Tlp
from paraat.registry import actions as registry
from paraat.registry.models import Contact, Organisation
from paraat.warroom.actions.decisions import ask_decision
from paraat.platform import moment
from paraat.warroom.actions import freezing, handovers, press, sitreps, statements
from paraat.warroom.actions.participants import join_room
from paraat.warroom.actions.rooms import move_room, open_room
from paraat.warroom.actions.signals import report_signal
from paraat.warroom.actions.triggers import add_trigger
officer = User.objects.get(email="officer@paraat.example")
alerts.draft_announcement(by=SYSTEM, author=officer, sender=None, audience={"all": True}, title={"en": "Draft"}, text={"en": "Text"},
    severity=1, tlp=Tlp.GREEN, valid_until=None, exercise=True)
alerts.receive(message=mail.read(b"From: who@else.example\\nTo: alerts@paraat.example\\nSubject: Hello\\n\\nWho are you?\\n", own=frozenset()))
ROWS = b"name,type,nis\\nRonse (new name),municipality,45041\\nNobody,municipality,x\\n"
registry.read_import(content=ROWS, file_name="own.csv", as_of=date.today(), by=SYSTEM)
move_room(room=open_room(title="Last month", by=SYSTEM, exercise=True), to="closed", by=SYSTEM)
room = open_room(title="Elections", kind="election", by=SYSTEM, exercise=True)
join_room(room=room, organisation=Organisation.objects.get(name="Ronse", kind="municipality"), part="lead", by=SYSTEM)
add_trigger(room=room, condition="Counting stops", then="Call the governor", minutes=15, by=SYSTEM)
ask_decision(room=room, asked="Close the counters?", by=SYSTEM)
report_signal(room=room, lane="cyber", text="The site is slow", by=SYSTEM)
by, second = actor_of(officer), actor_of(User.objects.get(email="coordinator@paraat.example"))
for kept in (True, False):
    report = sitreps.draft_report(room=room, version="tactical", language="nl", tlp=Tlp.GREEN, by=by)
    if kept:
        freezing.approve_report(report=sitreps.submit_report(report=report, by=by), by=second)
    line = statements.write_statement(room=room, subject="Voting machines", text=dict.fromkeys(("nl", "fr", "de", "en"), "Not connected."),
        authority="Authority", quoted_at=date(2024, 10, 1), expires_at=moment.now() + timedelta(days=1), by=by)
    if kept:
        statements.approve_statement(statement=statements.submit_statement(statement=line, by=by), by=second)
press.log_call(room=room, medium="Radio", asked="Is it connected?", by=by)
handovers.make_handover(by=by, remarks="Nothing else")
from paraat.exercises.models import Exercise
Exercise.objects.update(leader=officer)
from paraat.incidents.actions import exposure, extortion, hypotheses, notes, suppliers
from paraat.incidents.actions.cases import open_case
town = Organisation.objects.get(name="Ronse", kind="municipality")
case = open_case(organisation=town, title="Files are locked", classification="malicious-code.infected-system", by=by, exercise=True)
extortion.record_claim(case=case, actor="Play", claim="We have it", publishes_at=moment.now() + timedelta(days=2), by=by)
extortion.decide_ransom(case=case, decision="not_pay", decided_by="The college", because="Policy", by=by)
data = exposure.record_exposure(case=case, what="Staff files", categories=["staff"], by=by)
exposure.add_concerned(exposure=data, organisation=Organisation.objects.get(name="Gent", kind="municipality"), by=by)
supplier = Organisation.objects.filter(kind="provider").first()
if supplier:
    suppliers.involve_supplier(case=case, organisation=supplier, by=by)
note = notes.write_note(case=case, title="Servers", text="A", by=by)
notes.save_note(note=note, base=1, text="B", by=by)
notes.save_note(note=note, base=1, text="C", by=second)
hypotheses.make_hypothesis(question="Same actor?", statement="Yes", cases=[case], by=by)
from paraat.incidents.actions import help_requests
from paraat.incidents.actions.reports import take_report
ronse = Organisation.objects.get(name="Ronse", kind="municipality")
take_report(through="phone", text="Files end in .play", by=SYSTEM, organisation=ronse, exercise=True)
help_requests.ask_help(organisation=ronse, text="Hands", by=SYSTEM, exercise=True)
registry.invite_contact(contact=Contact.objects.filter(organisation__name="Ronse", role="deputy").first(), by=SYSTEM)
from paraat.incidents.actions import evidence, indicators
from paraat.cloud.actions import tenants
tenants.request_tenant(organisation=town, case=case, consent="The mayor, by telephone", by=by)
from paraat.readiness.actions import lessons
WORDS = {"title": {"nl": "Tweede factor"}, "happened": {"nl": "Een wachtwoord werd geraden."}, "advice": {"nl": "Vraag een tweede factor."}}
whom = {"organisations": [str(one.pk) for one in Organisation.objects.filter(name__in=["Ronse", "Diest"], kind="municipality")]}
lessons.draft_lesson(by=by, audience={"all": True}, case=case, **WORDS)
lessons.release_lesson(lesson=lessons.draft_lesson(by=by, audience=whom, exercise=True, **WORDS), by=by)
evidence.store_evidence(case=case, name="note.txt", stream=[b"drop.evil-site[.]com"], by=SYSTEM)
from paraat.readiness.actions.programmes_callups import draft_call_up
from paraat.readiness.models import Programme
audit = Programme.objects.get(key="audit")
draft_call_up(programme=audit, title={"nl": "Doet u mee?"}, text={"nl": "Laat het weten."}, by=by, author=officer, exercise=True)
indicators.propose_indicators(case=case, proposal=indicators.Proposal(indicators.extract("drop.evil-site[.]com"), {}), where="note", by=SYSTEM)
"""


@pytest.mark.parametrize("who", ROLES)
def test_every_page_is_in_order_and_accessible(who: str, enter: Callable[..., Person], busy: Installation) -> None:
    person = enter(who)
    wrong = [complaint for path, dead in _walk(person) for complaint in ([dead] if dead else _look(person, path))]
    assert not wrong, "\n".join(wrong)


def test_every_page_was_looked_at() -> None:
    """A new page must be reachable by links, or stand among those that cannot be looked at, with a reason."""
    if not SEEN:
        pytest.skip("the walks did not run")
    names = {route.name for route in rights.pages() if isinstance(route, rights.Route) and "GET" in _methods(route)}
    left = sorted(names - SEEN - set(NO_PAGES))
    assert not left, " ".join(left)


@pytest.mark.parametrize("language", ["fr", "de", "en"])
def test_other_languages_are_accessible_too(language: str, enter: Callable[..., Person], busy: Installation) -> None:
    person = enter("officer", language=language)
    for path in SAMPLES:
        person.go(path)
        assert person.page.get_attribute("html", "lang") == language
        assert person.violations() == []


def test_nothing_is_wider_than_a_telephone(enter: Callable[..., Person], busy: Installation) -> None:
    officer, wide = enter("officer", phone=True), []
    for path, _dead in _walk(officer):
        width = officer.page.evaluate("document.documentElement.scrollWidth")
        if width > 390:
            wide.append(f"{path}: {width}")
    assert not wide


def _look(person: Person, path: str) -> Iterator[str]:
    SEEN.update({_name(path), _name(person.page.url.removeprefix(person.house.url("")))})
    yield from person.violations()
    if person.page.locator("h1").count() != 1:
        yield f"{path}: not one heading of the first level"


def _walk(person: Person) -> Iterator[tuple[str, str]]:
    """Go to one page of every kind that links lead to, from where this person begins."""
    begin = [person.page.url.removeprefix(person.house.url("")), "/", "/search/?q=ronse", *_without_links(person)]
    waiting, known, origin = begin, set[str](), dict[str, str]()
    while waiting:
        path = waiting.pop(0)
        name = _name(path)
        if not name or name in NO_PAGES or _shape(path) in known or "format=" in path:
            continue
        known.add(_shape(path))
        with person.expecting_errors():  # a link that leads nowhere is told as such
            status = person.go(path)
        waiting += [link for link in person.links() if status == 200 and _name(link)]
        origin |= {link: path for link in person.links() if link not in origin}
        yield path, "" if status == 200 else f"{origin.get(path)} leads to {path}, which answers {status}"


def _without_links(person: Person) -> list[str]:
    """Pages that one comes to from elsewhere."""
    links = person.house.sql("SELECT body FROM platform_housemessage WHERE body ~ '/(n|c)/' ORDER BY at DESC LIMIT 200")
    found = {kind: re.search(rf"/{kind}/[^\s/]+/", " ".join(body for (body,) in links)) for kind in ("n", "c")}
    ronse = person.house.sql("SELECT id FROM registry_organisation WHERE name = 'Ronse' AND kind = 'municipality'")[0][
        0
    ]
    return [
        *([f"/organisations/{ronse}/"] if "/organisations/" in person.links() else []),
        *(match.group() for match in found.values() if match),
        "/welcome/",
        "/emergency/",
        "/disclosure/",
        "/accounts/login/",
        "/accounts/inactive/",
        "/accounts/password/reset/",
        "/accounts/password/reset/done/",
    ]


def _shape(path: str) -> str:
    """An address without what makes it one of many."""
    plain = re.sub(r"/(n|c|sources(?!/add))/[^/]+/", r"/\1/x/", _ID.sub("x", path.split("?")[0]))
    return re.sub(r"/of/[^/]+/figures/.*", "/of/x/figures/", plain)


def _name(path: str) -> str:
    try:
        return resolve(path.split("?")[0]).url_name or ""
    except Resolver404:
        return ""


def _methods(route: rights.Route) -> set[str]:
    """What the view answers, read from Django's own decorator; everything when it has none."""
    view: Any = next(
        (one.callback for path, one in rights._walk(rights.get_resolver().url_patterns, "/") if path == route.path),
        None,
    )
    while view is not None:
        code = getattr(view, "__code__", None)
        if code and "request_method_list" in code.co_freevars:
            return set(view.__closure__[code.co_freevars.index("request_method_list")].cell_contents)
        view = getattr(view, "__wrapped__", None)
    return {"GET"}
