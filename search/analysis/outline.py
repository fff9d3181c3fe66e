"""The outline of a page: a small number for each form of each of its words, in their order.

An index keeps it beside the page, so that marking sees at once which words a question may want: the same form has the
same number everywhere, and the few forms that share it by chance are told apart by the words themselves.

An outline is the CRC-32 of language and text, by which one of another reading is known, and characters in UTF-16. What
stands between spaces is a group: one character below NEXT for the first form of its tokens, one from NEXT on for each
further form. Where tokens may hold spaces (lines with figures, broken words), the whole stretch is one group, with a
JOINED for each piece after its first.
"""

import re
import zlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Final, NamedTuple, Protocol

from search.analysis import thai
from search.analysis.pieces import Pieces

IDENTIFIER: Final = "\x01"
"""Stands among the forms of a token that is kept as an identifier, whichever it is."""

EMPTY: Final = "\x01"
"""The group of what has no token."""

JOINED: Final = "\uff00"

_FIRST, _NEXT, _NUMBERS = 0x100, 0x8000, 0x5000  # no number falls among the surrogates
_FURTHER: Final = chr(_NEXT)
_HIGH_OF_FURTHER: Final = bytes(range(_NEXT >> 8, 0xFF))
_THAI: Final = 0
THAI_GROUP: Final = chr(_FIRST + _THAI)
"""The group of a run of Thai."""

_THAI_BESIDE: Final = chr(_NEXT + _THAI)
_REST = re.compile("[\u8000-\uffff]*")
_NOTHING = re.compile("(?!)")
_PIECE = re.compile("[\x00-\u7fff\uff00]")
_NO_THAI = re.compile(f"[^{thai.LETTERS}]+")
_CRC_BYTES: Final = 4


class Forms(Protocol):
    """A token, or the forms of one."""

    @property
    def folded(self) -> str: ...
    @property
    def stem(self) -> str: ...
    @property
    def parts(self) -> tuple[str, ...]: ...
    @property
    def identifier(self) -> str | None: ...


class Group(NamedTuple):
    """Pieces `first` to `last` (included) of a text, which may hold what is sought; `apart`: after other tokens."""

    first: int
    last: int
    apart: bool


def group_of(tokens: Iterable[Forms]) -> str:
    """The group of these tokens."""
    keys = dict.fromkeys(key for token in tokens for key in keys_of(token))
    numbers = dict.fromkeys(map(_number, keys))
    if not numbers:
        return EMPTY
    first, *further = numbers
    return chr(_FIRST + first) + "".join([chr(_NEXT + number) for number in further])


def keys_of(token: Forms) -> tuple[str, ...]:
    """What needles compare with a token; the exact form is left out, since it is never equal where `folded` is not."""
    marked = (IDENTIFIER,) if token.identifier else ()
    return (token.folded, token.stem, *token.parts, *marked)


def outline_of(groups: str, text: str, language: str) -> bytes:
    """The outline of a text, of the groups of what stands between its spaces."""
    return _crc(text, language) + groups.encode("utf-16-le")


class Sought:
    """What one question looks for in outlines: whole forms by their `keys`, and letters of runs of Thai."""

    def __init__(self, keys: Iterable[str], runs: Iterable[str]) -> None:
        numbers = set(map(_number, keys))
        characters = "".join(re.escape(chr(base + number)) for base in (_FIRST, _NEXT) for number in numbers)
        self._sought = re.compile(f"[{characters}]") if characters else _NOTHING
        self._runs = tuple(filter(None, runs))

    def groups(self, outline: bytes, pieces: Pieces, language: str) -> list[Group] | None:
        """The groups that may hold something, in order; None where the outline says nothing of this text."""
        if outline[:_CRC_BYTES] != _crc(pieces.text, language):
            return None
        body = outline[_CRC_BYTES:].decode("utf-16-le")
        at = [found.start() for found in self._sought.finditer(body)]
        if self._runs and (THAI_GROUP in body or _THAI_BESIDE in body):
            if not thai.is_normalised(pieces.text):
                return None
            starts = [found.start() for found in _PIECE.finditer(body)]
            at = sorted((*at, *(starts[piece] for piece in self._run_pieces(pieces.all))))
        return list(_groups(outline, body, at))

    def _run_pieces(self, pieces: Sequence[str]) -> Iterator[int]:
        """The pieces with letters of a run, wherever other characters stand between these."""
        letters = [_NO_THAI.sub("", piece) for piece in pieces]
        ends = list(accumulate(map(len, letters)))
        text = "".join(letters)
        for run in self._runs:
            for at in _all_of(run, text):
                yield from range(bisect_right(ends, at), bisect_right(ends, at + len(run) - 1) + 1)


def _groups(outline: bytes, body: str, places: Iterable[int]) -> Iterator[Group]:
    end = counted = first = 0
    for place in places:
        if place < end:
            continue
        begin = place
        while body[begin] >= _FURTHER:
            begin -= 1
        apart = bool(body[end:begin].strip(EMPTY))
        rest = _REST.match(body, begin + 1)
        end = begin + 1 if rest is None else rest.end()
        # What begins a group, or stands for a piece of it, by the higher byte.
        high = outline[_CRC_BYTES + 1 + 2 * counted : _CRC_BYTES + 2 * begin : 2]
        first += len(high.translate(None, _HIGH_OF_FURTHER))
        counted = begin
        yield Group(first, first + body.count(JOINED, begin, end), apart)


def _number(form: str) -> int:
    """All Thai words have one number: runs are looked for by their letters."""
    if "\u0e01" <= form[:1] <= "\u0e4e":
        return _THAI
    return 1 + zlib.crc32(form.encode()) % (_NUMBERS - 1)


def _all_of(piece: str, text: str) -> Iterator[int]:
    at = text.find(piece)
    while at >= 0:
        yield at
        at = text.find(piece, at + 1)


def _crc(text: str, language: str) -> bytes:
    return zlib.crc32(text.encode(), zlib.crc32(language.encode())).to_bytes(_CRC_BYTES, "little")
