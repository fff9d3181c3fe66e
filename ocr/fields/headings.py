"""The heading of the column that a value of a table stands in."""

from ocr.fields.amounts import without_currency
from ocr.fields.candidate import Candidate
from ocr.fields.cells import Cell, Cells
from ocr.folding import fold

_DEEPEST = 8
"""Rows of a table up to its headings at most."""
_OVERLAP = 0.3
_ROW_GAP = 3.2
_SUMMED = frozenset(
    fold(word).text
    for word in (
        "razem", "ogółem", "suma", "łącznie", "totale", "totali", "total", "totals", "sum", "summe", "gesamt", "итого",
        "всего", "סה\"כ", "รวม", "w tym", "di cui", "x",
    )
)  # fmt: skip
"""Words that begin the row of a table in which its columns are summed."""


def heading_of(candidate: Candidate, cells: Cells) -> str | None:
    """What stands over a value that fills its cell, above the other values of its column; None where no table is.

    A row that says more than values has its own label, and so has a value that stands alone in its row.
    """
    own = cells.at(candidate.start)
    if not _bare(own.text):
        return None
    row = [cell for cell in cells.all if cell is not own and cell.beside(own)]
    if not row or not all(_of_table(cell.text) for cell in row):
        return None
    at = own
    for _ in range(_DEEPEST):
        above = _above(at, cells)
        if above is None:
            return None
        if not _bare(above.text):
            return above.text
        at = above
    return None


def _of_table(text: str) -> bool:
    """Whether a cell says nothing that would label its row: a value, a currency, the word for a sum, one number."""
    plain = without_currency(text).strip()
    if not plain or _bare(text) or fold(plain).text in _SUMMED:
        return True
    return " " not in plain and ":" not in plain and any(letter.isdigit() for letter in plain)


def _above(cell: Cell, cells: Cells) -> Cell | None:
    """The next cell up that shares a good part of the width of one of the two."""
    near = [
        other
        for other in cells.all
        if 0.4 * cell.height < cell.middle - other.middle < _ROW_GAP * cell.height and _shares(cell, other)
    ]
    return max(near, key=lambda other: (round(other.middle, 3), _common(cell, other)), default=None)


def _shares(one: Cell, other: Cell) -> bool:
    return _common(one, other) > _OVERLAP * min(one.x1 - one.x0, other.x1 - other.x0)


def _common(one: Cell, other: Cell) -> float:
    return min(one.x1, other.x1) - max(one.x0, other.x0)


def _bare(text: str) -> bool:
    """Whether a cell holds a number and nothing else but a currency or a percent sign."""
    return any(letter.isdigit() for letter in text) and not any(
        letter.isalpha() or letter == ":" for letter in without_currency(text)
    )
