"""The tables of what is learnt; one file per noun."""

from __future__ import annotations

from paraat.readiness.models.assessments import (
    Answer,
    AnswerChange,
    AnswerEvidence,
    Assessment,
    AssessmentReminder,
    CommonAnswer,
)
from paraat.readiness.models.continuity import (
    ContinuityTest,
    CriticalService,
    Dependency,
    TestedService,
)
from paraat.readiness.models.disclosures import (
    Disclosure,
    DisclosureMessage,
)
from paraat.readiness.models.engagements import (
    Authorisation,
    Engagement,
    InScope,
    TargetCheck,
    Tester,
)
from paraat.readiness.models.findings import (
    Finding,
    FindingEvidence,
    Retest,
)
from paraat.readiness.models.frameworks import (
    Control,
    Edition,
    Framework,
)
from paraat.readiness.models.guidance import (
    Recommendation,
)
from paraat.readiness.models.lessons import (
    Lesson,
    LessonAnswer,
    LessonAnswerQuerySet,
    LessonProvider,
)
from paraat.readiness.models.measures import (
    Measure,
    MeasureChange,
    MeasureEvidence,
    MeasureQuerySet,
    MeasureReminder,
    SupplierMeasure,
)
from paraat.readiness.models.naming import (
    ReadinessSeries,
)
from paraat.readiness.models.population import (
    ControlTally,
    Peer,
    PeerGroup,
    PopulationSnapshot,
    Standing,
    Touched,
)
from paraat.readiness.models.programmes import (
    Budget,
    CallUp,
    Commitment,
    Participation,
    Programme,
    ProgrammeAnswer,
    ProgrammeFault,
    ProgrammePaper,
    Step,
)
from paraat.readiness.models.sessions import (
    Attendance,
    Question,
    Session,
    SessionDue,
    SessionMaterial,
)

__all__ = [
    "Answer",
    "AnswerChange",
    "AnswerEvidence",
    "Assessment",
    "AssessmentReminder",
    "Attendance",
    "Authorisation",
    "Budget",
    "CallUp",
    "Commitment",
    "CommonAnswer",
    "ContinuityTest",
    "Control",
    "ControlTally",
    "CriticalService",
    "Dependency",
    "Disclosure",
    "DisclosureMessage",
    "Edition",
    "Engagement",
    "Finding",
    "FindingEvidence",
    "Framework",
    "InScope",
    "Lesson",
    "LessonAnswer",
    "LessonAnswerQuerySet",
    "LessonProvider",
    "Measure",
    "MeasureChange",
    "MeasureEvidence",
    "MeasureQuerySet",
    "MeasureReminder",
    "Participation",
    "Peer",
    "PeerGroup",
    "PopulationSnapshot",
    "Programme",
    "ProgrammeAnswer",
    "ProgrammeFault",
    "ProgrammePaper",
    "Question",
    "ReadinessSeries",
    "Recommendation",
    "Retest",
    "Session",
    "SessionDue",
    "SessionMaterial",
    "Standing",
    "Step",
    "SupplierMeasure",
    "TargetCheck",
    "TestedService",
    "Tester",
    "Touched",
]
