"""What screens call what the emergency cloud is and does, and how it looks: colour is state and nothing else, always with a mark and a word."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from paraat.cloud import catalog

LOOKS: Mapping[str, str] = {
    "requested": "waiting",
    "approved": "waiting",
    "queued": "waiting",
    "starting": "waiting",
    "verified": "known",
    "restored": "known",
    "handed_over": "known",
    "destroying": "waiting",
}
"""How a tenant's state looks; the rest is calm."""
HEALTH_LOOKS: Mapping[str, str] = {
    "healthy": "known",
    "starting": "waiting",
    "unhealthy": "silent",
    "absent": "calm",
}
HEALTH: Mapping[str, Any] = {
    "healthy": _("works"),
    "starting": _("starting"),
    "unhealthy": _("does not work"),
    "absent": _("not there"),
}
STEP_LOOKS: Mapping[str, str] = {"waiting": "calm", "running": "waiting", "done": "known", "failed": "silent"}
DEEDS: Mapping[str, Any] = {
    "start": _("Start"),
    "stop": _("Wind down"),
    "verify": _("Verify"),
    "backup": _("Back up"),
    "restore": _("Restore"),
    "take_in": _("Take in"),
    "export": _("Export"),
    "destroy": _("Destroy"),
}
STEPS: Mapping[str, Any] = {
    "images": _("images on the host"),
    "network": _("own network and volumes"),
    "prepare": _("own network and volumes"),
    "healthy": _("every service answers"),
    "verified": _("proven by real clients"),
    "verify": _("proven by real clients"),
    "entrance": _("reachable from outside"),
    "routes": _("reachable from outside"),
    "accounts": _("accounts"),
    "restored": _("data restored"),
    "written": _("written beside the volumes"),
    "compared": _("the same as what was kept, file by file"),
    "scanned": _("scanned for malware, where a scanner is installed"),
    "placed": _("put in place"),
    "room": _("room on the host"),
    "leftovers": _("nothing is left"),
    "removed": _("removed"),
    "gone": _("nothing is left"),
}
RESOURCES: Mapping[str, Any] = {"memory": _("memory"), "cpu": _("processor"), "disk": _("disk")}
NEXT: Mapping[str, Any] = {
    "requested": _("An officer decides, calls a second contact back, and starts it."),
    "approved": _("It may start. Before that a second contact is called back."),
    "queued": _("There is no room now. It starts by itself as soon as there is."),
    "starting": _("Nothing to do: the services start, and real clients try each of them."),
    "verified": _("The services work. Restore a backup if there is one, then hand over the sheet."),
    "restored": _("The data is back. Hand over the sheet with the accounts."),
    "handed_over": _("It is in use. Before its last day it is extended, or wound down."),
    "stopped": _("Nothing runs, everything is kept. Start it again, export it, or destroy it."),
    "exported": _("The export is made. Destroy it when the victim has the export."),
    "destroying": _("Nothing to do: it is removed, and then looked for until nothing is found."),
}
"""What happens next, by state: the sentence that a tired person needs."""


NEXT_OWN: Mapping[str, Any] = {
    **NEXT,
    "requested": _("An officer calls a second contact of yours on a number on file, and then starts it."),
    "approved": _("It is approved. An officer starts it as soon as a second contact was called."),
    "verified": _("The services work. An officer brings you the sheet with the accounts."),
    "restored": _("Your data are back. An officer brings you the sheet with the accounts."),
    "handed_over": _("It is yours to use. Before its last day we ask whether you still need it."),
    "stopped": _("Nothing runs now, everything is kept. Ask the team to start it again."),
    "exported": _("Your data are ready to be taken along. Afterwards everything here is destroyed."),
}
"""The same for the town itself."""


def service_title(name: str, language: str) -> str:
    """A service's name for people; its plain name when the catalog no longer has it."""
    known = catalog.services().get(name)
    return known.title(language) if known else name


def step_word(name: str, language: str) -> str:
    """What a step is called: a service's title, a known step, else its own name. `web:verified` is both."""
    first, _colon, second = name.partition(":")
    said = STEPS.get(first)
    words = str(said) if said else service_title(first, language)
    return f"{words}: {step_word(second, language)}" if second else words
