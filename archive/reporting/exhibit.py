"""An exhibit: a paper to read, page for page as it was scanned, with its words to search and its source under each."""

import io
from zoneinfo import ZoneInfo

from archive.reporting.content import ChosenContent, ChosenPage, ExhibitContent, ExhibitPage, PageSource
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
    label = _label(texts)
    label += fill(
        texts.gettext("%(title)s · page %(n)s of %(count)s · %(archive)s"),
        SMALL,
        title=content.title,
        n=str(number),
        count=str(len(content.pages)),
        archive=content.archive,
    )
    return [label, _source(texts, page.source)]


def write_chosen(content: ChosenContent, language: str, zone: ZoneInfo, out: Sink) -> None:
    """Chosen pages of one document or of several, each with its source under it, to a file, as PDF/A-2b.

    Raises as `exhibit_pdf`; one page is in memory at a time.
    """
    texts = Texts.of(language, zone)
    what = texts.gettext("Derivative for reading, not the original")
    about = About(
        title=content.title, language="und", made_at=content.made_at, author=content.archive, subject=what
    )
    with PdfDocument(out, about) as pdf:
        for page in content.pages:
            put_scan(pdf, page.scan(), _chosen_band(texts, content, page))


def _chosen_band(texts: Texts, content: ChosenContent, page: ChosenPage) -> list[list[Span]]:
    where = _label(texts) + fill(
        texts.gettext("document %(document)s, page %(n)s of %(count)s"),
        SMALL,
        document=page.document,
        n=str(page.number),
        count=str(page.count),
    )
    when = fill(
        texts.gettext("Received %(received)s; copied %(made)s from %(archive)s"),
        SMALL,
        received=texts.minute(page.received_at),
        made=texts.minute(content.made_at),
        archive=content.archive,
    )
    return [where, _source(texts, page.source), when]


def _label(texts: Texts) -> list[Span]:
    what = texts.gettext("Derivative for reading, not the original")
    return [Span(what, SMALL_WARNING), Span(" · ", SMALL)]


def _source(texts: Texts, source: PageSource) -> list[Span]:
    return fill(
        texts.gettext("Source: page %(page)s of deposit %(deposit)s, SHA-256 %(sha256)s"),
        SMALL,
        page=str(source.page),
        deposit=source.deposit,
        sha256=source.sha256,
    )
