"""Which of many indexed words OCR may have made of one."""

from collections.abc import Mapping
from itertools import compress
from typing import Final

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from search.analysis import skeleton

LONGEST_WORD: Final = 40


def is_word(form: str) -> bool:
    """Whether an indexed token is a word of which there may be variants, rather than a number or an identifier."""
    if not 2 <= len(form) <= LONGEST_WORD:
        return False
    return form.isalpha() or 2 * sum(map(str.isalpha, form)) >= len(form)


def halves(word: str, distance: int) -> tuple[str, str]:
    """The beginning and the end of which a variant has one: what lies between may hold that many edits.

    With one edit, one of the halves is whole (the second may be the longer by a letter); with two, the first or the
    last third is, unless both edits lie wide apart (those are not found).
    """
    kept = len(word) // (distance + 1)
    return word[:kept], word[kept:] if distance == 1 else word[len(word) - kept :]


def nearest(word: str, counts: Mapping[str, int], distance: int, limit: int) -> list[str]:
    """Words within so many edits, of the letters as they are or of what OCR confuses folded together.

    `counts` are candidates with the number of pages that have them; nearest first, then commonest.
    """
    found: dict[str, int] = {}
    lengths = frozenset(range(len(word) - distance - 1, len(word) + distance + 2))
    candidates = list(compress(counts, map(lengths.__contains__, map(len, counts))))
    for candidate, edits, _ in extract(
        word, candidates, scorer=OSA.distance, score_cutoff=distance, limit=None
    ):
        found[candidate] = int(edits)
    # All at once: what is folded together never lies on both sides of the end of a line.
    shapes = skeleton("\n".join(candidates)).split("\n") if candidates else []
    for _, edits, at in extract(
        skeleton(word), shapes, scorer=OSA.distance, score_cutoff=distance, limit=None
    ):
        found[candidates[at]] = min(int(edits), found.get(candidates[at], distance))
    beginning, end = halves(word, distance)
    kept = [
        candidate
        for candidate in found
        if (candidate.startswith(beginning) or candidate.endswith(end)) and is_word(candidate)
    ]
    return sorted(kept, key=lambda candidate: (found[candidate], -counts[candidate], candidate))[:limit]
