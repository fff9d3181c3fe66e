"""Reads tables as streams of rows: CSV with its broken quotes, JSON Lines, and workbooks through a jailed process."""

import codecs
import csv
import io
import json
import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from ingest.importing import workbook
from ingest.importing.cells import as_json, joined, without_quote
from ingest.importing.encodings import SAMPLE, detect, undecided
from ingest.importing.problems import Problem
from tabellion.base.errors import BadRequest

MOST_COLUMNS = 500
LARGEST_CELL = 32_768
_LARGEST_LINE = 1 << 20
_MOST_LINES = 100
"""Lines that one row may have in quotes: beyond that, a quote was forgotten."""

_SEPARATORS = ",;\t|"
_ZIP = b"PK\x03\x04"
csv.field_size_limit(_LARGEST_LINE)


class TableInvalid(BadRequest):
    """The file as a whole cannot be read as a table."""

    code = "TABLE_INVALID"
    advice = "Save it as CSV in UTF-8, as XLSX, or as JSON Lines; name encoding and separator where they are unusual."


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is to be read where it does not say so itself; None: found out."""

    encoding: str | None = None
    separator: str | None = None

    def check(self) -> None:
        """Raise TableInvalid for an encoding or separator that there is not."""
        if self.encoding is not None:
            try:
                codecs.lookup(self.encoding)
            except LookupError as error:
                raise TableInvalid("there is no such encoding") from error
        if self.separator is not None and len(self.separator) != 1:
            raise TableInvalid("a separator is one character")


@dataclass(frozen=True, slots=True)
class TableRow:
    """The cells of a row by column; a column that the row does not have is not there, an empty cell is."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """The columns, where the file names them, and its rows; a row that cannot be read is a problem."""

    columns: tuple[str, ...]
    rows: Iterator[TableRow | Problem]
    encoding: str
    again: Callable[[], Iterator[TableRow | Problem]]
    """The same rows from the beginning; those that were read from before have ended then."""


def open_table(stream: BinaryIO, layout: Layout) -> Table:
    """The table in a file that can be sought, read as it is asked for. Raises TableInvalid for what is none.

    A workbook must be a real file, which is handed to another process.
    """
    layout.check()
    columns, rows, encoding = _opened(stream, layout)
    return Table(columns, rows, encoding, lambda: _opened(stream, layout)[1])


_Opened = tuple[tuple[str, ...], Iterator[TableRow | Problem], str]


def _opened(stream: BinaryIO, layout: Layout) -> _Opened:
    """Columns, rows and encoding."""
    stream.seek(0)
    head = stream.read(SAMPLE)
    if not head.strip():
        raise TableInvalid("the file is empty")
    if head.startswith(_ZIP):
        return _from_workbook(stream)
    encoding = layout.encoding or detect(head)
    if encoding is None:
        raise TableInvalid(undecided(head))
    lines = _Lines(_decoded(head, stream, encoding))
    first = lines.peek().lstrip("\ufeff \t")
    if first.startswith("{"):
        return (), _json_rows(lines), encoding
    return _from_csv(lines, layout.separator or _separator(first), encoding)


class _Lines:
    """Lines with their numbers, which can be given back."""

    def __init__(self, lines: Iterator[str | None]) -> None:
        self._lines = lines
        self._waiting: deque[tuple[int, str | None]] = deque()
        self._number = 0

    def next(self) -> tuple[int, str | None]:
        """The next line with its number; None in place of one that cannot be decoded. Raises StopIteration."""
        if self._waiting:
            return self._waiting.popleft()
        line = next(self._lines)
        self._number += 1
        return self._number, line

    def give_back(self, lines: Sequence[tuple[int, str | None]]) -> None:
        self._waiting.extendleft(reversed(lines))

    def peek(self) -> str:
        try:
            number, line = self.next()
        except StopIteration:
            return ""
        self.give_back([(number, line)])
        return line or ""


def _decoded(head: bytes, stream: BinaryIO, encoding: str) -> Iterator[str | None]:
    """The lines of the text; None for one that has bytes which are none of the encoding."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    rest = ""
    piece = head
    while True:
        # A text that begins with this character as its own is rarer than a broken file.
        rest += decoder.decode(piece, final=not piece)
        # Only these ends of lines: cells may hold other characters that some take for one.
        lines = list(io.StringIO(rest, newline=""))
        rest = ""
        if lines and piece and not lines[-1].endswith("\n"):
            rest = lines.pop()
        for line in lines:
            yield None if "\ufffd" in line else line
        if len(rest) > _LARGEST_LINE:
            raise TableInvalid("a line is longer than a million characters")
        if not piece:
            return
        piece = stream.read(SAMPLE)


def _separator(header: str) -> str:
    return max(_SEPARATORS, key=header.count) if any(one in header for one in _SEPARATORS) else ","


def _from_csv(lines: _Lines, separator: str, encoding: str) -> _Opened:
    records = _records(lines, separator)
    for record in records:
        if isinstance(record, Problem):
            raise TableInvalid("the first row, which names the columns, cannot be read")
        columns = tuple(cell.strip().lstrip("\ufeff") for cell in record[1])
        if any(columns):
            break
    else:
        raise TableInvalid("the file has no row")
    _check_columns(columns)
    return columns, _table_rows(columns, records), encoding


def _records(lines: _Lines, separator: str) -> Iterator[tuple[int, list[str]] | Problem]:
    while True:
        try:
            number, line = lines.next()
        except StopIteration:
            return
        if line is None:
            yield Problem(number, "", "BAD_TEXT", "bytes that are none of the file's encoding")
            continue
        if not line.strip():
            continue
        yield _record(lines, number, line, separator)


