"""What a demonstration has of sessions: one that is to come, with a few towns on its list, of which one registered. Nobody is said to have come."""

from __future__ import annotations

from datetime import timedelta

from paraat.kernel.actor import SYSTEM
from paraat.platform import moment
from paraat.readiness.actions.session_answers import answer_invitation
from paraat.readiness.actions.session_talk import ask_question
from paraat.readiness.actions.sessions import invite_by_name, plan_session
from paraat.readiness.models import Session
from paraat.registry.models import Organisation

TOWNS = ("45041", "41002", "44021")


def load() -> None:
    """A workshop in two weeks. No announcement goes out: whoever starts the demonstration finds an empty outbox. Again changes nothing."""
    towns = list(Organisation.objects.filter(kind=Organisation.Kind.MUNICIPALITY, nis__in=TOWNS).order_by("nis"))
    if not towns or Session.objects.exists():
        return
    starts = (moment.now() + timedelta(days=14)).replace(hour=9, minute=0, second=0, microsecond=0)
    session = plan_session(
        title={
            "nl": "Werksessie: wat eerst terug moet (demonstratie)",
            "fr": "Atelier : que rétablir d’abord (démonstration)",
        },
        text={"nl": "Breng uw lijst van kritieke diensten mee.", "fr": "Apportez votre liste de services critiques."},
        kind=Session.Kind.WORKSHOP,
        starts_at=starts,
        ends_at=starts + timedelta(hours=2),
        link="https://meet.example/demonstration",
        seats=20,
        audience={"organisations": [str(town.pk) for town in towns]},
        by=SYSTEM,
    )
    invite_by_name(session=session, organisations=towns, by=SYSTEM)
    session.refresh_from_db()
    first = session.attendances.order_by("organisation__nis").first()
    if first is not None:
        answer_invitation(attendance=first, by=SYSTEM, comes=True, who="ICT")
        ask_question(session=session, by=SYSTEM, text="Mag de leverancier meekomen?", attendance=first)
