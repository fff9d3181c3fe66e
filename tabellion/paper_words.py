"""Papers in words on the terminal: kinds as the pages call them, and how many pages and blank sides there are."""

from collections.abc import Mapping
from typing import Final

from archive.reporting.kinds import KINDS

_WORDS: Final[Mapping[str, str]] = {str(code): word for code, word in KINDS.items()}


def kind_word(code: str | None) -> str:
    """What a kind is called; a paper that was not read yet has none."""
    return "unread" if code is None else _WORDS.get(code, code.replace("_", " "))


def sides_words(count: int, blank: int) -> str:
    """`1 page, 1 blank side`: pages that say something, and sides that say nothing, of `count` sides in all."""
    written = count - blank
    told = f"{written} {'page' if written == 1 else 'pages'}"
    return told + (f", {blank} blank {'side' if blank == 1 else 'sides'}" if blank else "")
