"""Reports, cases and what hangs on them: timeline, tasks, notes, hypotheses, extortion, statutory clocks, evidence, indicators."""

from __future__ import annotations

from paraat.incidents.models.assessments import Hypothesis, HypothesisAssessment, HypothesisPoint
from paraat.incidents.models.cases import Case, CaseHelper, CaseService, CaseSupplier, OfCase, Series
from paraat.incidents.models.clocks import (
    Clock,
    ClockFact,
    ClockReminder,
    ClockStep,
    ClockSubmission,
    OrganisationRegime,
)
from paraat.incidents.models.evidence import Content, Custody, Evidence
from paraat.incidents.models.exchange import CaseImport
from paraat.incidents.models.extortion import ActorClaim, ContagionAlert, Exposure, ExposureConcerns, RansomDecision
from paraat.incidents.models.indicators import Indicator, IndicatorSighting
from paraat.incidents.models.notes import Note, NoteVersion
from paraat.incidents.models.reports import Attachment, Correspondence, HelpRequest, Report
from paraat.incidents.models.tasks import Playbook, Task
from paraat.incidents.models.timeline import TimelineEntry

__all__ = [
    "ActorClaim",
    "Attachment",
    "Case",
    "CaseHelper",
    "CaseImport",
    "CaseService",
    "CaseSupplier",
    "Clock",
    "ClockFact",
    "ClockReminder",
    "ClockStep",
    "ClockSubmission",
    "ContagionAlert",
    "Content",
    "Correspondence",
    "Custody",
    "Evidence",
    "Exposure",
    "ExposureConcerns",
    "HelpRequest",
    "Hypothesis",
    "HypothesisAssessment",
    "HypothesisPoint",
    "Indicator",
    "IndicatorSighting",
    "Note",
    "NoteVersion",
    "OfCase",
    "OrganisationRegime",
    "Playbook",
    "RansomDecision",
    "Report",
    "Series",
    "Task",
    "TimelineEntry",
]
