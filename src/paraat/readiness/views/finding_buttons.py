"""What may be done with a finding as it stands, by whom, and what each button asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from paraat.accounts.models import User
from paraat.kernel.marking import Role
from paraat.platform.guard import Request
from paraat.readiness.actions import findings as actions
from paraat.readiness.finding_forms import AcceptForm, FixedForm, RetestForm
from paraat.readiness.models import Finding, Tester

WRITER, OWNER, TEAM = "writer", "owner", "team"
State = Finding.State


@dataclass(frozen=True, slots=True)
class Verb:
    """One button: what it says, warns of, asks and does; in which states, and who may."""

    name: str
    label: Any
    text: Any
    done: Any
    states: tuple[str, ...]
    who: frozenset[str]
    do: Callable[[Finding, Request, Any], Any]
    form: type[forms.Form] | None = None
    kind: str = "plain"


@dataclass(frozen=True, slots=True)
class Button:
    """A verb on a page, with its form as it stands there."""

    verb: Verb
    form: forms.Form | None


def _verbs() -> Iterator[Verb]:
    yield Verb(
        "disclose", _("Tell the owner"), _("The owner is told at once. After this it cannot be changed any more."), _("The owner is told."),
        (State.DRAFT,), frozenset({WRITER}), lambda row, request, _form: actions.disclose(finding=row, by=request.actor), kind="",
    )  # fmt: skip
    yield Verb(
        "seen", _("We have read it"), _("From now on the team reads it too."), _("Noted."),
        (State.DISCLOSED,), frozenset({OWNER}), lambda row, request, _form: actions.see_finding(finding=row, by=request.actor), kind="",
    )  # fmt: skip
    yield Verb(
        "fixed", _("It is fixed"), _("A tester tries again whether it is gone."), _("Noted: somebody tests it again."),
        (State.DISCLOSED, State.SEEN, State.REOPENED), frozenset({OWNER}),
        lambda row, request, form: actions.fix_finding(finding=row, by=request.actor, **form.cleaned_data), FixedForm,
    )  # fmt: skip
    yield Verb(
        "accept", _("Leave it as it is"), _("The risk stays yours; the reason is kept."), _("Noted: the risk is accepted."),
        (State.DISCLOSED, State.SEEN, State.FIXED, State.REOPENED), frozenset({OWNER}),
        lambda row, request, form: actions.accept_finding(finding=row, by=request.actor, **form.cleaned_data), AcceptForm,
    )  # fmt: skip
    yield Verb(
        "retest", _("Tested again"), _("Better somebody else than who found it; who did it is recorded."), _("Recorded."),
        (State.FIXED,), frozenset({WRITER, TEAM}),
        lambda row, request, form: actions.retest_finding(finding=row, by=request.actor, user=cast("User", request.user), **form.said()),
        RetestForm, kind="",
    )  # fmt: skip


VERBS = {one.name: one for one in _verbs()}


def parts_of(request: Request, row: Finding) -> set[str]:
    """As what somebody stands before a finding that he reads whole."""
    viewer = request.viewer
    found = {TEAM} if viewer.is_team else set()
    if viewer.has(Role.SPOC) and row.organisation_id in viewer.own:
        found.add(OWNER)
    if viewer.user is not None and _writes(row, viewer.user, assesses=viewer.has(Role.ASSESSOR)):
        found.add(WRITER)
    return found


def _writes(row: Finding, user: Any, *, assesses: bool) -> bool:
    if row.engagement_id:
        return bool(Tester.objects.working(user).filter(engagement=row.engagement_id).exists())
    if row.assessment is not None:
        return assesses and bool(row.assessment.auditor_id == user)
    return bool(row.written_by_id == user)


def adds(row: Finding, parts: set[str]) -> bool:
    """Whether evidence can be added: by who writes, and by the owner, until it is over."""
    return row.state not in {State.RETESTED, State.ACCEPTED} and bool(parts & {WRITER, OWNER})


def possible(request: Request, row: Finding, wrong: Mapping[str, forms.Form]) -> list[Button]:
    """The buttons of somebody; `wrong`: forms that came back."""
    parts = parts_of(request, row)
    return [
        Button(verb, wrong.get(verb.name) or form_of(verb))
        for verb in VERBS.values()
        if row.state in verb.states and not verb.who.isdisjoint(parts)
    ]


def form_of(verb: Verb, data: Any = None) -> forms.Form | None:
    """What a verb asks."""
    return verb.form(data, auto_id=f"id_{verb.name}_%s") if verb.form else None
