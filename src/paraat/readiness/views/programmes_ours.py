"""The SPOC's page: programmes for its own organisation, and the three answers; the team records an answer for somebody."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from paraat.kernel.marking import TEAM, Role
from paraat.platform import files, moment
from paraat.platform.guard import Request, allow
from paraat.platform.pages import attempt
from paraat.platform.picking import chosen
from paraat.readiness.actions import programmes_answers, programmes_steps
from paraat.readiness.models import Participation, Programme
from paraat.readiness.programme_forms import BecauseForm, EquivalentForm, ForWhomForm, SignUpForm
from paraat.readiness.programmes import LOOKS, STEPS, has_equivalent, rules_in_words, rules_of, title
from paraat.readiness.rules import rungs
from paraat.readiness.views.participations import checked
from paraat.readiness.views.programmes import programme_of
from paraat.registry.models import Organisation

State = Participation.State
FIRST, EXTRA = 1, 2


@require_safe
@allow(Role.SPOC)
def ours(request: Request) -> HttpResponse:
    """Every programme that is offered, or in which one's own organisation is, with what it can answer."""
    towns = list(Organisation.objects.filter(pk__in=request.viewer.own).order_by("name"))
    rows = Participation.objects.visible_to(request.viewer).filter(organisation__in=request.viewer.own)
    known: dict[tuple[Any, Any, bool], dict[int, Participation]] = {}
    for row in rows.select_related("programme").prefetch_related("steps").order_by("turn"):
        known.setdefault((row.programme_id, row.organisation_id, row.exercise), {})[row.turn] = row
    offered = list(Programme.objects.order_by("key"))
    lines = [
        _line(programme, town, turns, exercise)
        for town in towns
        for programme in offered
        for exercise in (False, True)
        if (turns := known.get((programme.pk, town.pk, exercise), {})) or (programme.closed_at is None and not exercise)
    ]
    context = {"lines": lines, "several": len(towns) > 1, "looks": LOOKS, "steps": STEPS, "now": moment.now()}
    return render(request, "readiness/programmes/ours.html", context)


def _line(programme: Programme, town: Organisation, turns: dict[int, Participation], exercise: bool) -> dict[str, Any]:
    first, rules = turns.get(FIRST), rules_of(programme)
    taking = first is not None and first.state in programmes_answers.IN_IT
    carried = first is not None and first.step in rungs.RUNGS[rungs.PLACE[rungs.CARRIED_OUT] :]
    offers_more = (
        rules.again is not None and carried and (turns.get(EXTRA) is None or turns[EXTRA].state == State.ENDED)
    )
    return {
        "programme": programme,
        "title": title(programme),
        "rules": rules_in_words(rules),
        "pays": rules.pays,
        "town": town,
        "turns": list(turns.values()),
        "row": first,
        "equivalent": first is not None and has_equivalent(first, moment.today()),
        "exercise": exercise,
        "asks": programme.closed_at is None and not taking,
        "extra": programme.closed_at is None and offers_more,
        "waits": first is not None and first.state == State.SILENT,
    }


@require_POST
@allow(*TEAM, Role.SPOC)
def answer(request: Request, key: str, kind: str) -> HttpResponse:
    """One answer: sign-up, equivalent or decline."""
    programme, town = programme_of(key), _town(request)
    exercise = request.POST.get("exercise") == "yes"
    common: dict[str, Any] = {"programme": programme, "organisation": town, "by": request.actor, "exercise": exercise}

    def deed() -> Participation:
        if kind == "sign-up":
            turn = EXTRA if request.POST.get("turn") == "2" else FIRST
            return programmes_answers.sign_up(**common, turn=turn, **checked(SignUpForm(request.POST)))
        if kind == "equivalent":
            return _equivalent(request, common)
        return programmes_answers.decline(**common, **checked(BecauseForm(request.POST)))

    done = attempt(request, deed)
    if done is not None:
        _say(request, done)
    back = reverse("programme", args=[key]) if request.viewer.has(*TEAM) else reverse("programmes_ours")
    return HttpResponseRedirect(f"{back}#{key}")


@require_POST
@allow(*TEAM)
def record(request: Request, key: str) -> HttpResponse:
    """Somebody of the team records an answer that was given by telephone or mail: the same three, in one form."""
    towns = Organisation.objects.visible_to(request.viewer).constituents().values_list("pk", "name")
    form = ForWhomForm(request.POST, towns=[(str(pk), name) for pk, name in towns])
    kind = request.POST.get("kind", "")
    if not form.is_valid():
        attempt(request, lambda: checked(form))
        return HttpResponseRedirect(f"{reverse('programme', args=[key])}#answers")
    return answer(request, key, kind)


def _equivalent(request: Request, common: dict[str, Any]) -> Participation:
    given = checked(EquivalentForm(request.POST, request.FILES))
    evidence = given.pop("evidence", None)
    kept = files.store(evidence) if evidence else None
    made = programmes_answers.claim_equivalent(**common, **given)
    if evidence and kept:
        programmes_steps.add_paper(participation=made, kind="evidence", name=evidence.name, kept=kept, by=request.actor)
    return made


def _town(request: Request) -> Organisation:
    """For whom: a SPOC its own only, the team anybody; else 404."""
    ids = chosen([request.POST.get("organisation", "")])
    rows = Organisation.objects.visible_to(request.viewer).filter(pk__in=ids)
    if not request.viewer.has(*TEAM):
        rows = rows.filter(pk__in=request.viewer.own)
    town: Organisation | None = rows.first()
    if town is None:
        raise Http404
    return town


def _say(request: Request, done: Participation) -> None:
    words = {
        State.GOING: _("Signed up."),
        State.WAITING: _("Signed up. There is no money left for now: it is on the waiting list."),
        State.EQUIVALENT: _("Noted: its own equivalent."),
        State.DECLINED: _("Noted: not now."),
    }
    attempt(request, lambda: done, words.get(State(done.state), ""))
