"""What may be done with an engagement as it stands, by whom, and what each button asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from paraat.accounts.models import User
from paraat.kernel.marking import Role
from paraat.platform.guard import Request
from paraat.readiness.actions import authorisations, engagements, stopping
from paraat.readiness.engagement_forms import BecauseForm, StopForm, YesForm
from paraat.readiness.models import Engagement

CHANGEABLE = engagements.CHANGEABLE
TEAM, OWNER, TESTER = "team", "owner", "tester"
Given = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Verb:
    """One button: what it says, warns of, asks and does; in which states, and who may."""

    name: str
    label: Any
    text: Any
    done: Any
    states: tuple[str, ...]
    who: frozenset[str]
    do: Callable[[Engagement, Request, Given], Any]
    form: type[forms.Form] | None = None
    kind: str = "plain"
    when: Callable[[Request, Engagement], bool] = lambda _request, _row: True


@dataclass(frozen=True, slots=True)
class Button:
    """A verb on a page, with its form as it stands there."""

    verb: Verb
    form: forms.Form | None


def _user(request: Request) -> User | None:
    """The tester that acts; nobody else has to confirm."""
    return request.user if request.viewer.has(Role.TESTER) else None  # type: ignore[return-value]


def _who(request: Request, given: Given) -> str:
    """The owner's SPOC speaks for itself; the team writes down who said yes."""
    return str(given.get("who") or request.actor.label)


def _confirms(request: Request, row: Engagement) -> bool:
    return bool(row.testers.filter(user=request.viewer.user, until=None, stop_seen_at=None).exists())


def _verbs() -> Iterator[Verb]:
    yield Verb(
        "stop", _("EMERGENCY STOP"), _("All testing stops at once and everybody is told: the owner, the testers, the team."),
        _("STOPPED. Everybody is being told."), tuple(stopping.STOPPABLE), frozenset({TEAM, OWNER, TESTER}),
        lambda row, request, given: stopping.stop_testing(engagement=row, because=given["because"], by=request.actor, user=_user(request)),
        StopForm, kind="danger",
    )  # fmt: skip
    yield Verb(
        "confirm", _("I have stopped"), _("You touch nothing any more, and no program of yours runs on."), _("Noted: you have stopped."),
        ("stopped",), frozenset({TESTER}),
        lambda row, request, _given: stopping.confirm_stopped(engagement=row, user=request.user, by=request.actor),  # type: ignore[arg-type]
        kind="", when=_confirms,
    )  # fmt: skip
    yield Verb(
        "yes", _("The owner agrees to going on"), _("After this the team can let testing go on."), _("Noted: the owner's yes."),
        ("stopped",), frozenset({TEAM, OWNER}),
        lambda row, request, given: stopping.agree_to_go_on(engagement=row, who=_who(request, given), by=request.actor),
        YesForm, when=lambda _request, row: row.yes_at is None,
    )  # fmt: skip
    yield Verb(
        "resume", _("Let testing go on"), _("Everybody who was told to stop is told that it goes on."), _("Testing goes on."),
        ("stopped",), frozenset({TEAM}),
        lambda row, request, given: stopping.resume_testing(engagement=row, because=given["because"], by=request.actor),
        BecauseForm, when=lambda _request, row: row.yes_at is not None,
    )  # fmt: skip
    yield Verb(
        "papers", _("Make the authorisation"), _("The terms are frozen as they stand, for the owner to sign; papers that were open end."),
        _("Made. Have it signed."), ("draft", "stopped"), frozenset({TEAM}),
        lambda row, request, _given: authorisations.make_papers(engagement=row, by=request.actor), kind="",
    )  # fmt: skip
    yield Verb(
        "begin", _("Begin testing"), _("From now on the testers may test what was signed, and nothing else."), _("Testing begins."),
        ("authorised",), frozenset({TEAM}), lambda row, request, _given: engagements.begin_testing(engagement=row, by=request.actor), kind="",
    )  # fmt: skip
    yield Verb(
        "report", _("End testing"), _("Nothing is tested any more but what was fixed."), _("Testing is over."),
        ("authorised", "going"), frozenset({TEAM}),
        lambda row, request, _given: engagements.report_engagement(engagement=row, by=request.actor),
    )  # fmt: skip
    yield Verb(
        "close", _("Close"), _("Its testers see it no longer. This cannot be taken back."), _("Closed."),
        ("draft", "authorised", "stopped", "reporting"), frozenset({TEAM}),
        lambda row, request, _given: engagements.close_engagement(engagement=row, by=request.actor), kind="danger",
    )  # fmt: skip


VERBS = {one.name: one for one in _verbs()}


def parts_of(request: Request, row: Engagement) -> set[str]:
    """As what somebody stands before an engagement."""
    found = {TEAM} if request.viewer.is_team else set()
    if request.viewer.has(Role.SPOC) and row.organisation_id in request.viewer.own:
        found.add(OWNER)
    if request.viewer.has(Role.TESTER):  # who sees it as a tester tests it
        found.add(TESTER)
    return found


def may(request: Request, row: Engagement, verb: Verb) -> bool:
    """Whether somebody is offered a verb, and may do it."""
    return row.state in verb.states and not verb.who.isdisjoint(parts_of(request, row)) and verb.when(request, row)


def form_of(request: Request, verb: Verb, data: Any = None) -> forms.Form | None:
    """What a verb asks; the SPOC that says yes for its own need not say who."""
    if verb.form is None or (verb.name == "yes" and not request.viewer.is_team):
        return None
    return verb.form(data, auto_id=f"id_{verb.name}_%s")


def possible(request: Request, row: Engagement, wrong: Mapping[str, forms.Form]) -> list[Button]:
    """The buttons of somebody; `wrong`: forms that came back."""
    return [
        Button(verb, wrong.get(verb.name) or form_of(request, verb))
        for verb in VERBS.values()
        if may(request, row, verb)
    ]
