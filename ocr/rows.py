"""Words as rows across the page, whatever blocks the engine saw: label and value stand in one row."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import median

from ocr.bidi import is_right_to_left
from ocr.layout import spaced
from ocr.values import PageReading, Word

_OVERLAP = 0.5


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a page. `words` index into the page's words, in reading order; `starts` are their offsets in `text`.

    `prominence` is 0 for ordinary print and 1 for the largest or most set-apart lines near the head of the page.
    """

    text: str
    words: tuple[int, ...]
    starts: tuple[int, ...]
    top: float
    prominence: float


@dataclass(frozen=True, slots=True)
class _Segment:
    indices: tuple[int, ...]
    x0: float
    middle: float
    height: float


def rows_of(page: PageReading) -> tuple[Row, ...]:
    """The rows of a page from top to bottom, straightened by its skew."""
    if not page.words:
        return ()
    segments = [_segment(indices, page) for indices in _lines(page.words)]
    size = median(segment.height for segment in segments)
    leftward = is_right_to_left(page.text)
    rows: list[list[_Segment]] = []
    for segment in sorted(segments, key=lambda item: item.middle):
        if rows and abs(segment.middle - rows[-1][0].middle) < _OVERLAP * min(
            segment.height, rows[-1][0].height
        ):
            rows[-1].append(segment)
        else:
            rows.append([segment])
    return tuple(
        _row(sorted(row, key=lambda item: -item.x0 if leftward else item.x0), page, size) for row in rows
    )


def _lines(words: Sequence[Word]) -> list[tuple[int, ...]]:
    return [tuple(group) for _, group in groupby(range(len(words)), key=lambda index: words[index].line)]


def _segment(indices: tuple[int, ...], page: PageReading) -> _Segment:
    words = [page.words[index] for index in indices]
    # The page is not deskewed: what stands further right stands lower or higher by the tangent of its skew.
    slope = math.tan(math.radians(page.skew)) * page.width / max(1, page.height)
    middles = [(word.box.y0 + word.box.y1) / 2 - slope * (word.box.x0 + word.box.x1) / 2 for word in words]
    heights = [word.box.y1 - word.box.y0 for word in words]
    return _Segment(indices, min(word.box.x0 for word in words), median(middles), max(1e-4, median(heights)))


def _row(segments: Sequence[_Segment], page: PageReading, size: float) -> Row:
    text = ""
    indices: list[int] = []
    starts: list[int] = []
    for segment in segments:
        if text:
            text += "\t"
        words = [page.words[index] for index in segment.indices]
        gaps = spaced(words, printed=page.source == "text")
        for index, word, apart in zip(segment.indices, words, gaps, strict=True):
            text += " " if apart else ""
            indices.append(index)
            starts.append(len(text))
            text += word.text
    height = max(segment.height for segment in segments)
    larger = min(1.0, max(0.0, (height / size - 1.0) / 0.5))
    capitals = _capitals(text)
    top = min(segment.middle for segment in segments)
    head = 1.0 if top < 0.45 else 0.5
    alone = 0.3 if len(segments) == 1 and len(text) < 90 else 0.0
    prominence = head * min(1.0, 0.7 * larger + 0.4 * capitals + alone)
    return Row(text, tuple(indices), tuple(starts), top, prominence)


def _capitals(text: str) -> float:
    cased = [letter for letter in text if letter.lower() != letter.upper()]
    return sum(letter.isupper() for letter in cased) / len(cased) if len(cased) > 3 else 0.0
