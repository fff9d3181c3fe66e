"""Thai runs cut into words by dictionary (newmm), and into trigrams where the dictionary may err."""

from functools import lru_cache
from itertools import accumulate, pairwise

LETTERS = "\u0e01-\u0e3a\u0e40-\u0e4e"
_LONGEST_RUN = 400


@lru_cache(maxsize=8192)
def cut(run: str) -> tuple[tuple[int, int], ...]:
    """Where the words of a run of Thai letters begin and end.

    Long runs are cut in pieces first: the time that newmm takes must stay linear on bad scans.
    """
    # It takes a while to load, and most archives hold no Thai.
    from pythainlp.tokenize import word_tokenize  # noqa: PLC0415

    ends: list[int] = [0]
    for start in range(0, len(run), _LONGEST_RUN):
        pieces = word_tokenize(run[start : start + _LONGEST_RUN], engine="newmm", keep_whitespace=False)
        ends.extend(start + end for end in accumulate(len(piece) for piece in pieces))
    return tuple((start, end) for start, end in pairwise(ends) if end > start)


def trigrams(run: str) -> tuple[str, ...]:
    """Every three characters that follow each other; a shorter run is itself."""
    return tuple(run[at : at + 3] for at in range(max(1, len(run) - 2)))
