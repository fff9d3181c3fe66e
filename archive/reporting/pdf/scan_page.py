"""A page that is a picture with its words under it: to look at as it is, to search and copy from.

Exhibits are made of it; so are searchable copies and chosen pages, with another band or none.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from archive.reporting.pdf.document import PdfDocument
from archive.reporting.pdf.text import Paragraph, Span
from ocr.carried import Carried
from ocr.values import PageReading, Word

_EDGE = 14.0
_ABOVE, _BELOW = 6.0, 9.0
_LINE = (214, 206, 194)
_NARROWEST = 240.0
"""A page is not narrower than its band needs, in points."""


@dataclass(frozen=True, slots=True)
class Scan:
    """An upright page: its picture, its size in points (1/72 inch), its words with boxes in fractions of the page.

    `rotation` is how far the picture must be turned clockwise to stand upright: 0, 90, 180 or 270.
    """

    picture: bytes | Carried
    width: float
    height: float
    words: tuple[Word, ...] = ()
    rotation: int = 0

    @classmethod
    def of(cls, page: PageReading, picture: bytes | Carried) -> "Scan":
        """The page of a reading, with a picture of it at any resolution: upright, or as it was carried over."""
        # What was carried over stands as the file has it; the reading may have turned the page on top of that.
        rotation = (picture.rotation + page.rotation) % 360 if isinstance(picture, Carried) else 0
        width, height = page.width * 72 / page.dpi, page.height * 72 / page.dpi
        return cls(picture, width, height, page.words, rotation)


def put_scan(pdf: PdfDocument, scan: Scan, band: Sequence[Sequence[Span]] = ()) -> None:
    """Write a page with the picture in its size, and under it, where it hides nothing, lines of a band.

    Raises `PictureRefused`, before anything of the page is written.
    """
    picture = pdf.picture(scan.picture)
    width = max(scan.width, _NARROWEST) if band else scan.width
    lines = [Paragraph(spans, width - 2 * _EDGE) for spans in band]
    below = _ABOVE + sum(line.height for line in lines) + _BELOW if lines else 0.0
    page = pdf.canvas(width, scan.height + below)
    page.picture(picture.target, 0, 0, scan.width, scan.height, rotation=scan.rotation)
    page.add(pdf.hidden.page(scan.words, scan.width, scan.height, below))
    if lines:
        page.fill(0, scan.height, width, 0.6, _LINE)
    y = scan.height + _ABOVE
    for line in lines:
        line.draw(page, _EDGE, y)
        y += line.height
    pdf.add(page)
