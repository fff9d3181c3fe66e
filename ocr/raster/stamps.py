"""Framed stamps set askew: where they stand, and the page without the ink of those that are paler than print.

What a stamp says is not what the paper says. A stamp is told from a table or a box of the form by its angle: people
stamp by hand, printers print along the lines.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ocr.engines.port import Grey

_REDUCE = 2
_LEAST_TILT = 1.5
"""Degrees off the lines of the page: what is straighter may be printed."""
_LEAST_INCHES, _WIDE_INCHES, _MOST_INCHES = 0.35, 0.8, 4.5
_LONG_INCHES, _LOW_INCHES, _SPARSE = 0.6, 0.2, 0.6
_PIECE_INCHES, _GAP_INCHES = 0.35, 0.08
_DARKER = 14
_SAME_ANGLE, _LONG_SHARE = 2.0, 0.35
"""Degrees; of the longest side, what a side's piece is long at least: strokes of letters are shorter."""
_COVERED, _WEAKEST = 0.8, 0.4
_MOST_FRAMES, _NEAR = 4, 3
_TRIALS, _LEAST_PIECES = 8, 3
_LINE = 9
_PALER, _FAINT = 45, 30
"""How much paler than print, and darker than paper, in shades of 256, a stamp must be to be told from both."""
_PAPER, _PRINT, _INK = 80, 1, 35
"""Percentiles of shades: paper within the frame, print outside it, ink along it."""
_NEARER = 0.45


@dataclass(frozen=True, slots=True, eq=False)
class Stamp:
    """A frame in pixels of the page: its four corners, shape (4, 2), and how far it is turned, in degrees."""

    corners: np.ndarray
    angle: float


def find_stamps(grey: Grey, dpi: int, skew: float) -> list[Stamp]:
    """The frames that stand askew on a page whose lines are turned by `skew` degrees."""
    inch = dpi / _REDUCE
    height, width = grey.shape
    if min(height, width) < 2 * inch:
        return []
    ink = _large(_ink(grey), inch)
    pieces = cv2.HoughLinesP(
        ink, 1, np.pi / 360, int(_PIECE_INCHES * inch), None, _PIECE_INCHES * inch, _GAP_INCHES * inch
    )
    if pieces is None:
        return []
    segments = pieces.reshape(-1, 4).astype(np.float64)
    angles = np.degrees(np.arctan2(segments[:, 3] - segments[:, 1], segments[:, 2] - segments[:, 0]))
    off = _quarter(angles - skew)
    askew = np.abs(off) >= _LEAST_TILT
    segments, off = segments[askew], off[askew]
    length = np.hypot(segments[:, 2] - segments[:, 0], segments[:, 3] - segments[:, 1])
    stamps: list[Stamp] = []
    for group in _clusters(segments, off, _GAP_INCHES * inch * 4):
        long = group[length[group] >= _LONG_SHARE * length[group].max()]
        angle = float(np.average(off[long], weights=np.square(length[long]))) + skew
        corners = _frame(segments[long], angle, ink, inch)
        if corners is not None and len(stamps) < _MOST_FRAMES:
            stamps.append(Stamp(corners * _REDUCE, angle))
    return stamps


