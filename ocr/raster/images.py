"""TIFF, JPEG and PNG as a source of pages."""

import struct
import zlib
from typing import BinaryIO

import numpy as np
from PIL import Image, UnidentifiedImageError

from ocr.errors import PageRefused, ReadingRefused
from ocr.limits import Limits
from ocr.raster.picture import decode, page_of
from ocr.raster.source import SourcePage
from ocr.raster.tiff import count_directories

_FORMATS = {"image/tiff": "TIFF", "image/jpeg": "JPEG", "image/png": "PNG"}
# What Pillow's decoders raise on damaged pictures, beside OSError.
DECODING_ERRORS = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    EOFError,
    struct.error,
    zlib.error,
)


class ImageSource:
    """Pages of a picture file; a TIFF may have many."""

    def __init__(self, file: BinaryIO, media_type: str, limits: Limits) -> None:
        self._limits = limits
        self.count = count_directories(file, limits.max_pages) if media_type == "image/tiff" else 1
        file.seek(0)
        try:
            self._image = Image.open(file, formats=(_FORMATS[media_type],))
        except UnidentifiedImageError as error:
            raise ReadingRefused("DAMAGED", "the header of the picture is broken") from error
        except DECODING_ERRORS as error:
            raise ReadingRefused("DAMAGED", str(error)[:200]) from error

    def page(self, number: int) -> SourcePage:
        try:
            self._image.seek(number - 1)
            dpi = _pair(self._image.info.get("dpi"))
            width, height = self._image.size
            pixels = np.asarray(decode(self._image, self._limits.max_pixels), dtype=np.uint8)
        except DECODING_ERRORS as error:
            truncated = "truncated" in str(error).lower()
            raise PageRefused("TRUNCATED" if truncated else "DAMAGED", str(error)[:200]) from error
        if dpi is not None:
            reduced = (pixels.shape[0] * pixels.shape[1] / (width * height)) ** 0.5
            dpi = dpi[0] * reduced, dpi[1] * reduced
        return page_of(pixels, dpi)

    def close(self) -> None:
        self._image.close()


def _pair(dpi: object) -> tuple[float, float] | None:
    if not isinstance(dpi, tuple) or len(dpi) != 2:
        return None
    try:
        return float(dpi[0]), float(dpi[1])
    except (TypeError, ValueError, ZeroDivisionError):
        return None
