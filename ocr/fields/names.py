"""A name, and what those who look for names share: the words of a page, and what parts one from the next."""

from dataclasses import dataclass
from typing import Literal

from ocr.fields.cells import Cells
from ocr.lexicon import Lexicon

OPENING = "„“”«»\"'(<‹[*•·–—-|_.,:;"
"""Marks before a name that are no part of it."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name at `start:end` of the flow, spelt as it should be read."""

    start: int
    end: int
    value: str
    form: Literal["company", "person"]


class PageOfNames:
    """The words of one page, in a language."""

    def __init__(self, cells: Cells, words: Lexicon, language: str) -> None:
        self._cells = cells
        self._flow = cells.flow
        self._words = words
        self._language = language
        self._caseless = language in ("he", "th")
        self._printed = cells.flow.page.source == "text"
        settings = [roles for setting, roles in words.roles.items() if setting != "before"]
        self._nouns = {noun for roles in settings for found in roles.values() for noun in found}

    def _word(self, index: int) -> str:
        return self._flow.page.words[index].text

    def _apart(self, left: int, right: int) -> bool:
        """Whether a column or a line that was not broken for want of room parts two words."""
        before, after = self._flow.starts[left], self._flow.starts[right]
        cell, next_cell = self._cells.at(before), self._cells.at(after)
        if cell is next_cell:
            return False
        return self._cells.wrapped(next_cell) is not cell

    def _same_line(self, left: int, right: int) -> bool:
        return self._flow.page.words[left].line == self._flow.page.words[right].line
