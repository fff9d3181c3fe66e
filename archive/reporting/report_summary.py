"""Page one of the report: what this is, what is proved and by whom, what the archive alone says, what is not proved."""

from collections.abc import Sequence

from archive.reporting.content import DepositContent, DocumentContent, ReportContent, TimeProof
from archive.reporting.look import (
    ACCENT,
    HEADING,
    LINE,
    QUIET,
    RUST,
    SMALL,
    SMALL_INK,
    SMALL_WARNING,
    STRONG,
    TEXT,
    TITLE,
    WARNING,
    fill,
)
from archive.reporting.pdf.canvas import Colour
from archive.reporting.pdf.document import PdfDocument
from archive.reporting.pdf.flow import Cell, Flow
from archive.reporting.pdf.text import Paragraph, Span, Style
from archive.reporting.texts import Texts
from archive.reporting.wording import CLASSES, said_document

_INDENT = 11
_NUMBER = 24
_TIMES = 226
_FEW = 2
"""Up to so many papers show their first page, and their times in the size of text."""
_LEAST, _MOST, _WIDEST = 64.0, 150.0, 150.0
"""The heights between which a first page is shown, to fill page one, and the greatest width."""
_SPELT_OUT = 2
"""So many different pairs of times of a paper are on page one; all of them are in its section."""


def put_summary(flow: Flow, texts: Texts, content: ReportContent, pdf: PdfDocument) -> None:
    """Put the page; the list of the papers goes on where they are many."""
    _head(flow, texts, content)
    _warnings(flow, texts, content)
    _proved(flow, texts, content)
    _stated(flow, texts, content)
    _not_proved(flow, texts, content)
    _papers(flow, texts, content, pdf)


def received(texts: Texts, deposit: DepositContent, style: Style) -> list[Span]:
    """The first of the two lines on time: what the archive's clock said."""
    message = (
        texts.gettext("Received %(at)s, by this archive's clock")
        if deposit.extract is None
        else texts.gettext("Extract made %(at)s, by this archive's clock")
    )
    return fill(message, style, at=texts.minute(deposit.received_at))


def existed(texts: Texts, proof: TimeProof | None, style: Style, warning: Style) -> list[Span]:
    """The second line: what an authority proves, or that it is pending."""
    if proof is None:
        return [Span(texts.gettext("Time proof pending"), warning)]
    words = fill(
        texts.gettext("Existed no later than %(at)s, proved by %(authority)s"),
        style,
        at=texts.minute(proof.existed_by),
        authority=proof.authority,
    )
    if proof.time_class == "test":
        words.append(Span(f" ({texts.gettext(CLASSES['test'])})", warning))
    return words


def _head(flow: Flow, texts: Texts, content: ReportContent) -> None:
    if content.matter:
        flow.row([Cell(0, [Paragraph([Span(content.matter, SMALL)], flow.width)])])
    title = Paragraph([Span(texts.gettext("What this package proves"), TITLE)], flow.width)
    flow.row([Cell(0, [title])])
    flow.space(5)
    extracts = sum(deposit.extract is not None for deposit in content.deposits)
    whole = len(content.deposits) - extracts
    papers = texts.ngettext("%(n)s paper", "%(n)s papers", len(content.documents))
    words = fill(
        texts.gettext("The archive %(archive)s issued this package. It holds %(papers)s:"),
        TEXT,
        STRONG,
        archive=content.archive,
        papers=papers,
    )
    parts = []
    if whole:
        message = texts.ngettext("%(n)s file as it was received", "%(n)s files as they were received", whole)
        parts.append(message)
    if extracts:
        parts.append(texts.ngettext("%(n)s extract", "%(n)s extracts", extracts))
    words.append(Span(f" {', '.join(parts)}. ", TEXT))
    words.append(
        Span(
            texts.gettext(
                "With them are proofs that anybody can check without the archive and without trusting it; "
                "the last page says how."
            ),
            TEXT,
        )
    )
    flow.row([Cell(0, [Paragraph(words, flow.width)])])
    flow.space(9)


def _warnings(flow: Flow, texts: Texts, content: ReportContent) -> None:
    if content.test_authority:
        text = texts.gettext(
            "The time below is proved by a test authority, which anybody can run: to a court it proves nothing."
        )
        _statement(flow, texts.gettext("Test authority: no legal value"), text, RUST, WARNING)
    missing = sum(deposit.time is None for deposit in content.deposits)
    if missing:
        text = texts.ngettext(
            "For %(n)s file no authority has confirmed yet since when it exists. "
            "Ask for the package again when that has come.",
            "For %(n)s files no authority has confirmed yet since when they exist. "
            "Ask for the package again when that has come.",
            missing,
        )
        _statement(flow, texts.gettext("Time proof pending"), text, RUST, WARNING)
    flow.space(4)


