"""Makes a born-digital PDF look scanned: askew, folded, stained, unevenly lit, noisy; then packs the pages again."""

import io
import time
from dataclasses import dataclass
from typing import Any, Literal

import cv2
import numpy as np
import pypdfium2
from numpy.typing import NDArray
from PIL import Image

Picture = NDArray[np.float32]
"""Height x width x 3 (red, green, blue) or 1 (grey), 0 (black) to 1 (white)."""

_SCANNED = time.gmtime(1_700_000_000)
"""When the scanner says that it worked: fixed, so that the same seed gives the same bytes."""


@dataclass(frozen=True, slots=True)
class Scan:
    """How a paper was scanned. A `tiff` is bilevel, Group 4; `pdf` and `jpeg` hold JPEG pictures.

    `skew` is in degrees, counter-clockwise; `uneven` is how much darker the dark corner is (0 to 1).
    """

    output: Literal["pdf", "tiff", "jpeg"]
    colour: bool
    skew: float
    dpi: int = 200
    folds: bool = False
    holes: bool = False
    stain: bool = False
    uneven: float = 0.0

    @property
    def media_type(self) -> str:
        """What comes out."""
        return {"pdf": "application/pdf", "tiff": "image/tiff", "jpeg": "image/jpeg"}[self.output]

    @property
    def suffix(self) -> str:
        """How the file's name ends."""
        return {"pdf": ".pdf", "tiff": ".tif", "jpeg": ".jpg"}[self.output]


def weather(pdf: bytes, scan: Scan, seed: int) -> bytes:
    """The pages of a PDF as that scanner saw them; the same seed gives the same bytes."""
    noise = np.random.default_rng(seed)
    pages = [_age(page, scan, noise) for page in _render(pdf, scan)]
    if scan.output == "tiff":
        return _as_tiff([_bilevel(page, noise) for page in pages], scan.dpi)
    pictures = [_as_picture(page, colour=scan.colour) for page in pages]
    if scan.output == "jpeg":
        return _as_jpeg(pictures[0], scan.dpi)
    return _as_pdf(pictures, scan.dpi)


