"""What a demonstration has of lessons: one in an exercise, told to a handful of towns and their service providers, and answered by some.

What happened in it is invented, it was learnt from nobody, and every row says that it is an exercise.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from paraat.alerts.actions import acknowledge_notice
from paraat.kernel.actor import Actor, ActorKind
from paraat.platform import moment
from paraat.readiness import whom
from paraat.readiness.actions.lessons import (
    answer_for_customers,
    answer_lesson,
    draft_lesson,
    release_lesson,
)
from paraat.readiness.models import Lesson, LessonAnswer
from paraat.registry.models import Organisation

OFFICER = Actor(ActorKind.SYSTEM, None, "Duty officer (demonstration)")
SPOC = Actor(ActorKind.SYSTEM, None, "SPOC (demonstration)")
DESK = Actor(ActorKind.SYSTEM, None, "Desk (demonstration)")

TOWNS = ("45041", "11001", "12025", "24020", "41002")
TITLE = {
    "nl": "Back-ups die met het netwerk mee verdwenen (demonstratie)",
    "fr": "Des sauvegardes disparues avec le réseau (démonstration)",
    "de": "Sicherungen, die mit dem Netz verschwanden (Demonstration)",
    "en": "Backups that went with the network (demonstration)",
}
HAPPENED = {
    "nl": "Verzonnen: wie binnenkwam met het wachtwoord van een beheerder, kon ook de back-ups wissen.",
    "fr": "Inventé : qui est entré avec le mot de passe d’un administrateur a pu effacer aussi les sauvegardes.",
    "de": "Erfunden: Wer mit dem Kennwort eines Administrators hereinkam, konnte auch die Sicherungen löschen.",
    "en": "Invented: who came in with the password of an administrator could erase the backups as well.",
}
ADVICE = {
    "nl": "Bewaar één kopie waar geen account van het netwerk bij kan.\nZet ze elk kwartaal een keer terug, en schrijf op hoe lang het duurde.",
    "fr": "Gardez une copie hors de portée de tout compte du réseau.\nRestaurez-la chaque trimestre, et notez le temps que cela a pris.",
    "de": "Bewahren Sie eine Kopie auf, an die kein Konto des Netzes herankommt.\nSpielen Sie sie jedes Quartal zurück, und notieren Sie die Dauer.",
    "en": "Keep one copy that no account of the network can reach.\nPut it back once a quarter, and write down how long it took.",
}


def load() -> None:
    """Told to five towns; everybody has seen it, so nobody is rung for it. Again changes nothing."""
    towns = list(Organisation.objects.filter(kind=Organisation.Kind.MUNICIPALITY, nis__in=TOWNS))
    if not towns or Lesson.objects.exists():
        return
    audience = {"organisations": [str(town.pk) for town in towns]}
    lesson = draft_lesson(by=OFFICER, audience=audience, exercise=True, title=TITLE, happened=HAPPENED, advice=ADVICE)
    release_lesson(lesson=lesson, by=OFFICER)
    _seen(lesson)
    _answered(lesson)
    _by_a_provider(lesson)


def _seen(lesson: Lesson) -> None:
    for notice in lesson.alert.notices.select_related("alert", "organisation") if lesson.alert else ():
        who = SPOC if notice.organisation.constituent else DESK
        acknowledge_notice(notice=notice, by=who, through="portal", name=who.label)


def _answered(lesson: Lesson) -> None:
    """The first two of the list; the others have not answered."""
    said: tuple[dict[str, Any], ...] = (
        {"state": "planned", "planned_on": moment.today() + timedelta(days=30)},
        {"state": "done"},
    )
    for nis, answer in zip(TOWNS, said, strict=False):
        row = LessonAnswer.objects.select_related("lesson", "organisation").filter(lesson=lesson, organisation__nis=nis)
        for one in row:
            answer_lesson(answer=one, by=SPOC, **answer)


def _by_a_provider(lesson: Lesson) -> None:
    """For its customers that agreed and have not answered, by the first provider that has one."""
    waiting = set(lesson.answers.filter(state=LessonAnswer.State.OPEN).values_list("organisation", flat=True))
    for told in lesson.providers.select_related("provider").order_by("provider__name"):
        customers = sorted(waiting & whom.consenting(told.provider_id))
        if customers:
            answer_for_customers(
                lesson=lesson, provider=told.provider, customers=customers, by=DESK, state="not_applicable",
                because="Deze klant heeft geen eigen back-ups: wij maken ze (demonstratie)",
            )  # fmt: skip
            return