def _proved(flow: Flow, texts: Texts, content: ReportContent) -> None:
    _heading(flow, texts.gettext("Proved"))
    proofs = [deposit.time for deposit in content.deposits if deposit.time is not None]
    for authority, proof_class in dict.fromkeys((proof.authority, proof.time_class) for proof in proofs):
        times = [proof.existed_by for proof in proofs if proof.authority == authority]
        message = texts.gettext(
            "The files existed no later than %(at)s, bit for bit as they are here: proved by %(authority)s "
            "(%(standing)s)."
        )
        if len(times) < len(content.deposits):
            message = texts.gettext(
                "The files that name it below existed no later than %(at)s, bit for bit as they are here: "
                "proved by %(authority)s (%(standing)s)."
            )
        words = fill(
            message,
            TEXT,
            at=texts.moment(max(times)),
            authority=authority,
            standing=texts.gettext(CLASSES[proof_class]),
        )
        _statement(flow, texts.gettext("Since when"), words, ACCENT)
    text = texts.gettext(
        "That the files are, bit for bit, those that the archive's log names: proved by their SHA-256 and SHA-512 "
        "digests, which anybody can compute."
    )
    _statement(flow, texts.gettext("Which bytes"), text, ACCENT)
    words = fill(
        texts.gettext(
            "Which entries the archive wrote about the papers, in which order, and that none of these was changed "
            "since: proved by its log up to entry %(size)s."
        ),
        TEXT,
        size=texts.number(content.checkpoint.size),
    )
    _statement(flow, texts.gettext("What happened"), words + _seen(texts, content), ACCENT)
    text = texts.gettext("That this archive issued the package: proved by its seal over every file.")
    _statement(flow, texts.gettext("By whom"), text, ACCENT)


def _seen(texts: Texts, content: ReportContent) -> list[Span]:
    words = [Span(" ", TEXT)]
    if not content.witnesses:
        return [*words, Span(texts.gettext("Seen outside by: nobody."), TEXT)]
    names = ", ".join(f"{each.name} ({texts.minute(each.at)})" for each in content.witnesses)
    return words + fill(texts.gettext("Seen outside by: %(names)s."), TEXT, names=names)


def _stated(flow: Flow, texts: Texts, content: ReportContent) -> None:
    _heading(flow, texts.gettext("Said by the archive alone"))
    text = texts.gettext(
        "When a paper was received, what its file was called, which station sent it, what kind of paper it is "
        "and whom it is about; the copies in exhibits/; this report."
    )
    if any(deposit.extract is not None for deposit in content.deposits):
        text += " " + texts.gettext("That an extract comes from the file that it names.")
    _statement(flow, "", text, QUIET)


def _not_proved(flow: Flow, texts: Texts, content: ReportContent) -> None:
    _heading(flow, texts.gettext("Not proved"))
    lines = [
        texts.gettext(
            "That a paper was genuine, complete, or signed by whom it names: a scan is an image of paper, "
            "not the original."
        ),
        texts.gettext("That what it says is true: what was false before it was received stays false."),
        texts.gettext("That no entry about them was left out: that shows only in the whole log."),
        texts.gettext("That the archive is a qualified service: it is not."),
    ]
    if not content.witnesses:
        lines.append(
            texts.gettext(
                "That the archive showed everybody the same log: nobody outside has confirmed its checkpoint."
            )
        )
    for line in lines:
        _statement(flow, "", line, RUST)


def _papers(flow: Flow, texts: Texts, content: ReportContent, pdf: PdfDocument) -> None:
    """The list: number, first page where there are few papers, what it is, its two times."""
    few = len(content.documents) <= _FEW
    zone = fill(texts.gettext("Times of the zone %(zone)s"), SMALL, zone=str(content.zone))
    _heading(flow, texts.gettext("The papers"), below=_LEAST + 10, note=zone)
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


def _heading(flow: Flow, text: str, below: float = 34, note: Sequence[Span] = ()) -> None:
    flow.space(9)
    flow.need(HEADING.leading + below)
    cells = [Cell(0, [Paragraph([Span(text, HEADING)], flow.width)])]
    if note:
        cells.append(Cell(0, [Paragraph(note, flow.width)], to_the_right=True))
    flow.row(cells)
    flow.space(3)


def _statement(
    flow: Flow, lead: str, text: str | list[Span], mark: Colour, lead_style: Style = STRONG
) -> None:
    words = [Span(text, TEXT)] if isinstance(text, str) else text
    if lead:
        words = [Span(f"{lead}. ", lead_style), *words]
    flow.row([Cell(_INDENT, [Paragraph(words, flow.width - _INDENT)])], mark=mark)
    flow.space(4)
