"""Small drawings on a canvas: the senders' marks, rubber stamps, signatures."""

import math
import random

from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from tabellion.demo.letter import Mark, Stamp


def draw_mark(canvas: Canvas, mark: Mark, x: float, y: float, size: float, colour: str) -> None:
    """A sender's mark in a square of `size` points with its lower left corner at x, y."""
    canvas.saveState()
    canvas.translate(x, y)
    canvas.scale(size / 100, size / 100)
    canvas.setFillColor(HexColor(colour))
    canvas.setStrokeColor(HexColor(colour))
    canvas.setLineCap(1)
    _DRAWINGS[mark](canvas)
    canvas.restoreState()


def _wave(canvas: Canvas) -> None:
    for row, height in enumerate((72, 48, 24)):
        canvas.setLineWidth(13 - 2 * row)
        path = canvas.beginPath()
        path.moveTo(4, height)
        path.curveTo(22, height + 24, 34, height + 24, 50, height)
        path.curveTo(66, height - 24, 78, height - 24, 96, height)
        canvas.drawPath(path)


def _drop(canvas: Canvas) -> None:
    path = canvas.beginPath()
    path.moveTo(50, 98)
    path.curveTo(66, 70, 84, 54, 84, 34)
    path.curveTo(84, 14, 68, 2, 50, 2)
    path.curveTo(32, 2, 16, 14, 16, 34)
    path.curveTo(16, 54, 34, 70, 50, 98)
    canvas.drawPath(path, stroke=0, fill=1)
    canvas.setStrokeColor(HexColor("#ffffff"))
    canvas.setLineWidth(5)
    canvas.arc(28, 14, 72, 58, 195, 80)


def _sun(canvas: Canvas) -> None:
    canvas.circle(50, 50, 22, stroke=0, fill=1)
    canvas.setLineWidth(8)
    for ray in range(12):
        angle = ray * math.pi / 6
        across, up = math.cos(angle), math.sin(angle)
        canvas.line(50 + 33 * across, 50 + 33 * up, 50 + 46 * across, 50 + 46 * up)


def _tree(canvas: Canvas) -> None:
    for foot, width, height in ((22, 40, 34), (42, 31, 30), (62, 22, 34)):
        path = canvas.beginPath()
        path.moveTo(50 - width, foot)
        path.lineTo(50 + width, foot)
        path.lineTo(50, foot + height)
        path.close()
        canvas.drawPath(path, stroke=0, fill=1)
    canvas.rect(44, 2, 12, 20, stroke=0, fill=1)


def _gable(canvas: Canvas) -> None:
    canvas.setLineWidth(9)
    canvas.setLineJoin(1)
    path = canvas.beginPath()
    path.moveTo(6, 46)
    path.lineTo(50, 92)
    path.lineTo(94, 46)
    canvas.drawPath(path)
    canvas.rect(20, 8, 60, 9, stroke=0, fill=1)
    canvas.rect(24, 8, 9, 38, stroke=0, fill=1)
    canvas.rect(67, 8, 9, 38, stroke=0, fill=1)


def _beam(canvas: Canvas) -> None:
    for row, (left, right) in enumerate(((4, 78), (22, 96), (4, 78))):
        canvas.roundRect(left, 12 + row * 28, right - left, 20, 5, stroke=0, fill=1)


def _court(canvas: Canvas) -> None:
    canvas.setLineWidth(5)
    canvas.line(50, 8, 50, 92)
    canvas.line(14, 78, 86, 78)
    canvas.line(30, 6, 70, 6)
    for middle in (14, 86):
        canvas.setLineWidth(2.5)
        canvas.line(middle, 78, middle - 13, 44)
        canvas.line(middle, 78, middle + 13, 44)
        canvas.wedge(middle - 15, 30, middle + 15, 58, 180, 180, stroke=0, fill=1)


