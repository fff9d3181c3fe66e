"""Page one of the report: what this is, what is proved and by whom, what the archive alone says, what is not proved."""

from archive.reporting.blocks import put_heading, put_statement
from archive.reporting.content import ReportContent
from archive.reporting.look import ACCENT, QUIET, RUST, SMALL, STRONG, TEXT, TITLE, WARNING, fill
from archive.reporting.pdf.document import PdfDocument
from archive.reporting.pdf.flow import Cell, Flow
from archive.reporting.pdf.text import Paragraph, Span
from archive.reporting.report_list import put_list
from archive.reporting.texts import Texts
from archive.reporting.wording import CLASSES


def put_summary(flow: Flow, texts: Texts, content: ReportContent, pdf: PdfDocument) -> None:
    """Put the page; the list of the papers goes on where they are many."""
    _head(flow, texts, content)
    _warnings(flow, texts, content)
    _proved(flow, texts, content)
    _stated(flow, texts, content)
    _not_proved(flow, texts, content)
    put_list(flow, texts, content, pdf)


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
    if not parts:
        parts.append(texts.gettext("their files were erased"))
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
        put_statement(
            flow, text, RUST, lead=texts.gettext("Test authority: no legal value"), lead_style=WARNING
        )
    missing = sum(deposit.time is None for deposit in content.deposits)
    if missing:
        text = texts.ngettext(
            "For %(n)s file no authority has confirmed yet since when it exists. "
            "Ask for the package again when that has come.",
            "For %(n)s files no authority has confirmed yet since when they exist. "
            "Ask for the package again when that has come.",
            missing,
        )
        put_statement(flow, text, RUST, lead=texts.gettext("Time proof pending"), lead_style=WARNING)
    flow.space(4)


def _proved(flow: Flow, texts: Texts, content: ReportContent) -> None:
    put_heading(flow, texts.gettext("Proved"))
    proofs = [deposit.time for deposit in content.deposits if deposit.time is not None]
    for authority, proof_class in dict.fromkeys((proof.authority, proof.time_class) for proof in proofs):
        times = [
            each.existed_by
            for each in proofs
            if (each.authority, each.time_class) == (authority, proof_class)
        ]
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
        mark = ACCENT if proof_class in {"ordinary", "qualified"} else RUST
        put_statement(flow, words, mark, lead=texts.gettext("Since when"))
    text = texts.gettext(
        "That the files are, bit for bit, those that the archive's log names: proved by their SHA-256 and SHA-512 "
        "digests, which anybody can compute."
    )
    put_statement(flow, text, ACCENT, lead=texts.gettext("Which bytes"))
    words = fill(
        texts.gettext(
            "Which entries the archive wrote about the papers, in which order, and that none of these was changed "
            "since: proved by its log up to checkpoint %(size)s."
        ),
        TEXT,
        size=texts.number(content.checkpoint.size),
    )
    put_statement(flow, words + _seen(texts, content), ACCENT, lead=texts.gettext("What happened"))
    text = texts.gettext("That this archive issued the package: proved by its seal over every file.")
    put_statement(flow, text, ACCENT, lead=texts.gettext("By whom"))


def _seen(texts: Texts, content: ReportContent) -> list[Span]:
    words = [Span(" ", TEXT)]
    if not content.witnesses:
        return [*words, Span(texts.gettext("Seen outside by: nobody."), TEXT)]
    names = ", ".join(f"{each.name} ({texts.minute(each.at)})" for each in content.witnesses)
    return words + fill(texts.gettext("Seen outside by: %(names)s."), TEXT, names=names)


def _stated(flow: Flow, texts: Texts, content: ReportContent) -> None:
    put_heading(flow, texts.gettext("Said by the archive alone"))
    text = texts.gettext(
        "When a paper was received, what its file was called, which station sent it, what kind of paper it is "
        "and whom it is about; the copies in exhibits/; this report."
    )
    if any(deposit.extract is not None for deposit in content.deposits):
        text += " " + texts.gettext("That an extract comes from the file that it names.")
    put_statement(flow, text, QUIET)


def _not_proved(flow: Flow, texts: Texts, content: ReportContent) -> None:
    put_heading(flow, texts.gettext("Not proved"))
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
        put_statement(flow, line, RUST)
