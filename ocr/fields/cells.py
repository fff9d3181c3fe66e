"""The lines of a page parted into cells: a label, a value, one column's line of an address."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from math import radians, tan
from statistics import median

from ocr.fields.flow import Flow
from ocr.values import Box

# Of the height of a line: justified text has narrower spaces between words, columns stand further apart.
_GAP = 1.9
# The room between columns at least where the next line shows them, how far that may be, and how exact.
_NARROW, _NEXT_LINE, _SAME_EDGE = 0.75, 2.6, 0.003
_NEAR = 0.03
_MIDDLE, _RAGGED = 0.45, 0.004
# Of the height of the taller one.
_SAME_ROW = 0.6


@dataclass(frozen=True, slots=True)
class Cell:
    """Words of one line without a wide gap between them; `start:end` is its span in the flow.

    `middle` is its height on the page as if the page were straight; `x0`, `x1`, `middle` and `height` are fractions.
    """

    flow: Flow
    start: int
    end: int
    x0: float
    x1: float
    middle: float
    height: float

    @property
    def text(self) -> str:
        return self.flow.text[self.start : self.end]

    def beside(self, other: "Cell") -> bool:
        """Whether the two stand in one row."""
        return abs(other.middle - self.middle) < _SAME_ROW * max(self.height, other.height)


class Cells:
    """The cells of one page in reading order, and what stands beside and beneath each."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.all: tuple[Cell, ...] = tuple(_cells(flow))
        self._starts = [cell.start for cell in self.all]
        self.leftward = flow.leftward

    def at(self, offset: int) -> Cell:
        """The cell in which this place of the flow lies."""
        return self.all[max(0, bisect_right(self._starts, offset) - 1)]

    def after(self, cell: Cell) -> Cell | None:
        """The next cell of the same row, in the direction of reading."""
        beside = [
            other
            for other in self.all
            if other is not cell
            and cell.beside(other)
            and (other.x1 <= cell.x0 + _NEAR if self.leftward else other.x0 >= cell.x1 - _NEAR)
        ]
        return min(beside, key=lambda other: abs(other.x0 - cell.x0), default=None)

    def before(self, cell: Cell) -> Cell | None:
        """The cell of the same row that is read before it."""
        beside = [other for other in self.all if other is not cell and self.after(other) is cell]
        return beside[0] if beside else None

    def below(self, cell: Cell) -> Cell | None:
        """The next cell down the same column, not further than two lines away."""
        return self._vertical(cell, 1)

    def above(self, cell: Cell) -> Cell | None:
        """The next cell up the same column, not further than two lines away."""
        return self._vertical(cell, -1)

    def _vertical(self, cell: Cell, way: int) -> Cell | None:
        near = [
            other
            for other in self.all
            if 0.4 * cell.height < way * (other.middle - cell.middle) < 3.2 * cell.height
            and min(abs(cell.x0 - other.x0), abs(cell.x1 - other.x1)) < _NEAR
        ]
        return min(
            near, key=lambda other: (abs(other.middle - cell.middle), self._edge(other, cell)), default=None
        )

    def _edge(self, one: Cell, other: Cell) -> float:
        return abs(one.x1 - other.x1) if self.leftward else abs(one.x0 - other.x0)

    def wrapped(self, cell: Cell) -> Cell | None:
        """The cell above, if its line was broken for want of room: this cell's first word would not have fitted.

        The room ends where the print of the page ends; where another column stands beside, where this one ends.
        """
        above = self._vertical(cell, -1)
        if above is None:
            return None
        if not self.leftward and min(above.x0, cell.x0) > _MIDDLE and abs(above.x0 - cell.x0) > _RAGGED:
            # Lines that end at the margin, as of an address at the right, are not broken there.
            return None
        first = self.flow.page.words[self.flow.words(cell.start, cell.start + 1)[0]].box
        width = first.x1 - first.x0
        around = self.all
        if self.after(above) is not None:
            around = tuple(other for other in self.all if self._edge(other, cell) < 2 * _NEAR)
        if self.leftward:
            room = above.x0 - min(other.x0 for other in around)
        else:
            room = max(other.x1 for other in around) - above.x1
        return above if room < width + 0.01 else None


def _cells(flow: Flow) -> list[Cell]:
    words = flow.page.words
    slope = tan(radians(flow.page.skew)) * flow.page.width / max(1, flow.page.height)
    aspect = flow.page.height / max(1, flow.page.width)
    cells = []
    for _, group in groupby(range(len(words)), key=lambda index: words[index].line):
        line = list(group)
        height = median(words[index].box.y1 - words[index].box.y0 for index in line)
        run = [line[0]]
        for before, index in pairwise(line):
            if _gap(words[before].box, words[index].box) > _GAP * height * aspect:
                cells.append(_cell(flow, run, height, slope))
                run = []
            run.append(index)
        cells.append(_cell(flow, run, height, slope))
    return [part for cell in cells for part in _parted(cell, cells, slope, aspect)]


def _gap(left: Box, right: Box) -> float:
    """The room between two words, whichever way they are read."""
    return max(right.x0 - left.x1, left.x0 - right.x1)


def _parted(cell: Cell, cells: Sequence[Cell], slope: float, aspect: float) -> list[Cell]:
    """The cell in pieces where columns that are plain in the next line are filled so well that they all but touch."""
    flow, words = cell.flow, cell.flow.page.words
    line = flow.words(cell.start, cell.end)
    narrow = [
        (before, index)
        for before, index in pairwise(line)
        if _gap(words[before].box, words[index].box) > _NARROW * cell.height * aspect
    ]
    if not narrow or flow.leftward or flow.page.source != "text":
        # Of scans the edges are not that exact.
        return [cell]
    near = [
        other
        for other in cells
        if 0.4 * cell.height < abs(other.middle - cell.middle) < _NEXT_LINE * cell.height
    ]
    begins = {right.x0 for right in near if any(left.beside(right) and left.x1 < right.x0 for left in near)}
    starts = [
        index for _, index in narrow if any(abs(words[index].box.x0 - begun) < _SAME_EDGE for begun in begins)
    ]
    edges = [line[0], *starts, line[-1] + 1]
    return (
        [_cell(flow, list(range(first, last)), cell.height, slope) for first, last in pairwise(edges)]
        if starts
        else [cell]
    )


def _cell(flow: Flow, run: Sequence[int], height: float, slope: float) -> Cell:
    boxes = [flow.page.words[index].box for index in run]
    middle = median((box.y0 + box.y1) / 2 - slope * (box.x0 + box.x1) / 2 for box in boxes)
    end = flow.starts[run[-1]] + len(flow.page.words[run[-1]].text)
    return Cell(
        flow,
        flow.starts[run[0]],
        end,
        min(box.x0 for box in boxes),
        max(box.x1 for box in boxes),
        middle,
        max(1e-4, height),
    )
