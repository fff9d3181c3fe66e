"""Cursors: where an answer goes on, in a kept list of the best or in the order by date."""

from dataclasses import dataclass
from typing import Self

import regex

from search.errors import CursorError

_SHAPE = regex.compile(r"l\.([A-Za-z0-9_-]{22})\.([0-9]{1,4})|d\.([0-9]{1,20})(?:\.([A-Za-z0-9_-]{22}))?")


@dataclass(frozen=True, slots=True)
class ListCursor:
    """Goes on at an offset of a kept list."""

    name: str
    offset: int

    def __str__(self) -> str:
        return f"l.{self.name}.{self.offset}"


@dataclass(frozen=True, slots=True)
class DateCursor:
    """Goes on by date after a place, leaving out the documents of a kept list that were shown before."""

    before: int | None
    shown: str | None = None

    def __str__(self) -> str:
        before = LAST_PLACE if self.before is None else self.before
        return f"d.{before}" + (f".{self.shown}" if self.shown else "")

    @classmethod
    def after_list(cls, name: str) -> Self:
        """Begins the order by date once a list has been shown to its end."""
        return cls(None, name)


LAST_PLACE = (1 << 64) - 1
"""No document stands there: going on before it begins with the newest."""


def parse_cursor(text: str) -> ListCursor | DateCursor:
    """The cursor that was handed out as this text; raises CursorError for anything else."""
    found = _SHAPE.fullmatch(text)
    if found is None:
        raise CursorError("this is not a cursor of a search")
    if found[1]:
        return ListCursor(found[1], int(found[2]))
    before = int(found[3])
    if before > LAST_PLACE:
        raise CursorError("this is not a cursor of a search")
    return DateCursor(before, found[4])
