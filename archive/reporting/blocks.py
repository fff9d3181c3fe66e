"""The blocks that a report is made of: headings, statements with a mark, facts with a label."""

from collections.abc import Sequence

from archive.reporting.look import HEADING, LABEL, SMALL, STRONG, TEXT
from archive.reporting.pdf.canvas import Colour
from archive.reporting.pdf.flow import Cell, Flow
from archive.reporting.pdf.text import Paragraph, Span, Style

_INDENT = 11


def put_heading(flow: Flow, text: str, *, below: float = 34, note: Sequence[Span] = ()) -> None:
    """A heading, with at least `below` points of what follows on the same page, perhaps a note at the right."""
    flow.space(9)
    flow.need(HEADING.leading + below)
    cells = [Cell(0, [Paragraph([Span(text, HEADING)], flow.width)])]
    if note:
        cells.append(Cell(0, [Paragraph(note, flow.width)], to_the_right=True))
    flow.row(cells)
    flow.space(3)


def put_statement(
    flow: Flow, words: str | Sequence[Span], mark: Colour, *, lead: str = "", lead_style: Style = STRONG
) -> None:
    """A paragraph with a mark at its left, perhaps with a few words before it that say what it answers."""
    spans = [Span(words, TEXT)] if isinstance(words, str) else list(words)
    if lead:
        spans.insert(0, Span(f"{lead}. ", lead_style))
    flow.row([Cell(_INDENT, [Paragraph(spans, flow.width - _INDENT)])], mark=mark)
    flow.space(4)


def put_fact(flow: Flow, label: str, *values: Sequence[Span], mark: Colour | None = None) -> None:
    """A label at the left, one or more lines at the right, perhaps with a mark between them."""
    lines = [Paragraph(words, flow.width - LABEL) for words in values]
    labels = [Paragraph([Span(label, SMALL)], LABEL - 14)]
    flow.row([Cell(0, labels), Cell(LABEL, lines)], mark=mark, mark_x=LABEL - 9)
    flow.space(2)
