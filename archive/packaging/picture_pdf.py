"""A PDF whose pages are pictures and nothing else (ISO 32000-1), the same bytes for the same pictures."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

_HEADER = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"
_COLOURS = {"L": b"/DeviceGray", "RGB": b"/DeviceRGB"}
_FIRST_PAGE = 3


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG, grey or RGB, and the size in points (1/72 inch) that it has on paper."""

    jpeg: bytes
    width: float
    height: float


def picture_pdf(pictures: Sequence[Picture]) -> bytes:
    """The PDF, a page a picture; the JPEGs stand in it byte for byte. Raises ValueError for other pictures."""
    kids = b" ".join(b"%d 0 R" % (_FIRST_PAGE + 3 * place) for place in range(len(pictures)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(pictures)),
    ]
    for place, picture in enumerate(pictures):
        objects += _page(_FIRST_PAGE + 3 * place, picture)
    out = bytearray(_HEADER)
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(out)


def _page(number: int, picture: Picture) -> list[bytes]:
    """The page, what is drawn on it, and the picture."""
    with Image.open(io.BytesIO(picture.jpeg), formats=("JPEG",)) as image:
        if image.mode not in _COLOURS:
            raise ValueError(f"a picture of mode {image.mode} is not grey or RGB")
        width, height, colours = image.width, image.height, _COLOURS[image.mode]
    box = b"%.2f %.2f" % (picture.width, picture.height)
    drawn = b"q %.2f 0 0 %.2f 0 0 cm /P Do Q" % (picture.width, picture.height)
    return [
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %s] /Resources << /XObject << /P %d 0 R >> >>"
        b" /Contents %d 0 R >>" % (box, number + 2, number + 1),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn),
        b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace %s /BitsPerComponent 8"
        b" /Filter /DCTDecode /Length %d >>\nstream\n%s\nendstream"
        % (width, height, colours, len(picture.jpeg), picture.jpeg),
    ]
