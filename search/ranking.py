"""The order of documents by score, the same on every engine: what scores nearly alike comes newest first."""

from collections.abc import Iterable
from typing import Final

from search.port import DocumentHit

TIER: Final = 1000.0
"""The lift of pages that match as written above those that match by what OCR may have bent.

More than the scores of the words in any query that a person types add up to; what is above a multiple of it is
relevance.
"""

TIE: Final = 0.01
"""Scores that differ by this share of the better one, or less, say the same: dates then decide."""


def ranked(hits: Iterable[DocumentHit], limit: int) -> list[DocumentHit]:
    """The best hits in order: tier by tier, by score, and within a tie the newest first."""
    ordered: list[DocumentHit] = []
    tied: list[DocumentHit] = []
    for hit in sorted(hits, key=lambda hit: (-hit.score, -hit.place)):
        if tied and not _ties(tied[0].score, hit.score):
            ordered += sorted(tied, key=lambda one: -one.place)
            tied = []
        tied.append(hit)
    return (ordered + sorted(tied, key=lambda one: -one.place))[:limit]


def _ties(best: float, score: float) -> bool:
    tier, relevance = divmod(best, TIER)
    return score // TIER == tier and score % TIER >= relevance * (1 - TIE)
