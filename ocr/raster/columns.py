"""The order in which lines are read: bands from top to bottom, columns inside a band, lines inside a column."""

from collections.abc import Sequence
from dataclasses import dataclass

_BAND_GAP = 0.9
_COLUMN_GAP = 1.0
_ROW = 0.4


@dataclass(frozen=True, slots=True)
class Strip:
    """A piece of a line; `key` is the caller's."""

    key: int
    x0: float
    y0: float
    x1: float
    y1: float


def reading_order(strips: Sequence[Strip], size: float, *, leftward: bool) -> list[list[int]]:
    """Keys in reading order, a list for each block, by recursive cuts along white space (the XY-cut of Nagy and Seth).

    White as high as a line parts two bands; white between columns, right through a band of tightly set lines, parts
    them. Rows of a table stand far enough apart to be bands of their own, so that cells stay in their row.
    """
    bands = _cut([(strip.y0, strip.y1, strip) for strip in strips], _BAND_GAP * size)
    if len(bands) > 1:
        return [block for band in bands for block in reading_order(band, size, leftward=leftward)]
    columns = _cut([(strip.x0, strip.x1, strip) for strip in strips], _COLUMN_GAP * size)
    if len(columns) > 1:
        ordered = reversed(columns) if leftward else columns
        return [block for column in ordered for block in reading_order(column, size, leftward=leftward)]
    return [[strip.key for row in _rows(strips, leftward=leftward) for strip in row]] if strips else []


def _rows(strips: Sequence[Strip], *, leftward: bool) -> list[list[Strip]]:
    """Strips side by side, which may differ in size: a small label and its large value share a base line, no middle."""
    rows: list[list[Strip]] = []
    for strip in sorted(strips, key=lambda item: item.y0 + item.y1):
        if rows and _side_by_side(rows[-1][0], strip):
            rows[-1].append(strip)
        else:
            rows.append([strip])
    sign = -1 if leftward else 1
    return [sorted(row, key=lambda strip: sign * strip.x0) for row in rows]


def _side_by_side(one: Strip, other: Strip) -> bool:
    apart = abs(one.y0 + one.y1 - other.y0 - other.y1) / 2
    return apart < _ROW * min(one.y1 - one.y0, other.y1 - other.y0)


def _cut(spans: Sequence[tuple[float, float, Strip]], gap: float) -> list[list[Strip]]:
    """The strips in groups between which nothing stands for at least `gap`."""
    groups: list[list[Strip]] = []
    reach = 0.0
    for start, end, strip in sorted(spans, key=lambda item: item[0]):
        if not groups or start - reach > gap:
            groups.append([])
            reach = end
        groups[-1].append(strip)
        reach = max(reach, end)
    return groups
