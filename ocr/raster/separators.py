"""Sheets that only part papers: patch codes, as scanners of every maker know them, and bar codes that stand alone."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ocr.engines.port import Grey

MOST_WORDS = 60
"""A separator sheet says what it is and how to use it; a page with more words than this is a paper."""

_ALONE = 12
_NAMES = frozenset({"PATCHT", "PATCH T", "PATCH-T", "SEPARATOR", "DOCUMENT SEPARATOR"})
_DARK = 128
# Kodak, "Patch Code Information" (A-61599): four bars, two of 0.20 and two of 0.08 inches, parted by 0.08 inches:
# 0.80 inches together. The bars are at least 0.75 inches long.
_WIDE, _NARROW, _WHOLE, _LENGTH = 0.20, 0.08, 0.80, 0.75
_SCALE = (0.7, 1.4)
"""Sheets are copied and printed a little smaller or larger than they should be."""
_TOLERANCE = 0.035
_STEP = 0.125
_QUIET = 0.2


def separator_of(grey: Grey, dpi: int, words: int) -> str | None:
    """What makes the page a separator sheet: `patch`, or `barcode` and its text; None for any other page.

    `words` is how many were read on it: a paper with a bar code in its corner is a paper.
    """
    if words > MOST_WORDS:
        return None
    if has_patch(grey, dpi):
        return "patch"
    found = _bar_code(grey, words)
    return None if found is None else f"barcode {found}"[:80]


def has_patch(grey: Grey, dpi: int) -> bool:
    """Whether a patch code of any kind stands on the page, upright or on its side."""
    dark = grey < _DARK
    return any(_along(lines, dpi) for lines in (dark, dark.T))


def _along(dark: NDArray[np.bool_], dpi: int) -> bool:
    """Whether the pattern recurs at one place in neighbouring lines, over the least length of a bar."""
    needed = round(_LENGTH * _SCALE[0] / _STEP)
    reach = 0.25 * dpi
    open_runs: list[tuple[float, int]] = []
    for line in dark[:: max(1, round(_STEP * dpi))]:
        here = list(_patterns(line, dpi))
        open_runs = [
            (
                place,
                1 + max((length for before, length in open_runs if abs(before - place) < reach), default=0),
            )
            for place in here
        ]
        if any(length >= needed for _, length in open_runs):
            return True
    return False


def _patterns(line: NDArray[np.bool_], dpi: int) -> Iterator[float]:
    """Where in a line of the page four bars stand as in a patch code: the middles, in pixels."""
    turns = np.flatnonzero(np.diff(line.astype(np.int8)))
    if line[0]:
        turns = turns[1:]
    if len(turns) < 8:
        return
    least, most = _SCALE[0] * _WHOLE * dpi, _SCALE[1] * _WHOLE * dpi
    widths = np.diff(turns)
    # Every second turn begins a bar.
    for first in range(0, len(turns) - 7, 2):
        whole = int(turns[first + 7] - turns[first])
        if not least < whole < most:
            continue
        before = turns[first] - (turns[first - 1] if first else -1)
        after = (turns[first + 8] if first + 8 < len(turns) else len(line)) - turns[first + 7]
        if min(before, after) >= _QUIET * whole and _is_code(widths[first : first + 7] / whole):
            yield float(turns[first] + turns[first + 7]) / 2


def _is_code(shares: NDArray[np.float64]) -> bool:
    """Whether four bars and three spaces, as shares of the whole, are two wide and two narrow bars evenly parted."""
    bars, spaces = sorted(shares[0::2]), shares[1::2]
    wanted = sorted((_NARROW, _NARROW, _WIDE, _WIDE))
    return all(
        abs(found - width / _WHOLE) < _TOLERANCE for found, width in zip(bars, wanted, strict=True)
    ) and all(abs(space - _NARROW / _WHOLE) < _TOLERANCE for space in spaces)


def _bar_code(grey: Grey, words: int) -> str | None:
    # Few pages ask for it, and the library takes a while to load.
    import zxingcpp  # noqa: PLC0415

    found = zxingcpp.read_barcodes(np.ascontiguousarray(grey), try_invert=False)
    texts = [code.text.strip() for code in found if code.text.strip()]
    named = next((text for text in texts if text.upper() in _NAMES), None)
    return named or (texts[0] if texts and words <= _ALONE else None)
