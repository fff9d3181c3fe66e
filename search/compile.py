"""A query's tree to a plan that engines run, and to the needles that are looked for on the pages found.

Every word is compiled twice: strictly, and with the words that OCR may have made of it. Pages that match strictly
are lifted above all that match only by a variant; what is negated is negated strictly.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from search import plan
from search.analysis import Analyser, Token, fold, identifier_form, skeleton
from search.analysis.hebrew import bare_forms, is_hebrew
from search.analysis.identifiers import GRAM, TAILS, grams, is_iban, may_be_part_of_identifier
from search.analysis.thai import trigrams
from search.checks import check_digit_holds
from search.grammar import (
    Alternatives,
    Conjunction,
    Negated,
    Node,
    Quoted,
    RangeField,
    TextField,
    Word,
)
from search.needles import IdentifierNeedle, Needle, PhraseNeedle, PrefixNeedle, RunNeedle, WordNeedle, run_of
from search.terms import GRAM_FIELD, PARTY_FIELDS, raw_value

STRICT_LIFT: Final = 1000.0
"""More than the scores of the words in any query that a person types add up to."""

EXACT, FOLDED, STEM, PART, BARE = 1.0, 0.95, 0.7, 0.5, 0.5
PHRASE, ADJACENT = 1.5, 5.0
WHOLE_IDENTIFIER, TAIL_OF_IDENTIFIER, PIECE_OF_IDENTIFIER = 60.0, 40.0, 20.0
VARIANT = 0.05

MOST_VARIANTS: Final = 40
MOST_WORDS_WITH_VARIANTS: Final = 16

Variants = Callable[[str, int, int], Sequence[str]]
"""Gives the indexed words within so many edits of a folded word, at most so many."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """What to run, what to mark, and whether the pages differ in score at all."""

    plan: plan.Plan
    needles: tuple[Needle, ...]
    scored: bool


@dataclass(frozen=True, slots=True)
class _Pair:
    """A node compiled strictly, and loosely where that differs; `negative` pairs are subtracted."""

    strict: plan.Plan
    loose: plan.Plan
    negative: bool = False


@dataclass(slots=True)
class Compiler:
    """Compiles one query; make a new one for each."""

    analyser: Analyser
    variants: Variants
    _needles: list[Needle] = field(default_factory=list)
    _with_variants: int = 0
    _scored: bool = False

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
            found = plan.Prefer(pair.loose, pair.strict, STRICT_LIFT)
        return Compiled(found, tuple(self._needles), self._scored)

    def _node(self, node: Node, *, marked: bool) -> _Pair | None:
        """None for what holds nothing that could be looked for, a lone dash or an ampersand."""
        match node:
            case Negated():
                pair = self._node(node.node, marked=False)
                return None if pair is None else _Pair(pair.strict, pair.strict, negative=not pair.negative)
            case Conjunction():
                return self._conjunction(node, marked)
            case Alternatives():
                return self._alternatives(node, marked)
            case RangeField():
                return _same(plan.Between(node.name, node.low, node.high))
            case _:
                return self._leaf(node, marked)

    def _leaf(self, node: Word | Quoted | TextField, marked: bool) -> _Pair | None:
        if isinstance(node, TextField):
            return self._text_field(node, marked)
        if isinstance(node, Quoted):
            return self._quoted(node.text, marked)
        return self._prefix(node, marked) if node.prefix else self._word(node.text, marked)

    def _alternatives(self, node: Alternatives, marked: bool) -> _Pair | None:
        pairs = [_positive(self._node(item, marked=marked)) for item in node.nodes]
        kept = [pair for pair in pairs if pair is not None]
        if not kept:
            return None
        strict, loose = tuple(pair.strict for pair in kept), tuple(pair.loose for pair in kept)
        return _Pair(plan.Any(strict), plan.Any(loose))

    def _conjunction(self, node: Conjunction, marked: bool) -> _Pair | None:
        pairs = [pair for item in node.nodes if (pair := self._node(item, marked=marked)) is not None]
        if not pairs:
            return None
        without = tuple(pair.strict for pair in pairs if pair.negative)
        strict = tuple(pair.strict for pair in pairs if not pair.negative) or (plan.Everything(),)
        loose = tuple(pair.loose for pair in pairs if not pair.negative) or (plan.Everything(),)
        together: plan.Plan = plan.All(strict, without)
        adjacent = self._adjacent(node)
        if adjacent is not None:
            together = plan.Prefer(together, adjacent, ADJACENT)
        return _Pair(together, together if strict == loose else plan.All(loose, without))

    def _adjacent(self, node: Conjunction) -> plan.Plan | None:
        """The plain words of a conjunction as a phrase: a page that has them side by side is lifted."""
        words = [item.text for item in node.nodes if isinstance(item, Word) and not item.prefix]
        folded = tuple(token.folded for text in words for token in self.analyser.tokens(text))
        return plan.Phrase("folded", folded) if len(words) > 1 and len(folded) > 1 else None

    def _word(self, text: str, marked: bool) -> _Pair | None:
        tokens = self.analyser.tokens(text)
        if not tokens:
            return None
        self._scored = True
        if all(token.form and _is_thai(token.form) for token in tokens):
            return self._thai(text, tokens, marked)
        if len(tokens) > 1:
            return self._words_together(tokens, marked)
        token = tokens[0]
        if any(character.isdigit() for character in token.form):
            return self._figure(token, marked)
        return self._plain_word(token, marked)

    def _plain_word(self, token: Token, marked: bool) -> _Pair:
        stems = self.analyser.stems(token.form)
        bare = bare_forms(token.folded) if is_hebrew(token.folded) else ()
        options: list[plan.Plan] = [
            plan.Weighted(plan.Term("exact", token.form), EXACT),
            plan.Weighted(plan.Term("folded", token.folded), FOLDED),
            *(plan.Weighted(plan.Term("stem", stem), STEM) for stem in sorted(stems)),
            *(plan.Weighted(plan.Term("part", form), PART) for form in sorted(stems | {token.folded})),
            *(plan.Weighted(plan.Term("folded", form), BARE) for form in bare),
        ]
        variants = self._variants_of(token.folded) if marked else ()
        if marked:
            self._needles.append(
                WordNeedle(token.form, token.folded, stems, frozenset(bare), frozenset(variants))
            )
        strict = plan.Best(tuple(options))
        if not variants:
            return _same(strict)
        return _Pair(
            strict, plan.Best((*options, plan.Constant(plan.OneOf("folded", tuple(variants)), VARIANT)))
        )

    def _variants_of(self, folded: str) -> Sequence[str]:
        """Words at one edit from five letters on, at two from nine."""
        if len(folded) < 5 or self._with_variants >= MOST_WORDS_WITH_VARIANTS:
            return ()
        self._with_variants += 1
        return self.variants(folded, 2 if len(folded) >= 9 else 1, MOST_VARIANTS)

    def _figure(self, token: Token, marked: bool) -> _Pair:
        form = identifier_form(token.form)
        options: list[plan.Plan] = [
            plan.Term("exact", token.form),
            plan.Weighted(plan.Term("part", token.form), PART),
        ]
        if may_be_part_of_identifier(form) and "." not in token.form:
            options.extend(_identifier_plans(form))
            if marked:
                self._needles.append(IdentifierNeedle(form, check_digit_holds(form)))
        elif marked:
            self._needles.append(WordNeedle(token.form, token.folded, frozenset({token.folded})))
        return _same(plan.Best(tuple(options)))

    def _words_together(self, tokens: Sequence[Token], marked: bool) -> _Pair:
        """A word that the analyser takes for several: they must stand next to each other."""
        folded = tuple(token.folded for token in tokens)
        stems = tuple(self.analyser.stems(token.form) for token in tokens)
        if marked:
            self._needles.append(PhraseNeedle(folded, stems))
        return _same(plan.Best(_phrases(tokens)))

    def _thai(self, text: str, tokens: Sequence[Token], marked: bool) -> _Pair:
        run = run_of(text)
        grams = trigrams(run)
        options: list[plan.Plan] = (
            list(_phrases(tokens)) if len(tokens) > 1 else [plan.Term("exact", tokens[0].form)]
        )
        piece = plan.Phrase("part", grams) if len(grams) > 1 else plan.Term("part", grams[0])
        options.append(plan.Weighted(piece, PART))
        if marked:
            self._needles.append(RunNeedle(run))
        return _same(plan.Best(tuple(options)))

    def _quoted(self, text: str, marked: bool) -> _Pair | None:
        tokens = self.analyser.tokens(text)
        if not tokens:
            return None
        self._scored = True
        if all(_is_thai(token.form) for token in tokens):
            return self._thai(text, tokens, marked)
        if marked:
            self._needles.append(PhraseNeedle(tuple(token.folded for token in tokens)))
        if len(tokens) == 1:
            return _same(
                plan.Best(
                    (
                        plan.Term("exact", tokens[0].form),
                        plan.Weighted(plan.Term("folded", tokens[0].folded), FOLDED),
                    )
                )
            )
        return _same(plan.Best(_phrases(tokens)))

    def _prefix(self, node: Word, marked: bool) -> _Pair | None:
        tokens = self.analyser.tokens(node.text)
        if not tokens:
            return None
        form = "".join(token.form for token in tokens)
        folded = fold(form)
        self._scored = True
        if marked:
            self._needles.append(PrefixNeedle(form, folded))
        return _same(
            plan.Best((plan.Prefix("exact", form), plan.Weighted(plan.Prefix("folded", folded), FOLDED)))
        )

    def _text_field(self, node: TextField, marked: bool) -> _Pair | None:
        if node.name in PARTY_FIELDS:
            return self._party(node, marked)
        if node.name in ("id", "iban", "claim"):
            return self._identifier_field(node, marked)
        value = node.text.strip() if node.name == "document" else raw_value(node.text)
        return _same(plan.Prefix(node.name, value) if node.prefix else plan.OneOf(node.name, (value,)))

    def _party(self, node: TextField, marked: bool) -> _Pair | None:
        words = tuple(token.folded for token in self.analyser.tokens(node.text))
        if not words:
            return None
        if marked:
            self._needles.append(PhraseNeedle(words))
        by_id = plan.Term(node.name, fold(identifier_form(node.text)))
        if node.prefix:
            options: list[plan.Plan] = [plan.Prefix(node.name, words[-1])]
            options = [plan.All((*(plan.Term(node.name, word) for word in words[:-1]), *options))]
        else:
            options = [plan.Term(node.name, words[0]) if len(words) == 1 else plan.Phrase(node.name, words)]
        return _same(plan.Best((*options, by_id)))

    def _identifier_field(self, node: TextField, marked: bool) -> _Pair | None:
        form = identifier_form(node.text)
        if not form:
            return None
        self._scored = self._scored or node.name == "id"
        if marked:
            self._needles.append(IdentifierNeedle(form, check_digit_holds(form)))
        if node.prefix:
            return _same(plan.Prefix("identifier" if node.name == "id" else node.name, form))
        if node.name == "claim":
            return _same(plan.OneOf("claim", (form,)))
        if node.name == "iban":
            return _same(plan.OneOf("iban", tuple(dict.fromkeys((form, skeleton(form))))))
        return _same(plan.Best(_identifier_plans(form)))


def _identifier_plans(form: str) -> tuple[plan.Plan, ...]:
    wholes = (form, form[2:]) if is_iban(form) else (form,)
    plans: list[plan.Plan] = [plan.Constant(plan.OneOf("identifier", wholes), WHOLE_IDENTIFIER)]
    if len(form) in TAILS:
        plans.append(plan.Constant(plan.OneOf("tail", (form,)), TAIL_OF_IDENTIFIER))
    if len(form) >= GRAM:
        pieces = grams(form)
        piece = plan.Phrase(GRAM_FIELD, pieces) if len(pieces) > 1 else plan.Term(GRAM_FIELD, pieces[0])
        plans.append(plan.Constant(piece, PIECE_OF_IDENTIFIER))
    return tuple(plans)


def _phrases(tokens: Sequence[Token]) -> tuple[plan.Plan, ...]:
    return (
        plan.Weighted(plan.Phrase("exact", tuple(token.form for token in tokens)), PHRASE),
        plan.Weighted(plan.Phrase("folded", tuple(token.folded for token in tokens)), PHRASE * FOLDED),
    )


def _is_thai(form: str) -> bool:
    return "\u0e01" <= form[:1] <= "\u0e4e"


def _same(node: plan.Plan) -> _Pair:
    return _Pair(node, node)


def _positive(pair: _Pair | None) -> _Pair | None:
    """A pair that can stand in an alternative: "not this" becomes "everything but this"."""
    if pair is None or not pair.negative:
        return pair
    return _same(plan.All((plan.Everything(),), (pair.strict,)))
