"""What a paper says of who it is about: identifiers, numbers, names, dates and amounts of its fields, and its words."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Protocol

from archive.document_keys import NUMBER_FIELDS
from archive.names import Name, fold_number, fold_text, number_skeleton, parse_name

SHORTEST_NUMBER = 4
SHORTEST_IN_TEXT = 7
"""Letters and digits of a number that is believed where it merely stands in the text."""

_DATES = re.compile(r"(?<!\d)(\d{1,4})\s?[./\-]\s?(\d{1,2})\s?[./\-]\s?(\d{2,4})(?!\d)")
_LARGEST_AMOUNT = Decimal(10) ** 15
_BUDDHIST_ERA = 543


class StoodField(Protocol):
    """A field as it was read: what it is, its value, its page."""

    @property
    def name(self) -> str: ...
    @property
    def value(self) -> str: ...
    @property
    def page(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in a role, on a page."""

    role: str
    page: int
    name: Name


@dataclass(frozen=True)
class Said:
    """What the pages of one paper say. Identifiers and numbers come with where they stand, and in which role."""

    pages: Mapping[int, str]
    identifiers: Mapping[tuple[str, str], frozenset[tuple[str, int]]] = field(default_factory=dict)
    numbers: Mapping[str, frozenset[int]] = field(default_factory=dict)
    mentions: tuple[Mention, ...] = ()
    births: Mapping[str, frozenset[str]] = field(default_factory=dict)
    amounts: frozenset[int] = frozenset()
    shared: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """Parties to which other papers with the same numbers belong, with the pages where those numbers stand."""

    @cached_property
    def words(self) -> Mapping[int, tuple[str, ...]]:
        """The folded words of each page."""
        return {number: tuple(fold_text(text).split()) for number, text in self.pages.items()}

    @cached_property
    def squashed(self) -> Mapping[int, str]:
        """The folded words of each page without spaces, for scripts that have none."""
        return {number: "".join(words) for number, words in self.words.items()}

    @cached_property
    def skeletons(self) -> Mapping[int, str]:
        """All letters and digits of each page, with what recognition confuses made one."""
        return {number: _skeleton(text) for number, text in self.pages.items()}

    @cached_property
    def tokens(self) -> Mapping[str, frozenset[int]]:
        """What could be a number, bare: words with digits, and runs of such words as accounts are printed."""
        found: dict[str, set[int]] = {}
        for page, text in self.pages.items():
            for token in _tokens(text):
                found.setdefault(token, set()).add(page)
        return {token: frozenset(pages) for token, pages in found.items()}

    @cached_property
    def dates(self) -> frozenset[date]:
        """The dates that are printed in digits, day first or year first."""
        return frozenset(one for text in self.pages.values() for one in _dates(text))

    def stands(self, number: str) -> frozenset[int]:
        """The pages on which a number stands, however it is separated, with what is confused made one."""
        wanted = number_skeleton(number)
        in_fields = (pages for read, pages in self.numbers.items() if number_skeleton(read) == wanted)
        if found := frozenset().union(*in_fields):
            return found
        if len(wanted) < SHORTEST_IN_TEXT or not any(character.isdigit() for character in number):
            return frozenset()
        return frozenset(page for page, text in self.skeletons.items() if wanted in text)


def said_of(rows: Sequence[StoodField], texts: Mapping[int, str], first: int, last: int) -> Said:
    """What the fields in force and the texts of pages `first` to `last` say."""
    identifiers: dict[tuple[str, str], set[tuple[str, int]]] = {}
    numbers: dict[str, set[int]] = {}
    births: dict[str, set[str]] = {}
    mentions: list[Mention] = []
    amounts: set[int] = set()
    for row in rows:
        if not first <= row.page <= last:
            continue
        match row.name.split("."):
            case ["parties", role, "name"]:
                if (name := parse_name(row.value)).words:
                    mentions.append(Mention(role, row.page, name))
            case ["parties", role, "birth_date"]:
                births.setdefault(role, set()).add(row.value)
            case ["parties", role, kind]:
                identifiers.setdefault((kind, fold_number(row.value)), set()).add((role, row.page))
            case ["iban", role]:
                identifiers.setdefault(("iban", fold_number(row.value)), set()).add((role, row.page))
            case ["amounts", _]:
                amounts |= _minor(row.value)
            case [name] if name in NUMBER_FIELDS and len(fold_number(row.value)) >= SHORTEST_NUMBER:
                numbers.setdefault(fold_number(row.value), set()).add(row.page)
    return Said(
        pages={page: text for page, text in texts.items() if first <= page <= last},
        identifiers={key: frozenset(places) for key, places in identifiers.items()},
        numbers={number: frozenset(pages) for number, pages in numbers.items()},
        mentions=tuple(mentions),
        births={role: frozenset(days) for role, days in births.items()},
        amounts=frozenset(amounts),
    )


def _tokens(text: str) -> Iterable[str]:
    for line in text.splitlines():
        words = [fold_number(word) for word in line.split()]
        figures = [sum(map(str.isdigit, word)) for word in words]
        for start, word in enumerate(words if any(figures) else ()):
            run, count = "", 0
            for following, more in zip(words[start : start + 8], figures[start : start + 8], strict=True):
                if not more and following != word:
                    break
                run, count = run + following, count + more
                if len(run) >= SHORTEST_IN_TEXT and count >= 4:
                    yield run
                if len(run) > 34:
                    break


def _skeleton(text: str) -> str:
    # `number_skeleton` is made for one number; a page is cut so that nothing of it is left out.
    return "".join(number_skeleton(text[start : start + 100]) for start in range(0, len(text), 100))


def _dates(text: str) -> Iterable[date]:
    for match in _DATES.finditer(text):
        one, month, other = (int(part) for part in match.groups())
        year, day = (one, other) if len(match[1]) == 4 else (other, one)
        if year > 2400:
            year -= _BUDDHIST_ERA
        for numbers in ((year, month, day), (year, day, month)):
            try:
                yield date(*numbers)
            except ValueError:
                continue


def _minor(value: str) -> set[int]:
    try:
        amount = Decimal(value) * 100
    except InvalidOperation:
        return set()
    return {int(amount)} if abs(amount) < _LARGEST_AMOUNT and amount == amount.to_integral_value() else set()
