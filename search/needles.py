"""What a query looks for on a page, so that the words it matched can be found and marked, and the reason named."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

from search.analysis import Token, fold, normalise, skeleton
from search.analysis.identifiers import GRAM
from search.analysis.outline import IDENTIFIER
from search.analysis.sparse import GAP


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

    def wants(self, token: Token) -> bool:
        """Whether a match may have this token in it."""
        ...

    def wants_run(self, run: str) -> bool:
        """Whether a match may have tokens of this run of Thai letters in it."""
        ...

    @property
    def has_figures(self) -> bool:
        """Whether a token that is nothing but figures may be in a match."""
        ...

    @property
    def keys(self) -> frozenset[str] | None:
        """The forms of which each token in a match has one, as itself, as its stem or as a part; None: any may be.

        IDENTIFIER among them stands for any token that is kept as an identifier.
        """
        ...


class _TokenNeedle(ABC):
    """What is found in one token at a time, each for a reason of its own."""

    __slots__ = ()

    def matches(self, tokens: Sequence[Token]) -> Iterator[Match]:
        for at, token in enumerate(tokens):
            if token is not GAP and (reason := self._reason(token)) is not None:
                yield Match(at, at, reason)

    def wants(self, token: Token) -> bool:
        return self._reason(token) is not None

    @abstractmethod
    def _reason(self, token: Token) -> Reason | None:
        """Why it is found in this token; None where it is not."""


@dataclass(frozen=True, slots=True)
class WordNeedle(_TokenNeedle):
    """One word with the forms that the compiled query accepts for it."""

    form: str
    folded: str
    stems: frozenset[str]
    beside: frozenset[str] = frozenset()
    variants: frozenset[str] = frozenset()
    inflected: frozenset[str] = frozenset()

    def wants_run(self, run: str) -> bool:
        return any(form in run for form in self.keys)

    @property
    def has_figures(self) -> bool:
        return any(map(_has_figure, self.keys))

    @property
    def keys(self) -> frozenset[str]:
        return frozenset((self.form, self.folded)).union(
            self.stems, self.beside, self.variants, self.inflected
        )

    def _reason(self, token: Token) -> Reason | None:
        if token.form == self.form or token.folded == self.folded:
            return Reason.EXACT
        if token.stem in self.stems or token.folded in self.inflected:
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

    def wants(self, token: Token) -> bool:
        return token.form.startswith(self.form) or token.folded.startswith(self.folded)

    def wants_run(self, run: str) -> bool:
        return self.form in run or self.folded in run

    @property
    def has_figures(self) -> bool:
        return _has_figure(self.form)

    @property
    def keys(self) -> frozenset[str] | None:
        return None


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

    def wants(self, token: Token) -> bool:
        return token.folded in self.folded or any(token.stem in stems for stems in self.stems or ())

    def wants_run(self, run: str) -> bool:
        return any(word in run for word in self.folded)

    @property
    def has_figures(self) -> bool:
        return any(map(_has_figure, self.folded))

    @property
    def keys(self) -> frozenset[str] | None:
        return frozenset(self.folded).union(*(self.stems or ()))


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

    def wants(self, token: Token) -> bool:
        return _overlap(self.run, token.form)

    def wants_run(self, run: str) -> bool:
        return _overlap(self.run, run)

    @property
    def has_figures(self) -> bool:
        return False

    @property
    def keys(self) -> frozenset[str] | None:
        return None


@dataclass(frozen=True, slots=True)
class IdentifierNeedle(_TokenNeedle):
    """An identifier, whole or in part; `proved` says that its check digit holds."""

    form: str
    proved: bool = False

    def wants_run(self, run: str) -> bool:
        return self.form in run

    @property
    def has_figures(self) -> bool:
        return True

    @property
    def keys(self) -> frozenset[str] | None:
        return frozenset((self.form, fold(self.form), IDENTIFIER))

    def _reason(self, token: Token) -> Reason | None:
        if self.form in (token.form, token.identifier):
            return Reason.CHECK_DIGIT if self.proved else Reason.IDENTIFIER
        if token.identifier and len(self.form) >= GRAM:
            if self.form in token.identifier:
                return Reason.IDENTIFIER
            return Reason.OCR_VARIANT if skeleton(self.form) in skeleton(token.identifier) else None
        return Reason.PART if self.form in token.parts else None


def run_of(text: str) -> str:
    """A run of Thai as `RunNeedle` compares it."""
    return "".join(normalise(text).split())


def _has_figure(form: str) -> bool:
    return any(map(str.isdigit, form))


def _overlap(one: str, other: str) -> bool:
    """Whether one may stand in what begins, goes on or ends with the other."""
    if one in other or other in one:
        return True
    most = min(len(one), len(other))
    return any(
        one[-length:] == other[:length] or other[-length:] == one[:length] for length in range(1, most)
    )
