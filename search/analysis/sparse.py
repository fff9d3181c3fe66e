"""The tokens of a text that may matter to somebody, and in the place of all others one that matters to nobody.

Marking a page looks for a few words among some hundreds. What stands between spaces is judged once and remembered, so
that most words of most pages are never analysed; what comes back reads like the whole list of tokens to whoever looks
for tokens next to each other.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import regex

from search.analysis import thai
from search.analysis.analyser import LONGEST_KNOWN, Analyser, Token, is_whole
from search.analysis.segments import stretches

GAP: Final = Token(0, 0, "\x00", "\x00", "\x00", ())
"""Stands for one token or more of which none is wanted."""

# What str.split leaves: of `re` and not of `regex`, to which the separators U+001C to U+001F are no spaces.
_CHUNK = re.compile(r"\S+")
_FIGURE = regex.compile(r"[\p{Nd}]")
_LETTER_BESIDE = regex.compile(r"\p{L}")
_MOST_JUDGED: Final = 50_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What matters: a judgement of tokens, one of whole runs of Thai, and whether figures do.

    Where `keys` are given, only tokens with one of them as a form or a part can matter: that is seen at once.
    """

    token: Callable[[Token], bool]
    run: Callable[[str], bool]
    figures: bool
    keys: frozenset[str] | None = None


@dataclass(slots=True)
class SparseTokens:
    """Gives the tokens of many texts that one question may want."""

    analyser: Analyser
    wanted: Wanted
    _judged: dict[str, dict[str, bool | None]] = field(default_factory=dict)

    def of(self, text: str, language: str) -> list[Token]:
        """The tokens that are wanted, in order, with GAP between those that do not follow each other."""
        found: list[Token] = []
        judged = self._judged.setdefault(language, {})
        keys = self.wanted.keys or frozenset()
        known = self.analyser.known_keys(language) if self.wanted.keys is not None else {}
        for at, end in stretches(text):
            chunks = text[at:end].split()
            if is_whole(text, at, end):
                self._whole(found, text, at, end, language, chunks)
                continue
            verdicts = [
                not forms.isdisjoint(keys)
                if (forms := known.get(chunk)) is not None  # another thread may empty it at any time
                else judged[chunk]
                if chunk in judged
                else self._judge(chunk, language)
                for chunk in chunks
            ]
            if True not in verdicts:
                if False in verdicts:
                    _gap(found)
                continue
            for chunk, verdict in zip(_CHUNK.finditer(text, at, end), verdicts, strict=True):
                if verdict:
                    self._keep(found, self.analyser.segment(text, chunk.start(), chunk.end(), language))
                elif verdict is False:
                    _gap(found)
        return found

    def _whole(
        self, found: list[Token], text: str, at: int, end: int, language: str, chunks: Sequence[str]
    ) -> None:
        """A stretch with figures or a broken word; one of figures that nobody wants is left at that."""
        if (
            self.wanted.figures
            or text.find("\n", at, end) >= 0
            or any(self._judge(chunk, language) for chunk in chunks if _LETTER_BESIDE.search(chunk))
        ):
            self._keep(found, self.analyser.segment(text, at, end, language))
        else:
            _gap(found)

    def _keep(self, found: list[Token], tokens: Sequence[Token]) -> None:
        for token in tokens:
            if self.wanted.token(token):
                found.append(token)
            else:
                _gap(found)

    def _judge(self, chunk: str, language: str) -> bool | None:
        """Whether any token of a chunk is wanted; None where it has no token."""
        judged = self._judged[language]
        if chunk in judged:
            return judged[chunk]
        if chunk[0] >= "\u0e01" and thai.is_run(chunk) and not self.wanted.run(thai.normalised(chunk)):
            return False
        if (
            self.wanted.keys is not None
            and len(chunk) <= LONGEST_KNOWN
            and (forms := self.analyser.word_keys(chunk, language))
        ):
            return not forms.isdisjoint(self.wanted.keys)
        if len(chunk) > LONGEST_KNOWN or _FIGURE.search(chunk):
            tokens: Sequence[Token] = self.analyser.segment(chunk, 0, len(chunk), language)
            return any(map(self.wanted.token, tokens)) if tokens else None
        tokens = self.analyser.chunk(chunk, language)
        if tokens:
            self.analyser.remember_keys(chunk, language, tokens)
        verdict = any(map(self.wanted.token, tokens)) if tokens else None
        if len(judged) < _MOST_JUDGED:
            judged[chunk] = verdict
        return verdict


def _gap(found: list[Token]) -> None:
    if not found or found[-1] is not GAP:
        found.append(GAP)
