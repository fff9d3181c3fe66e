"""The end of the report: what is not in the package, and how anybody verifies it, with what to compare."""

from archive.reporting.blocks import put_fact, put_heading, put_statement
from archive.reporting.content import ReportContent
from archive.reporting.look import FIGURES, RUST, TEXT, fill
from archive.reporting.pdf.flow import Cell, Flow
from archive.reporting.pdf.text import Paragraph, Span
from archive.reporting.texts import Texts

_COMMAND = "tabellion verify PACKAGE.asice --trust FOLDER"
_NUMBER = 20
_NEEDED = 330


def put_guide(flow: Flow, texts: Texts, content: ReportContent) -> None:
    """Put it, on a page of its own where it would be torn."""
    flow.space(22)
    flow.need(_NEEDED)
    _left_out(flow, texts, content)
    flow.space(16)
    flow.need(_NEEDED - 60)
    _steps(flow, texts, content)
    _about(flow, texts, content)


def _left_out(flow: Flow, texts: Texts, content: ReportContent) -> None:
    put_heading(flow, texts.gettext("Not in this package"))
    lines = [
        texts.gettext("Entries of the log that say who looked at, searched for or downloaded these papers.")
    ]
    extracts = [each.extract for each in content.deposits if each.extract is not None]
    pages = sum(each.page_count - len(set(each.pages)) for each in extracts)
    if pages:
        message = texts.ngettext(
            "%(n)s page of the files that the extracts come from.",
            "%(n)s pages of the files that the extracts come from.",
            pages,
        )
        lines.append(message)
    if any(each.redacted for each in extracts):
        lines.append(texts.gettext("The words that are blackened."))
    erased = sum(len(document.erased) for document in content.documents)
    if erased:
        message = texts.ngettext("%(n)s file that was erased.", "%(n)s files that were erased.", erased)
        lines.append(message)
    twins = sum(twin.number is None for each in content.deposits for twin in each.twins)
    if twins:
        message = texts.ngettext(
            "%(n)s other scan of these papers, named above with its time.",
            "%(n)s other scans of these papers, named above with their times.",
            twins,
        )
        lines.append(message)
    for line in lines:
        put_statement(flow, line, RUST)


def _steps(flow: Flow, texts: Texts, content: ReportContent) -> None:
    put_heading(flow, texts.gettext("How to verify"))
    steps = [
        texts.gettext(
            "Get the archive's public keys, the certificate of its seal and that of the time-stamp authority in a "
            "way that whoever handed you this package does not control. Nothing in the package decides whom you trust."
        ),
        texts.gettext(
            "Run the archive's verifier, a single program that needs no network and no archive: %(command)s. "
            "It says PASSED, FAILED or INDETERMINATE, and why."
        ),
        texts.gettext(
            "Or use the tools of others: the file VERIFY.md in the package has the commands for openssl, and the "
            "package opens in EU DSS, the European Commission's validator."
        ),
        texts.gettext(
            "By hand: compute the SHA-256 of a file, for example with sha256sum, and compare it with this report."
        ),
    ]
    for number, step in enumerate(steps, 1):
        words = fill(step, TEXT, FIGURES, command=_COMMAND)
        cells = [
            Cell(0, [Paragraph([Span(str(number), TEXT)], _NUMBER)]),
            Cell(_NUMBER, [Paragraph(words, flow.width - _NUMBER)]),
        ]
        flow.row(cells)
        flow.space(4)


def _about(flow: Flow, texts: Texts, content: ReportContent) -> None:
    """What to compare: keys, checkpoint, archive."""
    uses = {
        "seal": texts.gettext("Seal, SHA-256"),
        "log": texts.gettext("Key of the log, SHA-256"),
    }
    size, at = texts.number(content.checkpoint.size), texts.moment(content.checkpoint.at)
    made = fill(texts.gettext("%(size)s entries, the newest of %(at)s"), TEXT, size=size, at=at)
    facts = [
        *((uses[key.use], [[Span(key.sha256, FIGURES)]]) for key in content.keys),
        (texts.gettext("Checkpoint"), [made, [Span(content.checkpoint.root, FIGURES)]]),
        (texts.gettext("Log"), [[Span(content.origin, FIGURES)]]),
        (texts.gettext("Archive"), [[Span(content.archive, TEXT)], [Span(content.archive_id, FIGURES)]]),
    ]
    flow.space(6)
    for label, lines in facts:
        put_fact(flow, label, *lines)
