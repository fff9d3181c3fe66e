"""The words of the index that OCR may have made of one, looked up in its dictionaries of terms."""

from collections.abc import Iterator
from itertools import product
from typing import Final

import tantivy

from search.analysis import skeleton
from search.embedded.schema import MIRROR
from search.variants import halves, nearest

MOST_CANDIDATES: Final = 20_000
"""So many words that begin or end alike are looked at, the commonest."""

_SHORT_BEGINNING: Final = 2
_CONFUSED: Final = ("0oq", "1li", "5s", "8b", "2z", "6g")
_SPELLINGS: Final[dict[str, tuple[str, ...]]] = {
    "m": ("m", "rn"),
    **{skeleton(alike[0]): tuple(alike) for alike in _CONFUSED},
}
"""What the characters of a skeleton may stand for."""


def near_words(searcher: tantivy.Searcher, word: str, distance: int, limit: int) -> tuple[str, ...]:
    """Indexed words within so many edits of a folded word, itself left out; nearest and commonest first.

    The term dictionary is asked for words that share their beginning, and by the mirrored field their end,
    with the word: with one edit one of the halves is whole; with two, the first or last third is, unless both
    edits lie wide apart (those are not found).
    """
    beginnings, ends = _shared(word, distance)
    counts: dict[str, int] = {}
    for beginning in beginnings:
        counts.update(searcher.terms_with_prefix("folded", beginning, None, MOST_CANDIDATES))
    for end in ends:
        for mirrored, _ in searcher.terms_with_prefix(MIRROR, end[::-1], None, MOST_CANDIDATES):
            counts.setdefault(mirrored[::-1], 0)
    counts.pop(word, None)
    near = nearest(word, counts, distance, len(counts))
    # How many pages of a word make it known backwards says nothing of how many have it.
    common = {each: counts[each] or searcher.doc_freq("folded", each) for each in near}
    return tuple(nearest(word, common, distance, limit))


def _shared(word: str, distance: int) -> tuple[list[str], list[str]]:
    """The beginnings and ends of which a variant has one.

    The first half of a word of five letters is so short that thousands of words have it, and where accounts begin
    with it a million numbers. One edit after it leaves either the next letter whole, or all that follow that, or
    turns these two round. As one letter counts whatever OCR confuses with it.
    """
    beginning, end = halves(word, distance)
    next_letter, rest = end[:1], end[1:]
    # An r and an n on both sides of a cut make one letter, which has no side.
    cut = "rn" in (beginning[-1:] + next_letter, end[:2])
    if distance > 1 or len(beginning) > _SHORT_BEGINNING or len(rest) < 2 or cut:
        return [beginning], [end]
    shape = skeleton(rest)
    further = list(_spelled(skeleton(next_letter)))
    beginnings = [beginning + letters for letters in further]
    beginnings += [beginning + one + other for one in (rest[0], *_spelled(shape[0])) for other in further]
    return list(dict.fromkeys(beginnings)), list(dict.fromkeys((end, *_spelled(shape))))


def _spelled(shape: str) -> Iterator[str]:
    """What has this skeleton."""
    return map("".join, product(*(_SPELLINGS.get(character, (character,)) for character in shape)))
