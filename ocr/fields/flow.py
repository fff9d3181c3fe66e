"""A page's words as one running text, in which values are looked for, with the way back to words, boxes and rows."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ocr.bidi import is_right_to_left
from ocr.layout import spaced
from ocr.rows import Row, rows_of
from ocr.values import Box, PageReading, Word


@dataclass(frozen=True, slots=True)
class View:
    """A text in which values are looked for, and the way from its offsets to those of the flow."""

    flow: "Flow"
    text: str
    row: Row | None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The span of the flow that `start:end` of this text is; a span across columns ends with its first word."""
        if self.row is None:
            return start, end
        first, last = self._place(self.row, start), self._place(self.row, end - 1) + 1
        return (
            (first, last) if first < last <= first + 3 * (end - start) + 2 else (first, first + end - start)
        )

    def _place(self, row: Row, offset: int) -> int:
        index = max(0, bisect_right(row.starts, offset) - 1)
        return self.flow.starts[row.words[index]] + offset - row.starts[index]


@dataclass(frozen=True, slots=True)
class Flow:
    """The text in the order of reading, a space or line feed between words; `starts` are the words' offsets."""

    page: PageReading
    text: str
    starts: tuple[int, ...]
    rows: tuple[Row, ...]
    row_of: dict[int, tuple[int, int]]
    """For each word, its row and its offset there."""

    @property
    def leftward(self) -> bool:
        """Whether the page is read from the right."""
        return is_right_to_left(self.text)

    def words(self, start: int, end: int) -> range:
        """The indices of the words that the span touches."""
        first = max(0, bisect_right(self.starts, start) - 1)
        last = max(first, bisect_right(self.starts, max(start, end - 1)) - 1)
        return range(first, last + 1)

    def box(self, start: int, end: int) -> Box:
        """The rectangle around those words."""
        boxes = [self.page.words[index].box for index in self.words(start, end)]
        return Box(
            min(box.x0 for box in boxes),
            min(box.y0 for box in boxes),
            max(box.x1 for box in boxes),
            max(box.y1 for box in boxes),
        )

    def confidence(self, start: int, end: int) -> float:
        """The lowest confidence among those words: a value is as sure as its weakest part."""
        return min(self.page.words[index].confidence for index in self.words(start, end))

    def before(self, start: int, reach: int) -> str:
        """What is read before the value."""
        return self.text[max(0, start - reach) : start]

    def row_before(self, start: int) -> str:
        """What stands before the value in its row, across blocks."""
        first = self.words(start, start + 1)[0]
        row, offset = self.row_of[first]
        inside = start - self.starts[first]
        return self.rows[row].text[: offset + inside]

    def views(self) -> Iterator["View"]:
        """The running text, and then each row that runs across columns: where a label and its value are far apart."""
        yield View(self, self.text, None)
        for row in self.rows:
            if "\t" in row.text:
                yield View(self, row.text, row)

    def row_number(self, start: int) -> int:
        """The row in which the value stands, from the top."""
        return self.row_of[self.words(start, start + 1)[0]][0]


def flow_of(page: PageReading) -> Flow:
    """The running text of a page that has words."""
    rows = rows_of(page)
    row_of = {
        word: (number, start)
        for number, row in enumerate(rows)
        for word, start in zip(row.words, row.starts, strict=True)
    }
    text = ""
    starts = []
    last: Word | None = None
    for word, apart in zip(page.words, spaced(page.words, printed=page.source == "text"), strict=True):
        if last is not None:
            text += "\n" if last.line != word.line else " " if apart else ""
        starts.append(len(text))
        text += word.text
        last = word
    return Flow(page, text, tuple(starts), rows, row_of)


def flows_of(pages: Sequence[PageReading]) -> tuple[Flow, ...]:
    """The running texts of the pages that have words."""
    return tuple(flow_of(page) for page in pages if page.words)
