"""The contact card of a constituent with the first hour of every kind of incident, and a playbook, as PDF: on paper they work with everything down.

The code word is not on it: it stands on the card that the team hands over, which the journal counts; this document may be made by a SPOC.
"""

from __future__ import annotations

from typing import Any

from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from paraat.incidents import playbooks
from paraat.incidents.authorities import load as authorities
from paraat.incidents.authorities import who_to_turn_to
from paraat.incidents.words import KINDS, kind_word
from paraat.kernel.marking import Tlp
from paraat.platform import configuration, documents, moment
from paraat.registry.models import Contact, Organisation

LANGUAGES = playbooks.LANGUAGES


def language_of(organisation: Organisation, asked: str = "") -> str:
    """The language of a document for an organisation: the one asked for when we write it, else its first administrative one, else Dutch."""
    for language in (asked, *organisation.languages):
        if language in LANGUAGES:
            return language
    return "nl"


def card_pdf(organisation: Organisation, language: str) -> bytes:
    """The contact card: the team, the organisation's own contacts, who to turn to, and the first hour per kind. PDF/UA, marked like the contacts."""
    with translation.override(language):
        return documents.pdf("incidents/typst/contact_card.typ", _card(organisation, language), language=language)


def playbook_pdf(kind: str, language: str) -> bytes:
    """The first hour of one kind of incident and what the victim does after it, for anybody. `kind` is the key of a shipped playbook."""
    with translation.override(language):
        return documents.pdf("incidents/typst/playbook.typ", _playbook(kind, language), language=language)


def _card(organisation: Organisation, language: str) -> dict[str, Any]:
    contacts = _contacts(organisation)
    level = max([int(Tlp.AMBER), *(contact.tlp for contact in contacts)])
    turn = who_to_turn_to(language, organisation.region, organisation.kind)
    return _frame(level) | {
        "title": f"{_('Contact card')}: {organisation.name_in(language)}",
        "team_title": _("The team"),
        "team": _team(),
        "own_title": _("Your own contacts, as the team has them"),
        "columns": [_("Role"), _("Name"), _("How")],
        "contacts": [[contact.get_role_display(), contact.name, _ways(contact)] for contact in contacts],
        "nobody": _("Nobody is on file: tell the team who answers for your organisation."),
        "word": _(
            "The code word is on the card that the team handed over. It is never in a message and not on this paper."
        ),
        "turn_title": _("Who to turn to"),
        "turn": [[name, what, " · ".join(ways)] for name, what, ways in turn],
        "turn_columns": [_("Who"), _("What for"), _("How")],
        "hours_title": _("The first hour"),
        "hours_lead": _("Do you not know what it is? Follow the first list."),
        "hours": [[kind_word(kind), playbooks.first_hour(kind, language)] for kind in KINDS if kind != "other"],
    }


def _playbook(kind: str, language: str) -> dict[str, Any]:
    shipped = playbooks.load()[kind]
    victim = [step for step in shipped.steps if step.who == "victim"]
    return _frame(int(Tlp.CLEAR)) | {
        "title": shipped.title.get(language, shipped.title["en"]),
        "hours_title": _("The first hour"),
        "hour": playbooks.first_hour(kind, language),
        "steps_title": _("What your organisation does after it"),
        "columns": [_("What"), _("How"), _("Within")],
        "steps": [
            [step.title[language], step.text[language], _("%(hours)g h") % {"hours": step.hours}] for step in victim
        ],
        "turn_title": _("Who to turn to"),
        "turn_columns": [_("Who"), _("What for"), _("How")],
        "turn": [[name, what, " · ".join(ways)] for name, what, ways in who_to_turn_to(language)],
        "sources": f"{_('Sources')}: {'; '.join(shipped.sources)}",
        "team": _team(),
        "team_title": _("The team"),
    }


def _frame(level: int) -> dict[str, Any]:
    now = moment.now()
    read = min(one.as_of for one in authorities())
    return {
        "tlp": Tlp(level).label,
        "made": formats.date_format(timezone.localtime(now), "SHORT_DATETIME_FORMAT"),
        "footer": _("%(team)s. Addresses of authorities as published on %(day)s.")
        % {"team": configuration.TEAM_NAME.get(), "day": formats.date_format(read, "SHORT_DATE_FORMAT")},
    }


def _team() -> list[list[str]]:
    """The team's name and the ways to reach it; a way that is not set is not named."""
    ways = [
        (_("Name"), configuration.TEAM_NAME.get()),
        (_("Telephone"), configuration.TEAM_PHONE.get()),
        (_("Mail"), configuration.MAIL_REPLIES.get() or configuration.MAIL_FROM.get()),
        (_("Without an account"), f"{configuration.public_url()}/emergency/"),
    ]
    return [[name, value] for name, value in ways if value]


def _contacts(organisation: Organisation) -> list[Contact]:
    rows = Contact.objects.answering().as_of(moment.today()).filter(organisation=organisation)
    return list(rows.prefetch_related("channels").order_by("role", "name"))


def _ways(contact: Contact) -> str:
    shown = [one for one in contact.channels.all() if one.kind in {"mail", "sms", "voice"}]
    return ", ".join(dict.fromkeys(one.address for one in shown if one.address))
