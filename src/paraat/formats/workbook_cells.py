"""Write values into cells of somebody else's workbook (XLSX) and leave every other byte of it as it was.

Libraries that read a workbook and write it again lose what they do not know: charts, protection, conditional colours, extensions of Excel. So
the sheets are not rebuilt: a parser finds where each cell begins and ends, and only those bytes are replaced. The one other change is that
the workbook is told to compute its formulas anew when it is opened, because what they last gave is no longer true.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree
from xml.parsers import expat
from xml.sax.saxutils import escape

from paraat.formats.errors import FormatError, UnknownFormat
from paraat.formats.spreadsheet import refuse_bombs

Value = int | str | None
"""A number, a text, or nothing: an emptied cell."""

_WORKBOOK = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_TARGET = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Filled:
    """The workbook with the values in it, and the cells that were left alone because a formula stands there (SHEET!G3)."""

    content: bytes
    formulas: tuple[str, ...]


def fill(content: bytes, values: Mapping[str, Mapping[str, Value]]) -> Filled:
    """`values` per sheet and cell ({"PROTECT": {"G3": 4}}) written into the workbook. Raises UnknownFormat, FormatError, TooBig."""
    if not content.startswith(b"PK\x03\x04"):
        raise UnknownFormat("This is not a workbook (XLSX)")
    refuse_bombs(content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _filled(archive, values)
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError, expat.ExpatError, EOFError, ValueError) as error:
        raise FormatError(f"This workbook cannot be read: {error}") from error


def _filled(archive: zipfile.ZipFile, values: Mapping[str, Mapping[str, Value]]) -> Filled:
    parts = _sheets(archive)
    changed: dict[str, bytes] = {_WORKBOOK: _recalculated(_part(archive, _WORKBOOK))}
    formulas: list[str] = []
    for sheet, cells in values.items():
        if not cells:
            continue
        changed[parts[sheet]], left = _written(_part(archive, parts[sheet]), cells)
        formulas += [f"{sheet}!{one}" for one in left]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for entry in archive.infolist():
            target.writestr(entry, changed.get(entry.filename, archive.read(entry)), compress_type=entry.compress_type)
    return Filled(out.getvalue(), tuple(formulas))


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    content = archive.read(name)
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content or content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise FormatError("This workbook has parts that no spreadsheet program writes", part=name)
    return content


def _sheets(archive: zipfile.ZipFile) -> dict[str, str]:
    """The part of the archive in which each sheet stands."""
    targets = {one.get("Id"): one.get("Target", "") for one in ElementTree.fromstring(_part(archive, _RELATIONS))}  # noqa: S314  # no DOCTYPE gets here
    found = {}
    for one in ElementTree.fromstring(_part(archive, _WORKBOOK)).iter():  # noqa: S314  # idem
        if one.tag.endswith("}sheet"):
            target = targets[one.get(_TARGET)]
            found[one.get("name", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return found


def _recalculated(workbook: bytes) -> bytes:
    """Tell the program to compute every formula when it opens this."""
    found = re.search(rb"<((?:\w+:)?)calcPr\b([^>]*?)(/?)>", workbook)
    if found is None:
        return re.sub(rb"(</(?:\w+:)?sheets>)", rb'\1<calcPr fullCalcOnLoad="1"/>', workbook, count=1)
    attributes = re.sub(rb'\s+fullCalcOnLoad="[^"]*"', b"", found[2]).rstrip()
    tag = b"<" + found[1] + b"calcPr" + attributes + b' fullCalcOnLoad="1"' + found[3] + b">"
    return workbook[: found.start()] + tag + workbook[found.end() :]


# One sheet ------------------------------------------------------------------------------------------------------------------------
@dataclass(slots=True)
class _Place:
    """Where an element stands in the bytes of a sheet: its first byte, the end of its start tag, its last byte; and what it carries."""

    begin: int
    opened: int
    end: int
    name: str
    reference: str
    style: str = ""
    formula: bool = False


@dataclass(frozen=True, slots=True)
class _Edit:
    """Bytes that take the place of others; where begin equals end they are put in between."""

    begin: int
    end: int
    content: bytes


def _written(sheet: bytes, cells: Mapping[str, Value]) -> tuple[bytes, list[str]]:
    """The sheet with the cells in it, and those that a formula keeps."""
    found = _places(sheet)
    known = {one: found.cells[one] for one in cells if one in found.cells}
    edits = [
        _Edit(at.begin, at.end, _cell(at.name, one, cells[one], at.style))
        for one, at in known.items()
        if not at.formula
    ]
    new = [one for one, value in cells.items() if one not in known and value is not None]
    for number in sorted({_split(one)[1] for one in new}):
        wanted = sorted((one for one in new if _split(one)[1] == number), key=_column)
        edits += _added(sheet, number, {one: cells[one] for one in wanted}, found)
    return _spliced(sheet, edits), [one for one, at in known.items() if at.formula]


def _spliced(sheet: bytes, edits: Sequence[_Edit]) -> bytes:
    """From the back to the front, so that places stay true; what is put in before a cell comes after that cell's own change."""
    ordered = sorted(enumerate(edits), key=lambda pair: (pair[1].begin, pair[1].end, pair[0]), reverse=True)
    for _place, edit in ordered:
        sheet = sheet[: edit.begin] + edit.content + sheet[edit.end :]
    return sheet


