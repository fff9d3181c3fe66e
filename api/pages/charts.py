"""Charts as plain shapes for SVG: bars in layers and a line, from the side on which the language begins."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Final

WIDTH: Final = 720.0
HEIGHT: Final = 180.0
_STEPS: Final = (1, 2, 4, 6, 8, 10)
_GAP: Final = 0.25


@dataclass(frozen=True, slots=True)
class Bar:
    """A piece of a bar, in points of the chart; `layer` says of which series, `at` of which place on the axis."""

    at: int
    layer: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Dot:
    """A value of a line."""

    at: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Chart:
    """What is drawn, and the figures of the scale with their heights."""

    bars: tuple[Bar, ...]
    dots: tuple[Dot, ...]
    scale: tuple[tuple[float, float], ...]

    @property
    def runs(self) -> tuple[tuple[Dot, ...], ...]:
        """The dots that follow each other: a line is broken where there is no value."""
        found: list[list[Dot]] = []
        for dot in self.dots:
            if found and abs(found[-1][-1].at - dot.at) == 1:
                found[-1].append(dot)
            else:
                found.append([dot])
        return tuple(map(tuple, found))


def bars(values: Sequence[Sequence[float]], *, mirrored: bool) -> Chart:
    """Bars of counts side by side, each of its layers upon each other; `mirrored` begins at the right."""
    # At least 2, so that the middle of the scale is a count as well.
    top = _top(max(2, *(sum(layers) for layers in values), 0))
    found = []
    for at, layers in enumerate(values):
        x, width = _place(at, len(values), mirrored)
        y = HEIGHT
        for layer, value in enumerate(layers):
            height = value / top * HEIGHT
            y -= height
            if height:
                found.append(Bar(at, layer, round(x, 2), round(y, 2), round(width, 2), round(height, 2)))
    return Chart(tuple(found), (), _scale(top))


def line(values: Sequence[float | None], *, mirrored: bool, top: float | None = None) -> Chart:
    """Values as dots on a line, None where there is none; the scale ends at `top` where that is given."""
    highest = top or _top(max((value for value in values if value is not None), default=0))
    found = []
    for at, value in enumerate(values):
        if value is not None:
            x, width = _place(at, len(values), mirrored)
            found.append(Dot(at, round(x + width / 2, 2), round(HEIGHT - value / highest * HEIGHT, 2)))
    return Chart((), tuple(found), _scale(highest))


def _place(at: int, count: int, mirrored: bool) -> tuple[float, float]:
    slot = WIDTH / max(count, 1)
    x = at * slot + slot * _GAP / 2
    width = slot * (1 - _GAP)
    return (WIDTH - x - width if mirrored else x), width


def _top(highest: float) -> float:
    """A round figure that is not below the highest value: 1, 2, 4, 6 or 8 times a power of ten."""
    if highest <= 0:
        return 1.0
    power = 10.0 ** floor(log10(highest))
    step: int = next(step for step in _STEPS if step * power >= highest)
    return float(step * power) if power >= 1 else round(step * power, ceil(-log10(power)))


def _scale(top: float) -> tuple[tuple[float, float], ...]:
    return ((0.0, HEIGHT), (top / 2, HEIGHT / 2), (top, 0.0))