def without(grey: Grey, stamps: Sequence[Stamp]) -> Grey:
    """The page with the ink of those stamps taken off that are paler than the print; the others stay as they are."""
    result = grey
    for stamp in stamps:
        corners = np.round(stamp.corners).astype(np.int32)
        mask = np.zeros(grey.shape, np.uint8)
        line = cv2.polylines(mask, [corners], isClosed=True, color=(1,), thickness=_LINE) > 0
        within = cv2.fillPoly(mask, [corners], (1,)) > 0
        paper = int(np.percentile(grey[within], _PAPER))
        limit = _between(grey, within, line, paper)
        if limit is None:
            continue
        # The soft edges of what is printed are as pale as the stamp; they stay with their letters.
        printed = cv2.dilate((grey < limit).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        result = np.where(within & ~printed, np.maximum(result, paper), result).astype(np.uint8)
    return result


def _between(grey: Grey, within: np.ndarray, line: np.ndarray, paper: int) -> int | None:
    """The shade between print and the stamp's ink; None where they are too much alike."""
    drawn = grey[line]
    drawn = drawn[drawn < paper - _FAINT]
    if drawn.size == 0:
        return None
    printed = float(np.percentile(grey[~within], _PRINT))
    stamped = float(np.percentile(drawn, _INK))
    return int(printed + _NEARER * (stamped - printed)) if stamped - printed > _PALER else None


def _ink(grey: Grey) -> Grey:
    size = grey.shape[1] // _REDUCE, grey.shape[0] // _REDUCE
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    ink = cv2.adaptiveThreshold(small, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 31, _DARKER)
    return np.asarray(ink, dtype=np.uint8)


def _large(ink: Grey, inch: float) -> Grey:
    """The ink of shapes larger than letters; broken lines count as one shape."""
    joined = cv2.dilate(ink, np.ones((5, 5), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    keep = np.zeros(count, np.uint8)
    wide, high = stats[1:, cv2.CC_STAT_WIDTH], stats[1:, cv2.CC_STAT_HEIGHT]
    sparse = stats[1:, cv2.CC_STAT_AREA] < _SPARSE * wide * high
    keep[1:] = (
        (np.maximum(wide, high) > _LONG_INCHES * inch)
        & (np.minimum(wide, high) > _LOW_INCHES * inch)
        & sparse
    )
    return np.asarray(np.where(keep[labels] > 0, ink, 0), dtype=np.uint8)


def _quarter(angles: np.ndarray) -> np.ndarray:
    """Angles as the smallest turn to a multiple of 90 degrees."""
    return np.asarray((angles + 45) % 90 - 45)


def _clusters(segments: np.ndarray, off: np.ndarray, reach: float) -> list[np.ndarray]:
    """Segments of one angle (or at right angles to it) whose ends come near each other, longest chains first."""
    left = list(range(len(segments)))
    groups: list[np.ndarray] = []
    while left:
        group = [left.pop(0)]
        for member in group:
            near = [
                other
                for other in left
                if abs(off[other] - off[group[0]]) < _SAME_ANGLE
                and _apart(segments[member], segments[other]) < reach
            ]
            group += near
            left = [other for other in left if other not in near]
        groups.append(np.array(group))
    return sorted(groups, key=len, reverse=True)


def _apart(one: np.ndarray, other: np.ndarray) -> float:
    """The least distance of an end of one segment from the other segment, either way."""
    return min(
        *(_to_segment(point, other) for point in (one[:2], one[2:])),
        *(_to_segment(point, one) for point in (other[:2], other[2:])),
    )


def _to_segment(point: np.ndarray, segment: np.ndarray) -> float:
    start, along = segment[:2], segment[2:] - segment[:2]
    share = np.clip(float(np.dot(point - start, along)) / max(1.0, float(np.dot(along, along))), 0.0, 1.0)
    return float(np.hypot(*(point - start - share * along)))


def _frame(segments: np.ndarray, angle: float, ink: Grey, inch: float) -> np.ndarray | None:
    """The corners of the rectangle that the segments draw, or None where they draw none.

    Where a side is not drawn, the segment that reaches farthest there is a stroke of a letter, and is left out.
    """
    turn = np.radians(angle)
    axes = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    ends = (segments.reshape(-1, 2) @ axes.T).reshape(-1, 2, 2)
    for _ in range(_TRIALS):
        low, high = ends.min(axis=(0, 1)), ends.max(axis=(0, 1))
        sides = high - low
        if sides.min() < _LEAST_INCHES * inch or not _WIDE_INCHES * inch < sides.max() < _MOST_INCHES * inch:
            return None
        corners = np.array([low, [high[0], low[1]], high, [low[0], high[1]]]) @ axes
        covered = [_drawn(corners[side], corners[(side + 1) % 4], ink) for side in range(4)]
        if float(np.mean(covered)) >= _COVERED and min(covered) >= _WEAKEST:
            return np.asarray(corners)
        side = int(np.argmin(covered))
        axis = 1 - side % 2
        reach = ends[:, :, axis].min(axis=1) if side in (0, 3) else -ends[:, :, axis].max(axis=1)
        ends = np.delete(ends, int(reach.argmin()), axis=0)
        if len(ends) < _LEAST_PIECES:
            return None
    return None


def _drawn(start: np.ndarray, end: np.ndarray, ink: Grey) -> float:
    """The share of the way from start to end along which there is ink near."""
    steps = max(2, int(np.hypot(*(end - start))))
    points = np.round(np.linspace(start, end, steps)).astype(int)
    near = 0
    for x, y in points:
        patch = ink[max(0, y - _NEAR) : max(0, y + _NEAR + 1), max(0, x - _NEAR) : max(0, x + _NEAR + 1)]
        near += bool(patch.any())
    return near / steps
