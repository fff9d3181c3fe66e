"""Paragraphs: spans of text broken into lines, each line from left to right as it will stand.

A span is an isolate (UAX #9): a Hebrew name inside an English sentence is turned round by itself and moves nothing
around it. The paragraph itself runs left to right, as all languages of the reports do.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from unicodedata import category

from archive.reporting.pdf.bidi import base_level
from archive.reporting.pdf.canvas import Canvas, Colour
from archive.reporting.pdf.fonts import Face, Run, printable, shape

_ASCENT = 1.0
"""The height of a line above its baseline, in sizes; what is left of the leading lies below."""
_TOKEN = re.compile(r"[^ ]+ *| +")
_CACHED = 4096


@lru_cache(maxsize=_CACHED)
def _set(text: str, face: Face, base: int) -> tuple[tuple[Run, ...], float]:
    """The runs of a text, and their width in thousandths of the size."""
    runs = shape(text, face, base)
    return runs, sum(run.width for run in runs)


@dataclass(frozen=True, slots=True)
class Style:
    """How a span looks: face, size and leading in points, colour."""

    face: Face
    size: float
    leading: float
    colour: Colour


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text in one style."""

    text: str
    style: Style


@dataclass(frozen=True, slots=True)
class _Piece:
    """What a line has of a span; `base` is the direction of the whole span."""

    text: str
    style: Style
    base: int

    def runs(self) -> tuple[Run, ...]:
        return _set(self.text, self.style.face, self.base)[0]

    @property
    def width(self) -> float:
        return _set(self.text, self.style.face, self.base)[1] * self.style.size / 1000


class Paragraph:
    """Spans set in lines no wider than `width` points."""

    def __init__(self, spans: Sequence[Span], width: float) -> None:
        self._lines = _lines(spans, width)

    @property
    def height(self) -> float:
        """Of all lines, in points."""
        return sum(_leading(line) for line in self._lines)

    @property
    def first_baseline(self) -> float:
        """How far the first baseline lies under the top, in points."""
        return (
            _ASCENT * max((piece.style.size for piece in self._lines[0]), default=0.0) if self._lines else 0.0
        )

    def draw(self, canvas: Canvas, x: float, y: float, *, right: float | None = None) -> None:
        """Put the lines on a page, the first one's top at y; with `right`, they end there instead."""
        for line in self._lines:
            place = x if right is None else right - sum(piece.width for piece in line)
            baseline = y + _ASCENT * max(piece.style.size for piece in line)
            for piece in line:
                canvas.text(place, baseline, piece.runs(), piece.style.size, piece.style.colour)
                place += piece.width
            y += _leading(line)


def _leading(line: Sequence[_Piece]) -> float:
    return max(piece.style.leading for piece in line)


def _lines(spans: Sequence[Span], width: float) -> list[tuple[_Piece, ...]]:
    lines: list[list[tuple[int, _Piece]]] = [[]]
    room = width
    for number, span in enumerate(spans):
        text = printable(span.text)
        base = base_level(text)
        for token in _TOKEN.findall(text):
            for piece in _fitting(_Piece(token, span.style, base), width):
                needed = _bare(piece).width
                if needed > room and lines[-1]:
                    lines.append([])
                    room = width
                lines[-1].append((number, piece))
                room -= piece.width
    return [_joined(line) for line in lines if line]


def _fitting(piece: _Piece, width: float) -> list[_Piece]:
    """The piece; in parts where it is wider than a line, as a file's name may be."""
    if _bare(piece).width <= width:
        return [piece]
    parts: list[str] = [""]
    for letter in piece.text:
        longer = parts[-1] + letter
        if (
            parts[-1]
            and category(letter) not in {"Mn", "Mc"}
            and _Piece(longer, piece.style, piece.base).width > width
        ):
            parts.append(letter)
        else:
            parts[-1] = longer
    return [_Piece(part, piece.style, piece.base) for part in parts]


def _joined(line: list[tuple[int, _Piece]]) -> tuple[_Piece, ...]:
    """The pieces of each span as one, without the spaces at the end of the line."""
    made = []
    for _, group in groupby(line, key=lambda pair: pair[0]):
        pieces = [piece for _, piece in group]
        made.append(_Piece("".join(piece.text for piece in pieces), pieces[0].style, pieces[0].base))
    made[-1] = _bare(made[-1])
    return tuple(made)


def _bare(piece: _Piece) -> _Piece:
    """The piece without the spaces at its end."""
    return _Piece(piece.text.rstrip(" "), piece.style, piece.base) if piece.text.endswith(" ") else piece
