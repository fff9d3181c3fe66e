"""The list of the papers on page one of the report: what each is, and its two times."""

from collections.abc import Sequence

from archive.reporting.blocks import put_heading
from archive.reporting.content import DocumentContent, ReportContent
from archive.reporting.look import LINE, SMALL, SMALL_INK, SMALL_WARNING, STRONG, TEXT, WARNING, fill
from archive.reporting.pdf.document import PdfDocument
from archive.reporting.pdf.flow import Cell, Flow
from archive.reporting.pdf.text import Paragraph, Span, Style
from archive.reporting.texts import Texts
from archive.reporting.time_lines import existed, received
from archive.reporting.wording import said_document

_NUMBER = 24
_TIMES = 226
_FEW = 2
"""Up to so many papers show their first page, and their times in the size of text."""
_LEAST, _MOST, _WIDEST = 64.0, 150.0, 150.0
"""The heights between which a first page is shown, to fill page one, and the greatest width."""
_SPELT_OUT = 2
"""So many different pairs of times of a paper are on page one; all of them are in its section."""


def put_list(flow: Flow, texts: Texts, content: ReportContent, pdf: PdfDocument) -> None:
    """Put it: number, first page where there are few papers, what it is, its two times."""
    few = len(content.documents) <= _FEW
    zone = fill(texts.gettext("Times of the zone %(zone)s"), SMALL, zone=str(content.zone))
    put_heading(flow, texts.gettext("The papers"), below=_LEAST + 10, note=zone)
    tall = min(_MOST, max(_LEAST, (flow.room - 10) / len(content.documents) - 16))
    for document in content.documents:
        thumb = pdf.picture(document.thumbs[0]()) if few and document.thumbs else None
        wide = 0.0 if thumb is None else min(_WIDEST, tall * thumb.width / thumb.height)
        high = 0.0 if thumb is None else wide * thumb.height / thumb.width
        x = _NUMBER + (wide + 14 if thumb else 0)
        number = Cell(0, [Paragraph([Span(str(document.number), STRONG)], _NUMBER)])
        if few:
            room = flow.width - x
            lines = [*_what(texts, content, document, room), *_when(texts, content, document, room, few=few)]
            cells = [number, Cell(x, lines)]
        else:
            what = _what(texts, content, document, flow.width - _TIMES - x - 14)
            when = Cell(flow.width - _TIMES, _when(texts, content, document, _TIMES, few=few))
            cells = [number, Cell(x, what), when]
        flow.need(max(high, *(cell.height for cell in cells)) + 14)
        flow.rule(LINE)
        flow.space(6)
        top = flow.y
        if thumb is not None:
            flow.page.picture(thumb.target, flow.left + _NUMBER, top, wide, high)
            flow.page.frame(flow.left + _NUMBER, top, wide, high, LINE)
        flow.row([cell for cell in cells if cell.paragraphs])
        flow.y = max(flow.y, top + high)
        flow.space(7)
    flow.rule(LINE)


def _what(texts: Texts, content: ReportContent, document: DocumentContent, width: float) -> list[Paragraph]:
    lines = [[Span(said_document(texts, document), STRONG)]]
    if document.parties:
        lines.append(_listed(document.parties, SMALL))
    pages = texts.ngettext("%(n)s page", "%(n)s pages", document.page_count)
    folders = ", ".join(f"documents/{content.deposits[place].number}" for place in document.deposits)
    lines.append([Span(f"{pages} · {folders}" if folders else pages, SMALL)])
    return [Paragraph(spans, width) for spans in lines]


def _when(
    texts: Texts, content: ReportContent, document: DocumentContent, width: float, *, few: bool
) -> list[Paragraph]:
    style, warning = (TEXT, WARNING) if few else (SMALL_INK, SMALL_WARNING)
    pairs = dict.fromkeys(
        (tuple(received(texts, each, style)), tuple(existed(texts, each.time, style, warning)))
        for each in (content.deposits[place] for place in document.deposits)
    )
    lines: list[Sequence[Span]] = [words for pair in list(pairs)[:_SPELT_OUT] for words in pair]
    rest = len(pairs) - _SPELT_OUT
    if rest > 0:
        message = texts.ngettext("and %(n)s more pair of times", "and %(n)s more pairs of times", rest)
        lines.append([Span(message, SMALL)])
    if document.erased:
        gone = texts.ngettext("%(n)s file was erased", "%(n)s files were erased", len(document.erased))
        lines.append([Span(gone, SMALL_WARNING)])
    return [Paragraph(spans, width) for spans in lines]


def _listed(names: Sequence[str], style: Style) -> list[Span]:
    words: list[Span] = []
    for name in names:
        words += [*([Span(" · ", style)] if words else []), Span(name, style)]
    return words
