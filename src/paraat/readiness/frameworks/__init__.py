"""Frameworks: what ships with Paraat, how it is read, and which edition is the current one."""

from __future__ import annotations

from django.db.models import F, QuerySet

from paraat.kernel.errors import NotFound
from paraat.readiness.frameworks import shipped
from paraat.readiness.models import Edition


def current(key: str) -> Edition:
    """The edition that a new assessment begins with: the latest published, of those the one added last. What ships is loaded when it is not
    there yet. Raises NotFound."""
    here = Edition.objects.filter(framework__key=key)
    if key in shipped.KEYS and not here.filter(version=shipped.version(key)).exists():
        from paraat.readiness.actions.frameworks import load_built_in  # it needs this package

        load_built_in()
    found = here.select_related("framework").order_by(F("published_on").desc(nulls_last=True), "-added_at").first()
    if found is None:
        raise NotFound("There is no such framework", framework=key)
    return found


def newest_editions() -> QuerySet[Edition]:
    """The current edition of each framework that is here, for queries."""
    rows = Edition.objects.filter(framework__retired_at=None)
    return rows.order_by("framework_id", F("published_on").desc(nulls_last=True), "-added_at").distinct("framework_id")
