"""The files of a copy, written page by page: nothing is recognised again, and one page is in memory at a time."""

from collections.abc import Callable, Iterable
from datetime import datetime

from archive.reporting.pdf.document import About, PdfDocument
from archive.reporting.pdf.objects import Sink
from archive.reporting.pdf.scan_page import Scan, put_scan
from ocr.carried import Carried
from ocr.hocr import hocr
from ocr.values import PageReading

SUBJECT = "Searchable copy; the original is kept apart"
REDRAWN = "Drawn anew as pictures of 200 dpi: pages"
"""What the file says of born-digital pages that could not be carried over as they are."""

Page = tuple[PageReading, Callable[[], bytes | Carried]]
"""A page as it was read, and its picture, fetched when it is written: upright, or as it was carried over."""


def write_pdf(
    out: Sink, pages: Iterable[Page], *, title: str, language: str, archive: str, made_at: datetime
) -> None:
    """The searchable PDF/A-2b. `language` is a code of ISO 639-1, or `und`; `archive` is named as its author.

    Raises `PictureRefused`, and what fetching a picture raises; what was written is to be thrown away then.
    """
    about = About(title=title, language=language, made_at=made_at, author=archive, subject=SUBJECT)
    redrawn: list[int] = []
    with PdfDocument(out, about) as pdf:
        for number, (page, picture) in enumerate(pages, 1):
            shown = picture()
            put_scan(pdf, Scan.of(page, shown))
            if isinstance(shown, Carried) and shown.redrawn:
                redrawn.append(number)
        if redrawn:
            pdf.describe(f"{SUBJECT}. {REDRAWN} {', '.join(map(str, redrawn))}")


def write_text(out: Sink, pages: Iterable[PageReading]) -> None:
    """The text in UTF-8, pages parted by form feeds."""
    for number, page in enumerate(pages):
        out.write(("\f" * (number > 0) + page.text).encode())


def write_hocr(out: Sink, pages: Iterable[PageReading], *, title: str) -> None:
    """The words with their places."""
    for piece in hocr(pages, title):
        out.write(piece.encode())
