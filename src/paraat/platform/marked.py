"""Rows that carry a marking, and the translation of `kernel.marking.may_see` to SQL: rights are decided here, in the query."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar, Self
from uuid import UUID

from django.db import models

from paraat.kernel.ids import uuid7
from paraat.kernel.marking import Marking, Tlp, Viewer, ceiling


class MarkedQuerySet(models.QuerySet[Any]):
    """Rows of a `MarkedModel`."""

    def visible_to(self, viewer: Viewer) -> Self:
        """The rows that `may_see(viewer, row.marking)` grants, no more and no less."""
        model: type[MarkedModel] = self.model
        top = ceiling(viewer)
        seen = models.Q(tlp__lte=top) if top is not None else models.Q()
        if viewer.own:
            seen |= model.concerns(viewer.own)
        if viewer.clients:
            seen |= model.concerns(viewer.clients) & models.Q(tlp__lte=Tlp.GREEN)
        return self.filter(seen) if seen else self.none()

    def real(self) -> Self:
        """Without exercises: every figure that speaks of reality counts these only."""
        return self.filter(exercise=False)


class MarkedModel(models.Model):
    """Something that can be shown or sent: it has a UUIDv7, a TLP and an exercise flag."""

    organisation_field: ClassVar[str] = "organisation_id"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tlp = models.PositiveSmallIntegerField(default=Tlp.AMBER, choices=[(level.value, level.label) for level in Tlp])
    exercise = models.BooleanField(default=False)

    objects = MarkedQuerySet.as_manager()

    class Meta:
        abstract = True

    @classmethod
    def concerns(cls, organisations: Collection[UUID]) -> models.Q:
        """The rows that concern one of `organisations`; a model that concerns several at once says so itself."""
        return models.Q(**{f"{cls.organisation_field}__in": list(organisations)})

    @property
    def read_tlp(self) -> int:
        """The TLP up to which somebody must be told to read it: its own; of what hangs on something else, the higher of both."""
        return self.tlp

    @property
    def marking(self) -> Marking:
        """The row's marking, for `may_see`."""
        return Marking(Tlp(self.tlp), self.exercise, getattr(self, self.organisation_field))
