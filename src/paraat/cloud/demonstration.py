"""What a demonstration has of the emergency cloud: towns that are prepared to different degrees, an approved page, a programme. Nothing runs.

Nothing here was measured: no drill is made up, and a claimed time is what a town might say, marked as demonstration where it stands.
"""

from __future__ import annotations

from typing import Any

from paraat.cloud.actions.preparations import approve_page, prepare
from paraat.cloud.actions.programmes import current_programme
from paraat.cloud.models import Preparation
from paraat.kernel.actor import SYSTEM
from paraat.registry.models import Organisation

PHONE = "+32 2 000 00 00"
PAGE: dict[str, Any] = {
    "title": {"nl": "Noodpagina (demonstratie)", "fr": "Page d’urgence (démonstration)"},
    "message": {
        "nl": "Dit is een demonstratie: er is niets gebeurd.\n\nOp deze plaats leest u wat werkt en wat niet.",
        "fr": "Ceci est une démonstration : il ne s’est rien passé.\n\nVous lisez ici ce qui fonctionne ou non.",
    },
    "phone": PHONE,
    "services": [{"name": "Loket burgerzaken", "state": "limited", "note": "Enkel dringende aangiften"}],
}
ACCOUNTS = [
    {"login": "crisis", "name": "Crisiscel", "language": "nl"},
    {"login": "ict", "name": "ICT", "language": "nl"},
    {"login": "population", "name": "Burgerzaken", "language": "nl"},
]


def load() -> None:
    """Ronse whole, Gent half, Aalst begun; the others not at all, as in life. Again changes nothing."""
    if Preparation.objects.exists():
        return
    current_programme()
    for nis, fields, approves in _TOWNS:
        town = Organisation.objects.filter(kind=Organisation.Kind.MUNICIPALITY, nis=nis).first()
        if town is None:
            continue
        row = prepare(organisation=town, by=SYSTEM, **fields)
        if approves:
            approve_page(preparation=row, by=SYSTEM)


_TOWNS: tuple[tuple[str, dict[str, Any], bool], ...] = (
    (
        "45041",
        {
            "services": ["all"],
            "domain": "nood.ronse.example",
            "accounts": ACCOUNTS,
            "page": PAGE,
            "counters": ["Burgerzaken", "Sociale dienst"],
            "claimed_rto_minutes": 2880,
            "target_rto_minutes": 240,
        },
        True,
    ),
    ("44021", {"services": ["all"], "accounts": ACCOUNTS, "page": PAGE, "target_rto_minutes": 480}, False),
    ("41002", {"services": ["web"], "target_rto_minutes": 1440}, False),
)
