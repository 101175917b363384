"""PDF/UA from templates: readable text, tagged, and whatever a person typed is printed as typed."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from pypdf import PdfReader

from paraat.platform import documents

TEMPLATE = """#import "/platform/typst/paraat.typ": *
#let data = json(bytes(sys.inputs.data))
#show: document.with(title: data.title, tlp: "TLP:AMBER", exercise: data.exercise, made: "22/11/2026")
#grid-table(data.columns, data.rows)
#facts((("Who", data.title),))
"""


@pytest.fixture
def template(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    look = tmp_path / "platform" / "typst"
    look.mkdir(parents=True)
    (look / "paraat.typ").write_text((documents.PACKAGE / "platform" / "typst" / "paraat.typ").read_text())
    (tmp_path / "one.typ").write_text(TEMPLATE)
    monkeypatch.setattr(documents, "PACKAGE", tmp_path)
    return "one.typ"


def _made(template: str, title: str) -> bytes:
    data = {"title": title, "exercise": "OEFENING", "columns": ["a", "b"], "rows": [["#panic()", "*x*"]]}
    return documents.pdf(template, data, language="nl")


def test_a_document_is_tagged_titled_and_in_its_language(template: str) -> None:
    reader = PdfReader(io.BytesIO(_made(template, "Ronse é #1 $x$")))
    root = reader.trailer["/Root"]
    assert root["/Lang"].startswith("nl")
    assert "/StructTreeRoot" in root
    text = reader.pages[0].extract_text()
    assert "Ronse é #1 $x$" in text
    assert "#panic()" in text
    assert "TLP:AMBER" in text
    assert "OEFENING" in text


def test_a_wrong_template_says_what_is_wrong(template: str) -> None:
    (documents.PACKAGE / template).write_text("#nothing-of-the-kind()")
    with pytest.raises(documents.NoDocument, match="nothing-of-the-kind"):
        _made(template, "x")


_MEMORY = """
import json, sys
from pathlib import Path
from paraat.platform import documents

documents.PACKAGE = Path(sys.argv[1])
held = []
for volume in range(5):
    rows = [[f"{volume} {row}", f"{volume} {row} b"] for row in range(1000)]
    documents.pdf("one.typ", {"title": "Long", "exercise": None, "columns": ["a", "b"], "rows": rows}, language="nl")
    line = next(one for one in Path("/proc/self/status").read_text().splitlines() if one.startswith("VmRSS"))
    held.append(int(line.split()[1]) / 1024)
print(json.dumps(held))
"""


def test_long_documents_after_each_other_take_the_memory_of_one(template: str) -> None:
    """In a process of its own. Without forgetting each took as much again as the first, until the eleventh."""
    command = [sys.executable, "-c", _MEMORY, str(documents.PACKAGE)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    first, *later = json.loads(done.stdout)
    assert max(later) < first + 40, (first, later)
