"""What a query looks for on a page, so that the words it matched can be found and marked, and the reason named."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

from search.analysis import Token, normalise, skeleton
from search.analysis.identifiers import GRAM


class Reason(IntEnum):
    """Why words matched, the stronger the lower; the names in small letters are what answers carry."""

    CHECK_DIGIT = 0
    IDENTIFIER = 1
    PHRASE = 2
    EXACT = 3
    STEM = 4
    PART = 5
    OCR_VARIANT = 6


@dataclass(frozen=True, slots=True)
class Match:
    """Tokens `first` to `last` (included) of a page, and why."""

    first: int
    last: int
    reason: Reason


class Needle(Protocol):
    """Something that may be found among the tokens of a page."""

    def matches(self, tokens: Sequence[Token]) -> Iterator[Match]:
        """Where it stands."""
        ...


@dataclass(frozen=True, slots=True)
class WordNeedle:
    """One word with the forms that the compiled query accepts for it."""

    form: str
    folded: str
    stems: frozenset[str]
    beside: frozenset[str] = frozenset()
    variants: frozenset[str] = frozenset()

    def matches(self, tokens: Sequence[Token]) -> Iterator[Match]:
        for at, token in enumerate(tokens):
            reason = self._reason(token)
            if reason is not None:
                yield Match(at, at, reason)

    def _reason(self, token: Token) -> Reason | None:
        if token.form == self.form or token.folded == self.folded:
            return Reason.EXACT
        if token.stem in self.stems:
            return Reason.STEM
        if (
            token.folded in self.beside
            or self.folded in token.parts
            or not self.stems.isdisjoint(token.parts)
        ):
            return Reason.PART
        return Reason.OCR_VARIANT if token.folded in self.variants else None


@dataclass(frozen=True, slots=True)
class PrefixNeedle:
    """Words that begin so."""

    form: str
    folded: str

    def matches(self, tokens: Sequence[Token]) -> Iterator[Match]:
        for at, token in enumerate(tokens):
            if token.form.startswith(self.form) or token.folded.startswith(self.folded):
                yield Match(at, at, Reason.EXACT)


@dataclass(frozen=True, slots=True)
class PhraseNeedle:
    """Words next to each other, by their folded forms, or by stems where the query allows them."""

    folded: tuple[str, ...]
    stems: tuple[frozenset[str], ...] | None = None
    reason: Reason = Reason.PHRASE

    def matches(self, tokens: Sequence[Token]) -> Iterator[Match]:
        length = len(self.folded)
        for at in range(len(tokens) - length + 1):
            run = tokens[at : at + length]
            if all(token.folded == word for token, word in zip(run, self.folded, strict=True)):
                yield Match(at, at + length - 1, self.reason)
            elif self.stems and all(
                token.stem in stems for token, stems in zip(run, self.stems, strict=True)
            ):
                yield Match(at, at + length - 1, Reason.STEM)


@dataclass(frozen=True, slots=True)
class RunNeedle:
    """A run of Thai letters, wherever the dictionary has cut the page around it."""

    run: str

    def matches(self, tokens: Sequence[Token]) -> Iterator[Match]:
        starts: list[int] = []
        text = ""
        for token in tokens:
            starts.append(len(text))
            text += token.form
        at = text.find(self.run)
        while at >= 0:
            inside = [
                place
                for place, start in enumerate(starts)
                if start < at + len(self.run) and start + len(tokens[place].form) > at
            ]
            whole = starts[inside[0]] == at and len(inside) == 1 and tokens[inside[0]].form == self.run
            yield Match(inside[0], inside[-1], Reason.EXACT if whole else Reason.PART)
            at = text.find(self.run, at + 1)


@dataclass(frozen=True, slots=True)
class IdentifierNeedle:
    """An identifier, whole or in part; `proved` says that its check digit holds."""

    form: str
    proved: bool = False

    def matches(self, tokens: Sequence[Token]) -> Iterator[Match]:
        shape = skeleton(self.form)
        for at, token in enumerate(tokens):
            if self.form in (token.form, token.identifier):
                yield Match(at, at, Reason.CHECK_DIGIT if self.proved else Reason.IDENTIFIER)
            elif token.identifier and len(self.form) >= GRAM:
                if self.form in token.identifier:
                    yield Match(at, at, Reason.IDENTIFIER)
                elif shape in skeleton(token.identifier):
                    yield Match(at, at, Reason.OCR_VARIANT)
            elif self.form in token.parts:
                yield Match(at, at, Reason.PART)


def run_of(text: str) -> str:
    """A run of Thai as `RunNeedle` compares it."""
    return "".join(normalise(text).split())
