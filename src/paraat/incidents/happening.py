"""What every change of a case tells pages that are open.

Live topics: `cases` (id: the case), `case.<id>` and `organisation.<victim>` (id: the case). Whatever is recorded about a case or something that
hangs on it tells them by itself: nobody has to remember it.
"""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID

from django.apps import apps
from django.db.models import Model

from paraat.platform import live
from paraat.platform.facts import Recorded


def case_changed(case: UUID, organisation: UUID | None = None) -> None:
    """Tell open pages that a case changed."""
    changes: list[tuple[str, UUID | str]] = [("cases", case), (f"case.{case}", case)]
    if organisation:
        changes.append((f"organisation.{organisation}", case))
    live.publish_many(changes)


def on_recorded(fact: Recorded) -> None:
    """The journal got a line about a case or something of one."""
    if fact.object_type == "case":
        case_changed(UUID(fact.object_id), fact.organisation)
        return
    model = _of_cases().get(fact.object_type)
    if model is None or not _is_id(fact.object_id):
        return
    case = model._default_manager.filter(pk=fact.object_id).values_list("case", flat=True).first()
    if case is not None:
        case_changed(case, fact.organisation)


@lru_cache
def _of_cases() -> dict[str, type[Model]]:
    """The models of this app that have a case, by the name that the journal calls them."""
    models = apps.get_app_config("incidents").get_models()
    return {
        model._meta.model_name or "": model
        for model in models
        if any(field.name == "case" for field in model._meta.fields)
    }


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
