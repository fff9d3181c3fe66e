"""A query's tree to a plan that engines run, and to the needles that are looked for on the pages found.

Every word is compiled twice: strictly, and with the words that OCR may have made of it. Pages that match strictly
are lifted above all that match only by a variant; what is negated is negated strictly.
"""

from dataclasses import dataclass
from typing import Final

from search import plan
from search.analysis import Analyser
from search.grammar import Alternatives, Conjunction, Negated, Node, Word
from search.leaves import Leaves, Pair, Variants, same
from search.needles import Needle
from search.ranking import TIER

ADJACENT: Final = 5.0
"""The lift of a page that has the words of a query side by side."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """What to run, what to mark, and whether the pages differ in score at all."""

    plan: plan.Plan
    needles: tuple[Needle, ...]
    scored: bool


class Compiler:
    """Compiles one query; make a new one for each."""

    def __init__(self, analyser: Analyser, variants: Variants) -> None:
        self._analyser = analyser
        self._leaves = Leaves(analyser, variants)

    def compile(self, node: Node) -> Compiled:
        """The plan of a parsed query."""
        pair = self._node(node, marked=True)
        if pair is None:
            empty = isinstance(node, Conjunction) and not node.nodes
            return Compiled(plan.Everything() if empty else plan.Nothing(), (), scored=False)
        if pair.negative:
            found: plan.Plan = plan.All((plan.Everything(),), (pair.strict,))
        elif pair.strict == pair.loose:
            found = pair.strict
        else:
            found = plan.Prefer(pair.loose, pair.strict, TIER)
        return Compiled(found, tuple(dict.fromkeys(self._leaves.needles)), self._leaves.scored)

    def _node(self, node: Node, *, marked: bool) -> Pair | None:
        match node:
            case Negated():
                pair = self._node(node.node, marked=False)
                return None if pair is None else Pair(pair.strict, pair.strict, negative=not pair.negative)
            case Conjunction():
                return self._conjunction(node, marked)
            case Alternatives():
                return self._alternatives(node, marked)
            case _:
                return self._leaves.compile(node, marked=marked)

    def _alternatives(self, node: Alternatives, marked: bool) -> Pair | None:
        pairs = [_positive(self._node(item, marked=marked)) for item in node.nodes]
        kept = [pair for pair in pairs if pair is not None]
        if not kept:
            return None
        strict, loose = tuple(pair.strict for pair in kept), tuple(pair.loose for pair in kept)
        return Pair(plan.Any(strict), plan.Any(loose))

    def _conjunction(self, node: Conjunction, marked: bool) -> Pair | None:
        pairs = [pair for item in node.nodes if (pair := self._node(item, marked=marked)) is not None]
        if not pairs:
            return None
        without = tuple(pair.strict for pair in pairs if pair.negative)
        strict = tuple(pair.strict for pair in pairs if not pair.negative) or (plan.Everything(),)
        loose = tuple(pair.loose for pair in pairs if not pair.negative) or (plan.Everything(),)
        pair = Pair(plan.All(strict, without), plan.All(loose, without))
        adjacent = self._adjacent(node)
        if adjacent is None:
            return pair
        return Pair(plan.Prefer(pair.strict, adjacent, ADJACENT), plan.Prefer(pair.loose, adjacent, ADJACENT))

    def _adjacent(self, node: Conjunction) -> plan.Plan | None:
        """The plain words of a conjunction as a phrase: a page that has them side by side is lifted."""
        words = [item.text for item in node.nodes if isinstance(item, Word) and not item.prefix]
        folded = tuple(token.folded for text in words for token in self._analyser.tokens(text))
        return plan.Phrase("folded", folded) if len(words) > 1 and len(folded) > 1 else None


def _positive(pair: Pair | None) -> Pair | None:
    """A pair that can stand in an alternative: "not this" becomes "everything but this"."""
    if pair is None or not pair.negative:
        return pair
    return same(plan.All((plan.Everything(),), (pair.strict,)))
