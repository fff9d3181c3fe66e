"""How many pixels of a scan make an inch: as its tags say, unless its sheet or its letters show that they lie."""

from dataclasses import dataclass
from math import log

import cv2
import numpy as np

from ocr.raster.source import Pixels

_MIN_DPI, _MAX_DPI = 60, 2400
_MIN_INCHES, _MAX_INCHES = 2.0, 60.0
_SQUARE_TOLERANCE = 0.02
_A4 = 8.27, 11.69
_OFFICE = (_A4, (8.5, 11.0), (8.5, 14.0))
"""Sheets (inches) whose tags are believed: A4, Letter, Legal. No lie of a factor of two makes one out of another."""
_SHEET_TOLERANCE = 0.04
_GROSS, _NEAR = log(1.7), log(1.4)
_LETTER_INCHES = 0.095
"""Half of all height of print stands in letters up to this high. On 144 pages in eight languages, at 200 dpi: 15 to 25
pixels, 19 in the middle."""
_ENOUGH_LETTERS = 60
_LEAST_LETTER, _MOST_LETTER = 0.0012, 0.06
"""Of the longer side: what is lower is dust, what is higher a picture or a rule."""
_LOOKED_AT = 4000
"""Pixels of the longer side: of larger scans, every second is looked at, or every third."""


@dataclass(frozen=True, slots=True)
class Density:
    """Pixels an inch, and what the file says of it where that was not believed."""

    across: float
    down: float
    told: float | None = None


def density_of(pixels: Pixels, told: tuple[float, float] | None) -> Density:
    """The density of a scan; `told` is what its file claims, horizontally and vertically."""
    height, width = pixels.shape[:2]
    believed = _plausible(told, width, height)
    across, down = believed or (_as_long_as_a4(width, height),) * 2
    claim = None if told is None or believed else float(round(min(told)))
    if believed and _is_office(width / across, height / down):
        return Density(across, down)
    by_letters = letter_density(pixels)
    if by_letters is None or abs(log(by_letters / down)) < _GROSS:
        return Density(across, down, claim)
    found = _of_sheet(width, height, by_letters)
    # Faxes have fewer lines than columns; whoever misstates one mostly misstates both.
    factor = found / down
    claim = None if told is None else float(round(min(told)))
    return Density(across * factor, down * factor, claim)


def halved(width: int, height: int, told: tuple[float, float] | None, least: float) -> bool:
    """Whether half of its pixels still give an office sheet at least so many an inch."""
    dpi = _plausible(told, width, height)
    return dpi is not None and min(dpi) >= 2 * least and _is_office(width / dpi[0], height / dpi[1])


def letter_density(pixels: Pixels) -> float | None:
    """The density at which its letters would be as high as print is; None where there are hardly any letters."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY) if pixels.ndim == 3 else pixels
    step = int(-(-max(grey.shape) // _LOOKED_AT))
    grey = np.ascontiguousarray(grey[::step, ::step])
    longer = max(grey.shape)
    _, ink = cv2.threshold(grey, 0, 1, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    _, _, stats, _ = cv2.connectedComponentsWithStats(np.asarray(ink, dtype=np.uint8), connectivity=8)
    width, height, area = (stats[1:, which] for which in (2, 3, 4))
    letters = (
        (height >= max(3, _LEAST_LETTER * longer))
        & (height <= _MOST_LETTER * longer)
        & (width >= 2)
        & (width <= 10 * height)
        & (height <= 4 * width)
        & (area >= 0.12 * width * height)
    )
    heights = np.sort(height[letters])
    if len(heights) < _ENOUGH_LETTERS:
        return None
    sums = np.cumsum(heights)
    # By height, not by number: the dots of letters and the dust of a scan are many, and low.
    half = int(np.searchsorted(sums, sums[-1] / 2))
    return float(heights[half]) * step / _LETTER_INCHES


def _plausible(told: tuple[float, float] | None, width: int, height: int) -> tuple[float, float] | None:
    if told is None or not all(_MIN_DPI <= value <= _MAX_DPI for value in told):
        return None
    across, down = told
    if abs(across - down) <= _SQUARE_TOLERANCE * max(across, down):
        across = down = round(max(across, down))
    longer = max(width / across, height / down)
    return (float(across), float(down)) if _MIN_INCHES <= longer <= _MAX_INCHES else None


def _as_long_as_a4(width: int, height: int) -> float:
    return max(float(_MIN_DPI), max(width, height) / _A4[1])


def _is_office(across: float, down: float) -> bool:
    short, long = sorted((across, down))
    return any(
        abs(short - sheet[0]) < _SHEET_TOLERANCE * sheet[0]
        and abs(long - sheet[1]) < _SHEET_TOLERANCE * sheet[1]
        for sheet in _OFFICE
    )


def _of_sheet(width: int, height: int, by_letters: float) -> float:
    """The density that makes the scan a usual sheet, if that of its letters is near to it; else that of its letters."""
    short, long = sorted((width, height))
    for sheet in _OFFICE:
        dpi = long / sheet[1]
        if abs(short / sheet[0] - dpi) < _SHEET_TOLERANCE * dpi and abs(log(dpi / by_letters)) < _NEAR:
            return float(round(dpi))
    return float(round(by_letters))
