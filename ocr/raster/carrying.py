"""Pictures on their way into a copy: JPEG as it is, black and white as Group 4, anything else as a good JPEG."""

import io

from PIL import Image

from ocr.carried import Carried
from ocr.raster.fax import group_4

_QUALITY = 85
_MAX_PIXELS = 24_000_000
_MODES = ("L", "RGB")


def own_jpeg(data: bytes, rotation: int = 0) -> Carried | None:
    """The JPEG itself, if it is grey or RGB: a PDF holds it as it is. It is not decoded here."""
    with Image.open(io.BytesIO(data), formats=("JPEG",)) as picture:
        if picture.format != "JPEG" or picture.mode not in _MODES:
            return None
        width, height = picture.size
        return Carried(data, "jpeg", width, height, 3 if picture.mode == "RGB" else 1, rotation, own=True)


def packed(picture: Image.Image, rotation: int = 0) -> Carried:
    """The picture, packed anew: without loss where it is black and white."""
    if picture.width * picture.height > _MAX_PIXELS:
        shrink = (_MAX_PIXELS / (picture.width * picture.height)) ** 0.5
        size = max(1, round(picture.width * shrink)), max(1, round(picture.height * shrink))
        picture = picture.resize(size, Image.Resampling.BOX)
    if picture.mode == "1" or _is_black_and_white(picture):
        plain = picture.convert("1", dither=Image.Dither.NONE)
        data, black_is_1 = group_4(plain)
        return Carried(data, "group4", *plain.size, 1, rotation, black_is_1)
    plain = picture if picture.mode in _MODES else picture.convert("RGB")
    out = io.BytesIO()
    plain.save(out, "JPEG", quality=_QUALITY)
    return Carried(out.getvalue(), "jpeg", *plain.size, 3 if plain.mode == "RGB" else 1, rotation)


def _is_black_and_white(picture: Image.Image) -> bool:
    seen = picture.getcolors(2)
    allowed = (0, 255, (0, 0, 0), (255, 255, 255))
    return seen is not None and all(colour in allowed for _, colour in seen)
