"""Cases that may belong together: what they share, read anew each time. Nothing of it is stored, since it is no fact."""

from __future__ import annotations

from collections.abc import Iterator

from paraat.incidents.models import Case, CaseSupplier, Indicator, IndicatorSighting
from paraat.incidents.models.cases import CaseQuerySet
from paraat.incidents.rules.claims import defanged
from paraat.incidents.rules.related import Proposal, Shared, Why, proposals, same_actor
from paraat.kernel.marking import Viewer

MOST_SHARED = 500
"""Rows looked at per kind; an indicator or supplier that more cases share than this tells nothing."""


def related(viewer: Viewer, case: Case) -> list[tuple[Case, Proposal]]:
    """The cases that share most with this one, and what: of the same world, not merged, and that the viewer may see. Six queries, always."""
    shared = [*_indicators(viewer, case), *_suppliers(case), *_actors(viewer, case), *_techniques(viewer, case)]
    keys = {one.case for one in shared if one.case != case.pk}
    seen = {
        one.pk: one
        for one in _others(viewer, case)
        .filter(pk__in=keys)
        .only("number", "title", "victim", "tlp", "opened_at", "state")
    }
    return [(seen[one.case], one) for one in proposals(one for one in shared if one.case in seen)]


def _others(viewer: Viewer, case: Case) -> CaseQuerySet:
    rows = Case.objects.visible_to(viewer).filter(exercise=case.exercise).exclude(pk=case.pk)
    return rows.exclude(state=Case.State.MERGED)


def _indicators(viewer: Viewer, case: Case) -> Iterator[Shared]:
    accepted = Indicator.objects.visible_to(viewer).filter(state=Indicator.State.ACCEPTED, exercise=case.exercise)
    own = IndicatorSighting.objects.filter(case=case, indicator__in=accepted).values("indicator")
    others = IndicatorSighting.objects.filter(indicator__in=own).exclude(case=case)
    for key, value in others.values_list("case", "indicator__value").distinct()[:MOST_SHARED]:
        yield Shared(key, Why.INDICATOR, defanged(value))


def _suppliers(case: Case) -> Iterator[Shared]:
    own = CaseSupplier.objects.filter(case=case).values("organisation")
    others = CaseSupplier.objects.filter(organisation__in=own).exclude(case=case)
    for key, name in others.values_list("case", "organisation__name")[:MOST_SHARED]:
        yield Shared(key, Why.SUPPLIER, name)


def _actors(viewer: Viewer, case: Case) -> Iterator[Shared]:
    name = same_actor(case.actor)
    if not name:
        return
    named = _others(viewer, case).exclude(actor="").order_by("-opened_at").values_list("pk", "actor")
    for key, actor in named[: MOST_SHARED * 10]:
        if same_actor(actor) == name:
            yield Shared(key, Why.ACTOR, actor)


def _techniques(viewer: Viewer, case: Case) -> Iterator[Shared]:
    if not case.techniques:
        return
    rows = _others(viewer, case).filter(techniques__overlap=case.techniques).order_by("-opened_at")
    for key, techniques in rows.values_list("pk", "techniques")[:MOST_SHARED]:
        yield from (Shared(key, Why.TECHNIQUE, one) for one in techniques if one in case.techniques)
