"""Dotted leaders, from a label to its value: no text, but recognised as such, with the label beside them lost."""

from bisect import bisect_right
from collections.abc import Sequence

import cv2
import numpy as np

from ocr.raster.source import Pixels

_DARK = 0.6
"""Of the brightness of the paper: what is darker is ink."""
_DOT, _STEP, _WAVER = 0.036, 0.16, 0.02
"""In inches: how large a dot is at most, how far the next one stands at most, how far off the line it may stand."""
_LEAST = 8
"""Dots in a row; an ellipsis has three."""
_UNEVEN = 0.4
_DUST = 6000
"""More dots than that are the dust of a fax."""


def without_leaders(grey: Pixels, dpi: int) -> Pixels:
    """The page without rows of evenly spaced dots, be it upright or on its side; the page itself where it has none."""
    paper = int(np.percentile(grey[::16, ::16], 90))
    _, ink = cv2.threshold(grey, _DARK * paper, 1, cv2.THRESH_BINARY_INV)
    _, _, stats, centres = cv2.connectedComponentsWithStats(ink, connectivity=8)
    small = (stats[:, cv2.CC_STAT_WIDTH] <= _DOT * dpi) & (stats[:, cv2.CC_STAT_HEIGHT] <= _DOT * dpi)
    dots = np.flatnonzero(small)
    if not _LEAST <= len(dots) <= _DUST:
        return grey
    found: set[int] = set()
    for across in (0, 1):
        points = [(float(centres[dot][across]), float(centres[dot][1 - across]), int(dot)) for dot in dots]
        for row in _rows(sorted(points), _STEP * dpi, _WAVER * dpi):
            found.update(row)
    if not found:
        return grey
    clean = grey.copy()
    for dot in found:
        x, y, width, height = (int(part) for part in stats[dot][:4])
        clean[max(0, y - 1) : y + height + 1, max(0, x - 1) : x + width + 1] = paper
    return clean


def _rows(points: Sequence[tuple[float, float, int]], step: float, waver: float) -> list[list[int]]:
    """Dots that follow one another at even steps, as their numbers; the points are sorted along the row."""
    along = [point[0] for point in points]
    following: dict[int, int] = {}
    for place, (x, y, _) in enumerate(points):
        for other in range(place + 1, bisect_right(along, x + step)):
            if abs(points[other][1] - y) <= waver and points[other][0] > x + 1:
                following[place] = other
                break
    rows: list[list[int]] = []
    begun = set(following) - set(following.values())
    for start in sorted(begun):
        row = [start]
        while row[-1] in following:
            row.append(following[row[-1]])
        rows += [[points[place][2] for place in even] for even in _even(row, along)]
    return rows


def _even(row: Sequence[int], along: Sequence[float]) -> list[list[int]]:
    """The parts of a row whose steps are alike."""
    if len(row) < _LEAST:
        return []
    steps = np.diff([along[place] for place in row])
    usual = float(np.median(steps))
    parts: list[list[int]] = [[row[0]]]
    for place, step in zip(row[1:], steps, strict=True):
        if abs(step - usual) > _UNEVEN * usual:
            parts.append([])
        parts[-1].append(place)
    return [part for part in parts if len(part) >= _LEAST]
