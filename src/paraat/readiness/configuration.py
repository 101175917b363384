"""The settings of what is learnt, declared like those of `platform.configuration`; read here and nowhere else."""

from __future__ import annotations

from paraat.platform.setting import declare, number, text

REGION = declare(
    "PARAAT_REGION",
    text,
    "02000",
    "NIS code of the region whose municipalities are the denominator of figures: 02000 Flanders, 03000 Wallonia, 04000 Brussels.",
)

# Measures -------------------------------------------------------------------------------------------------------------------------
MEASURE_HEAD_AFTER = declare(
    "PARAAT_MEASURE_HEAD_AFTER",
    number(1, 365),
    "14",
    "Days after its due day at which the head of administration is told that a measure is late.",
)
MEASURE_TEAM_AFTER = declare(
    "PARAAT_MEASURE_TEAM_AFTER",
    number(1, 730),
    "30",
    "Days after its due day at which a measure that is still late is put before the team; never before the head of administration was told.",
)
MEASURE_EVIDENCE_LIMIT = declare(
    "PARAAT_MEASURE_EVIDENCE_LIMIT", number(1024, 1 << 34), str(100 << 20), "The largest proof of a measure, in bytes."
)

# Continuity -----------------------------------------------------------------------------------------------------------------------
PROOF_MONTHS = declare(
    "PARAAT_CONTINUITY_PROOF_MONTHS",
    number(1, 120),
    "12",
    "How many months a test counts as proof that a critical service can be resumed.",
)
PROOF_LIMIT = declare(
    "PARAAT_CONTINUITY_PROOF_LIMIT",
    number(1024, 1 << 34),
    str(100 << 20),
    "The largest proof of a test of continuity, in bytes.",
)

# Sessions -------------------------------------------------------------------------------------------------------------------------
SESSION_MATERIAL_LIMIT = declare(
    "PARAAT_SESSION_MATERIAL_LIMIT", number(1024, 1 << 34), str(500 << 20), "The largest file of a session, in bytes."
)

# Ethical hacking ------------------------------------------------------------------------------------------------------------------
AUTHORISATION_LIMIT = declare(
    "PARAAT_AUTHORISATION_LIMIT", number(1024, 1 << 30), str(50 << 20), "The largest signed authorisation, in bytes."
)
FINDING_LIMIT = declare(
    "PARAAT_FINDING_LIMIT",
    number(1024, 1 << 34),
    str(200 << 20),
    "The largest piece of evidence of a finding, in bytes.",
)
FINDING_OPEN_DAYS = declare(
    "PARAAT_FINDING_OPEN_DAYS",
    number(0, 90),
    "7",
    "Days after which the team reads a finding of a test although its owner has not looked at it yet.",
)
FINDING_AUDIT_DAYS = declare(
    "PARAAT_FINDING_AUDIT_DAYS",
    number(0, 730),
    "90",
    "Days after its owner was told of a finding from which auditors of the house read it.",
)
