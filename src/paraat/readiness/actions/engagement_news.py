"""Who is told what of an engagement: short, without what was found, in the language of each. Parts of the verbs beside this one."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from paraat.accounts import links
from paraat.accounts.actions import note_welcome
from paraat.accounts.models import Shift, User
from paraat.alerts import happening
from paraat.alerts.actions.telling import tell_user
from paraat.kernel.actor import SYSTEM
from paraat.platform import configuration, facts, moment
from paraat.readiness.engagement_terms import providers
from paraat.readiness.models import Engagement
from paraat.registry.models import Contact, Organisation

ROLES = (Contact.Role.SPOC, Contact.Role.DEPUTY, Contact.Role.ICT_ON_CALL)
"""Who of an organisation is told."""
AT_ONCE = ("mail", "sms")
"""The channels of each that are used for a stop: all of them."""


def address_of(engagement: Engagement) -> str:
    """Where it is read."""
    return f"{configuration.public_url()}/engagements/{engagement.pk}/"


def contacts_of(organisations: Iterable[Organisation]) -> list[Contact]:
    """Who answers for these organisations today."""
    rows = (
        Contact.objects.as_of(moment.today()).answering().filter(organisation__in=list(organisations), role__in=ROLES)
    )
    return list(rows.select_related("organisation").prefetch_related("channels").order_by("pk"))


def tell_stopped(row: Engagement) -> None:
    """Everybody of the engagement, by every channel, at once; and a task that pages the officers on call."""
    key = f"engagement-stop:{row.pk}:{row.stopped_at:%Y%m%d%H%M%S%f}"
    _contacts(row, key, _stopped_words)
    for user in _testers(row) + _on_call():
        _user(row, key, user, _stopped_words)
    with happening.for_officers():
        summary = _("Testing STOPPED: %(number)s, %(name)s") % {"number": row.number, "name": row.organisation.name}
    facts.announce(
        facts.Waits(
            "engagement",
            f"engagement-stop:{row.pk}",
            summary,
            f"/engagements/{row.pk}/",
            organisation=row.organisation_id,
            exercise=row.exercise,
        )
    )


def tell_resumed(row: Engagement) -> None:
    """Whoever was told to stop is told that it goes on."""
    key = f"engagement-resumed:{row.pk}:{row.resumed_at:%Y%m%d%H%M%S%f}"
    _contacts(row, key, _resumed_words)
    for user in _testers(row):
        _user(row, key, user, _resumed_words)


def tell_lapsed(row: Engagement) -> None:
    """Testers stop: nothing that was signed is in force any more."""
    for user in _testers(row):
        _user(row, f"engagement-lapsed:{row.pk}:{moment.now():%Y%m%d%H%M%S%f}", user, _lapsed_words)


def tell_invited(row: Engagement, user: User, *, new_account: bool) -> None:
    """A tester reads where to go, and with a new account chooses a password. The message names no town."""
    with translation.override(user.language):
        subject = _("You are invited to test: %(number)s") % {"number": row.number}
        lines = [subject + "."]
        if new_account:
            note_welcome(user=user, by=SYSTEM)
            lines.append(
                _("Choose a password here (the link works for three days): %(url)s") % {"url": links.welcome_url(user)}
            )
        lines.append(_("Test nothing before the page says that testing has begun: %(url)s") % {"url": address_of(row)})
    tell_user(
        key=f"tester:{row.pk}:{user.pk}:{moment.now():%Y%m%d%H%M%S%f}",
        user=user,
        subject=subject,
        body="\n\n".join(lines),
        exercise=row.exercise,
    )


# Words ----------------------------------------------------------------------------------------------------------------------------
def _stopped_words(row: Engagement) -> tuple[str, str]:
    subject = _("STOP: testing %(number)s is stopped") % {"number": row.number}
    values = {"by": row.stopped_by, "because": row.stopped_because, "url": address_of(row)}
    said = _("Touch nothing any more. Stopped by %(by)s: %(because)s") % values
    return subject, "\n\n".join([subject + ".", said, _("Read on and confirm: %(url)s") % values])


def _resumed_words(row: Engagement) -> tuple[str, str]:
    subject = _("Testing %(number)s goes on") % {"number": row.number}
    said = _("The owner agreed. Why it goes on: %(because)s") % {"because": row.resumed_because}
    return subject, f"{subject}.\n\n{said}\n\n{address_of(row)}"


def _lapsed_words(row: Engagement) -> tuple[str, str]:
    subject = _("Test nothing: the authorisation of %(number)s has ended") % {"number": row.number}
    said = _("What was agreed has changed. Testing goes on when it has been signed anew.")
    return subject, f"{subject}.\n\n{said}\n\n{address_of(row)}"


# Ways -----------------------------------------------------------------------------------------------------------------------------
Words = Callable[[Engagement], tuple[str, str]]


def _contacts(row: Engagement, key: str, words: Words) -> None:
    tested_by = [row.firm] if row.firm is not None else []  # a school answers for its students
    for contact in contacts_of([row.organisation, *providers(row), *tested_by]):
        with translation.override((contact.languages or contact.organisation.languages or ["nl"])[0]):
            subject, body = words(row)
        for channel in contact.channels.all():
            if channel.kind in AT_ONCE:
                text = subject if channel.kind == "sms" else body
                facts.announce(
                    facts.Tells(
                        key=f"{key}:{channel.pk}",
                        contact=contact.pk,
                        purpose="reminder",
                        subject=subject,
                        body=text,
                        channel=channel.pk,
                        exercise=row.exercise,
                        urgent=True,
                    )
                )


def _user(row: Engagement, key: str, user: User, words: Words) -> None:
    with translation.override(user.language):
        subject, body = words(row)
    tell_user(key=f"{key}:{user.pk}", user=user, subject=subject, body=body, exercise=row.exercise, short=subject)


def _testers(row: Engagement) -> list[User]:
    return list(User.objects.active().filter(pk__in=row.testers.filter(until=None).values("user")).order_by("pk"))


def _on_call() -> list[User]:
    now = moment.now()
    shifts = Shift.objects.filter(Q(starts_at__lte=now) & Q(ends_at__gt=now))
    return list(User.objects.active().filter(pk__in=shifts.values("user")).order_by("pk"))