def _record(lines: _Lines, number: int, line: str, separator: str) -> tuple[int, list[str]] | Problem:
    """One row, which may go over several lines in quotes; of one that does not end, the other lines come again."""
    text = line
    more: list[tuple[int, str | None]] = []
    while True:
        try:
            (cells,) = csv.reader([text], delimiter=separator, strict=True)
            return number, cells
        except csv.Error as error:
            if "unexpected end of data" not in str(error) or len(more) >= _MOST_LINES:
                break
        except ValueError:
            pass  # the quote goes on over the end of the line
        try:
            following = lines.next()
        except StopIteration:
            break
        more.append(following)
        if following[1] is None or len(text) > _LARGEST_LINE:
            break
        text += following[1]
    lines.give_back(more)
    return Problem(number, "", "BROKEN_QUOTE", "a quote is not closed, or stands in the middle of a cell")


def _table_rows(
    columns: Sequence[str], records: Iterator[tuple[int, list[str]] | Problem]
) -> Iterator[TableRow | Problem]:
    for record in records:
        if isinstance(record, Problem):
            yield record
            continue
        number, cells = record
        if any(cell.strip() for cell in cells[len(columns) :]):
            yield Problem(number, "", "TOO_MANY_CELLS", f"{len(cells)} cells in {len(columns)} columns")
            continue
        # A row that is cut short has nothing to say of the columns that it does not reach.
        found = {
            column: without_quote(cell.strip()).strip()
            for column, cell in zip(columns, cells, strict=False)
            if column
        }
        if any(found.values()):
            long = next((column for column, cell in found.items() if len(cell) > LARGEST_CELL), None)
            yield (
                TableRow(number, found)
                if long is None
                else Problem(number, long[:60], "TOO_LONG", f"more than {LARGEST_CELL} characters")
            )


def _json_rows(lines: _Lines) -> Iterator[TableRow | Problem]:
    while True:
        try:
            number, line = lines.next()
        except StopIteration:
            return
        if line is None:
            yield Problem(number, "", "BAD_TEXT", "bytes that are none of the file's encoding")
        elif line.strip():
            yield _json_row(number, line)


def _json_row(number: int, line: str) -> TableRow | Problem:
    try:
        value = json.loads(line.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        return Problem(number, "", "BAD_JSON", "the line is no JSON")
    if not isinstance(value, dict):
        return Problem(number, "", "BAD_JSON", "the line is no JSON object")
    cells: dict[str, str] = {}
    for name, member in value.items():
        if not _flatten(name, member, cells):
            return Problem(number, str(name)[:60], "BAD_JSON", "nested deeper than a record is")
    long = next((name for name, cell in cells.items() if len(cell) > LARGEST_CELL), None)
    if long is not None or len(cells) > MOST_COLUMNS:
        return Problem(number, (long or "")[:60], "TOO_LONG", "more text or members than a record has")
    return TableRow(number, cells)


def _flatten(name: str, member: object, cells: dict[str, str]) -> bool:
    """Lists become cells with semicolons, objects one cell a member. False: it is neither."""
    match member:
        case None:
            cells[name] = ""
        case str() | int() | float():
            cells[name] = str(member)
        case list() if all(isinstance(one, str | int) for one in member):
            cells[name] = joined([str(one) for one in member])
        case list() if all(isinstance(one, dict) for one in member):
            cells[name] = as_json(member)
        case list() if all(isinstance(one, list) and len(one) == 2 for one in member):
            for key, value in member:
                cells[str(key)] = "; ".join(filter(None, (cells.get(str(key)), str(value))))
        case dict() if all(isinstance(one, str | int) for one in member.values()):
            cells |= {str(key): str(value) for key, value in member.items()}
        case _:
            return False
    return True


def _from_workbook(stream: BinaryIO) -> _Opened:
    try:
        descriptor = stream.fileno()
    except (OSError, io.UnsupportedOperation) as error:
        raise TableInvalid("a workbook must be a file") from error
    os.lseek(descriptor, 0, os.SEEK_SET)
    records = workbook.records(descriptor)
    try:
        _, columns = next(records)
    except StopIteration:
        raise TableInvalid("the workbook's first sheet is empty") from None
    except workbook.WorkbookRefused as refusal:
        raise TableInvalid(str(refusal)) from refusal
    names = tuple(cell.strip() for cell in columns)
    _check_columns(names)
    return names, _workbook_rows(names, records), "xlsx"


def _workbook_rows(
    columns: Sequence[str], records: Iterator[tuple[int, list[str]]]
) -> Iterator[TableRow | Problem]:
    def told() -> Iterator[tuple[int, list[str]] | Problem]:
        try:
            for number, cells in records:
                if workbook.NO_VALUE in cells:
                    name = columns[cells.index(workbook.NO_VALUE)] if len(cells) <= len(columns) else ""
                    yield Problem(number, name[:60], "FORMULA_WITHOUT_VALUE", "a formula without a value")
                else:
                    # A sheet does not hold the empty cells at the end of a row.
                    yield number, cells + [""] * (len(columns) - len(cells))
        except workbook.WorkbookRefused as refusal:
            raise TableInvalid(str(refusal)) from refusal

    return _table_rows(columns, told())


def _check_columns(columns: Sequence[str]) -> None:
    named = [column for column in columns if column]
    if len(columns) > MOST_COLUMNS:
        raise TableInvalid(f"more than {MOST_COLUMNS} columns")
    if len(set(named)) != len(named):
        raise TableInvalid("two columns have one name")
