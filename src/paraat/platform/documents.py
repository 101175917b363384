"""Documents on paper: PDF/UA from a typst template and data, and the look that all of them share (`platform/typst/paraat.typ`).

A template lies in the `typst/` folder of its app, begins with `#import "/platform/typst/paraat.typ": *` and reads its data with
`#let data = json(bytes(sys.inputs.data))`. Data is content, never markup: whatever a person typed is printed as typed. Typst refuses a
picture without alternative text, and a document without a title.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typst
from django.core.serializers.json import DjangoJSONEncoder

from paraat.kernel.errors import ParaatError

PACKAGE = Path(__file__).resolve().parents[1]
LONG = 10_000
"""Characters of data from which a document is long: what typst remembers of it is worth nothing to the next."""
_REMEMBERED = 10
"""The documents that typst makes before it forgets what it did not need again; ten of 500 rows were two gigabytes."""


class NoDocument(ParaatError):
    """This document could not be made."""


def pdf(template: str, data: Mapping[str, Any], *, language: str) -> bytes:
    """The bytes of a PDF/UA-1 (ISO 14289-1) made from `template`, a path below the package ("incidents/typst/custody.typ").

    `data` is JSON-able (moments are aware datetimes or text that is already in the reader's language); `language` is that of the words in it.
    Raises NoDocument with typst's own words when the template is wrong.
    """
    inputs = {"data": json.dumps(data, cls=DjangoJSONEncoder), "language": language}
    made = _made(template, inputs)
    if len(inputs["data"]) > LONG:
        _forget()
    return made


def _made(template: str, inputs: dict[str, str]) -> bytes:
    """Raises NoDocument."""
    try:
        return typst.compile(
            PACKAGE / template,
            root=PACKAGE,
            sys_inputs=inputs,
            format="pdf",
            pdf_standards="ua-1",
            ignore_system_fonts=True,
        )
    except typst.TypstError as error:
        raise NoDocument(str(error)) from error


def _forget() -> None:
    """Let typst's memory of what it laid out grow old at once (0.2 s after 500 rows), or each process would hold the last ten documents."""
    for _document in range(_REMEMBERED + 1):
        typst.compile(b"-", format="pdf", ignore_system_fonts=True)
