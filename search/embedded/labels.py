"""What the numbers of facets stand for: engines count numbers far quicker than names, and few names are shown."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import tantivy

from search.facets import FACET_PREFIX, facet_number

_MOST_KNOWN: Final = 50_000

Pair = tuple[str, str]
"""A value and its name for people."""


@dataclass(frozen=True, slots=True)
class Labels:
    """Values by the numbers of their facets; a number stands for the same in every generation."""

    schema: tantivy.Schema
    _known: dict[tuple[str, int], Pair] = field(default_factory=dict)

    def of(self, searcher: tantivy.Searcher, facet: str, number: int) -> Pair:
        """What a number that was counted stands for, read from a page that has it where it is not known yet."""
        known = self._known.get((facet, number))
        if known is not None:
            return known
        one = tantivy.Query.term_query(self.schema, FACET_PREFIX + facet, number, index_option="basic")
        ((_, address),) = searcher.search(one, limit=1, count=False).hits
        card = json.loads(bytes(searcher.doc(address)["card"][0]))
        found = next(pair for pair in _pairs(facet, card) if facet_number(*pair) == number)
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._known[facet, number] = found
        return found


def _pairs(facet: str, card: Mapping[str, Any]) -> list[Pair]:
    """The values of a facet on a page, by its card."""
    match facet:
        case "party":
            return [(identifier, name) for identifier, _, name in card["parties"]]
        case "portfolio":
            return [(identifier, name) for identifier, name in card["portfolio"]]
        case "year":
            return [(str(int(card["date"][:4])),) * 2]
        case _:
            return [(card[facet],) * 2]
