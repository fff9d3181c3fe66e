"""The heading of the column that a value of a table stands in."""

from ocr.fields.amounts import without_currency
from ocr.fields.candidate import Candidate
from ocr.fields.cells import Cell, Cells
from ocr.folding import fold

_DEEPEST = 8
"""Rows of a table up to its headings at most."""
_OVERLAP = 0.3
_OF_ACCOUNT, _GAP_LETTERS = 16, 8
"""Digits of an account number at least, and letters that it may have."""
_ROW_GAP = 3.2
_SUMMED = frozenset(
    fold(word).text
    for word in (
        "razem", "ogółem", "suma", "łącznie", "totale", "totali", "total", "totals", "sum", "summe", "gesamt", "итого",
        "всего", "סה\"כ", "รวม", "w tym", "di cui", "x",
    )
)  # fmt: skip
"""Words that begin the row of a table in which its columns are summed."""


def heading_of(candidate: Candidate, cells: Cells, *, loose: bool = False) -> str | None:
    """What stands over a value that fills its cell, above the other values of its column; None where no table is.

    A row that says more than values has its own label, unless it is asked for loosely; and so has a value that stands
    alone in its row.
    """
    own = cells.at(candidate.start)
    if not _bare(own.text):
        return None
    row = [cell for cell in cells.all if cell is not own and cell.beside(own)]
    if not row or not (all(_of_table(cell.text) for cell in row) or (loose and len(row) > 1)):
        return None
    at = own
    for _ in range(_DEEPEST):
        above = cell_above(at, cells)
        if above is None:
            return None
        if not _bare(above.text):
            return above.text
        at = above
    return None


def heading_above(cell: Cell, cells: Cells) -> Cell | None:
    """The label right above a value of a form, where others stand beside both; None where there is none."""
    above = cell_above(cell, cells)
    if above is None or any(map(str.isdigit, above.text)):
        return None
    paired = all(any(other is not one and other.beside(one) for other in cells.all) for one in (above, cell))
    return above if paired else None


def _of_table(text: str) -> bool:
    """Whether a cell says nothing that would label its row: a value, a currency, the word for a sum, one number."""
    plain = without_currency(text).strip()
    if not plain or _bare(text) or fold(plain).text in _SUMMED:
        return True
    digits, letters = sum(map(str.isdigit, plain)), sum(map(str.isalpha, plain))
    # One number, or one that is printed in groups, as those of accounts are.
    return ":" not in plain and (
        digits > 0 if " " not in plain else digits >= _OF_ACCOUNT and letters < _GAP_LETTERS
    )


def cell_above(cell: Cell, cells: Cells) -> Cell | None:
    """The next cell up that shares a good part of the width of one of the two."""
    near = [
        other
        for other in cells.all
        if 0.4 * cell.height < cell.middle - other.middle < _ROW_GAP * cell.height and _shares(cell, other)
    ]
    column = None if cells.leftward else _heading_of_column(cell, cells)
    if (
        column is not None
        and any(map(str.isalpha, column.text))
        and not any(one.beside(column) for one in near)
    ):
        # What shares its width stands higher than the row of headings.
        return column
    if near or cells.leftward:
        return max(near, key=lambda other: (round(other.middle, 3), _common(cell, other)), default=None)
    return column


def _heading_of_column(cell: Cell, cells: Cells) -> Cell | None:
    """The heading that begins a column at whose other edge the value ends: words stand left in it, numbers right."""
    higher = [
        other
        for other in cells.all
        if 0.4 * cell.height < cell.middle - other.middle < _ROW_GAP * cell.height
    ]
    if not higher:
        return None
    nearest = max(higher, key=lambda other: other.middle)
    row = [other for other in higher if other is nearest or other.beside(nearest)]
    left = [other for other in row if other.x0 < cell.x0 and other.x1 < cell.x1]
    right = [other for other in row if other.x0 > cell.x1]
    # Beneath the last heading only the end of the page ends the column.
    return (
        max(left, key=lambda other: other.x0)
        if left and len(row) > 1 and len(left) + len(right) == len(row)
        else None
    )


def _shares(one: Cell, other: Cell) -> bool:
    return _common(one, other) > _OVERLAP * min(one.x1 - one.x0, other.x1 - other.x0)


def _common(one: Cell, other: Cell) -> float:
    return min(one.x1, other.x1) - max(one.x0, other.x0)


def _bare(text: str) -> bool:
    """Whether a cell holds a number and nothing else but a currency or a percent sign."""
    return any(letter.isdigit() for letter in text) and not any(
        letter.isalpha() or letter == ":" for letter in without_currency(text)
    )
