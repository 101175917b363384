"""Who may see what. TLP 2.0 (FIRST, 2022) and the exercise flag travel together as one marking on everything shown or sent.

The one rule is `may_see`; `platform.marked.MarkedQuerySet.visible_to` is its translation to SQL, proven equal by a property test.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from uuid import UUID


class Tlp(IntEnum):
    """Traffic Light Protocol 2.0, ordered from everybody to named recipients only."""

    CLEAR = 0
    GREEN = 1
    AMBER = 2
    AMBER_STRICT = 3
    RED = 4

    @property
    def label(self) -> str:
        """The label exactly as the standard writes it, `TLP:AMBER+STRICT`."""
        return "TLP:" + self.name.replace("_", "+")


LABELLED = {level.label: level for level in Tlp}
"""The levels by their labels, as files and machines write them."""


class Role(StrEnum):
    """What an account may be. One account can hold several, each for an organisation."""

    DUTY_OFFICER = "duty_officer"
    COORDINATOR = "coordinator"
    ADMINISTRATOR = "administrator"
    PARTNER = "partner"
    AUDITOR = "auditor"
    OBSERVER = "observer"
    SPOC = "spoc"
    PROVIDER = "provider"
    ASSESSOR = "assessor"
    TESTER = "tester"


TEAM = frozenset({Role.DUTY_OFFICER, Role.COORDINATOR})
"""The roles that work the room: they see everything that concerns a constituent."""
WATCHES = TEAM | {Role.AUDITOR}
"""Who reads what is for the team: addresses, telephone numbers, what is in doubt."""
ROOM = WATCHES | {Role.PARTNER, Role.OBSERVER}
"""Who reads what the room shows."""
BY_NAME = frozenset({Role.ASSESSOR, Role.TESTER})
"""External auditors and ethical hackers: they see what was given to them by name, and nothing else of anybody."""
MEMBERS = frozenset(Role) - BY_NAME - {Role.ADMINISTRATOR}
"""Everybody who takes part in the work of the region."""


@dataclass(frozen=True, slots=True)
class Marking:
    """TLP, exercise flag and the organisation that an object concerns (None: it concerns the house)."""

    tlp: Tlp
    exercise: bool = False
    organisation: UUID | None = None


@dataclass(frozen=True, slots=True)
class Viewer:
    """The one who looks: roles, the organisations he acts for (`own`), and the customers who agreed that he reads along (`clients`)."""

    user: UUID | None = None
    roles: frozenset[Role] = field(default_factory=frozenset)
    own: frozenset[UUID] = field(default_factory=frozenset)
    clients: frozenset[UUID] = field(default_factory=frozenset)

    def has(self, *roles: Role) -> bool:
        """Whether this viewer holds one of the roles."""
        return not self.roles.isdisjoint(roles)

    @property
    def is_team(self) -> bool:
        """Whether this viewer works the room."""
        return not self.roles.isdisjoint(TEAM)


ANONYMOUS = Viewer()


def ceiling(viewer: Viewer) -> Tlp | None:
    """The highest TLP that this viewer sees of organisations that are not his own (None: nothing at all).

    The team sees all. An auditor sees all but RED, which is for named recipients. Partners and observers belong to the community that
    GREEN speaks of. A SPOC, a provider or an administrator of the installation sees nobody else's; an external auditor (assessor) and a tester see
    what they were given by name, and nothing by their role.
    """
    if viewer.is_team:
        return Tlp.RED
    if viewer.has(Role.AUDITOR):
        return Tlp.AMBER_STRICT
    if viewer.has(Role.PARTNER, Role.OBSERVER):
        return Tlp.GREEN
    return None


def may_see(viewer: Viewer, marking: Marking) -> bool:
    """Whether `viewer` may see an object with `marking`.

    One's own organisation is the recipient, so every TLP. AMBER covers the recipient and its clients, not its suppliers: a provider reads
    along with a customer up to GREEN only, and only where the customer agreed (`clients`).
    """
    top = ceiling(viewer)
    if top is not None and marking.tlp <= top:
        return True
    if marking.organisation is None:
        return False
    if marking.organisation in viewer.own:
        return True
    return marking.organisation in viewer.clients and marking.tlp <= Tlp.GREEN
