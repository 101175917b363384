"""What constituents are told of programmes, one by one: that they moved up from the waiting list."""

from __future__ import annotations

from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from paraat.alerts import ladders
from paraat.platform import configuration, facts, moment
from paraat.readiness.models import Participation, Programme
from paraat.readiness.programmes import title
from paraat.registry.models import Contact


def tell_moved_up(programme: Programme, participation: Participation, now: datetime) -> None:
    """Tell its SPOC, or the deputy, that there is money now. The key holds the moment of the sign-up: nobody is told twice of the same wait."""
    contact = _contact(participation, now)
    if contact is None:
        return
    with translation.override(ladders.written_languages(participation.organisation, contact)[0]):
        words = {"title": title(programme), "link": f"{configuration.public_url()}/programmes/ours/"}
        subject = _("%(title)s: you can go ahead") % words
        body = _(
            "There is money for you in the programme %(title)s: you have left the waiting list.\n\nHow it goes on stands at %(link)s"
        )
        told = body % words
    since = participation.state_at.isoformat()
    facts.announce(
        facts.Tells(
            f"programme/{participation.pk}/{since}",
            contact.pk,
            "reminder",
            subject,
            told,
            exercise=participation.exercise,
        )
    )


def _contact(participation: Participation, now: datetime) -> Contact | None:
    rows = Contact.objects.filter(organisation=participation.organisation_id).as_of(moment.day(now)).answering()
    people = [one for one in rows if one.role in {"spoc", "deputy"} and not one.is_away(now)]
    return min(people, key=lambda one: one.role != Contact.Role.SPOC, default=None)
