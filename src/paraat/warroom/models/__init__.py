"""Rooms and what is in them: participants, lanes, signals, decisions, tasks, log, statements, situation reports; and hand-overs."""

from __future__ import annotations

from paraat.warroom.models.rooms import (
    Decision,
    InRoom,
    Lane,
    LogEntry,
    Participant,
    Room,
    RoomTask,
    Signal,
    ThreatLevel,
    Trigger,
)
from paraat.warroom.models.sitreps import Handover, SituationReport
from paraat.warroom.models.statements import PressCall, Statement, StatementText

__all__ = [
    "Decision",
    "Handover",
    "InRoom",
    "Lane",
    "LogEntry",
    "Participant",
    "PressCall",
    "Room",
    "RoomTask",
    "Signal",
    "SituationReport",
    "Statement",
    "StatementText",
    "ThreatLevel",
    "Trigger",
]
