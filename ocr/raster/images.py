"""TIFF, JPEG and PNG as a source of pages."""

import struct
import zlib
from typing import BinaryIO

import numpy as np
from PIL import Image, UnidentifiedImageError

from ocr.carried import Carried
from ocr.errors import PageRefused, ReadingRefused
from ocr.limits import Limits
from ocr.raster.carrying import own_jpeg, packed
from ocr.raster.fax import own_group_4
from ocr.raster.picture import decode, page_of
from ocr.raster.source import SourcePage
from ocr.raster.tiff import count_directories

_FORMATS = {"image/tiff": "TIFF", "image/jpeg": "JPEG", "image/png": "PNG"}
_ORIENTATION = 0x0112
_ROTATIONS = {1: 0, 3: 180, 6: 90, 8: 270}
"""Of EXIF and TIFF orientations, those that mirror nothing: how far to turn clockwise."""
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
        self._file = file
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
            pixels = np.asarray(decode(self._image, self._limits.max_pixels, dpi), dtype=np.uint8)
        except DECODING_ERRORS as error:
            truncated = "truncated" in str(error).lower()
            raise PageRefused("TRUNCATED" if truncated else "DAMAGED", str(error)[:200]) from error
        if dpi is not None:
            reduced = (pixels.shape[0] * pixels.shape[1] / (width * height)) ** 0.5
            dpi = dpi[0] * reduced, dpi[1] * reduced
        return page_of(pixels, dpi)

    def carry(self, number: int) -> Carried:
        """The page's own data where a PDF can hold it, else the page packed anew."""
        try:
            self._image.seek(number - 1)
            return self._own() or packed(decode(self._image, self._limits.max_pixels))
        except DECODING_ERRORS as error:
            raise PageRefused("DAMAGED", str(error)[:200]) from error

    def close(self) -> None:
        self._image.close()

    def _own(self) -> Carried | None:
        image = self._image
        rotation = _ROTATIONS.get(image.getexif().get(_ORIENTATION, 1))
        if rotation is None or (image.format != "JPEG" and image.mode != "1"):
            return None
        self._file.seek(0)
        data = self._file.read()
        if image.format == "JPEG":
            return own_jpeg(data, rotation)
        fax = own_group_4(image, data)
        return None if fax is None else Carried(fax[0], "group4", *image.size, 1, rotation, fax[1], own=True)


def _pair(dpi: object) -> tuple[float, float] | None:
    if not isinstance(dpi, tuple) or len(dpi) != 2:
        return None
    try:
        return float(dpi[0]), float(dpi[1])
    except (TypeError, ValueError, ZeroDivisionError):
        return None
