"""Blocks one under another on A4 pages: what does not fit begins the next page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from archive.reporting.pdf.canvas import Canvas, Colour
from archive.reporting.pdf.document import PdfDocument
from archive.reporting.pdf.text import Paragraph

A4 = (595.276, 841.89)
"""Width and height in points (ISO 216)."""


@dataclass(frozen=True, slots=True)
class Margins:
    """The white around the text of a page, in points."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Cell:
    """Paragraphs under one another in a row, `x` points from the left margin; to the right they end at the margin."""

    x: float
    paragraphs: Sequence[Paragraph]
    to_the_right: bool = False

    @property
    def height(self) -> float:
        """Of all paragraphs."""
        return sum(each.height for each in self.paragraphs)

    @property
    def first_baseline(self) -> float:
        """Of the first paragraph."""
        return self.paragraphs[0].first_baseline if self.paragraphs else 0.0


class Flow:
    """Places blocks; pages are written to the file by `close`, when it is known how many there are."""

    def __init__(self, pdf: PdfDocument, margins: Margins) -> None:
        self._pdf = pdf
        self._margins = margins
        self._pages: list[Canvas] = []
        self._bottom = A4[1] - margins.bottom
        self.turn()

    @property
    def left(self) -> float:
        """The left edge of the text."""
        return self._margins.left

    @property
    def width(self) -> float:
        """The width of the text."""
        return A4[0] - self._margins.left - self._margins.right

    @property
    def room(self) -> float:
        """The height that is left of the page."""
        return self._bottom - self.y

    @property
    def page(self) -> Canvas:
        """The page that is being filled."""
        return self._pages[-1]

    @property
    def page_number(self) -> int:
        """Of that page, from 1."""
        return len(self._pages)

    def turn(self) -> None:
        """Begin a page."""
        self._pages.append(self._pdf.canvas(*A4))
        self.y = self._margins.top

    def need(self, height: float) -> None:
        """Begin a page where less than that is left of this one."""
        if self.y + height > self._bottom and self.y > self._margins.top:
            self.turn()

    def space(self, height: float) -> None:
        """Leave room, except at the top of a page."""
        if self.y > self._margins.top:
            self.y += height

    def rule(self, colour: Colour, *, x: float = 0.0, thickness: float = 0.5) -> None:
        """A line across the text from `x` on."""
        self.page.fill(self.left + x, self.y, self.width - x, thickness, colour)
        self.y += thickness

    def row(self, cells: Sequence[Cell], *, mark: Colour | None = None, mark_x: float = 0.0) -> None:
        """Cells side by side on one first baseline, kept together; `mark` is the colour of a rule at `mark_x`."""
        baseline = max(cell.first_baseline for cell in cells)
        height = max(cell.height + baseline - cell.first_baseline for cell in cells)
        self.need(height)
        for cell in cells:
            y = self.y + baseline - cell.first_baseline
            right = self.left + self.width if cell.to_the_right else None
            for paragraph in cell.paragraphs:
                paragraph.draw(self.page, self.left + cell.x, y, right=right)
                y += paragraph.height
        if mark is not None:
            self.page.fill(self.left + mark_x, self.y + 1.5, 1.5, height - 2, mark)
        self.y += height

    def close(self, footer: Callable[[Canvas, int, int], None]) -> None:
        """Write the pages, each after `footer(page, number, count)` has drawn on it."""
        for number, page in enumerate(self._pages, 1):
            footer(page, number, len(self._pages))
            self._pdf.add(page)
