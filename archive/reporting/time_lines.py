"""The two lines on time, never one: what the archive's clock said, and what an authority proves."""

from archive.reporting.content import DepositContent, TimeProof
from archive.reporting.look import fill
from archive.reporting.pdf.text import Span, Style
from archive.reporting.texts import Texts
from archive.reporting.wording import CLASSES


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
