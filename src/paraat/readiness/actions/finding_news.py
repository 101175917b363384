"""The owner hears that there is a finding, at once; what it is stands behind sign-in alone. Parts of the verbs beside this one."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext as _

from paraat.alerts import happening
from paraat.platform import configuration, facts
from paraat.readiness.actions.engagement_news import contacts_of
from paraat.readiness.hacking_words import SEVERITIES
from paraat.readiness.models import Finding
from paraat.readiness.rules import cvss

URGENT = frozenset({"high", "critical"})
"""How bad a finding is that rings at night."""


def tell_disclosed(row: Finding) -> None:
    """Every contact of the owner by its first channel, without details; and a task of the team that closes when the owner has seen it."""
    word = cvss.word_for(row.score)
    url = f"{configuration.public_url()}/findings/{row.pk}/"
    for contact in contacts_of([row.organisation]):
        with translation.override((contact.languages or row.organisation.languages or ["nl"])[0]):
            values = {"number": row.number, "severity": SEVERITIES[word], "url": url}
            subject = _("A weakness in your systems was found: %(number)s (%(severity)s)") % values
            body = _("Sign in to read what it is and what to do: %(url)s") % values
        facts.announce(
            facts.Tells(
                key=f"finding:{row.pk}:{contact.pk}",
                contact=contact.pk,
                purpose="reminder",
                subject=subject,
                body=f"{subject}.\n\n{body}",
                exercise=row.exercise,
                urgent=word in URGENT,
            )
        )
    with happening.for_officers():
        values = {
            "number": row.number,
            "severity": SEVERITIES[word],
        }  # not whose: hand-overs have readers whose turn comes later
        summary = _("The owner has not looked at finding %(number)s yet (%(severity)s)") % values
    facts.announce(
        facts.Waits(
            "finding",
            _key(row),
            summary,
            f"/findings/{row.pk}/",
            urgent=False,
            exercise=row.exercise,
        )
    )


def settle_finding(row: Finding) -> None:
    """The owner has seen it."""
    facts.announce(facts.Settled(_key(row)))


def _key(row: Finding) -> str:
    return f"finding:{row.pk}"
