"""Where a page was stamped, signed or written on by hand: what of its ink neither print nor rules account for.

A signature is told by its stroke: pens draw on where printers part one letter from the next. Hand-writing is a line
that climbs otherwise than the page's lines, or a group of strokes larger than its print. What they say is not read.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import median
from typing import Final

import cv2
import numpy as np

from ocr.engines import RecognisedWord
from ocr.engines.port import Grey
from ocr.raster.stamps import Stamp
from ocr.values import Box, Region, RegionKind, Word

_PER_INCH: Final = 100
"""Pixels per inch at which marks are looked for: strokes of a pen are three of them wide, specks less than one."""
_DARKER = 18
_PRINT = 0.5
"""Confidence of a word whose ink counts as print."""
_TALL = 1.8
"""Of the height of the page's words: a word that is higher may be strokes taken for one."""
_EDGE = 0.15
_RULE, _RULE_SHARE = 0.5, 0.6
"""Inches of a rule at least; of a mark's ink, the share that rules make of a box of the form or a table."""
_STROKE_WIDE, _STROKE_HIGH, _STROKE_WIDEST, _STROKE_HIGHEST = 0.55, 0.12, 3.5, 1.6
_THIN, _FULL = 0.07, 0.4
_JOINED, _TOUCHING = 0.1, 0.25
"""Inches between strokes of one hand, and between pieces of one stamp, at most."""
_LETTERS, _LARGER = 3, 1.2
_MOST = 12
_OVERLAP = 0.5
_STACKED = 0.7
"""Of a line's height, how far the next line of a stamp is from it at most."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark with its rectangle in pixels of the page and how likely it is what it is taken for."""

    kind: RegionKind
    x0: int
    y0: int
    x1: int
    y1: int
    confidence: float

    @property
    def area(self) -> int:
        return (self.x1 - self.x0) * (self.y1 - self.y0)

    def region(self, width: int, height: int) -> Region:
        """The same mark in fractions of a page of that size."""
        box = Box(self.x0 / width, self.y0 / height, self.x1 / width, self.y1 / height)
        return Region(self.kind, box, self.confidence)

    def overlap(self, other: "Mark") -> float:
        """The share of the smaller one that lies in both."""
        wide = min(self.x1, other.x1) - max(self.x0, other.x0)
        high = min(self.y1, other.y1) - max(self.y0, other.y0)
        return max(0, wide) * max(0, high) / max(1, min(self.area, other.area))


def find_marks(
    grey: Grey,
    dpi: int,
    words: Sequence[RecognisedWord],
    askew: Sequence[RecognisedWord],
    stamps: Sequence[Stamp],
) -> list[Mark]:
    """The marks of an upright page; `words` are its print, `askew` what was recognised across its lines."""
    found = _whole([_stamp(stamp, grey.shape) for stamp in stamps], dpi)
    found += _written(askew, found)
    ink, scale = _rest(grey, dpi, words, found)
    body = median([word.y1 - word.y0 for word in words]) * scale if words else 0.12 * _PER_INCH
    for mark in _strokes(ink, body, scale):
        if all(mark.overlap(other) < _OVERLAP for other in found):
            found.append(mark)
    return sorted(found, key=lambda mark: -mark.confidence)[:_MOST]


def is_drawn(word: Word, regions: Sequence[Region]) -> bool:
    """Whether strokes of a hand were taken for this word."""
    x, y = (word.box.x0 + word.box.x1) / 2, (word.box.y0 + word.box.y1) / 2
    return word.confidence < _PRINT and any(
        one.kind != "stamp" and one.box.x0 <= x <= one.box.x1 and one.box.y0 <= y <= one.box.y1
        for one in regions
    )


def _stamp(stamp: Stamp, shape: tuple[int, ...]) -> Mark:
    low, high = stamp.corners.min(axis=0), stamp.corners.max(axis=0)
    return Mark(
        "stamp",
        max(0, int(low[0])),
        max(0, int(low[1])),
        min(shape[1], int(high[0]) + 1),
        min(shape[0], int(high[1]) + 1),
        0.95,
    )


