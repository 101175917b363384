"""The chain of custody of one piece on paper."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import override

from paraat.incidents.models import Evidence
from paraat.kernel.marking import Tlp
from paraat.platform import configuration, documents, moment
from paraat.platform.jinja import moment as shown

TEMPLATE = "incidents/typst/custody.typ"


def pdf(piece: Evidence, *, language: str) -> bytes:
    """The PDF, in that language, marked as the piece is."""
    with override(language):
        return documents.pdf(TEMPLATE, content(piece), language=language)


def content(piece: Evidence) -> dict[str, object]:
    """What is printed, in the language that is active."""
    return {
        "title": _("Chain of custody of %(number)s") % {"number": piece.number},
        "tlp": Tlp(piece.tlp).label,
        "exercise": _("EXERCISE: nothing of this happened") if piece.exercise else None,
        "made": shown(moment.now(), "long"),
        "footer": f"{configuration.TEAM_NAME.get()} · {piece.case.number} · {piece.number}",
        "facts": _facts(piece),
        "handled": _("Who handled it"),
        "columns": [_("When"), _("What"), _("Who"), _("Why"), _("SHA-256 as computed then")],
        "links": [
            [
                shown(link.at, "long"),
                f"{link.get_deed_display()}{': ' + link.to if link.to else ''}",
                link.by,
                link.why,
                spaced(link.sha256),
            ]
            for link in piece.custody.all()
        ],
        "note": _(
            "The database refuses changing or removing a line of this list. Moments are those of the database's clock, shown in %(zone)s."
        )
        % {"zone": configuration.TIME_ZONE.get()},
    }


def spaced(digest: str) -> str:
    """A digest in groups of eight, so that it breaks and can be compared by eye."""
    return " ".join(digest[at : at + 8] for at in range(0, len(digest), 8))


def _facts(piece: Evidence) -> list[tuple[str, str]]:
    rows = [
        (_("Case"), f"{piece.case.number} · {piece.case.victim}"),
        (_("File"), piece.name),
        (_("What it is"), piece.description),
        (_("Taken from"), piece.source),
        (_("Taken at"), shown(piece.taken_at, "long")),
        (_("Received"), f"{shown(piece.received_at, 'long')}, {piece.received_by}"),
        (_("Size"), _("%(bytes)s bytes") % {"bytes": piece.size}),
        ("SHA-256", spaced(piece.sha256)),
        (_("State"), str(piece.get_state_display())),
    ]
    return [(name, value) for name, value in rows if value]
