"""What an operator wants to know of a page: ink, contrast, skew, sharpness, cut edges; and whether it is blank."""

from dataclasses import dataclass

import cv2
import numpy as np

from ocr.engines.port import Grey

_SMALL = 800
_SKEW_SEARCH = ((6.0, 0.5), (0.5, 0.1))
"""Degrees to either side and their step: coarse, then fine."""
_SPECK_AREA = 6
_BLANK_INK = 0.0006
_EDGE = 0.012
_DARK, _NEGATIVE = 100, 0.7


@dataclass(frozen=True, slots=True)
class Measures:
    """Figures of one upright page. `skew` in degrees, positive where lines climb to the left (clockwise)."""

    ink: float
    contrast: float
    skew: float
    sharpness: float
    edge_ink: float
    bilevel: bool
    blank: bool

    def quality(self) -> dict[str, float]:
        return {
            "ink": round(self.ink, 4),
            "contrast": round(self.contrast, 3),
            "sharpness": round(self.sharpness, 3),
            "edge_ink": round(self.edge_ink, 4),
        }


def measure(grey: Grey) -> Measures:
    """The figures of a page."""
    small = _reduced(grey)
    paper = float(np.percentile(small, 90))
    darkest = float(np.percentile(small, 0.5))
    ink = _ink(small, paper)
    share = float(ink.mean())
    height, width = ink.shape
    margin = max(2, int(min(height, width) * _EDGE))
    inner = ink[margin : height - margin, margin : width - margin]
    frame = float(ink.sum()) - float(inner.sum())
    return Measures(
        ink=share,
        contrast=max(0.0, (paper - darkest) / 255),
        skew=_skew(ink),
        sharpness=_sharpness(grey),
        edge_ink=frame / max(1, ink.size - inner.size),
        bilevel=_bilevel(grey),
        blank=float(inner.mean()) < _BLANK_INK if inner.size else True,
    )


def positive(grey: Grey) -> Grey:
    """The page with dark print on light paper: a negative, as microfilm readers and some scanners give, is inverted.

    Only the middle counts, so that the black bed of a scanner around a small sheet does not.
    """
    height, width = grey.shape
    middle = grey[height // 8 : height - height // 8 : 5, width // 8 : width - width // 8 : 5]
    if not middle.size or float((middle < _DARK).mean()) < _NEGATIVE:
        return grey
    return np.asarray(255 - grey, dtype=np.uint8)


def _reduced(grey: Grey) -> Grey:
    height, width = grey.shape
    scale = _SMALL / max(height, width)
    if scale >= 1:
        return grey
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _ink(small: Grey, paper: float) -> Grey:
    """1 where there is ink, by a threshold that follows uneven light, without specks."""
    side = max(15, (max(small.shape) // 20) | 1)
    local = cv2.adaptiveThreshold(small, 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, side, 18)
    local = local & (small < paper - 20).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(local.astype(np.uint8), connectivity=8)
    keep = np.zeros(count, np.uint8)
    keep[1:] = stats[1:, cv2.CC_STAT_AREA] >= _SPECK_AREA
    return np.asarray(keep[labels], dtype=np.uint8)


def _skew(ink: Grey) -> float:
    """The angle at which rows of letters are sharpest: the variance of the projection, coarse then fine."""
    ys, xs = np.nonzero(ink)
    if len(xs) < 200:
        return 0.0
    if len(xs) > 40_000:
        every = len(xs) // 40_000 + 1
        ys, xs = ys[::every], xs[::every]
    height = ink.shape[0] + ink.shape[1]

    def score(angle: float) -> float:
        rows = (ys - xs * np.tan(np.radians(angle)) + ink.shape[1] / 2).astype(np.int64)
        histogram = np.bincount(np.clip(rows, 0, height), minlength=height + 1).astype(np.float64)
        return float(np.square(np.diff(histogram)).sum())

    best = 0.0
    for reach, step in _SKEW_SEARCH:
        angles = np.arange(best - reach, best + reach + step / 2, step)
        best = float(max(angles, key=lambda angle: (score(angle), -abs(angle))))
    return round(best, 2) + 0.0


def _sharpness(grey: Grey) -> float:
    """How steep the steepest edges are, 0 to 1: soft focus and strong compression lower it."""
    rows = grey[::2]
    if rows.shape[1] < 2:
        return 0.0
    counts = cv2.calcHist([cv2.absdiff(rows[:, 1:], rows[:, :-1])], [0], None, [256], [0, 256]).ravel()
    return float(np.searchsorted(np.cumsum(counts), 0.995 * counts.sum())) / 255


def _bilevel(grey: Grey) -> bool:
    """Whether there is hardly anything between black and white, as on a fax."""
    sample = grey[::7, ::7]
    return float(((sample < 8) | (sample > 247)).mean()) > 0.995
