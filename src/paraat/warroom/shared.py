"""A frozen situation report as it leaves the house: the papers that were kept with it, and its machine-readable form.

The JSON form has a schema (`SCHEMA`, also in docs/sitreps.md): it names report, room, marking and digest, and holds the content as it was frozen, so
that whoever has it can compute the digest himself.
"""

from __future__ import annotations

import hashlib
import io
import json
from typing import Any, BinaryIO

from paraat.kernel.errors import NotFound, ParaatError
from paraat.kernel.marking import Tlp
from paraat.platform import files
from paraat.warroom.models import SituationReport
from paraat.warroom.rules import sitrep

KINDS = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "json": "application/json",
}
FORMAT = "paraat-sitrep-1"
_TEXT, _WHEN = {"type": "string"}, {"type": "string", "format": "date-time"}
_LINE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["id", "text", "tlp", "source", "verified", "figures", "places"],
    "properties": {
        "id": _TEXT,
        "text": {"type": "string", "minLength": 1},
        "tlp": {"type": "integer", "minimum": 0, "maximum": 4, "description": "0 CLEAR, 1 GREEN, 2 AMBER, 3 AMBER+STRICT, 4 RED"},
        "source": _TEXT,
        "verified": {"type": ["boolean", "null"], "description": "null: nobody checked it"},
        "figures": {"type": "object", "additionalProperties": {"type": "integer"}},
        "places": {"type": "object", "additionalProperties": {"type": "integer"}, "description": "hit per province (NIS code)"},
    },
}  # fmt: skip
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Situation report",
    "type": "object",
    "additionalProperties": False,
    "required": [
        "format", "id", "room", "version", "sequence", "state", "language", "tlp", "exercise", "as_of", "frozen_at", "written_by",
        "approved_by", "left_out", "next_at", "digest", "supersedes", "content",
    ],
    "properties": {
        "format": {"const": FORMAT},
        "id": {"type": "string", "format": "uuid"},
        "room": _TEXT,
        "version": {"enum": ["tactical", "executive"]},
        "sequence": {"type": "integer", "minimum": 1},
        "state": {"enum": ["frozen", "superseded"]},
        "language": {"enum": ["nl", "fr", "de", "en"]},
        "tlp": {"enum": [level.label for level in Tlp]},
        "exercise": {"type": "boolean"},
        "as_of": _WHEN,
        "frozen_at": _WHEN,
        "written_by": _TEXT,
        "approved_by": _TEXT,
        "left_out": {"type": "integer", "minimum": 0, "description": "lines above this marking that were left out of the draft"},
        "next_at": {"type": ["string", "null"], "format": "date-time"},
        "digest": {"type": "string", "pattern": "^[0-9a-f]{64}$", "description": "SHA-256 of content: keys sorted, no spaces, UTF-8"},
        "supersedes": {"type": ["string", "null"], "format": "uuid"},
        "content": {
            "type": "object",
            "propertyNames": {"enum": list(sitrep.TACTICAL)},
            "additionalProperties": {"type": "array", "items": _LINE},
        },
    },
}  # fmt: skip


class Damaged(ParaatError):
    """The kept paper is not what was kept any more; restore it from the backup."""


def as_json(report: SituationReport) -> dict[str, Any]:
    """The machine-readable form of a frozen report."""
    return {
        "format": FORMAT,
        "id": str(report.pk),
        "room": report.room.number,
        "version": report.version,
        "sequence": report.sequence,
        "state": report.state,
        "language": report.language,
        "tlp": Tlp(report.tlp).label,
        "exercise": report.exercise,
        "as_of": report.as_of.isoformat(),
        "frozen_at": report.frozen_at.isoformat() if report.frozen_at else None,
        "written_by": report.author_label,
        "approved_by": report.approved_label,
        "left_out": report.left_out,
        "next_at": report.next_at.isoformat() if report.next_at else None,
        "digest": report.digest,
        "supersedes": str(report.supersedes_id) if report.supersedes_id else None,
        "content": report.content,
    }


def kept(report: SituationReport, form: str) -> tuple[BinaryIO, str]:
    """The bytes of a frozen report in one of `KINDS`, checked against the digest under which they were kept, and their media type.

    Raises NotFound for another form or a report that is not frozen, Damaged when the file is not what was kept.
    """
    if form not in KINDS or not report.is_kept:
        raise NotFound()
    if form == "json":
        return io.BytesIO(json.dumps(as_json(report), ensure_ascii=False, indent=2).encode()), KINDS[form]
    path = report.pdf if form == "pdf" else report.docx
    with files.open_stored(path) as stored:
        content = stored.read()
    if hashlib.sha256(content).hexdigest() != path.rsplit("/", 1)[-1]:
        raise Damaged(report=str(report), form=form)
    return io.BytesIO(content), KINDS[form]
