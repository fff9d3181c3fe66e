"""A section of the report for each paper: its pages small, its files with digests and times, what happened to it."""

from collections.abc import Iterable

from archive.reporting.blocks import put_fact
from archive.reporting.content import DepositContent, DocumentContent, Event, Extract, ReportContent, Twin
from archive.reporting.look import (
    ACCENT,
    FIGURES,
    HEADING,
    LABEL,
    LINE,
    RUST,
    SMALL,
    STRONG,
    TEXT,
    WARNING,
    fill,
)
from archive.reporting.pdf.document import PdfDocument
from archive.reporting.pdf.flow import Cell, Flow
from archive.reporting.pdf.pictures import Placed
from archive.reporting.pdf.text import Paragraph, Span
from archive.reporting.texts import Texts
from archive.reporting.time_lines import existed, received
from archive.reporting.wording import said_document, said_event

_STRIP = 118.0
"""The height of the small pictures."""
_GAP = 8.0
_MORE = 70
"""Room for the words that say how many pages more there are."""
_ENTRY = 70.0
"""The width of the column of entries in the time line."""
_HALF = 64
_FACTS, _EXTRACT, _TWIN = 175.0, 85.0, 50.0
"""About how high the facts of a file are, and what an extract and each twin add: they are not torn."""
_TOGETHER = 8
"""So many lines of a time line are not torn from its title."""


def put_papers(flow: Flow, texts: Texts, content: ReportContent, pdf: PdfDocument) -> None:
    """Put the sections, the first on another page than the summary."""
    if flow.page_number == 1:
        flow.turn()
    for document in content.documents:
        _paper(flow, texts, content, document, pdf)


def _paper(
    flow: Flow, texts: Texts, content: ReportContent, document: DocumentContent, pdf: PdfDocument
) -> None:
    flow.space(22)
    flow.need(HEADING.leading + _STRIP + 50 + _FACTS)
    flow.rule(ACCENT, thickness=1.2)
    flow.space(6)
    heading = [Span(f"{document.number}   ", HEADING), Span(said_document(texts, document), HEADING)]
    flow.row([Cell(0, [Paragraph(heading, flow.width)])])
    flow.space(4)
    _strip(flow, texts, document, pdf)
    if document.parties:
        put_fact(flow, texts.gettext("About"), *([Span(name, TEXT)] for name in document.parties))
    if document.exhibit is not None:
        message = texts.gettext("%(file)s, a derivative made by the archive, not the original")
        put_fact(
            flow,
            texts.gettext("Copy to read"),
            fill(message, TEXT, file=f"exhibits/{document.exhibit}.pdf"),
        )
    for gone in document.erased:
        message = texts.gettext(
            "A file of this paper was erased %(at)s and is not in this package (log entry %(entry)s)"
        )
        words = fill(message, WARNING, at=texts.minute(gone.at), entry=texts.number(gone.entry))
        put_fact(flow, texts.gettext("Erased"), words, mark=RUST)
    deposits = [content.deposits[place] for place in document.deposits]
    for deposit in deposits:
        _file(flow, texts, content, deposit)
    _time_line(flow, texts, [*document.events, *(event for each in deposits for event in each.events)])


def _strip(flow: Flow, texts: Texts, document: DocumentContent, pdf: PdfDocument) -> None:
    """As many small pages as stand side by side, and how many more there are."""
    placed: list[tuple[Placed, float]] = []
    used = 0.0
    for thumb in document.thumbs:
        picture = pdf.picture(thumb())
        width = min(_STRIP * picture.width / picture.height, flow.width)
        if used + width > flow.width:
            break
        placed.append((picture, width))
        used += width + _GAP
        if used + width > flow.width - _MORE:
            break
    if not placed:
        return
    x = flow.left
    for picture, width in placed:
        height = width * picture.height / picture.width
        flow.page.picture(picture.target, x, flow.y, width, height)
        flow.page.frame(x, flow.y, width, height, LINE)
        x += width + _GAP
    rest = document.page_count - len(placed)
    if rest > 0:
        more = texts.ngettext("and %(n)s more page", "and %(n)s more pages", rest)
        room = max(40.0, flow.left + flow.width - x)
        Paragraph([Span(more, SMALL)], room).draw(flow.page, x, flow.y)
    flow.y += _STRIP + 10