def _added(sheet: bytes, number: int, wanted: Mapping[str, Value], found: _Finder) -> Iterator[_Edit]:
    """Cells that were not there yet: into their row at the right column, or with a row of their own."""
    data = found.data
    assert data is not None  # noqa: S101  # _places saw to it
    prefix = data.name[: -len("sheetData")]
    made = {one: _cell(f"{prefix}c", one, value) for one, value in wanted.items()}
    row = found.rows.get(number)
    if row is None:
        whole = f'<{prefix}row r="{number}">'.encode() + b"".join(made.values()) + f"</{prefix}row>".encode()
        later = [at.begin for other, at in found.rows.items() if other > number]
        yield _inside(sheet, data, min(later, default=None), whole)
        return
    beside = sorted((at for one, at in found.cells.items() if _split(one)[1] == number), key=lambda at: at.begin)
    if not beside:
        yield _inside(sheet, row, None, b"".join(made.values()))
        return
    for one, content in made.items():
        after = next((at.begin for at in beside if _column(at.reference) > _column(one)), None)
        yield _inside(sheet, row, after, content)


def _inside(sheet: bytes, around: _Place, before: int | None, content: bytes) -> _Edit:
    """Into an element: before one of its children, else last; an element without content gets an end tag."""
    if before is not None:
        return _Edit(before, before, content)
    if sheet[around.opened - 2 : around.opened] == b"/>":
        whole = sheet[around.begin : around.opened - 2] + b">" + content + f"</{around.name}>".encode()
        return _Edit(around.begin, around.opened, whole)
    closing = sheet.rindex(b"</", around.opened, around.end)
    return _Edit(closing, closing, content)


def _places(sheet: bytes) -> _Finder:
    """Rows by number, cells by reference, and the element around them. Raises FormatError when there are none."""
    finder = _Finder(sheet)
    finder.parse()
    if finder.data is None:
        raise FormatError("A sheet of this workbook has no cells")
    return finder


class _Finder:
    """Walks through a sheet and notes where rows and cells stand."""

    def __init__(self, sheet: bytes) -> None:
        self.sheet = sheet
        self.rows: dict[int, _Place] = {}
        self.cells: dict[str, _Place] = {}
        self.data: _Place | None = None
        self._open: list[_Place | None] = []
        self._cell: _Place | None = None
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end

    def parse(self) -> None:
        """Walk through it once."""
        self._parser.Parse(self.sheet, True)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        begin = self._parser.CurrentByteIndex
        place = None
        if local in ("sheetData", "row", "c"):
            place = _Place(
                begin, _tag_end(self.sheet, begin), 0, name, attributes.get("r", ""), attributes.get("s", "")
            )
            self._note(local, place)
        elif local == "f" and self._cell is not None:
            self._cell.formula = True
        self._open.append(place)

    def _note(self, local: str, place: _Place) -> None:
        if local == "sheetData":
            self.data = place
        elif local == "row":
            self.rows[int(place.reference)] = place
        else:
            self.cells[place.reference] = place
            self._cell = place

    def _end(self, name: str) -> None:
        place = self._open.pop()
        if place is None:
            return
        empty = self.sheet[place.opened - 2 : place.opened] == b"/>"
        place.end = place.opened if empty else self.sheet.index(b">", self._parser.CurrentByteIndex) + 1
        if name.rpartition(":")[2] == "c":
            self._cell = None


def _tag_end(sheet: bytes, begin: int) -> int:
    """The first byte after the start tag that begins here; a ">" within quotes does not end it."""
    found = re.compile(rb"""<(?:[^>"']|"[^"]*"|'[^']*')*>""").match(sheet, begin)
    if found is None:
        raise FormatError("A sheet of this workbook is damaged")
    return found.end()


def _cell(name: str, reference: str, value: Value, style: str = "") -> bytes:
    prefix = name[:-1]  # "" or "x:"
    kept = f' s="{style}"' if style else ""
    if value is None or value == "":
        return f'<{name} r="{reference}"{kept}/>'.encode()
    if isinstance(value, int):
        return f'<{name} r="{reference}"{kept}><{prefix}v>{value}</{prefix}v></{name}>'.encode()
    text = escape(_UNPRINTABLE.sub(" ", value))
    inside = f'<{prefix}is><{prefix}t xml:space="preserve">{text}</{prefix}t></{prefix}is>'
    return f'<{name} r="{reference}"{kept} t="inlineStr">{inside}</{name}>'.encode()


def _split(reference: str) -> tuple[str, int]:
    found = _REFERENCE.fullmatch(reference)
    if found is None:
        raise ValueError(reference)
    return found[1], int(found[2])


def _column(reference: str) -> tuple[int, str]:
    letters = _split(reference)[0]
    return len(letters), letters
