"""The process that unpacks a workbook: it confines itself, then reads zip and sheet, and writes a line a row."""

import io
import json
import os
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from typing import IO, Any
from xml.parsers import expat

from ocr.jail.confine import alarm, confine

_MEMORY = 1 << 30
_SECONDS = 900.0
_LARGEST_PART = 2 << 30
_LARGEST_STRINGS = 128 << 20
_MOST_ROWS = 1_048_576
_MOST_CELLS = 500
_PIECE = 1 << 16
_SHEETS = "xl/workbook.xml"
_EPOCH = date(1899, 12, 30)
_BUILT_IN_DATES = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_NO_VALUE = "\x00formula"


class Refused(Exception):
    """Not a workbook, or more than one may be."""


class _Handler:
    """An expat parser without entities and document types, which a spreadsheet has no use for."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate(namespace_separator="|")
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.EntityDeclHandler = self._refuse
        self.parser.buffer_text = True
        self._pieces: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins; `name` without its namespace."""

    def end(self, name: str, text: str) -> None:
        """An element ends; `text` is what stood in it since its last child."""

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._pieces.clear()
        self.start(name.rpartition("|")[2], attributes)

    def _end(self, name: str) -> None:
        self.end(name.rpartition("|")[2], "".join(self._pieces))
        self._pieces.clear()

    def _text(self, text: str) -> None:
        self._pieces.append(text)

    def _refuse(self, *_: Any) -> None:
        raise Refused("the workbook declares a document type")


class _Strings(_Handler):
    """The shared strings, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._runs: list[str] = []
        self._size = 0
        self._phonetic = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._phonetic = self._phonetic or name == "rPh"

    def end(self, name: str, text: str) -> None:
        if name == "t" and not self._phonetic:
            self._runs.append(text)
        elif name == "rPh":
            self._phonetic = False
        elif name == "si":
            whole = "".join(self._runs)
            self._size += len(whole)
            if self._size > _LARGEST_STRINGS:
                raise Refused("the workbook holds more text than a table does")
            self.found.append(whole)
            self._runs.clear()


class _Styles(_Handler):
    """Which cell styles are dates."""

    def __init__(self) -> None:
        super().__init__()
        self.dates: set[int] = set()
        self._custom: set[int] = set()
        self._in_cells = False
        self._count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "numFmt":
            code = attributes.get("formatCode", "").split(";")[0].casefold()
            if any(letter in code for letter in "dy") and "[red]" not in code:
                self._custom.add(int(attributes.get("numFmtId", "0")))
        elif name == "cellXfs":
            self._in_cells = True
        elif name == "xf" and self._in_cells:
            kind = int(attributes.get("numFmtId", "0"))
            if kind in _BUILT_IN_DATES or kind in self._custom:
                self.dates.add(self._count)
            self._count += 1

    def end(self, name: str, text: str) -> None:
        if name == "cellXfs":
            self._in_cells = False


class _Sheet(_Handler):
    """The rows that have been read and not yet handed on."""

    def __init__(self, strings: list[str], dates: set[int]) -> None:
        super().__init__()
        self.rows: list[tuple[int, list[str]]] = []
        self._strings = strings
        self._dates = dates
        self._number = 0
        self._cells: dict[int, str] = {}
        self._column = -1
        self._kind = ""
        self._style = 0
        self._formula = False
        self._value = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "row":
            self._number = int(attributes.get("r", self._number + 1))
            if self._number > _MOST_ROWS:
                raise Refused("the sheet has more rows than a sheet can have")
            self._cells, self._column = {}, -1
        elif name == "c":
            self._column = _column(attributes["r"]) if "r" in attributes else self._column + 1
            if self._column >= _MOST_CELLS:
                raise Refused(f"a row has more than {_MOST_CELLS} cells")
            self._kind = attributes.get("t", "n")
            self._style = int(attributes.get("s", "0"))
            self._formula, self._value = False, ""

    def end(self, name: str, text: str) -> None:
        match name:
            case "f":
                self._formula = True
            case "v" | "t":
                self._value += text
            case "c":
                if self._value:
                    self._cells[self._column] = self._text_of(self._value)
                elif self._formula:
                    self._cells[self._column] = _NO_VALUE
            case "row" if self._cells:
                width = max(self._cells) + 1
                self.rows.append((self._number, [self._cells.get(at, "") for at in range(width)]))

    def _text_of(self, value: str) -> str:
        match self._kind:
            case "s":
                return self._strings[int(value)]
            case "b":
                return "true" if value == "1" else "false"
            case "n" if self._style in self._dates:
                return (_EPOCH + timedelta(days=int(float(value)))).isoformat()
            case "n":
                return _plain_number(value)
        return value


def _plain_number(value: str) -> str:
    """A number as a person typed it: identifiers are saved as 8.1051784697E10."""
    number = float(value)
    if number.is_integer() and abs(number) < 10**15:
        return str(int(number))
    return repr(number)


def _column(reference: str) -> int:
    number = 0
    for letter in reference:
        if not "A" <= letter <= "Z":
            break
        number = number * 26 + ord(letter) - 64
        if number > _MOST_CELLS:
            raise Refused(f"a row has more than {_MOST_CELLS} cells")
    return number - 1


def _parse(part: IO[bytes], handler: _Handler) -> Iterator[None]:
    read = 0
    while piece := part.read(_PIECE):
        read += len(piece)
        if read > _LARGEST_PART:
            raise Refused("the workbook is larger than a table of a million rows")
        handler.parser.Parse(piece, False)
        yield
    handler.parser.Parse(b"", True)
    yield


def _first_sheet(book: zipfile.ZipFile) -> str:
    names = sorted(
        (
            name
            for name in book.namelist()
            if name.startswith("xl/worksheets/sheet") and name.endswith(".xml")
        ),
        key=lambda name: (len(name), name),
    )
    if _SHEETS not in book.namelist() or not names:
        raise Refused("the file is no workbook")
    return names[0]


def unpack(file: IO[bytes], out: IO[str]) -> None:
    """Write a line for each row of the first sheet. Raises Refused."""
    with zipfile.ZipFile(file) as book:
        sheet = _first_sheet(book)
        strings, styles = _Strings(), _Styles()
        for name, handler in (("xl/sharedStrings.xml", strings), ("xl/styles.xml", styles)):
            if name in book.namelist():
                with book.open(name) as part:
                    for _ in _parse(part, handler):
                        pass
        rows = _Sheet(strings.found, styles.dates)
        with book.open(sheet) as part:
            for _ in _parse(part, rows):
                for row in rows.rows:
                    out.write(json.dumps(row) + "\n")
                rows.rows.clear()


def main() -> None:
    """Unpack the file whose descriptor is the first argument."""
    with os.fdopen(int(sys.argv[1]), "rb", closefd=False) as file, io.TextIOWrapper(sys.stdout.buffer) as out:
        confine(_MEMORY)
        alarm(_SECONDS)
        try:
            unpack(file, out)
            end: dict[str, str] = {"end": "of the sheet"}
        except Refused as refusal:
            end = {"refused": str(refusal)}
        except MemoryError:
            end = {"refused": "the workbook needs more memory than a table does"}
        except Exception:  # parsers raise anything on hostile bytes
            end = {"refused": "the workbook is damaged"}
        out.write(json.dumps(end) + "\n")


if __name__ == "__main__":
    main()
