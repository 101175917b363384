"""What a demonstration has of programmes: two with a budget and a history, a town on the ladder, one that waits, one with its own equivalent.

The budgets and prices are invented and say so in the source; who takes part is too. No public figure is shown as ours.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from paraat.kernel.actor import SYSTEM
from paraat.platform import moment
from paraat.readiness.actions.programmes import open_programme, set_budget
from paraat.readiness.actions.programmes_answers import claim_equivalent, decline, sign_up
from paraat.readiness.actions.programmes_import import import_history
from paraat.readiness.actions.programmes_money import commit_price
from paraat.readiness.actions.programmes_steps import record_step
from paraat.readiness.models import Programme
from paraat.registry.models import Organisation

SOURCE = "Demonstratie: verzonnen bedragen en deelnemers"
ABOUT = {
    "audit": {
        "nl": "Een externe auditor bekijkt de beveiliging van uw bestuur. De regio betaalt een deel.",
        "fr": "Un auditeur externe examine la sécurité de votre administration. La région en paie une partie.",
        "de": "Ein externer Prüfer sieht sich die Sicherheit Ihrer Verwaltung an. Die Region zahlt einen Teil.",
        "en": "An external auditor looks at the security of your organisation. The region pays a part.",
    },
    "ethical-hacking": {
        "nl": "Studenten proberen, met uw toestemming, binnen te breken. Gratis.",
        "fr": "Des étudiants tentent, avec votre accord, de s’introduire. Gratuit.",
        "de": "Studierende versuchen mit Ihrer Zustimmung einzudringen. Kostenlos.",
        "en": "Students try to break in, with your permission. Free of charge.",
    },
}


def load() -> None:
    """Audits and ethical hacking. Again changes nothing."""
    if Programme.objects.exists():
        return
    rules = {"share": "2/3", "cap": "4000", "again": "1/2", "selection": "first-come"}
    audit = open_programme(by=SYSTEM, key="audit", about=ABOUT["audit"], rules=rules, source=SOURCE)
    set_budget(programme=audit, year=moment.today().year, amount=Decimal(6000), by=SYSTEM)
    hacking = open_programme(by=SYSTEM, key="ethical-hacking", about=ABOUT["ethical-hacking"], source=SOURCE)
    municipalities = Organisation.objects.filter(kind="municipality", constituent=True).order_by("nis")
    towns = {one.nis: one for one in municipalities}
    told = {nis: towns[nis] for nis in ("45041", "41002", "34022") if nis in towns}
    _answer(audit, hacking, told)
    import_history(content=_history([nis for nis in towns if nis and nis not in told]), file_name=SOURCE, by=SYSTEM)


def _history(towns: list[str]) -> bytes:
    """A file as a programme keeps it: every second town signed up for an audit, every third for ethical hacking, and some came further."""
    now = moment.today()
    lines = ["nis,programme,step,date"]
    for place, nis in enumerate(towns):
        if place % 2 == 0:
            lines.append(f"{nis},audit,signed-up,{now - timedelta(days=700)}")
        if place % 10 == 0:
            lines.append(f"{nis},audit,carried-out,{now - timedelta(days=300)}")
        if place % 3 == 0:
            lines.append(f"{nis},ethical-hacking,signed-up,{now - timedelta(days=500)}")
    return ("\n".join(lines) + "\n").encode()


def _answer(audit: Programme, hacking: Programme, towns: dict[str, Any]) -> None:
    """Aalst climbs, Kortrijk waits, and Ronse is left to answer about the audit itself."""
    today = moment.today()
    if (aalst := towns.get("41002")) is not None:
        row = sign_up(programme=audit, organisation=aalst, by=SYSTEM, on=today - timedelta(days=40))
        record_step(participation=row, name="ordered", on=today - timedelta(days=20), by=SYSTEM)
        commit_price(participation=row, price=Decimal(5400), by=SYSTEM)
        decline(programme=hacking, organisation=aalst, because="Eerst de audit", by=SYSTEM)
    if (kortrijk := towns.get("34022")) is not None:
        sign_up(programme=audit, organisation=kortrijk, by=SYSTEM)
    if (ronse := towns.get("45041")) is not None:
        claim_equivalent(
            programme=hacking, organisation=ronse, which="Penetratietest door de eigen leverancier", by=SYSTEM
        )
