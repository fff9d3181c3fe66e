"""Pictures of papers that no rule was made for, with the box of every word: drawn, weathered, turned on their sides."""

import io
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

PAPERS = Path(__file__).with_name("unseen.toml")
FONTS = Path("/usr/share/fonts/truetype")
_LATIN = FONTS / "noto/NotoSans-Regular.ttf"
_NARROW = re.compile("Hebrew|Thai")
_OWN = re.compile("[\u0590-\u05ff\u0e00-\u0e7f]")
DPI = 200
_WIDTH, _HEIGHT = 1654, 2339
_TURNS = (0, 180, 90, 270)
_SKEWS = (0.6, -0.4, 0.0, -0.8)
_SEED = 7

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Layout:
    """How a paper is set: print and title in pixels, distance of lines, margin, whether the title is centred."""

    size: int
    title: int
    leading: float
    margin: int
    centred: bool


LAYOUTS = (
    Layout(28, 46, 1.7, 150, centred=True),
    Layout(25, 34, 2.1, 210, centred=False),
    Layout(31, 40, 1.5, 120, centred=False),
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A picture (PNG), what is true of it as an evaluation page says it, its text, and the boxes of its words.

    Boxes are in pixels of the upright page; the picture is turned counter-clockwise by `turned` degrees.
    """

    name: str
    picture: bytes
    truth: dict[str, Any]
    text: str
    boxes: tuple[Box, ...]
    turned: int


def sheets(languages: tuple[str, ...] = ()) -> Iterator[Sheet]:
    """Every paper in every layout, each in another font of its language."""
    with PAPERS.open("rb") as file:
        papers = tomllib.load(file)
    number = 0
    for language, told in papers.items():
        for paper in told["papers"]:
            for layout, font in zip(LAYOUTS, told["fonts"], strict=True):
                number += 1
                if languages and language not in languages:
                    continue
                truth = {"language": language, "doc_type": paper["kind"], "fields": paper["fields"]}
                picture, boxes = _drawn(paper["lines"], layout, FONTS / font, leftward=language == "he")
                skew, turned = _SKEWS[number % 4], _TURNS[(number // 4) % 4] if number % 3 == 0 else 0
                weathered, moved = _weathered(picture, boxes, skew)
                text = "\n".join(line.removeprefix("# ") for line in paper["lines"])
                name = f"{language}-{paper['kind']}-{LAYOUTS.index(layout) + 1}"
                yield Sheet(name, _png(np.rot90(weathered, turned // 90)), truth, text, moved, turned)


def _drawn(
    lines: list[str], layout: Layout, font: Path, *, leftward: bool
) -> tuple[NDArray[np.uint8], list[Box]]:
    page = Image.new("L", (_WIDTH, _HEIGHT), 250)
    pen = ImageDraw.Draw(page)
    boxes: list[Box] = []
    y = float(layout.margin)
    for line in lines:
        title = line.startswith("# ")
        face = ImageFont.truetype(str(font), layout.title if title else layout.size)
        cells = line.removeprefix("# ").split("\t")
        for place, cell in enumerate(cells):
            width = _width(pen, cell, face)
            if title and layout.centred:
                left = (_WIDTH - width) / 2
            elif leftward:
                left = (_WIDTH - layout.margin - width) if place == 0 else _WIDTH * 0.45 - width
            else:
                left = layout.margin if place == 0 else _WIDTH * 0.55
            boxes += _words(pen, cell.split(), face, left, y, width, leftward=leftward)
        y += layout.leading * (layout.title if title else layout.size)
    return np.asarray(page, dtype=np.uint8), boxes


def _words(
    pen: ImageDraw.ImageDraw,
    words: list[str],
    face: ImageFont.FreeTypeFont,
    left: float,
    top: float,
    width: float,
    *,
    leftward: bool,
) -> Iterator[Box]:
    space = 0.28 * face.size
    baseline = top + face.getmetrics()[0]
    x = left + width if leftward else left
    for word in words:
        runs = _runs(word, face)
        parts = []
        for text, used in runs:
            length = pen.textlength(text, used)
            x -= length if leftward else 0
            pen.text((x, baseline), text, font=used, fill=25, anchor="ls")
            parts.append(pen.textbbox((x, baseline), text, font=used, anchor="ls"))
            x += 0 if leftward else length
        yield (
            min(part[0] for part in parts),
            min(part[1] for part in parts),
            max(part[2] for part in parts),
            max(part[3] for part in parts),
        )
        x += -space if leftward else space


def _width(pen: ImageDraw.ImageDraw, cell: str, face: ImageFont.FreeTypeFont) -> float:
    words = cell.split()
    lengths = sum(pen.textlength(text, used) for word in words for text, used in _runs(word, face))
    return lengths + 0.28 * face.size * (len(words) - 1)


def _runs(word: str, face: ImageFont.FreeTypeFont) -> list[tuple[str, ImageFont.FreeTypeFont]]:
    """The word in pieces of one font each: Noto's Hebrew and Thai fonts have neither figures nor punctuation."""
    if not _NARROW.search(str(face.path)):
        return [(word, face)]
    latin = ImageFont.truetype(str(_LATIN), int(face.size))
    return [
        ("".join(letters), face if own else latin)
        for own, letters in groupby(word, lambda letter: _OWN.match(letter) is not None)
    ]


def _weathered(
    page: NDArray[np.uint8], boxes: list[Box], skew: float
) -> tuple[NDArray[np.uint8], tuple[Box, ...]]:
    """A scan of the page: askew, a little soft, grainy, packed as JPEG; and where its words are then."""
    matrix = cv2.getRotationMatrix2D((_WIDTH / 2, _HEIGHT / 2), skew, 1)
    scan = cv2.warpAffine(page, matrix, (_WIDTH, _HEIGHT), flags=cv2.INTER_CUBIC, borderValue=(250,))
    scan = cv2.GaussianBlur(scan, (0, 0), 0.7)
    grain = np.random.default_rng(_SEED).normal(0, 4, scan.shape)
    scan = np.clip(scan.astype(np.float32) + grain, 0, 255).astype(np.uint8)
    _, packed = cv2.imencode(".jpg", scan, [cv2.IMWRITE_JPEG_QUALITY, 60])
    moved = []
    for x0, y0, x1, y1 in boxes:
        x, y = matrix @ np.array([(x0 + x1) / 2, (y0 + y1) / 2, 1.0])
        half_width, half_height = (x1 - x0) / 2, (y1 - y0) / 2
        moved.append((x - half_width, y - half_height, x + half_width, y + half_height))
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), dtype=np.uint8), tuple(moved)


def _png(pixels: NDArray[np.uint8]) -> bytes:
    out = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(out, "PNG", dpi=(DPI, DPI), compress_level=1)
    return out.getvalue()


def overlap(truth: Box, found: list[Box]) -> float:
    """Intersection over union of a word's box with the words that were read in its place, together.

    A word that was read in two pieces, as Thai is, is no worse placed than one that was read whole.
    """
    inside = [box for box in found if _holds(truth, ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2))]
    if not inside:
        return 0.0
    x0, y0 = min(box[0] for box in inside), min(box[1] for box in inside)
    x1, y1 = max(box[2] for box in inside), max(box[3] for box in inside)
    width = min(truth[2], x1) - max(truth[0], x0)
    height = min(truth[3], y1) - max(truth[1], y0)
    common = max(0.0, width) * max(0.0, height)
    return common / ((truth[2] - truth[0]) * (truth[3] - truth[1]) + (x1 - x0) * (y1 - y0) - common)


def _holds(box: Box, point: tuple[float, float]) -> bool:
    return box[0] <= point[0] <= box[2] and box[1] <= point[1] <= box[3]
