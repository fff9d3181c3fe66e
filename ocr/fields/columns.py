"""What rows and columns of a table say: dates by the heading over them, and the row that sums an invoice up."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby

from ocr.fields.amounts import Money
from ocr.fields.candidate import Candidate
from ocr.fields.cells import Cell, Cells
from ocr.fields.dates import find_dates
from ocr.fields.flow import Flow
from ocr.fields.labels import nearest_label
from ocr.fields.role import Role
from ocr.folding import fold
from ocr.lexicon import Lexicon
from ocr.values import Kind

OTHER_DATE = "other_date"
"""The role of a date in a table that means none of the dates of the paper."""
_OF_INVOICES: tuple[Kind, ...] = ("dunning_letter", "assignment_notice")
_DEEPEST = 6
_COLUMN, _ROW_OF_SUMS = 0.9, 0.93
_LONGEST_LABEL = 40


def dates_in_columns(flow: Flow, cells: Cells, kind: Kind, language: str, words: Lexicon) -> Iterator[Role]:
    """On papers that list invoices, the date under "date" is the invoice's, others mean something else."""
    if kind not in _OF_INVOICES:
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
        yield Role(name, date, f"{date.rule}; beneath “{heading.text}”", _COLUMN)


def _heading(cell: Cell, cells: Cells) -> Cell | None:
    at = cell
    for _ in range(_DEEPEST):
        above = cells.above(at)
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
    own = [(item, cells.at(item.candidate.start)) for item in money]
    for _, group in groupby(own, key=lambda pair: round(pair[1].middle, 3)):
        row = list(group)
        first = min((cell for _, cell in row), key=lambda cell: cell.start)
        before = [cell for cell in cells.all if cell.beside(first) and cell.start <= first.start]
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


def _letters(text: str) -> str:
    """What the cell says before its first number."""
    return next((text[:place] for place, letter in enumerate(text) if letter.isdigit()), text)
