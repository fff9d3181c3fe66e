"""Sets the rows of a made paper on a page: columns, paragraphs, frames, dotted leaders; and where each word stands."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from bench._lettering import INK, Box, Face, face_of, width_of, wrapped, written

WIDTH, HEIGHT = 1654, 2339
_SECOND = 0.55
"""Where the second of two columns begins, of the page's width."""
_GAP, _PAD = 28, 10
"""Pixels between columns of a table, and between a frame and what is in it."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How a paper is set: print and title in pixels, distance of lines, margin, whether the title is centred.

    With `flush`, the last of several columns and what stands at the other margin end at it.
    """

    size: int
    title: int
    leading: float
    margin: int
    centred: bool
    flush: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one row and how they are set: as a title (#), at the other margin (>), framed ([), with dots (~)."""

    mark: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Cell:
    """The lines of a cell, the room they have, and where in it they stand: 0 at its beginning, 1 at its end."""

    lines: tuple[str, ...]
    left: float
    room: float
    place: float


def rows_of(told: str | Sequence[str]) -> tuple[Row, ...]:
    """The rows of a paper, told line by line with tabs, or as one text with " | " between columns."""
    lines = (
        [line.replace(" | ", "\t") for line in told.strip("\n").split("\n")]
        if isinstance(told, str)
        else told
    )
    return tuple(
        Row(line[:1], tuple(line[2:].split("\t")))
        if line[:2] in ("# ", "> ", "[ ", "~ ")
        else Row("", tuple(line.split("\t")))
        for line in lines
    )


def text_of(rows: Sequence[Row]) -> str:
    """What is printed, without how it is set."""
    return "\n".join("\t".join(row.cells) for row in rows)


def drawn(
    rows: Sequence[Row], layout: Layout, font: Path, *, leftward: bool
) -> tuple[NDArray[np.uint8], list[Box]]:
    """The page in grey, and the box of every word in the order of the text; `leftward` sets from right to left."""
    page = Image.new("L", (WIDTH, HEIGHT), 250)
    pen = ImageDraw.Draw(page)
    boxes: list[Box] = []
    y = float(layout.margin)
    for (mark, columns), block in groupby(rows, lambda row: (row.mark, len(row.cells))):
        face = face_of(str(font), layout.title if mark == "#" else layout.size)
        step = layout.leading * face.size
        table = list(block)
        widths = _columns(table, face, WIDTH - 2 * layout.margin) if columns > 2 or mark == "[" else ()
        for row in table:
            cells = list(_cells(row, layout, face, widths))
            deep = max(len(cell.lines) for cell in cells) * step
            for cell in cells:
                for number, line in enumerate(cell.lines):
                    left = cell.left + cell.place * (cell.room - width_of(line, face))
                    edge = WIDTH - left if leftward else left
                    boxes += written(pen, line.split(), face, edge, y + number * step, leftward=leftward)
            if mark == "[":
                _frame(pen, cells, layout, (y - 0.15 * step, y + deep - 0.15 * step), leftward=leftward)
            if mark == "~" and columns == 2:
                _dots(pen, cells, face, y, leftward=leftward)
            y += deep
    if y > HEIGHT - layout.margin / 2:
        raise ValueError(
            f"a paper that begins with {rows[0].cells[0]!r} is longer than its page by {y - HEIGHT:.0f}"
        )
    return np.asarray(page, dtype=np.uint8), boxes


def _cells(row: Row, layout: Layout, face: Face, widths: Sequence[float]) -> Iterator[_Cell]:
    margin, room = layout.margin, WIDTH - 2 * layout.margin
    last = 1.0 if layout.flush else 0.0
    second = WIDTH * _SECOND
    if widths:
        left, pad = float(margin), _PAD if row.mark == "[" else 0
        for place, (cell, width) in enumerate(zip(row.cells, widths, strict=True)):
            yield _cell(cell, face, left + pad, width - 2 * pad, last if 0 < place == len(widths) - 1 else 0)
            left += width + (0 if pad else _GAP)
    elif row.mark == "~" and len(row.cells) == 2:
        yield _cell(row.cells[0], face, margin, room - width_of(row.cells[1], face) - 3 * _GAP)
        yield _cell(row.cells[1], face, margin, room, 1)
    elif len(row.cells) == 2:
        yield _cell(row.cells[0], face, margin, second - margin - _GAP)
        yield _cell(row.cells[1], face, second, WIDTH - margin - second, last)
    elif row.mark == ">":
        left = margin if layout.flush else second
        yield _cell(row.cells[0], face, left, WIDTH - margin - left, last)
    else:
        yield _cell(row.cells[0], face, margin, room, 0.5 if row.mark == "#" and layout.centred else 0)


def _cell(text: str, face: Face, left: float, room: float, place: float = 0) -> _Cell:
    return _Cell(wrapped(text, face, room), left, room, place)


def _columns(table: Sequence[Row], face: Face, room: float) -> tuple[float, ...]:
    """Widths of a table's columns: as wide as their widest cell, then stretched or the widest narrowed to the room."""
    pad = 2 * _PAD if table[0].mark == "[" else 0
    widths = [
        max(width_of(row.cells[place], face) for row in table) + pad + 2
        for place in range(len(table[0].cells))
    ]
    room -= 0 if pad else _GAP * (len(widths) - 1)
    while (over := sum(widths) - room) > 0:
        widest = widths.index(max(widths))
        widths[widest] -= min(over, 20.0)
    return tuple(width + (room - sum(widths)) / len(widths) for width in widths)


def _frame(
    pen: ImageDraw.ImageDraw,
    cells: Sequence[_Cell],
    layout: Layout,
    span: tuple[float, float],
    *,
    leftward: bool,
) -> None:
    top, bottom = span
    edges = [cell.left - _PAD for cell in cells] + [WIDTH - layout.margin]
    for edge in edges:
        x = WIDTH - edge if leftward else edge
        pen.line((x, top, x, bottom), fill=90, width=2)
    for y in span:
        pen.line((layout.margin, y, WIDTH - layout.margin, y), fill=90, width=2)


def _dots(pen: ImageDraw.ImageDraw, cells: Sequence[_Cell], face: Face, y: float, *, leftward: bool) -> None:
    label, value = cells
    start = label.left + width_of(label.lines[-1], face) + _GAP / 2
    end = value.left + value.room - width_of(value.lines[0], face) - _GAP / 2
    baseline = y + (len(label.lines) - 1) * face.size + face.getmetrics()[0]
    for x in np.arange(start, end, 0.4 * face.size):
        pen.text((WIDTH - x if leftward else x, baseline), ".", font=face, fill=INK, anchor="ls")
