"""Values of date and amount fields: single ones, `a..b`, `<a`, `>=a`, to whole numbers with both bounds included."""

from calendar import monthrange
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import regex

from search.errors import QueryError

_DAY = regex.compile(r"([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?")
_AMOUNT = regex.compile(r"[0-9]{1,15}(?:[.,][0-9]{1,2})?")
_BOUND = regex.compile(r"(<=|>=|<|>)(.*)", regex.DOTALL)

Span = tuple[int, int]
Bounds = tuple[int | None, int | None]


def days(text: str, position: int) -> Bounds:
    """Bounds of a date value, as ordinals of days: `2024`, `2024-01`, `2024-01-31`, and ranges of them."""
    return _bounds(text, position, _days_of)


def amounts(text: str, position: int) -> Bounds:
    """Bounds of an amount, in minor units: `1000`, `1000.50`, `1000,50`, and ranges of them."""
    return _bounds(text, position, _minor_of)


def _bounds(text: str, position: int, read: Callable[[str, int], Span]) -> Bounds:
    if ".." in text:
        low, _, high = text.partition("..")
        if not low and not high:
            raise QueryError("EMPTY_RANGE", "a range needs a beginning or an end", position)
        first = read(low, position)[0] if low else None
        last = read(high, position + len(text) - len(high))[1] if high else None
        if first is not None and last is not None and first > last:
            raise QueryError("RANGE_BACKWARDS", "the range ends before it begins", position)
        return first, last
    if found := _BOUND.fullmatch(text):
        first_of, last_of = read(found[2], position + len(found[1]))
        return {
            "<": (None, first_of - 1),
            "<=": (None, last_of),
            ">": (last_of + 1, None),
            ">=": (first_of, None),
        }[found[1]]
    return read(text, position)


def _days_of(text: str, position: int) -> Span:
    found = _DAY.fullmatch(text)
    if found is None:
        raise QueryError("BAD_DATE", "a date is written 2024, 2024-01 or 2024-01-31", position)
    year, month, day = int(found[1]), found[2], found[3]
    try:
        if month is None:
            return date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
        if day is None:
            last = date(year, int(month), monthrange(year, int(month))[1])
            return last.replace(day=1).toordinal(), last.toordinal()
        single = date(year, int(month), int(day)).toordinal()
    except ValueError:
        raise QueryError("BAD_DATE", f"there is no date {text}", position) from None
    return single, single


def _minor_of(text: str, position: int) -> Span:
    if not _AMOUNT.fullmatch(text):
        raise QueryError("BAD_AMOUNT", "an amount is written 1000 or 1000.50, without separators", position)
    minor = int(Decimal(text.replace(",", ".")) * 100)
    return minor, minor
