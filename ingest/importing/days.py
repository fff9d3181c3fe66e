"""Dates as tables write them: by year first without doubt, by day first as is usual, by month first if told so."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from tabellion.base.errors import BadRequest

Order = Literal["day-first", "month-first"]
ORDERS: tuple[Order, ...] = ("day-first", "month-first")

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?")
_YEAR_LAST = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})")


class NoDay(ValueError):
    """The text is no day, or could be two; `code` is that of the problem, the text says why."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


@dataclass(frozen=True, slots=True)
class Days:
    """How the dates of a table are read: the order that was said, and fields where both orders may be meant."""

    order: Order | None = None
    doubtful: frozenset[str] = frozenset()

    def check(self) -> None:
        """Raise BadRequest for an order that there is not."""
        if self.order is not None and self.order not in ORDERS:
            raise BadRequest(f"the order of dates is one of {', '.join(ORDERS)}")

    def read(self, field: str, text: str) -> date:
        """The day that a cell of this field means. Raises NoDay."""
        if match := _ISO.fullmatch(text):
            year, month, day = map(int, match.groups())
        elif (match := _YEAR_LAST.fullmatch(text)) and len(match[3]) == 4:
            first, second, year = map(int, match.groups())
            if self.order is None and field in self.doubtful and _ambiguous(first, second):
                raise NoDay("AMBIGUOUS_DATE", "other dates of this column have the month first")
            day, month = (second, first) if self.order == "month-first" else (first, second)
        else:
            raise NoDay("BAD_DATE", "no date such as 2024-06-18")
        try:
            return date(year, month, day)
        except ValueError:
            raise NoDay("BAD_DATE", "there is no such day") from None


def doubtful_fields(rows: Iterable[Mapping[str, str]], fields: Iterable[str]) -> frozenset[str]:
    """Those of the fields of which a row has a date that can only have its month first: 11/30/1966."""
    left, found = set(fields), set()
    for row in rows:
        for field in left & row.keys():
            if (match := _YEAR_LAST.fullmatch(row[field])) and int(match[1]) <= 12 < int(match[2]):
                found.add(field)
        left -= found
        if not left:
            break
    return frozenset(found)


def _ambiguous(first: int, second: int) -> bool:
    return first != second and first <= 12 and second <= 12
