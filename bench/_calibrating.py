"""Confidence judged where it was not chosen: fitted on some languages, or some papers, and measured on the others.

What a confidence is worth is fitted as the isotonic regression of right on confidence (pool adjacent violators), so
that no shape is presumed but that more confidence is not less right.
"""

import random
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

Judged = tuple[float, bool]
"""A field's confidence, and whether it is right."""

SURE = 0.9
FOLDS = 8
SEED = 20_261_122


@dataclass(frozen=True, slots=True)
class Curve:
    """The share that is right, by confidence: a step function that never falls."""

    starts: tuple[float, ...]
    shares: tuple[float, ...]

    def __call__(self, confidence: float) -> float:
        """The share of fields of that confidence that are right; below all that was seen, that of the lowest."""
        return self.shares[max(0, bisect_right(self.starts, confidence) - 1)]


def fitted(judged: Sequence[Judged]) -> Curve:
    """The isotonic regression of right on confidence."""
    counts: dict[float, tuple[int, int]] = {}
    for confidence, right in judged:
        hits, count = counts.get(confidence, (0, 0))
        counts[confidence] = (hits + right, count + 1)
    blocks: list[tuple[float, int, int]] = []
    for confidence, (hits, count) in sorted(counts.items()):
        blocks.append((confidence, hits, count))
        while len(blocks) > 1 and blocks[-2][1] * blocks[-1][2] >= blocks[-1][1] * blocks[-2][2]:
            start, before, many = blocks[-2]
            blocks[-2:] = [(start, before + blocks[-1][1], many + blocks[-1][2])]
    if not blocks:
        return Curve((0.0,), (0.0,))
    return Curve(tuple(block[0] for block in blocks), tuple(block[1] / block[2] for block in blocks))


def held_out(groups: Mapping[str, Sequence[Judged]]) -> dict[str, Any]:
    """Each group judged by a curve that was fitted on all others: of those said to be sure, how many are right; of
    those that are wrong, how many are doubted; and how far the curve is from the truth, over ten bins of equal size.
    """
    said: list[Judged] = []
    for name in sorted(groups):
        others = [one for other in sorted(groups) if other != name for one in groups[other]]
        curve = fitted(others)
        said += [(curve(confidence), right) for confidence, right in groups[name]]
    sure = [right for share, right in said if share >= SURE]
    wrong = [share < SURE for share, right in said if not right]
    return {
        "groups": len(groups),
        "fields": len(said),
        "sure": len(sure),
        "sure_and_right": 100 * sum(sure) / len(sure) if sure else None,
        "wrong": len(wrong),
        "wrong_and_doubted": 100 * sum(wrong) / len(wrong) if wrong else None,
        "off_by": _off_by(said),
    }


def folds(
    papers: Mapping[str, Sequence[Judged]], count: int = FOLDS, seed: int = SEED
) -> dict[str, list[Judged]]:
    """Papers dealt into so many groups at random, but always the same; all pictures of a paper are in one."""
    names = sorted(papers)
    random.Random(seed).shuffle(names)
    dealt: dict[str, list[Judged]] = {}
    for place, name in enumerate(names):
        dealt.setdefault(str(place % count), []).extend(papers[name])
    return dealt


def _off_by(said: Sequence[Judged], bins: int = 10) -> float | None:
    """The expected calibration error in percent: how far what is said is from what is true, bin by bin."""
    if not said:
        return None
    ordered = sorted(said)
    ends = list(accumulate(len(ordered) // bins + (number < len(ordered) % bins) for number in range(bins)))
    parts = [ordered[first:end] for first, end in zip([0, *ends], ends, strict=False) if end > first]
    off = sum(abs(sum(share for share, _ in part) - sum(right for _, right in part)) for part in parts)
    return 100 * off / len(ordered)
