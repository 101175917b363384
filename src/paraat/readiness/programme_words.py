"""The words with which a call-up begins, per language; whoever sends it may write others. In our own words."""

from __future__ import annotations

from collections.abc import Mapping

from paraat.platform.jinja import in_language
from paraat.readiness.models import Programme

TITLES: Mapping[str, str] = {
    "nl": "{title}: doet uw bestuur mee?",
    "fr": "{title} : votre administration participe-t-elle ?",
    "de": "{title}: Macht Ihre Verwaltung mit?",
    "en": "{title}: will you take part?",
}
TEXTS: Mapping[str, str] = {
    "nl": (
        "Uw bestuur doet nog niet mee aan «{title}». Laat ons weten wat u doet: inschrijven, u hebt zelf een evenwaardige oplossing"
        " (welke, tot wanneer), of nu niet (waarom). Elk antwoord helpt: wie een eigen oplossing heeft, telt niet als inactief."
    ),
    "fr": (
        "Votre administration ne participe pas encore à « {title} ». Dites-nous ce que vous faites : vous inscrire, vous avez votre propre solution"
        " équivalente (laquelle, jusqu’à quand), ou pas maintenant (pourquoi). Chaque réponse aide : qui a sa propre solution ne compte pas"
        " comme inactif."
    ),
    "de": (
        "Ihre Verwaltung macht bei „{title}“ noch nicht mit. Teilen Sie uns mit, was Sie tun: anmelden, Sie haben eine eigene gleichwertige Lösung"
        " (welche, bis wann), oder jetzt nicht (warum). Jede Antwort hilft: Wer eine eigene Lösung hat, gilt nicht als inaktiv."
    ),
    "en": (
        "You do not take part in “{title}” yet. Tell us what you do: sign up, you have an equivalent of your own (which, until when), or not now"
        " (why). Every answer helps: who has an equivalent of its own does not count as inactive."
    ),
}  # fmt: skip


def call_up(programme: Programme) -> dict[str, str]:
    """What the form of a call-up begins with: `title_nl`, `text_nl` and so on; English is left to whoever needs it."""
    found: dict[str, str] = {}
    for code in ("nl", "fr", "de"):
        named = programme.title.get(code) or in_language(programme.title) or programme.key
        found |= {
            f"title_{code}": TITLES[code].format(title=named)[:120],
            f"text_{code}": TEXTS[code].format(title=named),
        }
    return found
