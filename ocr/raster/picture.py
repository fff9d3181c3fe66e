"""Decoded pictures brought to upright 8-bit pixels at the resolution of reading."""

import warnings
from typing import Any

import cv2
import numpy as np
from PIL import Image, ImageOps

from ocr.errors import PageRefused
from ocr.raster.density import density_of, halved
from ocr.raster.source import READING_DPI, Pixels, SourcePage

# The limit on pixels is ours, checked before a picture is decoded.
Image.MAX_IMAGE_PIXELS = None

_MAX_READING_PIXELS = 24_000_000
_ENLARGE_BELOW_DPI = 140


def decode(image: Image.Image, max_pixels: int, told: tuple[float, float] | None = None) -> Image.Image:
    """The picture, decoded, upright as its EXIF or TIFF orientation says, on white where it was transparent.

    With the density that its file claims, a JPEG that has twice what reading needs is decoded at half its size. Raises
    PageRefused where it is larger than the limit and its format cannot be decoded at a reduced size.
    """
    width, height = image.size
    if halved(width, height, told, READING_DPI):
        image.draft(None, (width // 2, height // 2))
        width, height = image.size
    if width * height > max_pixels and image.format in ("JPEG", "MPO"):
        for step in (2, 4, 8):
            if (width // step) * (height // step) <= max_pixels:
                image.draft(None, (width // step, height // step))
                break
    width, height = image.size
    if width * height > max_pixels:
        raise PageRefused("TOO_LARGE_PAGE", f"{width} x {height} pixels")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        image.load()
        return ImageOps.exif_transpose(_eight_bit(image))


def _eight_bit(image: Image.Image) -> Image.Image:
    """Grey or RGB with eight bits; the EXIF data stays on the picture."""
    exif = image.getexif()
    if image.mode in ("1", "L", "RGB"):
        plain = image.convert("L") if image.mode == "1" else image
    elif image.mode in ("I;16", "I;16B", "I;16L", "I;16N"):
        plain = Image.fromarray((np.asarray(image, dtype=np.uint16) >> 8).astype(np.uint8))
    elif image.mode in ("I", "F"):
        plain = Image.fromarray(_stretched(np.asarray(image, dtype=np.float64)))
    elif "A" in image.getbands() or "transparency" in image.info:
        layered = image.convert("RGBA")
        plain = Image.new("RGB", layered.size, "white")
        plain.paste(layered, mask=layered.getchannel("A"))
    else:
        plain = image.convert("RGB")
    if plain is not image and exif:
        plain.info["exif"] = exif.tobytes()
    return plain


def _stretched(values: Any) -> Pixels:
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    if not np.isfinite(low) or not np.isfinite(high) or high <= low:
        return np.full(values.shape, 255, np.uint8)
    # A 16-bit picture held in wider numbers keeps its scale; anything else is stretched over what it holds.
    floor, ceiling = (0.0, 65535.0) if low >= 0 and 255 < high <= 65535 else (low, high)
    scaled = np.nan_to_num((values - floor) / (ceiling - floor))
    return np.asarray(np.clip(scaled * 255, 0, 255), dtype=np.uint8)


def page_of(pixels: Pixels, dpi: tuple[float, float] | None) -> SourcePage:
    """A decoded page, area-averaged to the resolution of reading; `dpi` is what the file claims."""
    height, width = pixels.shape[:2]
    density = density_of(pixels, dpi)
    across, down = density.across, density.down
    target = (
        READING_DPI
        if max(across, down) >= READING_DPI or min(across, down) < _ENLARGE_BELOW_DPI
        else min(across, down)
    )
    scale_x, scale_y = target / across, target / down
    new_pixels = width * scale_x * height * scale_y
    if new_pixels > _MAX_READING_PIXELS:
        shrink = (_MAX_READING_PIXELS / new_pixels) ** 0.5
        target, scale_x, scale_y = target * shrink, scale_x * shrink, scale_y * shrink
    size = max(1, round(width * scale_x)), max(1, round(height * scale_y))
    if size != (width, height):
        shrinking = size[0] * size[1] < width * height
        pixels = np.asarray(
            cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if shrinking else cv2.INTER_CUBIC),
            dtype=np.uint8,
        )
    told = None if density.told is None else max(1, round(density.told))
    return SourcePage(pixels, max(1, round(target)), max(1, round(min(across, down))), told_dpi=told)
