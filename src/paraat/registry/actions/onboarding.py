"""How a contact comes on board: nominated, called once with the code word, invited, confirmed by link; again after 180 days."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F, Q
from django.utils import translation
from django.utils.translation import gettext as _

from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict
from paraat.platform import configuration, moment
from paraat.platform.actions import action, record
from paraat.platform.facts import Tells, announce
from paraat.registry import links
from paraat.registry.models import Contact, ContactChannel
from paraat.registry.rules.onboarding import STALE_AFTER


@action
def record_call(*, contact: Contact, by: Actor) -> None:
    """An officer called, both sides asked the code word, and it is who it should be."""
    Contact.objects.filter(pk=contact.pk).update(called_at=moment.now())
    record("contact.call", by=by, on=contact, organisation=contact.organisation_id)
    contact.refresh_from_db()


@action
def invite_contact(*, contact: Contact, by: Actor) -> None:
    """Send the link by which a contact confirms what is on file. Raises Conflict when there is no way to reach it."""
    if not contact.channels.exists():
        raise Conflict("This contact has no channel yet")
    now = moment.now()
    Contact.objects.filter(pk=contact.pk).update(invited_at=now)
    _tell(contact, now, again=contact.confirmed_at is not None)
    record("contact.invite", by=by, on=contact, organisation=contact.organisation_id)
    contact.refresh_from_db()


@action
def confirm_contact(*, contact: Contact, by: Actor, through: str = "link") -> None:
    """What is on file is right, for another 180 days; its channels count as confirmed, except a new address that still waits."""
    now = moment.now()
    Contact.objects.filter(pk=contact.pk).update(confirmed_at=now)
    ContactChannel.objects.filter(contact=contact).update(confirmed_at=now)
    record("contact.confirm", by=by, on=contact, organisation=contact.organisation_id, detail={"through": through})
    contact.refresh_from_db()


@action
def ask_stale_to_confirm(*, now: datetime, by: Actor) -> int:
    """Ask every contact whose confirmation is older than 180 days, once per confirmation; how many were asked."""
    asked = 0
    old = Q(confirmed_at__lte=now - STALE_AFTER) & (Q(invited_at=None) | Q(invited_at__lte=F("confirmed_at")))
    stale = Contact.objects.real().as_of(moment.day(now)).answering().filter(old, channels__isnull=False).distinct()
    for contact in stale.select_related("organisation")[:500]:
        invite_contact(contact=contact, by=by)
        asked += 1
    return asked


def _tell(contact: Contact, now: datetime, *, again: bool) -> None:
    language = (contact.languages or contact.organisation.languages or ["nl"])[0]
    with translation.override(language):
        words = {
            "team": configuration.TEAM_NAME.get(),
            "organisation": contact.organisation.name_in(language),
            "link": links.contact_url(contact, now),
        }
        subject = (
            _("Are you still the contact of %(organisation)s?")
            if again
            else _("You are the contact of %(organisation)s")
        )
        body = _(
            "%(team)s warns you when somebody threatens the systems of %(organisation)s. "
            "Check how we reach you, and confirm it here: %(link)s"
        )
        announce(
            Tells(
                key=f"invitation:{contact.pk}:{now.isoformat()}",
                contact=contact.pk,
                purpose="invitation",
                subject=subject % words,
                body=body % words,
                exercise=contact.exercise,
            )
        )
