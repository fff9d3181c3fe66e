"""The leaves of a query, words, phrases and fields, to plans and to the needles looked for on the pages found."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from search import plan
from search.analysis import Analyser, Token, fold, identifier_form, skeleton
from search.analysis.hebrew import bare_forms, is_hebrew
from search.analysis.identifiers import GRAM, TAILS, grams, is_iban, may_be_part_of_identifier
from search.analysis.thai import trigrams
from search.checks import check_digit_holds
from search.grammar import Quoted, RangeField, TextField, Word
from search.needles import IdentifierNeedle, Needle, PhraseNeedle, PrefixNeedle, RunNeedle, WordNeedle, run_of
from search.terms import GRAM_FIELD, PARTY_FIELDS, raw_value

EXACT, FOLDED, STEM, PART, BARE = 1.0, 0.95, 0.7, 0.5, 0.5
PHRASE = 1.5
WHOLE_IDENTIFIER, TAIL_OF_IDENTIFIER, PIECE_OF_IDENTIFIER = 60.0, 40.0, 20.0
INFLECTED, VARIANT = 0.1, 0.05

MOST_VARIANTS: Final = 40
MOST_RANKING_WORDS: Final = 16
"""Words after these still select pages, but all their pages score alike: servers bound how many terms are scored."""

Variants = Callable[[str, int, int], Sequence[str]]
"""Gives the indexed words within so many edits of a folded word, at most so many."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A node compiled strictly, and loosely where that differs; `negative` pairs are subtracted."""

    strict: plan.Plan
    loose: plan.Plan
    negative: bool = False


