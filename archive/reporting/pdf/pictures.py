"""Pictures inside a file, as they are: JPEG and Group 4 data is copied, anything else is packed without loss."""

import io
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError

from archive.reporting.errors import PictureRefused
from archive.reporting.pdf.objects import ObjectFile, dictionary, name, number, ref
from ocr.carried import Carried
from ocr.drawing import Drawing
from ocr.raster.fax import group_4, own_group_4

_MOST_PIXELS = 89_000_000
_GLYPH_BOX = -5000, -5000, 5000, 5000
"""No letter is larger, in thousandths of the size of its font."""
_GREY, _COLOUR = "DeviceGray", "DeviceRGB"
_JPEG_SPACES = {"L": _GREY, "RGB": _COLOUR}


@dataclass(frozen=True, slots=True)
class Placed:
    """A picture of the file: its object, its size in pixels."""

    target: int
    width: int
    height: int


def put_picture(file: ObjectFile, data: bytes) -> Placed:
    """Write a JPEG, PNG or TIFF (its first page) as an image; raises `PictureRefused`."""
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "TIFF")) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                raise PictureRefused("a picture has more pixels than any page")
            return _way(picture)(file, picture, data)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureRefused("a picture has more pixels than any page") from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, KeyError) as error:
        raise PictureRefused("a picture of a page cannot be read") from error


def put_carried(file: ObjectFile, carried: Carried) -> Placed:
    """Write a picture that the reader of files has looked at; its data is not decoded here."""
    size = carried.width, carried.height
    if carried.coding == "drawing":
        return _put_drawing(file, carried)
    if carried.coding == "group4":
        return _put_fax(file, size, carried.data, black_is_1=carried.black_is_1)
    return _put(file, size, _COLOUR if carried.colours == 3 else _GREY, 8, carried.data, "DCTDecode")


def _put_drawing(file: ObjectFile, carried: Carried) -> Placed:
    """Write a drawing as a form (ISO 32000-1 section 8.10) that fills the unit square, as an image does."""
    try:
        drawing = Drawing.unpacked(carried.data)
    except ValueError as error:
        raise PictureRefused("what was carried over of a page is no drawing") from error
    shown = {
        f"G{place}": file.put_stream(glyph, None, raw=False, **_form(b"[%d %d %d %d]" % _GLYPH_BOX))
        for place, glyph in enumerate(drawing.glyphs)
    }
    shown |= {
        f"P{place}": put_carried(file, picture).target for place, picture in enumerate(drawing.pictures)
    }
    names = dictionary(**{label: ref(target) for label, target in shown.items()})
    corner = number(drawing.width), number(drawing.height)
    members = _form(b"[0 0 %s %s]" % corner) | {
        "Resources": dictionary(XObject=names),
        "Matrix": b"[%.9f 0 0 %.9f 0 0]" % (1 / drawing.width, 1 / drawing.height),
    }
    return Placed(file.put_stream(drawing.content, None, raw=False, **members), carried.width, carried.height)


def _form(box: bytes) -> dict[str, bytes]:
    return {"Type": b"/XObject", "Subtype": b"/Form", "BBox": box, "Resources": b"<<>>"}


def _way(picture: Image.Image) -> Callable[[ObjectFile, Image.Image, bytes], Placed]:
    if picture.format == "JPEG" and picture.mode in _JPEG_SPACES:
        return _jpeg
    if picture.mode == "1":
        return _bilevel
    return _packed


def _jpeg(file: ObjectFile, picture: Image.Image, data: bytes) -> Placed:
    size, mode = picture.size, picture.mode
    # Decoded once, at an eighth, so that a damaged picture is refused here and not on the judge's screen.
    picture.draft(mode, (size[0] // 8, size[1] // 8))
    picture.load()
    return _put(file, size, _JPEG_SPACES[mode], 8, data, "DCTDecode")


def _bilevel(file: ObjectFile, picture: Image.Image, data: bytes) -> Placed:
    fax, black_is_1 = own_group_4(picture, data) or group_4(picture)
    return _put_fax(file, picture.size, fax, black_is_1=black_is_1)


def _put_fax(file: ObjectFile, size: tuple[int, int], fax: bytes, *, black_is_1: bool) -> Placed:
    parameters = dictionary(
        K=b"-1",
        Columns=b"%d" % size[0],
        Rows=b"%d" % size[1],
        BlackIs1=b"true" if black_is_1 else b"false",
    )
    return _put(file, size, _GREY, 1, fax, "CCITTFaxDecode", parameters)


def _packed(file: ObjectFile, picture: Image.Image, data: bytes) -> Placed:
    grey = picture.mode in {"L", "LA", "La", "I", "I;16", "F"}
    if "A" in picture.getbands() or "transparency" in picture.info:
        picture = _on_white(picture)
    plain = picture.convert("L" if grey else "RGB")
    return _put(file, plain.size, _GREY if grey else _COLOUR, 8, plain.tobytes(), None)


def _on_white(picture: Image.Image) -> Image.Image:
    """The picture on white paper: a page has no transparency."""
    seen = picture.convert("RGBA")
    paper = Image.new("RGBA", seen.size, "white")
    return Image.alpha_composite(paper, seen)


def _put(
    file: ObjectFile,
    size: tuple[int, int],
    space: str,
    bits: int,
    data: bytes,
    coding: str | None,
    parameters: bytes | None = None,
) -> Placed:
    members = {
        "Type": b"/XObject",
        "Subtype": b"/Image",
        "Width": b"%d" % size[0],
        "Height": b"%d" % size[1],
        "ColorSpace": name(space),
        "BitsPerComponent": b"%d" % bits,
    }
    if coding is not None:
        members["Filter"] = name(coding)
    if parameters is not None:
        members["DecodeParms"] = parameters
    target = file.put_stream(data, None, raw=coding is not None, **members)
    return Placed(target, *size)