def _whole(stamps: Sequence[Mark], dpi: int) -> list[Mark]:
    """The stamps, those put together that all but touch: a frame that was printed badly is found in pieces."""
    near = round(_TOUCHING * dpi)
    left, found = list(stamps), []
    while left:
        one = left.pop(0)
        for other in list(left):
            wide = Mark(one.kind, one.x0 - near, one.y0 - near, one.x1 + near, one.y1 + near, one.confidence)
            if wide.overlap(other) > 0:
                left.remove(other)
                one = _around("stamp", [one, other], one.confidence)
        found.append(one)
    return found


def _around(kind: RegionKind, marks: Sequence[Mark], confidence: float) -> Mark:
    return Mark(
        kind,
        min(mark.x0 for mark in marks),
        min(mark.y0 for mark in marks),
        max(mark.x1 for mark in marks),
        max(mark.y1 for mark in marks),
        confidence,
    )


def _written(askew: Sequence[RecognisedWord], stamps: Sequence[Mark]) -> Iterator[Mark]:
    """Lines across the page's lines: one alone was written, several above each other are what a stamp says."""
    lines = [
        list(group) for _, group in groupby(askew, key=lambda word: (word.block, word.paragraph, word.line))
    ]
    boxes = [
        (
            min(word.x0 for word in line),
            min(word.y0 for word in line),
            max(word.x1 for word in line),
            max(word.y1 for word in line),
        )
        for line in lines
    ]
    while boxes:
        x0, y0, x1, y1 = boxes.pop(0)
        count = 1
        for box in list(boxes):
            if (
                box[1] - y1 < _STACKED * (y1 - y0)
                and y0 - box[3] < _STACKED * (y1 - y0)
                and box[0] < x1
                and x0 < box[2]
            ):
                boxes.remove(box)
                x0, y0, x1, y1 = min(x0, box[0]), min(y0, box[1]), max(x1, box[2]), max(y1, box[3])
                count += 1
        mark = Mark("stamp" if count > 1 else "handwriting", x0, y0, x1, y1, 0.6)
        if all(mark.overlap(stamp) < _OVERLAP for stamp in stamps):
            yield mark


def _rest(grey: Grey, dpi: int, words: Sequence[RecognisedWord], marks: Sequence[Mark]) -> tuple[Grey, float]:
    """The ink that is left without print, known marks, rules and the edges of the scan, and its scale."""
    scale = _PER_INCH / dpi
    size = max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale))
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    ink = cv2.adaptiveThreshold(small, 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 31, _DARKER)
    body = median([word.y1 - word.y0 for word in words]) if words else 0
    for word in words:
        letters = sum(letter.isalnum() for letter in word.text)
        if word.confidence >= _PRINT and letters and word.y1 - word.y0 <= _TALL * body:
            _clear(ink, word.x0 * scale - 1, word.y0 * scale - 1, word.x1 * scale + 1, word.y1 * scale + 1)
    for mark in marks:
        _clear(ink, *(side * scale for side in (mark.x0, mark.y0, mark.x1, mark.y1)))
    return np.asarray(_without_edges(ink), dtype=np.uint8), scale


def _clear(ink: np.ndarray, x0: float, y0: float, x1: float, y1: float) -> None:
    ink[max(0, int(y0)) : max(0, int(y1) + 1), max(0, int(x0)) : max(0, int(x1) + 1)] = 0


def _without_edges(ink: np.ndarray) -> np.ndarray:
    margin = int(_EDGE * _PER_INCH)
    inner = np.zeros_like(ink)
    inner[margin:-margin, margin:-margin] = ink[margin:-margin, margin:-margin]
    return inner


