"""How alike names are: word by word, in any order, through inflection, misreading and other scripts."""

from collections.abc import Sequence

from rapidfuzz.distance import Indel
from rapidfuzz.fuzz import partial_ratio

from archive.inflection import ENDINGS, inflected
from archive.names import Name, smudged

ALIKE = 0.7
"""Below this a word is another word."""

INFLECTED = 0.95
_ACROSS_SCRIPTS = 0.94
_INITIAL = 0.85
_ENDINGS = frozenset(smudged(ending) for ending in ENDINGS)
_MISSING = 0.3
"""What a word that only one side has weighs, once two words agree: a middle name, a patronymic, an honorific."""


def name_likeness(paper: Name, party: Name) -> float:
    """From 0 to 1 how likely both are one name."""
    if not paper.words or not party.words:
        return 0.0
    if paper.squashed == party.squashed:
        return 1.0
    if paper.latin != party.latin and paper.skeletons and party.skeletons and not _same_script(paper, party):
        return _ACROSS_SCRIPTS * _words_likeness(paper.skeletons, party.skeletons)
    return _words_likeness(paper.words, party.words)


def text_likeness(words: Sequence[str], squashed: str, party: Name) -> float:
    """From 0 to 1 how fully a name stands in the words of a page, its words near each other."""
    if party.thai:
        wanted = party.squashed
        found = partial_ratio(wanted, squashed) / 100 if len(wanted) >= 6 else 0.0
        return found if found >= 0.85 else 0.0
    if len(party.squashed) < 6:
        return 0.0
    longest = max(party.words, key=len)
    reach, best = len(party.words) + 1, 0.0
    total = sum(map(len, party.words))
    for place, word in enumerate(words):
        if word_likeness(word, longest) < ALIKE:
            continue
        near = words[max(0, place - reach) : place + reach + 1]
        scores = [max(word_likeness(other, wanted) for other in near) for wanted in party.words]
        kept = [score if score >= ALIKE else 0.0 for score in scores]
        if len(kept) > 1 and sum(score > 0 for score in kept) < 2:
            continue
        weighed = sum(score * len(wanted) for score, wanted in zip(kept, party.words, strict=True)) / total
        best = max(best, weighed)
    return best


def word_likeness(one: str, other: str) -> float:
    """From 0 to 1 how likely two folded words are forms or misreadings of one word."""
    if one == other:
        return 1.0
    if len(one) == 1 or len(other) == 1:
        return _INITIAL if one[0] == other[0] else 0.0
    first, second = smudged(one), smudged(other)
    if first == second:
        return 0.99
    return max(
        INFLECTED if inflected(first, second, _ENDINGS) else 0.0, Indel.normalized_similarity(first, second)
    )


def _same_script(one: Name, other: Name) -> bool:
    return one.thai == other.thai and one.words[0][0].isascii() == other.words[0][0].isascii()


def _words_likeness(one: Sequence[str], other: Sequence[str]) -> float:
    pairs = sorted(
        (
            (word_likeness(a, b), len(a) + len(b), i, j)
            for i, a in enumerate(one)
            for j, b in enumerate(other)
        ),
        reverse=True,
    )
    left, right = set(range(len(one))), set(range(len(other)))
    agreed, weight, count = 0.0, 0.0, 0
    for likeness, _, i, j in pairs:
        if likeness < ALIKE:
            break
        if i in left and j in right:
            left.remove(i)
            right.remove(j)
            size = max(len(one[i]), len(other[j]))
            agreed += likeness * size
            weight += size
            count += 1
    if not count:
        return 0.0
    rest = max(sum(len(one[i]) for i in left), sum(len(other[j]) for j in right))
    weight += rest * (_MISSING if count >= 2 else 1.0)
    return agreed / weight
