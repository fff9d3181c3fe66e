"""Pictures of papers that no rule was made for, with the box of every word: drawn, weathered, turned on their sides."""

import io
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bench._lettering import Box
from bench._setting import HEIGHT, WIDTH, Layout, drawn, rows_of, text_of

FONTS = Path("/usr/share/fonts/truetype")
DPI = 200
_TURNS = (0, 180, 90, 270)
_SKEWS = (0.6, -0.4, 0.0, -0.8)
_SEED = 7


@dataclass(frozen=True, slots=True)
class Made:
    """A file of made papers, and the layouts that each of them is set in, each with a font of its language."""

    papers: Path
    layouts: tuple[Layout, ...]


UNSEEN = Made(
    Path(__file__).with_name("unseen.toml"),
    (
        Layout(28, 46, 1.7, 150, centred=True),
        Layout(25, 34, 2.1, 210, centred=False),
        Layout(31, 40, 1.5, 120, centred=False),
    ),
)
STRANGERS = Made(
    Path(__file__).with_name("strangers.toml"),
    (
        Layout(26, 32, 1.55, 130, centred=False),
        Layout(28, 38, 1.4, 160, centred=True, flush=True),
    ),
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


def sheets(made: Made, languages: tuple[str, ...] = ()) -> Iterator[Sheet]:
    """Every paper in every layout, each in another font of its language."""
    with made.papers.open("rb") as file:
        papers = tomllib.load(file)
    number = 0
    for language, told in papers.items():
        for paper in told["papers"]:
            rows = rows_of(paper.get("text") or paper["lines"])
            for layout, font in zip(made.layouts, told["fonts"], strict=True):
                number += 1
                if languages and language not in languages:
                    continue
                truth = {"language": language, "doc_type": paper["kind"], "fields": paper["fields"]}
                picture, boxes = drawn(rows, layout, FONTS / font, leftward=language == "he")
                skew, turned = _SKEWS[number % 4], _TURNS[(number // 4) % 4] if number % 3 == 0 else 0
                weathered, moved = _weathered(picture, boxes, skew)
                name = f"{language}-{paper['kind']}-{made.layouts.index(layout) + 1}"
                yield Sheet(
                    name, _png(np.rot90(weathered, turned // 90)), truth, text_of(rows), moved, turned
                )


def _weathered(
    page: NDArray[np.uint8], boxes: list[Box], skew: float
) -> tuple[NDArray[np.uint8], tuple[Box, ...]]:
    """A scan of the page: askew, a little soft, grainy, packed as JPEG; and where its words are then."""
    matrix = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), skew, 1)
    scan = cv2.warpAffine(page, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_CUBIC, borderValue=(250,))
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
