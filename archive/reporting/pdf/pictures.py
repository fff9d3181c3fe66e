"""Pictures inside a file, as they are: JPEG and Group 4 data is copied, anything else is packed without loss."""

import io
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image, TiffImagePlugin, UnidentifiedImageError

from archive.reporting.errors import PictureRefused
from archive.reporting.pdf.objects import ObjectFile, dictionary, name

_MOST_PIXELS = 89_000_000
_GREY, _COLOUR = "DeviceGray", "DeviceRGB"
_JPEG_SPACES = {"L": _GREY, "RGB": _COLOUR}
_COMPRESSION, _FILL_ORDER, _PHOTOMETRIC = 259, 266, 262
_STRIP_OFFSETS, _STRIP_COUNTS, _T6_OPTIONS = 273, 279, 293
_GROUP_4 = 4


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
    found = _group_4(picture, data)
    if found is None:
        out = io.BytesIO()
        picture.save(out, "TIFF", compression="group4", strip_size=1 << 30)
        with Image.open(io.BytesIO(out.getvalue())) as made:
            found = _group_4(made, out.getvalue())
        if found is None:
            raise ValueError("libtiff did not write one strip of Group 4")
    fax, black_is_1 = found
    parameters = dictionary(
        K=b"-1",
        Columns=b"%d" % picture.width,
        Rows=b"%d" % picture.height,
        BlackIs1=b"true" if black_is_1 else b"false",
    )
    return _put(file, picture.size, _GREY, 1, fax, "CCITTFaxDecode", parameters)


def _group_4(picture: Image.Image, data: bytes) -> tuple[bytes, bool] | None:
    """The fax data of a TIFF that has it in one strip as PDF wants it, and whether 1 is black; else None."""
    if not isinstance(picture, TiffImagePlugin.TiffImageFile):
        return None
    tags = picture.tag_v2
    offsets, counts = tags.get(_STRIP_OFFSETS, ()), tags.get(_STRIP_COUNTS, ())
    if tags.get(_COMPRESSION) != _GROUP_4 or len(offsets) != 1 or len(counts) != 1:
        return None
    if tags.get(_FILL_ORDER, 1) != 1 or tags.get(_T6_OPTIONS, 0) != 0:
        return None
    # Photometric 0 (white is zero) is what fax programs write: their white reads as 1 in a PDF without BlackIs1.
    return data[offsets[0] : offsets[0] + counts[0]], tags.get(_PHOTOMETRIC, 0) == 1


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