def _bank(canvas: Canvas) -> None:
    canvas.rect(4, 6, 92, 10, stroke=0, fill=1)
    for left in (12, 34, 56, 78):
        canvas.rect(left, 20, 10, 38, stroke=0, fill=1)
    path = canvas.beginPath()
    path.moveTo(2, 64)
    path.lineTo(98, 64)
    path.lineTo(50, 94)
    path.close()
    canvas.drawPath(path, stroke=0, fill=1)


_DRAWINGS = {
    "wave": _wave,
    "drop": _drop,
    "sun": _sun,
    "tree": _tree,
    "gable": _gable,
    "beam": _beam,
    "court": _court,
    "bank": _bank,
}


def draw_stamp(canvas: Canvas, stamp: Stamp, font: str) -> None:
    """A rubber stamp, a little transparent so that the print below stays legible."""
    canvas.saveState()
    canvas.translate(stamp.x * mm, stamp.y * mm)
    canvas.rotate(stamp.angle)
    colour = HexColor(stamp.colour)
    canvas.setFillColor(colour, alpha=0.72)
    canvas.setStrokeColor(colour, alpha=0.72)
    size, leading = 8.5, 11
    height = len(stamp.lines) * leading
    if stamp.shape == "round":
        canvas.setLineWidth(1.8)
        canvas.circle(0, 0, 17 * mm)
        canvas.setLineWidth(0.8)
        canvas.circle(0, 0, 15.6 * mm)
        size, leading = 7, 9
        height = len(stamp.lines) * leading
    else:
        width = max(canvas.stringWidth(line, font, size) for line in stamp.lines) + 14
        canvas.setLineWidth(1.6)
        canvas.roundRect(-width / 2, -height / 2 - 4, width, height + 8, 3)
    for row, line in enumerate(stamp.lines):
        canvas.setFont(font, size)
        canvas.drawCentredString(0, height / 2 - (row + 0.8) * leading, line)
    canvas.restoreState()


def draw_hand(canvas: Canvas, x: float, y: float, width: float, rng: random.Random) -> None:
    """A signature in blue ink: a tall first stroke, a run of loops that flattens, a tail."""
    canvas.saveState()
    canvas.setStrokeColor(HexColor("#1d2f7a"), alpha=0.9)
    canvas.setLineCap(1)
    canvas.setLineJoin(1)
    canvas.setLineWidth(rng.uniform(0.9, 1.3))
    canvas.translate(x, y)
    canvas.rotate(rng.uniform(2, 7))
    path = canvas.beginPath()
    height, lean = rng.uniform(18, 30), rng.uniform(-4, 8)
    path.moveTo(0, rng.uniform(-4, height * 0.6))
    path.curveTo(lean - 6, height * 1.3, 16 + lean, height * rng.uniform(1.0, 1.5), rng.uniform(6, 13), 2)
    path.curveTo(9, rng.uniform(-16, -5), rng.uniform(-12, 2), rng.uniform(-9, 4), 7, 4)
    place, usual, loops = 7.0, rng.uniform(5, 15), rng.uniform(0.1, 0.45)
    while place < width * 0.72:
        step = usual * rng.uniform(0.7, 1.4)
        tall = rng.uniform(3, 9) * (1.4 - place / width) + (rng.uniform(7, 15) if rng.random() < loops else 0)
        if rng.random() < loops / 2:
            tall = -tall
        path.curveTo(place + step * 0.7, tall * 1.5, place - step * 0.1, tall * 1.2, place + step * 0.6, 1.5)
        path.curveTo(place + step * 0.8, -1.5, place + step * 0.9, 0, place + step, rng.uniform(0, 4))
        place += step
    path.curveTo(place + 9, -3, width * 0.9, 5, width, rng.uniform(4, 12))
    canvas.drawPath(path)
    if rng.random() < 0.5:
        canvas.setLineWidth(0.9)
        under = canvas.beginPath()
        under.moveTo(width * 0.95, -3)
        under.curveTo(width * 0.6, -6, width * 0.3, -4, width * 0.1, -7)
        canvas.drawPath(under)
    canvas.restoreState()