def _strokes(ink: Grey, body: float, scale: float) -> Iterator[Mark]:
    """Groups of ink that lies near each other and holds a stroke longer than any letter, or letters too large."""
    near = max(3, int(_JOINED * _PER_INCH)) | 1
    joined = cv2.dilate(ink, np.ones((near // 2 | 1, near), np.uint8))
    _, groups = cv2.connectedComponents(joined, connectivity=8)
    count, pieces, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    members: dict[int, list[int]] = {}
    for piece in range(1, count):
        if stats[piece, cv2.CC_STAT_AREA] >= 4:
            y, x = stats[piece, cv2.CC_STAT_TOP], stats[piece, cv2.CC_STAT_LEFT]
            row = pieces[y, x : x + stats[piece, cv2.CC_STAT_WIDTH]] == piece
            members.setdefault(int(groups[y, x + int(row.argmax())]), []).append(piece)
    for group in members.values():
        boxes = stats[group]
        mark = _judged(boxes, body, pieces, group)
        if mark is not None:
            kind, confidence = mark
            x0, y0 = boxes[:, cv2.CC_STAT_LEFT].min(), boxes[:, cv2.CC_STAT_TOP].min()
            x1 = (boxes[:, cv2.CC_STAT_LEFT] + boxes[:, cv2.CC_STAT_WIDTH]).max()
            y1 = (boxes[:, cv2.CC_STAT_TOP] + boxes[:, cv2.CC_STAT_HEIGHT]).max()
            sides = [round(int(side) / scale) for side in (x0, y0, x1, y1)]
            yield Mark(kind, sides[0], sides[1], sides[2], sides[3], confidence)


def _judged(
    boxes: np.ndarray, body: float, pieces: np.ndarray, group: Sequence[int]
) -> tuple[RegionKind, float] | None:
    """What a group of pieces of ink is, and how likely; None for print, rules and dirt."""
    wide, high = boxes[:, cv2.CC_STAT_WIDTH], boxes[:, cv2.CC_STAT_HEIGHT]
    inch = float(_PER_INCH)
    longest = int(wide.argmax())
    if wide[longest] > _STROKE_WIDEST * inch or high.max() > _STROKE_HIGHEST * inch:
        return None
    stroke = (
        wide[longest] >= _STROKE_WIDE * inch
        and high[longest] >= _STROKE_HIGH * inch
        and boxes[longest, cv2.CC_STAT_AREA] < _FULL * wide[longest] * high[longest]
    )
    if stroke and not _straight(pieces, group[longest], boxes[longest]):
        return "signature", 0.75
    large = int((high >= _LARGER * body).sum())
    letters = len(group) - int((high < body / 2).sum())
    tall = int((boxes[:, cv2.CC_STAT_TOP] + high).max()) - int(boxes[:, cv2.CC_STAT_TOP].min())
    if large >= _LETTERS and 2 * large >= letters and tall >= _TALL * body:
        return "handwriting", 0.5
    return None


def _straight(pieces: np.ndarray, piece: int, box: np.ndarray) -> bool:
    """Whether the piece is a rule, or made of rules: a line, a box, a corner of a table."""
    x, y, wide, high = (int(box[side]) for side in range(4))
    own = (pieces[y : y + high, x : x + wide] == piece).astype(np.uint8)
    points = np.argwhere(own)[:, ::-1].astype(np.float32)
    _, sides, _ = cv2.minAreaRect(points)
    if min(sides) < _THIN * _PER_INCH:
        return True
    length = int(_RULE * _PER_INCH)
    thick = cv2.dilate(own, np.ones((3, 3), np.uint8))
    rules = np.zeros_like(own)
    for kernel in (np.ones((1, length), np.uint8), np.ones((length // 2, 1), np.uint8)):
        rules |= cv2.morphologyEx(thick, cv2.MORPH_OPEN, kernel)
    return float((rules & own).sum()) > _RULE_SHARE * float(own.sum())
