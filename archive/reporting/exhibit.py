"""An exhibit: a paper to read, page for page as it was scanned, with its words to search and its source under each."""

import io

from archive.reporting.content import ExhibitContent, ExhibitPage
from archive.reporting.look import SMALL, SMALL_WARNING, fill
from archive.reporting.pdf.document import About, PdfDocument
from archive.reporting.pdf.objects import Sink
from archive.reporting.pdf.scan_page import put_scan
from archive.reporting.pdf.text import Span
from archive.reporting.texts import Texts


def exhibit_pdf(content: ExhibitContent, language: str) -> bytes:
    """The exhibit with its band in one of `texts.languages()` (English for any other), as PDF/A-2b.

    Equal contents give equal bytes. Raises `FontMissing`, `PictureRefused`.
    """
    out = io.BytesIO()
    write_exhibit(content, language, out)
    return out.getvalue()


def write_exhibit(content: ExhibitContent, language: str, out: Sink) -> None:
    """The same, to a file; one page is in memory at a time. What was written is to be thrown away where this raises."""
    texts = Texts.of(language)
    about = About(
        title=content.title,
        language=content.language,
        made_at=content.made_at,
        author=content.archive,
        subject=texts.gettext("Derivative for reading, not the original"),
    )
    with PdfDocument(out, about) as pdf:
        for number, page in enumerate(content.pages, 1):
            put_scan(pdf, page.scan(), _band(texts, content, page, number))


def _band(texts: Texts, content: ExhibitContent, page: ExhibitPage, number: int) -> list[list[Span]]:
    label = [
        Span(texts.gettext("Derivative for reading, not the original"), SMALL_WARNING),
        Span(" · ", SMALL),
    ]
    label += fill(
        texts.gettext("%(title)s · page %(n)s of %(count)s · %(archive)s"),
        SMALL,
        title=content.title,
        n=str(number),
        count=str(len(content.pages)),
        archive=content.archive,
    )
    source = fill(
        texts.gettext("Source: page %(page)s of deposit %(deposit)s, SHA-256 %(sha256)s"),
        SMALL,
        page=str(page.source.page),
        deposit=page.source.deposit,
        sha256=page.source.sha256,
    )
    return [label, source]
