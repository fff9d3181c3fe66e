"""Group 4 fax data (ITU-T T.6): out of a TIFF as it is, or made of a picture in black and white, without loss."""

import io

from PIL import Image, TiffImagePlugin

_COMPRESSION, _PHOTOMETRIC, _FILL_ORDER = 259, 262, 266
_STRIP_OFFSETS, _STRIP_COUNTS, _T6_OPTIONS = 273, 279, 293
_GROUP_4 = 4
_ONE_STRIP = 1 << 30


def own_group_4(picture: Image.Image, data: bytes) -> tuple[bytes, bool] | None:
    """The fax data of a TIFF that has it in one strip as PDF wants it, and whether 1 is black; else None.

    `data` are the bytes of the file, `picture` the open page.
    """
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


def group_4(picture: Image.Image) -> tuple[bytes, bool]:
    """A picture of mode 1 as fax data, and whether 1 is black."""
    out = io.BytesIO()
    # A page of a TIFF carries its tags along, which would contradict what is written here.
    plain = Image.frombytes("1", picture.size, picture.tobytes())
    plain.save(out, "TIFF", compression="group4", strip_size=_ONE_STRIP)
    with Image.open(io.BytesIO(out.getvalue()), formats=("TIFF",)) as made:
        found = own_group_4(made, out.getvalue())
    if found is None:
        raise ValueError("libtiff did not write one strip of Group 4")
    return found
