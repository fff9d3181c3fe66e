"""Thai runs cut into words by dictionary, and into trigrams where the dictionary may err.

The cuts are those of newmm, the cutter of PyThaiNLP: the fewest words of its dictionary that end where a cluster of
letters ends (Theeramunkong et al. 2000, doi:10.1145/355214.355225). Its own program takes most of the time that
indexing a page in Thai takes; here a run is walked by clusters.
"""

import re
import unicodedata
from functools import lru_cache
from heapq import heappop, heappush
from itertools import accumulate, pairwise
from typing import Final

from search.analysis.folding import normalise

LETTERS = "\u0e01-\u0e3a\u0e40-\u0e4e"
FIRST = "\u0e01"
"""No letter of a script before it is Thai."""

_RUN = re.compile(f"[{LETTERS}]+")
_NIKHAHIT: Final = "\u0e4d"
_LONGEST_RUN: Final = 400
_MOST_ARCS: Final = 50

_C, _TONE = "[ก-ฮ]", "[่-๋]?"
_SILENT = f"(?:{_C}{_C}?[ูุิ]?์)?"
_NEXT = f"(?=[เ-ไก-ฮ]|$){_SILENT}"
# What is written together, by its first letter: none of these may be cut.
_CLUSTER = re.compile(
    "|".join(
        (
            _C
            + "(?:"
            + "|".join(
                (
                    f"ั{_TONE}วะ{_SILENT}",
                    f"[ัื]{_TONE}{_C}[ุิะ]?{_SILENT}",
                    "[ิุู]์",
                    f"[ะ-ู]{_TONE}{_SILENT}",
                    f"รร{_C}์",
                    "็",
                    f"{_TONE}[ะาำ]?{_SILENT}",
                )
            )
            + ")",
            f"เ{_C}(?:"
            + "|".join(
                (
                    f"็{_C}{_SILENT}",
                    f"{_C}{_TONE}าะ{_SILENT}",
                    f"{_C}ี{_TONE}ยะ{_SILENT}",
                    f"{_C}ี{_TONE}ย{_NEXT}",
                    f"{_C}็{_C}{_SILENT}",
                    f"ิ{_C}์{_C}{_SILENT}",
                    f"ิ{_TONE}{_C}{_SILENT}",
                    f"ี{_TONE}ยะ?{_SILENT}",
                    f"ื{_TONE}อะ?{_SILENT}",
                    f"[ิีุู]{_TONE}ย{_NEXT}",
                    f"{_TONE}า?ะ?{_SILENT}",
                )
            )
            + ")",
            f"แ{_C}(?:็{_C}|{_C}์|{_TONE}ะ|{_C}็{_C}|{_C}{_C}์|{_TONE})",
            f"โ{_C}{_TONE}ะ?",
            f"[ใไ]{_C}{_TONE}",
            ".",
        )
    ),
    re.DOTALL,
)
_NO_WAY: Final = (0, ())
_FEW_CONSONANTS = re.compile("[ก-ฮ]{,2}")


def cut(run: str) -> tuple[tuple[int, int], ...]:
    """Where the words of a run of Thai letters begin and end.

    Long runs are cut in pieces first: the time must stay linear on bad scans.
    """
    ends = [0]
    for start in range(0, len(run), _LONGEST_RUN):
        ends += [start + end for end in _cut(run[start : start + _LONGEST_RUN])]
    return tuple(pairwise(ends))


def is_run(text: str) -> bool:
    """Whether a text is nothing but Thai letters."""
    return _RUN.fullmatch(text) is not None


def normalised(run: str) -> str:
    """A run as `normalise` makes it; most are so already, and to see that is quicker."""
    return run if is_normalised(run) else normalise(run)


def is_normalised(text: str) -> bool:
    """Whether it is seen at once that all Thai letters of a text are as `normalise` makes them."""
    return _NIKHAHIT not in text and unicodedata.is_normalized("NFC", text)


def trigrams(run: str) -> tuple[str, ...]:
    """Every three characters that follow each other; a shorter run is itself."""
    return tuple([run[at : at + 3] for at in range(max(1, len(run) - 2))])


@lru_cache(maxsize=1)
def _dictionary() -> dict[str, bool]:
    """Every beginning of a word, and whether it is a word itself."""
    # It takes a while to load, and most archives hold no Thai.
    from pythainlp.corpus import thai_words  # noqa: PLC0415

    found: dict[str, bool] = {}
    for word in map(str.strip, thai_words()):
        for end in range(1, len(word)):
            found.setdefault(word[:end], False)
        found[word] = True
    return found


def _cut(run: str) -> list[int]:
    """Where the words of a piece end.

    From each place that words lead to, the next words are tried, until all ways meet at one place: up to there the way
    of the fewest words is taken, and of those the one whose words are shorter at the beginning.
    """
    ends = list(accumulate(map(len, _CLUSTER.findall(run)), initial=0))
    last = len(ends) - 1
    known_as = _dictionary().get
    cuts: list[int] = []
    arcs = 0
    # The best way to each place since all ways met, as how many words it has, and where these end.
    ways: dict[int, tuple[int, tuple[int, ...]]] = {}
    open_ends = [0]
    while (at := heappop(open_ends)) < last:
        # `_words_from`, written out: the call alone would take as long as a look into the dictionary.
        start, most = ends[at], _MOST_ARCS + 1 - arcs
        reached: list[int] = []
        for place in range(at + 1, last + 1):
            known = known_as(run[start : ends[place]])
            if known is None:
                break
            if known:
                reached.append(place)
                if len(reached) >= most:
                    break
        if not ways and len(reached) == 1:
            open_ends.append(reached[0])
            cuts.append(ends[reached[0]])
            continue
        arcs += len(reached)
        words, way = ways.get(at, _NO_WAY)
        for end in reached:
            found = (words + 1, (*way, ends[end]))
            best = ways.get(end)
            if best is None:
                heappush(open_ends, end)
                ways[end] = found
            elif found < best:
                ways[end] = found
        if len(open_ends) == 1:
            cuts += ways[open_ends[0]][1]
        elif not open_ends:
            goal = _next_word(run, ends, at)
            cuts.append(ends[goal])
            open_ends.append(goal)
        else:
            continue
        arcs = 0
        ways.clear()
    return cuts


def _words_from(run: str, ends: list[int], at: int, most: int) -> list[int]:
    """The places where words that begin at a place end, at most so many."""
    known_as, start = _dictionary().get, ends[at]
    reached: list[int] = []
    for place in range(at + 1, len(ends)):
        known = known_as(run[start : ends[place]])
        if known is None:
            break
        if known:
            reached.append(place)
            if len(reached) >= most:
                break
    return reached


def _next_word(run: str, ends: list[int], at: int) -> int:
    """Where the next word of the dictionary begins, one of more than two consonants."""
    for place in range(at + 1, len(ends) - 1):
        for end in _words_from(run, ends, place, len(ends)):
            if not _FEW_CONSONANTS.fullmatch(run, ends[place], ends[end]):
                return place
    return len(ends) - 1
