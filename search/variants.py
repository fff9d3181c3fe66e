"""Which of many indexed words OCR may have made of one."""

from collections.abc import Mapping

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from search.analysis import skeleton


def nearest(word: str, counts: Mapping[str, int], distance: int, limit: int) -> list[str]:
    """Words within so many edits, of the letters as they are or of what OCR confuses folded together.

    `counts` are candidates with the number of pages that have them; nearest first, then commonest.
    """
    found: dict[str, int] = {}
    candidates = [candidate for candidate in counts if abs(len(candidate) - len(word)) <= distance + 1]
    for candidate, edits, _ in extract(
        word, candidates, scorer=OSA.distance, score_cutoff=distance, limit=None
    ):
        found[candidate] = int(edits)
    shapes = [skeleton(candidate) for candidate in candidates]
    for _, edits, at in extract(
        skeleton(word), shapes, scorer=OSA.distance, score_cutoff=distance, limit=None
    ):
        found[candidates[at]] = min(int(edits), found.get(candidates[at], distance))
    return sorted(found, key=lambda candidate: (found[candidate], -counts[candidate], candidate))[:limit]
