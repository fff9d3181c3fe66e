"""Lines that were stamped or written across the page: no text of the paper, told by their angle.

Printers print along the lines of a page; people stamp and write as the hand falls.
"""

from collections.abc import Sequence
from itertools import groupby
from statistics import median

import numpy as np

from ocr.engines import RecognisedWord

_ASKEW, _RISE, _APART = 2.5, 0.3, 40
"""Degrees off the lines of the page; how far the line climbs on its way, in heights of a word; pixels at least."""
_MOST_ASKEW, _A_FEW = 0.2, 8
"""Of the words of a page: where more stand askew, the page is curved or was photographed, and all stay."""


def sifted(words: Sequence[RecognisedWord], skew: float) -> list[RecognisedWord]:
    """The words of the page's own lines. `skew` is the turn of these lines in degrees."""
    if not words:
        return []
    body = median(word.y1 - word.y0 for word in words)
    lines = [
        list(group) for _, group in groupby(words, key=lambda word: (word.block, word.paragraph, word.line))
    ]
    askew = {number for number, line in enumerate(lines) if _is_askew(line, skew, body)}
    if sum(len(lines[number]) for number in askew) > max(_A_FEW, _MOST_ASKEW * len(words)):
        return list(words)
    return [word for number, line in enumerate(lines) if number not in askew for word in line]


def _is_askew(line: Sequence[RecognisedWord], skew: float, body: float) -> bool:
    """Whether the middles of the line's words climb otherwise than the lines of the page."""
    if len(line) < 2:
        return False
    x = np.array([(word.x0 + word.x1) / 2 for word in line])
    y = np.array([(word.y0 + word.y1) / 2 for word in line])
    width = float(x.max() - x.min())
    if width < _APART:
        return False
    weight = np.sqrt([word.x1 - word.x0 + 1 for word in line])
    slope = float(np.polyfit(x, y, 1, w=weight)[0])
    off = float(np.degrees(np.arctan(slope))) - skew
    rise = abs(slope - float(np.tan(np.radians(skew)))) * width
    return abs(off) >= _ASKEW and rise >= _RISE * body
