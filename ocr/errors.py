"""Why a file, or one page of it, could not be read: the published reasons, with what a person should do.

Unreadable
└── ReadingRefused    READING_REFUSED    422   1   (`reason` is one of REASONS)
"""

from dataclasses import dataclass

from tabellion.base.errors import Unreadable


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason of the list: what it means, what to do, and whether trying again later may help."""

    meaning: str
    advice: str
    retry: bool = False


_ASK = "The original is kept as it was received. Ask the sender for another copy."

REASONS: dict[str, Reason] = {
    "EMPTY": Reason("the file has no bytes", "Scan or send it again; an empty file holds no paper."),
    "UNKNOWN_TYPE": Reason(
        "the content is neither PDF, TIFF, JPEG, PNG nor an e-invoice in XML",
        "Convert it to PDF, TIFF, JPEG or PNG and send that; the name of the file does not matter.",
    ),
    "TRUNCATED": Reason("the file ends too early", f"The transfer was probably cut short. {_ASK}"),
    "DAMAGED": Reason("the structure of the file is broken", _ASK),
    "ENCRYPTED": Reason(
        "the file opens only with a password",
        "Ask the sender for a copy without a password; nobody's password is guessed.",
    ),
    "TOO_MANY_PAGES": Reason(
        "there are more pages than the limit allows",
        "Send it in smaller files, or have the limit on pages raised by the administrator.",
    ),
    "TOO_LARGE_PAGE": Reason(
        "a page has more pixels than the limit allows",
        "Scan it at 300 dpi or less, or have the limit on pixels raised by the administrator.",
    ),
    "TIME_LIMIT": Reason(
        "reading took longer than the limit allows",
        "Retry once when the machine is idle; if it comes back, the file is hostile or damaged: look at the original.",
        retry=True,
    ),
    "MEMORY_LIMIT": Reason(
        "reading needs more memory than the limit allows",
        "Scan it at a lower resolution; if the file is small, it is hostile or damaged: look at the original.",
    ),
    "READER_DIED": Reason(
        "the reading process ended unexpectedly",
        "Retry once; if it comes back, the file is hostile or damaged: look at the original.",
        retry=True,
    ),
    "LANGUAGE_MISSING": Reason(
        "a Tesseract language is not installed",
        "Install the Debian package that the message names, then retry.",
        retry=True,
    ),
    "ENGINE_MISSING": Reason(
        "Tesseract is not installed",
        "Install the Debian packages tesseract-ocr and tesseract-ocr-osd, then retry.",
        retry=True,
    ),
}
"""Every reason code that a refused file or a page's `error` may carry."""


class ReadingRefused(Unreadable):
    """A file of which nothing could be read; `reason` is a key of `REASONS`."""

    code = "READING_REFUSED"

    def __init__(self, reason: str, message: str = "") -> None:
        known = REASONS[reason]
        super().__init__(f"{reason}: {message or known.meaning}", advice=known.advice)
        self.reason = reason
        self.detail = message or known.meaning
        self.retry = known.retry


class PageRefused(Exception):
    """One page could not be read; the others go on. Becomes `PageReading.error`."""

    def __init__(self, reason: str, message: str = "") -> None:
        super().__init__(f"{reason}: {message or REASONS[reason].meaning}")
        self.reason = reason
