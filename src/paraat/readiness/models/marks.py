"""Rows that belong to one constituent, and to those few who were given them to work on."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar, Self
from uuid import UUID

from django.db import models

from paraat.kernel.marking import BY_NAME, Role, Tlp, Viewer
from paraat.platform.marked import MarkedModel, MarkedQuerySet
from paraat.registry.models import Organisation


class TheirsQuerySet(MarkedQuerySet):
    """Rows of a constituent: what the marking grants, and what somebody was given by name (an external auditor, a tester)."""

    def visible_to(self, viewer: Viewer) -> Self:
        """The rows that the marking grants, and those assigned to this very account, as long as it has the role in which they were given."""
        seen = super().visible_to(viewer)
        if viewer.user is None or not viewer.has(*self.model.given_as):
            return seen
        assigned = self.model.assigned(viewer.user)
        return seen | self.filter(assigned) if assigned else seen


class Theirs(MarkedModel):
    """Something of one constituent. TLP:AMBER+STRICT unless told otherwise: the organisation itself, the team, and auditors of the house."""

    tlp = models.PositiveSmallIntegerField(default=Tlp.AMBER_STRICT, choices=[(one.value, one.label) for one in Tlp])
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")

    authors: ClassVar[str] = ""
    """The field of an organisation that wrote it on the constituent's behalf, and therefore reads what it wrote."""
    given_as: ClassVar[frozenset[Role]] = BY_NAME
    """In which roles somebody is given it by name (`assigned`): who has the role no longer sees it no longer."""

    objects = TheirsQuerySet.as_manager()  # type: ignore[misc]  # the plugin takes the base's for a class variable

    class Meta:
        abstract = True

    @classmethod
    def concerns(cls, organisations: Collection[UUID]) -> models.Q:
        """The constituent's own, and what one of `organisations` wrote for it."""
        found = models.Q(organisation__in=list(organisations))
        return found | models.Q(**{f"{cls.authors}__in": list(organisations)}) if cls.authors else found

    @classmethod
    def assigned(cls, user: UUID) -> models.Q:  # noqa: ARG003  # who overrides it asks
        """The rows given to one account by name; nothing unless a subclass says."""
        return models.Q()
