"""The tokens of a text that may matter to somebody, and in the place of all others one that matters to nobody.

Marking a page looks for a few words among some hundreds. By the page's outline it is seen which may matter; without
one, what stands between spaces is judged once and remembered, so that most words of most pages are never analysed. What
comes back reads like the whole list of tokens to whoever looks for tokens next to each other.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import regex

from search.analysis import thai
from search.analysis.analyser import LONGEST_KNOWN, Analyser, Token, is_whole
from search.analysis.outline import Group, Sought
from search.analysis.pieces import PIECE, Pieces
from search.analysis.segments import stretches

GAP: Final = Token(0, 0, "\x00", "\x00", "\x00", ())
"""Stands for one token or more of which none is wanted."""

_FIGURE = regex.compile(r"[\p{Nd}]")
_LETTER_BESIDE = regex.compile(r"\p{L}")
_MOST_JUDGED: Final = 50_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What matters: a judgement of tokens, one of whole runs of Thai, and whether figures do.

    Where `keys` are given, only tokens with one of them as a form or a part can matter: that is seen at once. With
    `sought`, so is by a page's outline where something may matter.
    """

    token: Callable[[Token], bool]
    run: Callable[[str], bool]
    figures: bool
    keys: frozenset[str] | None = None
    sought: Sought | None = None


@dataclass(slots=True)
class SparseTokens:
    """Gives the tokens of many texts that one question may want."""

    analyser: Analyser
    wanted: Wanted
    _judged: dict[str, dict[str, bool | None]] = field(default_factory=dict)
    _kept: dict[tuple[str, str], tuple[Token, ...]] = field(default_factory=dict)

    def of(self, pieces: Pieces, language: str, outline: bytes = b"") -> list[Token]:
        """The tokens that are wanted, in order, with GAP between those that do not follow each other.

        An outline that is not of this text is left aside.
        """
        if self.wanted.sought is not None:
            groups = self.wanted.sought.groups(outline, pieces, language)
            if groups is not None:
                return self._outlined(pieces, language, groups)
        return self._read(pieces.text, language)

    def _outlined(self, pieces: Pieces, language: str, groups: Sequence[Group]) -> list[Token]:
        """The same, by the groups that may matter."""
        found: list[Token] = []
        for first, last, apart in groups:
            if apart:
                _gap(found)
            start, piece = pieces.starts[first], pieces.all[first]
            known = self._kept.get((language, piece)) if first == last else None
            if known is None and (first < last or _FIGURE.search(piece)):
                end = pieces.starts[last] + len(pieces.all[last])
                self._keep(found, self.analyser.segment(pieces.text, start, end, language))
                continue
            for token in self._of_piece(piece, language) if known is None else known:
                if token is GAP:
                    _gap(found)
                else:
                    found.append(Token(start + token[0], start + token[1], *token[2:]))
        return found

    def _of_piece(self, piece: str, language: str) -> Sequence[Token]:
        """The tokens of a piece without figures, with GAP for those that are not wanted.

        They are remembered, for common words come often.
        """
        few: list[Token] = []
        if self._unwanted_run(piece):
            few.append(GAP)
        else:
            self._keep(few, self.analyser.chunk(piece, language))
        if len(self._kept) < _MOST_JUDGED:
            self._kept[language, piece] = tuple(few)
        return few

    def _read(self, text: str, language: str) -> list[Token]:
        """The same, by the text alone."""
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
            for chunk, verdict in zip(PIECE.finditer(text, at, end), verdicts, strict=True):
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
        if self._unwanted_run(chunk):
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

    def _unwanted_run(self, piece: str) -> bool:
        return piece[0] >= thai.FIRST and thai.is_run(piece) and not self.wanted.run(thai.normalised(piece))


def _gap(found: list[Token]) -> None:
    if not found or found[-1] is not GAP:
        found.append(GAP)