def _render(pdf: bytes, scan: Scan) -> list[Picture]:
    """Pictures of shape (height, width, 3 or 1), 0 black to 1 white."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [
            np.atleast_3d(
                np.asarray(
                    page.render(scale=scan.dpi / 72).to_pil().convert("RGB" if scan.colour else "L"),
                    dtype=np.float32,
                )
            )
            / np.float32(255)
            for page in document
        ]
    finally:
        document.close()


def _age(page: Picture, scan: Scan, noise: np.random.Generator) -> Picture:
    """What the years and the scanner did to a page. It works in place: a page in floats has 100 MB in colour."""
    height, width, channels = page.shape
    page *= _tone([0.972, 0.962, 0.938], channels)
    page *= (1 + 0.006 * _clouds(height, width, noise, 24))[..., None]
    # Toner is grey rather than black and its edge is soft; the grain of the paper shows in both.
    page = np.atleast_3d(cv2.GaussianBlur(page, (0, 0), 0.55 * scan.dpi / 200))
    page *= np.float32(0.91)
    page += np.float32(0.09)
    if scan.stain:
        page *= 1 - _coffee_ring(height, width, scan.dpi, noise)[..., None] * _tone(
            [0.55, 0.85, 1.25], channels
        )
    if scan.folds:
        page *= _folds(height, width, scan.dpi, noise)[..., None]
    if scan.holes:
        page = _punch(page, scan.dpi)
    page = _turn(page, scan.skew + noise.uniform(-0.12, 0.12))
    if scan.uneven:
        page *= _light(height, width, scan.uneven, noise)[..., None]
    grain = noise.standard_normal((height, width, 1), dtype=np.float32)
    grain *= np.float32(0.012)
    page += grain
    return np.clip(page, 0, 1, out=page)


def _tone(colour: list[float], channels: int) -> Picture:
    """A colour as factors of each channel; grey is its mean."""
    tone = np.array(colour, dtype=np.float32)
    return tone if channels == 3 else tone.mean(keepdims=True)


def _clouds(height: int, width: int, noise: np.random.Generator, cells: int) -> Picture:
    """Soft random fields of mean 0, deviation about 1."""
    coarse = noise.normal(0, 1, (cells, cells)).astype(np.float32)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), dtype=np.float32)


def _light(height: int, width: int, depth: float, noise: np.random.Generator) -> Picture:
    """A lamp that reaches one corner less, and the shadow of the lid along one edge."""
    down = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    across = np.linspace(0, 1, width, dtype=np.float32)[None, :]
    corner_x, corner_y = noise.integers(0, 2, 2)
    result: Picture = 1 - np.float32(depth / 2) * (
        (across - (1 - corner_x)) ** 2 + (down - (1 - corner_y)) ** 2
    )
    result -= np.float32(0.22) * np.exp(-np.abs(across - corner_x) * 38)
    return result


def _folds(height: int, width: int, dpi: int, noise: np.random.Generator) -> Picture:
    """A letter folded in thirds: two creases, dark on one side and bright on the other."""
    down = np.arange(height, dtype=np.float32)[:, None] / dpi
    wobble = 0.012 * _clouds(1, width, noise, 8)
    result = np.ones((height, width), dtype=np.float32)
    for third in (1, 2):
        distance = down - height / dpi * third / 3 + wobble
        result -= 0.13 * np.exp(-((distance / 0.012) ** 2)) + 0.035 * np.exp(-((distance / 0.12) ** 2))
        result += 0.05 * np.exp(-(((distance - 0.022) / 0.014) ** 2))
    return result


def _coffee_ring(height: int, width: int, dpi: int, noise: np.random.Generator) -> Picture:
    """How strong the foot of a cup shows, on the right half of the page, with one drop beside it."""
    centre_x, centre_y = width * noise.uniform(0.66, 0.8), height * noise.uniform(0.58, 0.72)
    down = np.arange(height, dtype=np.float32)[:, None]
    across = np.arange(width, dtype=np.float32)[None, :]
    angle = np.arctan2(down - centre_y, across - centre_x)
    radius = np.hypot(across - centre_x, down - centre_y) / dpi
    rough = (
        0.018 * np.sin(angle * 3 + 1) + 0.010 * np.sin(angle * 7) + 0.008 * _clouds(height, width, noise, 60)
    )
    off = radius - 1.35 + rough
    strength = 0.24 * np.exp(-((off / 0.035) ** 2)) * (0.62 + 0.38 * np.sin(angle + 0.6))
    strength += 0.05 * (off < 0) * np.exp(off * 2.2)
    drop = np.hypot(across - centre_x + 1.9 * dpi, down - centre_y - 0.8 * dpi) / dpi
    strength += 0.10 * (drop < 0.17) + 0.08 * np.exp(-(((drop - 0.17) / 0.02) ** 2))
    return np.asarray(strength, dtype=np.float32)


def _punch(page: Picture, dpi: int) -> Picture:
    """Two filing holes at the left edge, 80 mm apart (ISO 838)."""
    height = page.shape[0]
    result = page.copy()
    for away in (-40, 40):
        centre = (round(11 / 25.4 * dpi), round(height / 2 + away / 25.4 * dpi))
        cv2.circle(result, centre, round(3 / 25.4 * dpi), (0.23, 0.22, 0.21), -1, cv2.LINE_AA)
        cv2.circle(result, centre, round(3.1 / 25.4 * dpi), (0.6, 0.59, 0.57), 1, cv2.LINE_AA)
    return result


def _turn(page: Picture, degrees: float) -> Picture:
    height, width = page.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    turned = cv2.warpAffine(
        page,
        matrix,
        (width, height),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(0.83, 0.82, 0.81),
    )
    return np.atleast_3d(np.asarray(turned, dtype=np.float32))


def _bilevel(page: Picture, noise: np.random.Generator) -> Image.Image:
    """Black and white as an office machine makes it: one threshold, specks, a streak of a dirty glass."""
    grey = page.mean(axis=2)
    height, width = grey.shape
    black = grey < 0.62 + 0.02 * _clouds(height, width, noise, 12)
    for _ in range(int(noise.integers(50, 90))):
        y, x = int(noise.integers(0, height - 3)), int(noise.integers(0, width - 3))
        black[y : y + int(noise.integers(1, 4)), x : x + int(noise.integers(1, 4))] = True
    streak = int(noise.integers(round(width * 0.93), width - 4))
    black[noise.random(height) < 0.55, streak] = True
    return Image.fromarray(np.where(black, 0, 255).astype(np.uint8)).convert("1", dither=Image.Dither.NONE)


def _as_picture(page: Picture, *, colour: bool) -> Image.Image:
    pixels = (page * 255 + 0.5).astype(np.uint8)
    return Image.fromarray(pixels if colour else pixels[..., 0])


def _as_tiff(pages: list[Image.Image], dpi: int) -> bytes:
    buffer = io.BytesIO()
    options: dict[str, Any] = {"compression": "group4", "dpi": (dpi, dpi)}
    pages[0].save(buffer, "TIFF", save_all=True, append_images=pages[1:], **options)
    return buffer.getvalue()


def _as_jpeg(page: Image.Image, dpi: int) -> bytes:
    buffer = io.BytesIO()
    page.save(buffer, "JPEG", quality=72, dpi=(dpi, dpi))
    return buffer.getvalue()


def _as_pdf(pages: list[Image.Image], dpi: int) -> bytes:
    buffer = io.BytesIO()
    pages[0].save(
        buffer,
        "PDF",
        save_all=True,
        append_images=pages[1:],
        resolution=dpi,
        quality=72,
        producer="Office scanner",
        creationDate=_SCANNED,
        modDate=_SCANNED,
    )
    return buffer.getvalue()
