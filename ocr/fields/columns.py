"""What rows and columns of a table say: dates by the heading over them, and the row that sums an invoice up."""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from ocr.fields.allowed import DATES
from ocr.fields.amounts import Money
from ocr.fields.candidate import Candidate
from ocr.fields.cells import Cell, Cells
from ocr.fields.dates import find_dates
from ocr.fields.flow import Flow
from ocr.fields.headings import cell_above, heading_above
from ocr.fields.labels import nearest_label
from ocr.fields.role import Role
from ocr.folding import fold
from ocr.lexicon import Lexicon
from ocr.values import Kind

OTHER_DATE = "other_date"
"""The role of a date in a table that means none of the dates of the paper."""
_PAID = re.compile(r"[.,]\d{2}(?![\d./-])")
_OF_INVOICES: tuple[Kind, ...] = ("dunning_letter", "assignment_notice")
_DEEPEST = 6
_HEAD = 0.4
_AMOUNT = re.compile(r"(?<![\d.,])\d[\d .,'’]*[.,]\d{2}(?![\d.,])")
_COLUMN, _ROW_OF_SUMS, _IN_FORM = 0.9, 0.93, 0.95
_HEADING_REACH = 12
_LONGEST_LABEL = 40


def dates_in_columns(flow: Flow, cells: Cells, kind: Kind, language: str, words: Lexicon) -> Iterator[Role]:
    """On papers that list invoices, the date under "date" is the invoice's, others mean something else.

    On others a row of dates under a row of labels is a form: each date has what stands over it for a label.
    """
    if kind not in _OF_INVOICES:
        yield from _dates_in_forms(flow, cells, kind, language, words)
        return
    labels = words.labels["document_date"]
    for date in find_dates(flow, language):
        own = cells.at(date.start)
        if fold(own.text).text != fold(date.raw).text:
            continue
        heading = _heading(own, cells)
        # A date alone in its row stands in no table, whatever two columns are printed over it.
        if heading is None or not all(
            any(other is not cell and other.beside(cell) for other in cells.all) for cell in (heading, own)
        ):
            continue
        name = "invoice_date" if fold(heading.text).text in labels else OTHER_DATE
        if name == "invoice_date" and (
            _heads_a_letter(heading, own, cells, words)
            or (own.middle < _HEAD and not _lists_amounts(own, cells))
        ):
            name = "document_date"
        if name == OTHER_DATE and fold(heading.text).text in words.labels["due_date"]:
            # Of a listed invoice it is the day by which that was due.
            name = "due_date" if _refers(heading, cells, words) else name
        yield Role(name, date, f"{date.rule}; beneath “{heading.text}”", _COLUMN)


def _heads_a_letter(heading: Cell, own: Cell, cells: Cells, words: Lexicon) -> bool:
    """Whether the row is the form at the head of a letter: its date beside its reference, and no amounts."""
    paid = any(_PAID.search(cell.text) for cell in cells.all if cell.beside(own))
    return _refers(heading, cells, words) and not paid


def _refers(heading: Cell, cells: Cells, words: Lexicon) -> bool:
    references = words.numbers.get("reference", ())
    row = (fold(cell.text).text for cell in cells.all if cell is not heading and cell.beside(heading))
    return any(cell in references for cell in row)


def _lists_amounts(own: Cell, cells: Cells) -> bool:
    """Whether a row has an amount, as those of a list of invoices have."""
    return any(_AMOUNT.search(cell.text) for cell in cells.all if cell is not own and cell.beside(own))


def _dates_in_forms(flow: Flow, cells: Cells, kind: Kind, language: str, words: Lexicon) -> Iterator[Role]:
    labels = {
        role: found
        for role, found in words.labels.items()
        if role.endswith(("_date", "_from")) and role != "invoice_date"
    }
    order = [*DATES[kind], *(role for role in labels if role not in DATES[kind])]
    for date in find_dates(flow, language):
        own = cells.at(date.start)
        rest = flow.text[own.start : date.start] + flow.text[date.end : own.end]
        heading = heading_above(own, cells)
        if heading is None or any(map(str.isalpha, rest)) or _labelled_beside(own, cells, labels, order):
            continue
        if kind == "contract" and fold(heading.text).text.endswith(words.names.born):
            yield Role("parties.debtor.birth_date", date, f"{date.rule}; beneath “{heading.text}”", _COLUMN)
            continue
        label = nearest_label(heading.text, labels, order, _HEADING_REACH)
        if label is not None and label.role in DATES[kind]:
            yield Role(label.role, date, f"{date.rule}; beneath “{label.label}”", _IN_FORM * label.likeness)
        elif label is not None:
            yield Role(OTHER_DATE, date, f"{date.rule}; beneath “{label.label}”", _IN_FORM)


def _labelled_beside(
    cell: Cell, cells: Cells, labels: Mapping[str, Sequence[str]], order: Sequence[str]
) -> bool:
    """Whether the value has its label before it in its row, as in a list of labels and values."""
    before = cells.before(cell)
    return before is not None and nearest_label(before.text, labels, order, _HEADING_REACH) is not None


def _heading(cell: Cell, cells: Cells) -> Cell | None:
    at = cell
    for _ in range(_DEEPEST):
        above = cells.above(at) or cell_above(at, cells)
        if above is None:
            return None
        if not any(map(str.isdigit, above.text)):
            return above
        at = above
    return None


def sums_in_rows(money: Sequence[Money], cells: Cells, kind: Kind, words: Lexicon) -> Iterator[Role]:
    """Of a row "total" with three amounts the first two of which add up to the last: net, tax and total."""
    if kind != "invoice":
        return
    totals = {role: words.labels[role] for role in ("amounts.total", "amounts.net")}
    for row in _rows([(item, cells.at(item.candidate.start)) for item in money]):
        first = min((cell for _, cell in row), key=lambda cell: cell.x0)
        before = sorted(
            (cell for cell in cells.all if cell.beside(first) and cell.x0 <= first.x0),
            key=lambda cell: cell.x0,
        )
        label = before[0].text if before else ""
        if not 2 < len(row) < 5 or len(label) > _LONGEST_LABEL:
            continue
        if nearest_label(_letters(label), totals, tuple(totals), 0) is None:
            continue
        parts: list[Candidate] = [item.candidate for item, _ in row[-3:]]
        net, tax, total = (Decimal(part.value) for part in parts)
        if net > tax > 0 and net + tax == total:
            for name, part in zip(("amounts.net", "amounts.vat", "amounts.total"), parts, strict=True):
                yield Role(name, part, f"{part.rule}; row of sums", _ROW_OF_SUMS)


def _rows(own: Sequence[tuple[Money, Cell]]) -> Iterator[list[tuple[Money, Cell]]]:
    """The amounts of a page row by row, from left to right, in whatever order its columns are read."""
    row: list[tuple[Money, Cell]] = []
    for item, cell in sorted(own, key=lambda pair: pair[1].middle):
        if row and not row[-1][1].beside(cell):
            yield sorted(row, key=lambda pair: (pair[1].x0, pair[0].candidate.start))
            row = []
        row.append((item, cell))
    if row:
        yield sorted(row, key=lambda pair: (pair[1].x0, pair[0].candidate.start))


def _letters(text: str) -> str:
    """What the cell says before its first number."""
    return next((text[:place] for place, letter in enumerate(text) if letter.isdigit()), text)
