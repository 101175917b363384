"""The demonstration's accounts: one for each role, a SPOC for Ronse and one for Spiere-Helkijn, and a roster for the coming days.

They are roles, not people, and have no password: one enters as them from this machine only (`web.first_minutes.views`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from paraat.accounts import actions
from paraat.accounts.models import Shift, User
from paraat.accounts.rules import COORDINATOR, FIRST, SECOND
from paraat.kernel.actor import SYSTEM
from paraat.kernel.marking import Role
from paraat.platform import moment
from paraat.registry.models import Contact, Organisation

ROSTER_DAYS = 7


@dataclass(frozen=True, slots=True)
class Character:
    """Somebody one can enter as: the key in the form, a name that is a role, and for whom: a town's NIS code, or another body's name."""

    key: str
    name: str
    role: Role
    town: str = ""
    body: str = ""

    @property
    def email(self) -> str:
        """The address of the account."""
        return f"{self.key}@paraat.example"


CAST = (
    Character("officer", "Duty officer", Role.DUTY_OFFICER),
    Character("second", "Second duty officer", Role.DUTY_OFFICER),
    Character("coordinator", "Coordinator", Role.COORDINATOR),
    Character("auditor", "Auditor", Role.AUDITOR),
    Character("observer", "Observer", Role.OBSERVER),
    Character("administrator", "Administrator", Role.ADMINISTRATOR),
    Character("spoc-ronse", "SPOC, Ronse", Role.SPOC, "45041"),
    Character("spoc-spiere-helkijn", "SPOC, Spiere-Helkijn", Role.SPOC, "34043"),
    Character("spoc-antwerpen", "SPOC, Antwerpen", Role.SPOC, "11002"),
    Character("spoc-diest", "SPOC, Diest", Role.SPOC, "24020"),
    Character("spoc-zwijndrecht", "SPOC, Zwijndrecht", Role.SPOC, "11056"),
    Character("partner", "Partner, association", Role.PARTNER, body="Association of municipalities (demonstration)"),
    Character("tester", "Tester", Role.TESTER),
    Character("assessor", "External auditor", Role.ASSESSOR),
    Character("provider", "Provider, regional ICT desk", Role.PROVIDER, body="Regional ICT desk (demonstration)"),
)
BY_KEY = {one.key: one for one in CAST}


def load() -> None:
    """Make the accounts and a roster of a week, once; a roster that has run out is made anew."""
    for one in CAST:
        if not User.objects.filter(email=one.email).exists():
            _add(one)
    now = moment.now()
    if not Shift.objects.filter(ends_at__gt=now).exists():
        for key, position in (("officer", FIRST), ("second", SECOND), ("coordinator", COORDINATOR)):
            user = User.objects.get(email=BY_KEY[key].email)
            ends = now + timedelta(days=ROSTER_DAYS)
            actions.add_shift(user=user, position=position, starts_at=now, ends_at=ends, by=SYSTEM)


def account(key: str) -> User | None:
    """The account of a character, when the demonstration is loaded."""
    one = BY_KEY.get(key)
    return User.objects.filter(email=one.email).first() if one else None


def town(nis: str) -> Organisation | None:
    """A municipality of the demonstration by its NIS code."""
    return Organisation.objects.filter(kind=Organisation.Kind.MUNICIPALITY, nis=nis).order_by("-active_from").first()


def _for_whom(one: Character) -> Organisation | None:
    if one.body:
        return Organisation.objects.filter(name=one.body).first()
    return town(one.town) if one.town else None


def _add(one: Character) -> None:
    organisation = _for_whom(one)
    if organisation is None and (one.town or one.body):
        return
    user = actions.add_person(email=one.email, name=one.name, by=SYSTEM)
    spocs = Contact.objects.filter(organisation=organisation, role=Contact.Role.SPOC)
    contact = spocs.first() if one.role == Role.SPOC else None
    actions.give_role(user=user, role=one.role, by=SYSTEM, organisation=organisation, contact=contact)
