"""The order of documents by score, the same on every engine: what scores nearly alike comes newest first."""

from collections.abc import Iterable
from operator import attrgetter
from typing import Final

from search.port import DocumentHit

TIER: Final = 1000.0
"""The lift of pages that match as written above those that match by what OCR may have bent.

More than the scores of the words in any query that a person types add up to; what is above a multiple of it is
relevance.
"""

TIE: Final = 0.01
"""Scores that differ by this share of the better one, or less, say the same: dates then decide."""

_PLACE: Final = attrgetter("place")


def ranked(hits: Iterable[DocumentHit], limit: int) -> list[DocumentHit]:
    """The best hits in order: tier by tier, by score, and within a tie the newest first."""
    ordered: list[DocumentHit] = []
    tied: list[DocumentHit] = []
    tier = lowest = 0.0
    for hit in sorted(hits, key=lambda hit: (-hit.score, -hit.place)):
        if not tied or hit.score // TIER != tier or hit.score % TIER < lowest:
            ordered += sorted(tied, key=_PLACE, reverse=True)
            if len(ordered) >= limit:
                return ordered[:limit]
            tied = []
            tier, relevance = divmod(hit.score, TIER)
            lowest = relevance * (1 - TIE)
        tied.append(hit)
    return (ordered + sorted(tied, key=_PLACE, reverse=True))[:limit]
