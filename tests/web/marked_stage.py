"""A rich stage on which every row has a word of its own in everything that was written of it, so that a page betrays what it shows.

`Stage.marks` says of each word which rows it speaks of: somebody may read it when he may see them all, by the rule (`tests.platform.test_marked`),
never by the queries that the pages use. Everything is made by the actions, so journal, mails and live events come along.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from paraat.accounts.middleware import actor_of
from paraat.accounts.models import User
from paraat.incidents.actions import (
    affected,
    consents,
    evidence,
    exposure,
    extortion,
    help_requests,
    hypotheses,
    indicators,
    notes,
    tasks,
    timeline,
)
from paraat.incidents.actions.reports import take_report
from paraat.incidents.actions.triage import accept_report
from paraat.incidents.models import Case, RansomDecision
from paraat.kernel.marking import Role, Tlp
from paraat.platform import moment
from paraat.registry.models import Organisation
from paraat.warroom.actions import decisions, freezing, log, press, signals, sitreps, statements, triggers
from paraat.warroom.actions import tasks as room_tasks
from paraat.warroom.actions.handovers import make_handover
from paraat.warroom.actions.participants import join_room
from paraat.warroom.actions.rooms import open_room
from paraat.warroom.actions.threat import set_threat_level
from paraat.warroom.models import Room
from tests import cast
from tests.cloud import staged
from tests.readiness import staged as learnt

WORD = re.compile(r"zq\d{4}t\dz")
LANGUAGES = ("nl", "fr", "de", "en")
CASES = {Tlp.GREEN: (Tlp.AMBER_STRICT,), Tlp.AMBER: tuple(Tlp), Tlp.RED: (Tlp.GREEN,)}
"""How the cases are marked, and what hangs on each."""
ROOMS = {Tlp.GREEN: (Tlp.GREEN, Tlp.AMBER, Tlp.RED), Tlp.AMBER: (Tlp.CLEAR,)}
"""The same of rooms."""


class Stage:
    """Ronse's cases, two rooms over them, and everything in them."""

    def __init__(self) -> None:
        self.marks: dict[str, tuple[Any, ...]] = {}
        self.ids: defaultdict[str, list[Any]] = defaultdict(list)
        self.children: defaultdict[tuple[str, str], list[tuple[Any, Any]]] = defaultdict(
            list
        )  # (noun, part) -> (parent, child)
        self.by, self.second = actor_of(cast.duty_officer()), actor_of(cast.second_officer())
        self.victim, self.helper, self.asked = cast.ronse(), _partner("Helper"), _partner("Asked helper")
        self.ceilings = {level: _partner(f"Partner {level.name.lower()}") for level in (Tlp.GREEN, Tlp.AMBER)}
        self.cases = [self._case(level, below) for level, below in CASES.items()]
        self.rooms = [self._room(level, below) for level, below in ROOMS.items()]
        for level in Tlp:
            self._loose(level)
        staged.set_up(self)
        learnt.set_up(self)
        self.ids["handover"].append(make_handover(by=self.by).pk)

    def mark(self, level: int) -> str:
        """A new word, for a row of that TLP."""
        word = f"zq{len(self.marks):04}t{int(level)}z"
        self.marks[word] = ()
        return word

    def keep(self, word: str, row: Any, noun: str = "", part: str = "", parent: Any = None) -> Any:
        """Say that this word speaks of that row; with a noun, that it has pages."""
        self.marks[word] = (row,)
        if part:
            self.children[noun, part].append((parent.pk, row.pk))
        elif noun:
            self.ids[noun].append(row.pk)
        return row

    # Cases ------------------------------------------------------------------------------------------------------------------------
    def _case(self, level: Tlp, below: tuple[Tlp, ...]) -> Case:
        word, by = self.mark(level), self.by
        text_word, report_word = self.mark(level), self.mark(level)
        report = take_report(
            through="phone", text=f"{text_word} files", by=by, organisation=self.victim, reporter=report_word, services=[word], tlp=level,
            known_at=moment.now() - timedelta(hours=2),
        )  # fmt: skip
        classified = "information-content-security.unauthorised-information-modification"
        case = accept_report(
            report=report,
            by=by,
            title=f"{word} encrypted",
            summary=word,
            tlp=level,
            severity=4,
            classification=classified,
        )
        self.keep(word, case, "cases")
        self.keep(report_word, report, "reports")
        self.keep(
            text_word, case.timeline.get(text__contains=text_word)
        )  # its text is in the timeline, for whoever sees that
        affected.note_service(case=case, name=f"{word} counter", workaround=word, by=by)
        for organisation, agrees in ((self.helper, True), (self.asked, False)):
            helper = consents.propose_helper(case=case, organisation=organisation, what=f"{word} helps", by=by)
            if agrees:
                consents.consent_to_helper(helper=helper, consent_by=f"{word} Mayor", by=by)
            self.children["cases", "helper"].append((case.pk, helper.pk))
        for tlp in below:
            self._on_case(case, tlp)
        for clock in case.clocks.all():
            self.ids["clocks"].append(clock.pk)
            self.children["clocks", "step"] += [(clock.pk, step.pk) for step in clock.steps.all()]
        self.children["cases", "entry"] += [(case.pk, row.pk) for row in case.timeline.all()]
        return case

    def _on_case(self, case: Case, tlp: Tlp) -> None:
        by, now, marks = self.by, moment.now(), iter([self.mark(tlp) for _ in range(8)])
        word = next(marks)
        entry = timeline.add_entry(case=case, text=f"{word} seen", by=by, tlp=tlp)
        self.keep(word, entry, "cases", "entry", case)
        word = next(marks)
        task = tasks.add_task(
            case=case, title=f"{word} pull the plug", text=word, by=by, due_at=now + timedelta(hours=1), tlp=tlp
        )
        self.keep(word, task, "cases", "task", case)
        word = next(marks)
        note = notes.write_note(case=case, title=f"{word} servers", text=word, by=by, tlp=tlp)
        self.keep(word, note, "cases", "note", case)
        word = next(marks)
        claim = extortion.record_claim(
            case=case,
            actor=f"{word} gang",
            claim=word,
            where=word,
            publishes_at=now + timedelta(days=2),
            by=by,
            tlp=tlp,
        )
        extortion.confirm_claim(claim=claim, confirmed=word, by=by)
        self.keep(word, claim, "cases", "claim", case)
        word = next(marks)
        data = exposure.record_exposure(case=case, what=f"{word} payroll", whose=word, by=by, tlp=tlp)
        concerned = exposure.add_concerned(exposure=data, organisation=cast.eupen(), by=by)
        exposure.note_told(concerned=concerned, through=word, by=by)
        self.keep(word, data, "cases", "exposure", case)
        word = next(marks)
        piece = evidence.store_evidence(
            case=case, name=f"{word}.txt", stream=[word.encode()], by=by, description=word, source=word, tlp=tlp
        )
        self.keep(word, piece, "cases", "evidence", case)
        word = next(marks)
        found = indicators.Proposal(indicators.extract(f"{word}.evil-site.com"), {})
        where = self.mark(max(tlp, case.tlp))
        [row] = indicators.propose_indicators(case=case, proposal=found, where=where, by=by, tlp=tlp)
        self.keep(word, row, "indicators")
        self.marks[where] = (row, case)
        word = next(marks)
        thought = hypotheses.make_hypothesis(
            question=f"{word} who?", statement=word, cases=[case], by=by, because=word, tlp=tlp
        )
        hypotheses.add_point(hypothesis=thought, speaks_for=True, text=word, by=by)
        self.keep(word, thought, "hypotheses")
        if tlp == CASES[Tlp(case.tlp)][-1]:
            word = self.mark(case.tlp)
            made = extortion.decide_ransom(
                case=case,
                decision=RansomDecision.Decision.NOT_PAY,
                decided_by=f"{word} college",
                because=word,
                advice=word,
                by=by,
            )
            made.refresh_from_db()
            self.keep(word, made)

    def _loose(self, tlp: Tlp) -> None:
        """A report that waits, and a question for help."""
        word = self.mark(tlp)
        self.keep(
            word, take_report(through="phone", text=word, by=self.by, organisation=self.victim, tlp=tlp), "reports"
        )
        if tlp == Tlp.AMBER:
            word = self.mark(tlp)
            request = help_requests.ask_help(organisation=self.victim, text=word, asked_by=word, by=self.by)
            self.keep(word, request, "help-requests")

    # Rooms ------------------------------------------------------------------------------------------------------------------------
    def _room(self, level: Tlp, below: tuple[Tlp, ...]) -> Room:
        word, by = self.mark(level), self.by
        room = open_room(
            title=f"{word} room",
            purpose=word,
            by=by,
            tlp=level,
            cases=self.cases,
            organisations=[self.victim],
            kind="election",
        )
        for tlp, organisation in self.ceilings.items():
            if tlp >= level:
                join_room(room=room, organisation=organisation, part="responder", ceiling=tlp, by=by)
        self.keep(word, room, "rooms")
        set_threat_level(room=room, level=3, because=word, by=by)
        trigger = triggers.add_trigger(room=room, condition=word, then=word, minutes=15, by=by)
        triggers.pull_trigger(trigger=trigger, by=by)
        self.children["rooms", "trigger"].append((room.pk, trigger.pk))
        self.children["rooms", "participant"] += [(room.pk, one.pk) for one in room.participants.all()]
        self.children["rooms", "lane"] += [(room.pk, lane.pk) for lane in room.lanes.all()]
        for tlp in below:
            self._in_room(room, tlp)
        call_word = self.mark(level)
        call = press.log_call(room=room, medium=call_word, asked=call_word, told=call_word, by=by)
        self.keep(call_word, call, "rooms", "press", room)
        for tlp in (Tlp.GREEN, Tlp.AMBER_STRICT):
            self._report(room, tlp)
        return room

    def _in_room(self, room: Room, tlp: Tlp) -> None:
        by, marks = self.by, iter([self.mark(tlp) for _ in range(6)])
        word = next(marks)
        signal = signals.report_signal(room=room, lane="cyber", text=word, source=word, by=by, tlp=tlp)
        if tlp % 2:
            signals.escalate_signal(signal=signal, to=word, by=by)
        self.keep(word, signal, "rooms", "signal", room)
        word = next(marks)
        decision = decisions.record_decision(room=room, text=word, because=word, present=[word], by=by, tlp=tlp)
        self.keep(word, decision, "rooms", "decision", room)
        word = next(marks)
        self.keep(word, decisions.ask_decision(room=room, asked=word, by=by, tlp=tlp), "rooms", "decision", room)
        word = next(marks)
        task = room_tasks.add_task(room=room, title=word, by=by, due_at=moment.now() + timedelta(hours=1), tlp=tlp)
        self.keep(word, task, "rooms", "task", room)
        word = next(marks)
        self.keep(word, log.add_line(room=room, text=word, by=by, tlp=tlp))
        word = next(marks)
        said = dict.fromkeys(LANGUAGES, f"{word} said.")
        line = statements.write_statement(
            room=room, subject=word, text=said, authority=word, quoted_at=date(2024, 10, 1), expires_at=moment.now() + timedelta(days=1), by=by,
            tlp=tlp,
        )  # fmt: skip
        statements.approve_statement(statement=statements.submit_statement(statement=line, by=by), by=self.second)
        self.keep(word, line, "rooms", "statements", room)

    def _report(self, room: Room, tlp: Tlp) -> None:
        made = sitreps.draft_report(room=room, version="tactical", language="en", tlp=tlp, by=self.by)
        word = self.mark(tlp)
        made = sitreps.add_line(report=made, edit=made.edit, section="bottom_line", text=word, by=self.by, tlp=tlp)
        made = freezing.approve_report(report=sitreps.submit_report(report=made, by=self.by), by=self.second)
        self.keep(word, made, "rooms", "sitreps", room)

    # Who looks --------------------------------------------------------------------------------------------------------------------
    def viewers(self) -> Iterator[tuple[str, User]]:
        """Every class of people who may come along."""
        cast.provider()
        yield "officer", cast.duty_officer()
        yield "auditor", cast.auditor()
        yield "victim", cast.spoc_user(self.victim)
        yield "another town", cast.spoc_user(cast.eupen())
        yield "provider whose customer agreed", cast.provider_user()
        yield "helper with consent", _of(self.helper)
        yield "helper without consent", _of(self.asked)
        yield "participant up to green", _of(self.ceilings[Tlp.GREEN])
        yield "participant up to amber", _of(self.ceilings[Tlp.AMBER])
        yield "partner outside", cast.partner_user()
        yield "observer", cast.observer()
        yield "administrator", cast.administrator()
        yield "tester of nothing here", cast.tester()
        yield "external auditor of nothing here", cast.assessor()


def _of(organisation: Organisation) -> User:
    return cast.account(organisation.name.lower().replace(" ", "."), organisation.name, Role.PARTNER, organisation)


def _partner(name: str) -> Organisation:
    made: Organisation = Organisation.objects.create(kind="partner", name=name, languages=["nl"], constituent=False)
    return made
