"""What a copied paper has in the place of the identifiers, digests, names and numbers of the one that it was made of.

Digests are as random as real ones, and the same value becomes the same one everywhere. Identifiers keep their random
part and move in time, so that they are as ordered as those of papers that came in later. Which column has what is found
in its values, not said table by table.
"""

import hashlib
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum

from archive.document_keys import name_keys_of, number_key
from bench._intake import Debtor

DIGITS = 6
STEP = timedelta(milliseconds=1 << 24)
"""What the first six digits of an identifier count (RFC 9562 section 5.7): each copy comes so much later."""

_IDENTIFIER = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
_DIGEST = re.compile(r"(?:[0-9a-f]{2}){16,64}")


class Kind(Enum):
    """What the texts of a column are."""

    SAME = "same"
    MOVED = "moved"
    EMBEDDED = "embedded"
    DIGEST = "digest"
    SWAPPED = "swapped"


@dataclass(slots=True)
class Swaps:
    """The other debtors that a copy is about: the papers of the first `count` speak of the next so many.

    `own` are numbers and keys that no debtor has: those of the papers themselves, which a copy's number makes others.
    """

    debtors: Sequence[Debtor]
    count: int
    own: Collection[str] = frozenset()
    _number: int = 0
    _known: dict[str, str] = field(default_factory=dict)

    def names(self, value: str) -> bool:
        """Whether a copy says something else in the place of this."""
        if not self._known:
            self._look_up(1)
        return value in self._known or value in self.own

    def turned(self, value: str, number: int) -> str:
        """What the copy of this number says in its place."""
        if number != self._number:
            self._look_up(number)
        found = self._known.get(value)
        if found is None:
            return f"{value}{number}" if value in self.own else value
        return found

    def _look_up(self, number: int) -> None:
        start = number * self.count
        pairs = zip(self.debtors[: self.count], self.debtors[start : start + self.count], strict=True)
        self._known = {}
        for old, new in pairs:
            self._known.update(zip(_said_of(old), _said_of(new), strict=False))
        self._number = number


def _said_of(debtor: Debtor) -> list[str]:
    """All that rows about a paper say of its debtor, in one order for all debtors."""
    return [
        debtor.id,
        debtor.claim,
        debtor.number,
        number_key(debtor.number),
        debtor.party.name,
        debtor.party.identifiers[0][1],
        *sorted(name_keys_of(debtor.party.name)),
    ]


@dataclass(frozen=True, slots=True)
class Turning:
    """How texts are turned; `things` are the identifiers that a copy has others for, `first` their first digits."""

    things: frozenset[str]
    swaps: Swaps
    first: int

    def digits(self, number: int) -> str:
        """The first digits of all identifiers of a copy."""
        return f"{self.first + number:0{DIGITS}x}"

    def moved(self, identifier: str, number: int) -> str:
        """The copy's identifier."""
        return self.digits(number) + identifier[DIGITS:]

    def embedded(self, text: str | None, number: int) -> str | None:
        """A text with the identifiers in it moved."""
        if text is None:
            return None
        digits = self.digits(number)
        return _IDENTIFIER.sub(lambda found: self._one(found.group(), digits), text)

    def _one(self, identifier: str, digits: str) -> str:
        return digits + identifier[DIGITS:] if identifier in self.things else identifier

    @staticmethod
    def digest(value: str | None, number: int) -> str | None:
        """Another digest of the same length; one that begins as another does stays its beginning."""
        if value is None:
            return None
        return hashlib.sha512(f"{value[:32]} {number}".encode()).hexdigest()[: len(value)]

    def swapped(self, value: str | None, number: int) -> str | None:
        """A name, number or identifier of the other debtor."""
        return None if value is None else self.swaps.turned(value, number)

    def kind(self, values: Collection[str]) -> Kind:
        """What these are, all the values of one column."""
        if values and all(value in self.things for value in values):
            return Kind.MOVED
        if any(self.swaps.names(value) for value in values):
            return Kind.SWAPPED
        if values and all(_DIGEST.fullmatch(value) for value in values):
            return Kind.DIGEST
        if any(self.names_thing(value) for value in values):
            return Kind.EMBEDDED
        return Kind.SAME

    def names_thing(self, text: str) -> bool:
        """Whether an identifier in a text is moved."""
        return not self.things.isdisjoint(_IDENTIFIER.findall(text))
