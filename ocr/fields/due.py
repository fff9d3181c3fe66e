"""Days by which money is due that are told by what follows them: "ist am 10.02.2025 fällig"."""

from collections.abc import Iterator

from ocr.fields.dates import find_dates
from ocr.fields.flow import Flow
from ocr.fields.role import Role
from ocr.folding import fold
from ocr.lexicon import Lexicon
from ocr.values import Kind

_KINDS: tuple[Kind, ...] = ("invoice", "dunning_letter")
_REACH, _STRENGTH = 40, 0.93
# What was due since a day, or is due for the first time, is something else.
_BEFORE = ("am", "zum", "bis", "per", "spatestens")


def due_behind(flow: Flow, kind: Kind, language: str, words: Lexicon) -> Iterator[Role]:
    """The dates of a page before words for being due."""
    phrases = words.labels.get("due_behind", ())
    if kind not in _KINDS or not phrases:
        return
    for date in find_dates(flow, language):
        before = fold(flow.before(date.start, _REACH)).text.split(" ")
        behind = fold(flow.text[date.end : date.end + _REACH]).text
        told = next((phrase for phrase in phrases if behind.startswith(phrase)), None)
        if told is not None and before[-1] in _BEFORE:
            yield Role("due_date", date, f"{date.rule}; before “{told}”", _STRENGTH)
