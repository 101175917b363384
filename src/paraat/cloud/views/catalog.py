"""The catalog: what can be started, what each service does, weighs and promises, and whether its image is here."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from paraat.cloud import catalog, drivers, images, room
from paraat.cloud.catalog import Service
from paraat.cloud.views.reading import READS, watches
from paraat.kernel.errors import ParaatError
from paraat.platform.guard import Request, allow
from paraat.platform.jinja import language


@dataclass(frozen=True, slots=True)
class Card:
    """One service as the page shows it. `present` is None when the engine cannot say."""

    service: Service
    title: str
    text: str
    needs: tuple[str, ...]
    present: bool | None


@require_safe
@allow(*READS)
def listing(request: Request) -> HttpResponse:
    """Every service of the catalog, in the order in which they start."""
    told = watches(request)
    here = _present() if told and room.engine().ready else {}
    known = catalog.services()
    cards = [
        Card(one, one.title(language()), one.text(language()), tuple(known[name].title(language()) for name in one.needs if name in known),
             here.get(one.name))
        for one in known.values()
    ]  # fmt: skip
    context = {
        "cards": cards,
        "told": told,
        "engine": room.engine() if told else None,
        "lacking": False in here.values(),
    }
    return render(request, "cloud/catalog.html", context)


def _present() -> dict[str, bool]:
    """Whether the engine has every image of each service."""
    found = {}
    for one in catalog.services().values():
        try:
            found[one.name] = not drivers.configured().absent({images.reference(name) for name in one.images})
        except (ParaatError, OSError):
            continue
    return found
