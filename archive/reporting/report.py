"""`report.pdf`: on one page what a package proves, by whom, and what it does not; then each paper; how to verify."""

import io

from archive.reporting.content import ReportContent
from archive.reporting.look import LINE, MARGINS, SMALL, SMALL_WARNING, fill
from archive.reporting.pdf.canvas import Canvas
from archive.reporting.pdf.document import About, PdfDocument
from archive.reporting.pdf.flow import A4, Flow
from archive.reporting.pdf.text import Paragraph, Span
from archive.reporting.report_guide import put_guide
from archive.reporting.report_papers import put_papers
from archive.reporting.report_summary import put_summary
from archive.reporting.texts import Texts

_PAGES = 80
"""Room for the number of the page."""


def report_pdf(content: ReportContent, language: str) -> bytes:
    """The report in one of `texts.languages()` (English for any other), as PDF/A-2b.

    Equal contents give equal bytes. Raises `FontMissing`, `PictureRefused`.
    """
    texts = Texts.of(language, content.zone)
    out = io.BytesIO()
    about = About(
        title=texts.gettext("What this package proves"),
        language=texts.language,
        made_at=content.checkpoint.at,
        author=content.archive,
        subject=f"{content.origin} / {content.checkpoint.size}",
    )
    with PdfDocument(out, about) as pdf:
        flow = Flow(pdf, MARGINS)
        put_summary(flow, texts, content, pdf)
        put_papers(flow, texts, content, pdf)
        put_guide(flow, texts, content)
        flow.close(lambda page, number, count: _footer(page, number, count, texts, content))
    return out.getvalue()


def _footer(page: Canvas, number: int, count: int, texts: Texts, content: ReportContent) -> None:
    top, right = A4[1] - 44, A4[0] - MARGINS.right
    page.fill(MARGINS.left, top - 6, right - MARGINS.left, 0.5, LINE)
    words = fill(
        texts.gettext("%(archive)s · checkpoint %(size)s"),
        SMALL,
        archive=content.archive,
        size=texts.number(content.checkpoint.size),
    )
    left = Paragraph(words, right - MARGINS.left - _PAGES)
    left.draw(page, MARGINS.left, top)
    of = fill(texts.gettext("Page %(n)s of %(count)s"), SMALL, n=str(number), count=str(count))
    Paragraph(of, _PAGES).draw(page, 0, top, right=right)
    warnings = [
        *([texts.gettext("Test authority: no legal value")] if content.test_authority else []),
        *([texts.gettext("Time proof pending")] if content.pending else []),
    ]
    below = Paragraph([Span(" · ".join(warnings), SMALL_WARNING)], right - MARGINS.left)
    below.draw(page, MARGINS.left, top + left.height)