@dataclass(slots=True)
class Leaves:
    """Compiles the leaves of one query and gathers the needles of those that are marked (not negated)."""

    analyser: Analyser
    variants: Variants
    needles: list[Needle] = field(default_factory=list)
    scored: bool = False
    _words: int = 0

    def compile(self, node: Word | Quoted | TextField | RangeField, *, marked: bool) -> Pair | None:
        """None for what holds nothing that could be looked for, a lone dash or an ampersand."""
        match node:
            case RangeField():
                return same(plan.Between(node.name, node.low, node.high))
            case TextField():
                return self._text_field(node, marked)
            case Quoted():
                return self._quoted(node.text, marked)
            case Word():
                return self._prefix(node, marked) if node.prefix else self._word(node.text, marked)

    def _word(self, text: str, marked: bool) -> Pair | None:
        tokens = self.analyser.tokens(text)
        if not tokens:
            return None
        self.scored |= marked
        if all(token.form and _is_thai(token.form) for token in tokens):
            return self._thai(text, tokens, marked)
        if len(tokens) > 1:
            return self._words_together(tokens, marked)
        token = tokens[0]
        if any(character.isdigit() for character in token.form):
            return self._figure(token, marked)
        return self._plain_word(token, marked)

    def _plain_word(self, token: Token, marked: bool) -> Pair:
        stems = self.analyser.stems(token.form)
        bare = bare_forms(token.folded) if is_hebrew(token.folded) else ()
        inflected = self.analyser.other_forms(token.form)
        options: list[plan.Plan] = [
            plan.Weighted(plan.Term("exact", token.form), EXACT),
            plan.Weighted(plan.Term("folded", token.folded), FOLDED),
            *(plan.Weighted(plan.Term("stem", stem), STEM) for stem in sorted(stems)),
            *(plan.Weighted(plan.Term("part", form), PART) for form in sorted(stems | {token.folded})),
            *(plan.Weighted(plan.Term("folded", form), BARE) for form in bare),
        ]
        if inflected:
            # Not by how rare each form is: the rarest would come before the word as it was typed.
            options.append(plan.Constant(plan.OneOf("folded", inflected), INFLECTED))
        self._words += 1
        ranks = self._words <= MOST_RANKING_WORDS
        variants = self._variants_of(token.folded) if marked and ranks else ()
        if marked:
            self.needles.append(
                WordNeedle(
                    *(token.form, token.folded, stems),
                    *map(frozenset, (bare, variants, inflected)),
                )
            )
        if not ranks:
            return same(_constants(options))
        strict = plan.Best(tuple(options))
        if not variants:
            return same(strict)
        return Pair(
            strict, plan.Best((*options, plan.Constant(plan.OneOf("folded", tuple(variants)), VARIANT)))
        )

    def _variants_of(self, folded: str) -> Sequence[str]:
        """Words at one edit from five letters on, at two from nine."""
        if len(folded) < 5:
            return ()
        return self.variants(folded, 2 if len(folded) >= 9 else 1, MOST_VARIANTS)

    def _figure(self, token: Token, marked: bool) -> Pair:
        form = identifier_form(token.form)
        options: list[plan.Plan] = [
            plan.Term("exact", token.form),
            plan.Weighted(plan.Term("part", token.form), PART),
        ]
        if may_be_part_of_identifier(form) and "." not in token.form:
            options.extend(_identifier_plans(form))
            if marked:
                self.needles.append(IdentifierNeedle(form, check_digit_holds(form)))
        elif marked:
            self.needles.append(WordNeedle(token.form, token.folded, frozenset({token.folded})))
        return same(plan.Best(tuple(options)))

    def _words_together(self, tokens: Sequence[Token], marked: bool) -> Pair:
        """A word that the analyser takes for several: they must stand next to each other."""
        folded = tuple(token.folded for token in tokens)
        stems = tuple(self.analyser.stems(token.form) for token in tokens)
        if marked:
            self.needles.append(PhraseNeedle(folded, stems))
        return same(plan.Best(_phrases(tokens)))

    def _thai(self, text: str, tokens: Sequence[Token], marked: bool) -> Pair:
        run = run_of(text)
        grams = trigrams(run)
        options: list[plan.Plan] = (
            list(_phrases(tokens)) if len(tokens) > 1 else [plan.Term("exact", tokens[0].form)]
        )
        piece = plan.Phrase("part", grams) if len(grams) > 1 else plan.Term("part", grams[0])
        options.append(plan.Weighted(piece, PART))
        if marked:
            self.needles.append(RunNeedle(run))
        return same(plan.Best(tuple(options)))

    def _quoted(self, text: str, marked: bool) -> Pair | None:
        tokens = self.analyser.tokens(text)
        if not tokens:
            return None
        self.scored |= marked
        if all(_is_thai(token.form) for token in tokens):
            return self._thai(text, tokens, marked)
        if marked:
            self.needles.append(PhraseNeedle(tuple(token.folded for token in tokens)))
        if len(tokens) == 1:
            return same(
                plan.Best(
                    (
                        plan.Term("exact", tokens[0].form),
                        plan.Weighted(plan.Term("folded", tokens[0].folded), FOLDED),
                    )
                )
            )
        return same(plan.Best(_phrases(tokens)))

    def _prefix(self, node: Word, marked: bool) -> Pair | None:
        tokens = self.analyser.tokens(node.text)
        if not tokens:
            return None
        form = "".join(token.form for token in tokens)
        folded = fold(form)
        self.scored |= marked
        if marked:
            self.needles.append(PrefixNeedle(form, folded))
        return same(
            plan.Best((plan.Prefix("exact", form), plan.Weighted(plan.Prefix("folded", folded), FOLDED)))
        )

    def _text_field(self, node: TextField, marked: bool) -> Pair | None:
        if node.name in PARTY_FIELDS:
            return self._party(node, marked)
        if node.name in ("id", "iban", "claim"):
            return self._identifier_field(node, marked)
        value = node.text.strip() if node.name == "document" else raw_value(node.text)
        return same(plan.Prefix(node.name, value) if node.prefix else plan.OneOf(node.name, (value,)))

    def _party(self, node: TextField, marked: bool) -> Pair | None:
        words = tuple(token.folded for token in self.analyser.tokens(node.text))
        if not words:
            return None
        if marked:
            self.needles.append(PhraseNeedle(words))
        by_id = plan.Term(node.name, fold(identifier_form(node.text)))
        if node.prefix:
            options: list[plan.Plan] = [plan.Prefix(node.name, words[-1])]
            options = [plan.All((*(plan.Term(node.name, word) for word in words[:-1]), *options))]
        else:
            options = [plan.Term(node.name, words[0]) if len(words) == 1 else plan.Phrase(node.name, words)]
        return same(plan.Best((*options, by_id)))

    def _identifier_field(self, node: TextField, marked: bool) -> Pair | None:
        form = identifier_form(node.text)
        if not form:
            return None
        self.scored |= marked and node.name == "id"
        if marked:
            self.needles.append(IdentifierNeedle(form, check_digit_holds(form)))
        if node.prefix:
            return same(plan.Prefix("identifier" if node.name == "id" else node.name, form))
        if node.name == "claim":
            return same(plan.OneOf("claim", (form,)))
        if node.name == "iban":
            return same(plan.OneOf("iban", tuple(dict.fromkeys((form, skeleton(form))))))
        return same(plan.Best(_identifier_plans(form)))


def same(node: plan.Plan) -> Pair:
    """A node that is the same strictly and loosely."""
    return Pair(node, node)


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
    return (plan.Weighted(plan.Phrase("folded", tuple(token.folded for token in tokens)), PHRASE),)


def _constants(options: Sequence[plan.Plan]) -> plan.Plan:
    """The same pages, each field with one score for all its terms."""
    values: dict[tuple[str, float], list[str]] = {}
    for option in options:
        match option:
            case plan.Weighted(plan.Term(name, value), factor):
                values.setdefault((name, factor), []).append(value)
            case plan.Constant(plan.OneOf(name, several), score):
                values.setdefault((name, score), []).extend(several)
    return plan.Best(
        tuple(plan.Constant(plan.OneOf(name, tuple(items)), score) for (name, score), items in values.items())
    )


def _is_thai(form: str) -> bool:
    return "\u0e01" <= form[:1] <= "\u0e4e"