def _file(flow: Flow, texts: Texts, content: ReportContent, deposit: DepositContent) -> None:
    """The facts of one file; what is proved has an accent at its side, what is not yet has rust."""
    flow.space(7)
    flow.need(_FACTS + _EXTRACT * (deposit.extract is not None) + _TWIN * len(deposit.twins))
    flow.rule(LINE)
    flow.space(5)
    title = [Span(deposit.path, STRONG), Span(f"   {texts.size(deposit.size)}", SMALL)]
    flow.row([Cell(0, [Paragraph(title, flow.width)])])
    flow.space(2)
    put_fact(
        flow,
        texts.gettext("Time"),
        received(texts, deposit, TEXT),
        existed(texts, deposit.time, TEXT, WARNING),
        mark=RUST if deposit.time is None else ACCENT,
    )
    if deposit.extract is not None:
        _extract(flow, texts, deposit.extract)
    if deposit.file_name:
        put_fact(flow, texts.gettext("Called by its sender"), [Span(deposit.file_name, TEXT)])
    if deposit.station:
        words = fill(texts.gettext("%(station)s, as the sender claims"), TEXT, station=deposit.station)
        put_fact(flow, texts.gettext("Station"), words)
    put_fact(flow, "SHA-256", [Span(deposit.sha256, FIGURES)])
    halves = (deposit.sha512[:_HALF], deposit.sha512[_HALF:])
    put_fact(flow, "SHA-512", *([Span(half, FIGURES)] for half in halves))
    message = (
        texts.gettext("Entry %(entry)s, consistent to checkpoint %(size)s")
        if deposit.time is None
        else texts.gettext("Entry %(entry)s, consistent to checkpoint %(size)s; stamp %(stamp)s")
    )
    words = fill(
        message,
        TEXT,
        entry=texts.number(deposit.entry),
        size=texts.number(content.checkpoint.size),
        stamp="" if deposit.time is None else texts.number(deposit.time.stamp),
    )
    put_fact(flow, texts.gettext("Log"), words)
    put_fact(flow, texts.gettext("Deposit"), [Span(deposit.deposit, FIGURES)])
    for twin in deposit.twins:
        _twin(flow, texts, twin)


def _extract(flow: Flow, texts: Texts, extract: Extract) -> None:
    pages = ", ".join(
        texts.gettext("%(there)s (here %(here)s)") % {"there": there, "here": here}
        for here, there in enumerate(extract.pages, 1)
    )
    message = texts.ngettext(
        "Made by the archive of page %(pages)s out of %(count)s of a file received %(at)s, which is not in this "
        "package. That it comes from there is attested by the archive, not proved; the times above are its own.",
        "Made by the archive of pages %(pages)s out of %(count)s of a file received %(at)s, which is not in this "
        "package. That it comes from there is attested by the archive, not proved; the times above are its own.",
        len(extract.pages),
    )
    words = fill(
        message,
        TEXT,
        pages=pages,
        count=texts.number(extract.page_count),
        at=texts.minute(extract.received_at),
    )
    if extract.redacted:
        words += [Span(" ", TEXT), Span(texts.gettext("Words in it are blackened."), TEXT)]
    put_fact(flow, texts.gettext("Extract"), words, mark=RUST)
    put_fact(flow, texts.gettext("Its source"), [Span(extract.manifest, FIGURES)])


def _twin(flow: Flow, texts: Texts, twin: Twin) -> None:
    words = fill(
        texts.gettext("Received %(at)s, by this archive's clock"), TEXT, at=texts.minute(twin.received_at)
    )
    where = (
        fill(texts.gettext("In this package: %(folder)s"), TEXT, folder=f"documents/{twin.number}")
        if twin.number is not None
        else [Span(texts.gettext("It is not in this package"), TEXT)]
    )
    put_fact(
        flow,
        texts.gettext("Other scan"),
        words,
        existed(texts, twin.time, TEXT, WARNING),
        [*where, Span(f" · {twin.deposit}", SMALL)],
    )


def _time_line(flow: Flow, texts: Texts, events: Iterable[Event]) -> None:
    """The custody entries in the order of the log."""
    ordered = sorted(events, key=lambda event: event.seq)
    if not ordered:
        return
    flow.space(7)
    flow.need(30 + 15 * min(len(ordered), _TOGETHER))
    flow.rule(LINE)
    flow.space(5)
    title = Paragraph([Span(texts.gettext("What the log says happened"), STRONG)], flow.width)
    flow.row([Cell(0, [title])])
    flow.space(2)
    for event in ordered:
        words = Paragraph([Span(said_event(texts, event), TEXT)], flow.width - LABEL - _ENTRY)
        entry = fill(texts.gettext("entry %(entry)s"), SMALL, entry=texts.number(event.seq))
        flow.row(
            [
                Cell(0, [Paragraph([Span(texts.second(event.at), SMALL)], LABEL)]),
                Cell(LABEL, [words]),
                Cell(0, [Paragraph(entry, _ENTRY)], to_the_right=True),
            ]
        )
