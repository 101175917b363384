"""What a case file holds, part by part: which rows of which table hang on a case, and how each column is written.

It is made from the tables themselves, so that a column that is added is exported from then on; a test finds tables that hang on a case and
stand neither here nor among those that stay behind.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from paraat.accounts.models import User
from paraat.incidents import models as m
from paraat.registry.models import Contact, Organisation


@dataclass(frozen=True, slots=True)
class Part:
    """A list of the file: its name, its table, and the way from a row to its case."""

    name: str
    model: type[models.Model]
    case: str  # lookup of the case; of a row below another the way goes through that one
    also: str = ""  # another such way

    @property
    def columns(self) -> list[models.Field[Any, Any]]:
        """What is written of a row: all but what the database computes and what means something in one installation only."""
        return [
            field
            for field in self.model._meta.concrete_fields
            if not isinstance(field, models.GeneratedField) and field.name not in LEFT.get(self.name, ())
        ]

    @property
    def lists(self) -> list[Any]:
        """Relations of many to many within the file."""
        return [field for field in self.model._meta.many_to_many if field.name in {"after"}]


PARTS = (
    Part("case", m.Case, "pk"),
    Part("reports", m.Report, "case"),
    Part("mails", m.Correspondence, "case", "report__case"),
    Part("help_requests", m.HelpRequest, "case"),
    Part("services", m.CaseService, "case"),
    Part("suppliers", m.CaseSupplier, "case"),
    Part("helpers", m.CaseHelper, "case"),
    Part("timeline", m.TimelineEntry, "case"),
    Part("tasks", m.Task, "case"),
    Part("notes", m.Note, "case"),
    Part("note_versions", m.NoteVersion, "note__case"),
    Part("claims", m.ActorClaim, "case"),
    Part("ransom_decisions", m.RansomDecision, "case"),
    Part("exposures", m.Exposure, "case"),
    Part("exposure_concerns", m.ExposureConcerns, "exposure__case"),
    Part("clocks", m.Clock, "case"),
    Part("clock_facts", m.ClockFact, "clock__case"),
    Part("clock_steps", m.ClockStep, "clock__case"),
    Part("clock_submissions", m.ClockSubmission, "step__clock__case"),
    Part("clock_reminders", m.ClockReminder, "step__clock__case"),
    Part("evidence", m.Evidence, "case"),
    Part("custody", m.Custody, "evidence__case"),
    Part("indicators", m.Indicator, "sightings__case"),
    Part("sightings", m.IndicatorSighting, "case"),
    Part("hypotheses", m.Hypothesis, "cases"),
    Part("hypothesis_points", m.HypothesisPoint, "hypothesis__cases"),
    Part("hypothesis_assessments", m.HypothesisAssessment, "hypothesis__cases"),
)
"""In an order in which every row comes after those that it points at."""

LEFT = {
    "case": ("merged_into", "split_from"),
    "reports": ("contact", "notice", "finding"),
    "tasks": ("playbook",),
    "timeline": ("came_from",),
    "evidence": ("content",),
    "exposure_concerns": ("alert",),
}
"""Columns that point at rows of one installation: its contacts, alerts, playbooks, other cases, its vault. They stay there."""
STAY = {
    "CaseImport": "where a case came from: of the installation that took it in",
    "Content": "the vault's own row; content travels as a file",
    "Attachment": "content of mails that is no evidence yet",
    "ContagionAlert": "alerts of one installation",
}
"""Tables that point at a case and do not travel, each with the reason."""


def reference(field: models.Field[Any, Any]) -> type[models.Model] | None:
    """The table that a column points at."""
    return field.related_model if isinstance(field, models.ForeignKey) else None


def part_of(model: type[models.Model]) -> str:
    """The part that holds rows of a table; empty when none does."""
    return next((part.name for part in PARTS if part.model is model), "")


def base_of(field: models.Field[Any, Any]) -> models.Field[Any, Any]:
    """Of a list its elements' field, else the field."""
    return field.base_field if isinstance(field, ArrayField) else field


__all__ = ["LEFT", "PARTS", "STAY", "Contact", "Organisation", "Part", "User", "base_of", "part_of", "reference"]
