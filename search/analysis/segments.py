"""Where tokens begin and end in the text as it stands: words, numbers, identifiers, runs of Thai."""

from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

import regex

from search.analysis.identifiers import identifier_form, is_iban
from search.analysis.thai import LETTERS as _THAI


class Sort(Enum):
    """What a segment is."""

    WORD = "word"
    NUMBER = "number"
    IDENTIFIER = "identifier"
    THAI = "thai"


class Segment(NamedTuple):
    """A stretch of the text, `text[start:end]`."""

    sort: Sort
    start: int
    end: int


_L = rf"[[\p{{L}}\p{{M}}]--[{_THAI}]]"
_LN = rf"[[\p{{L}}\p{{M}}\p{{Nd}}]--[{_THAI}]]"
_END = r"(?![\p{L}\p{N}])"
_SPACE = "[ \u00a0\u202f]"
_QUOTE = "['\u2019\u02bc`\u00b4]"

# An account in groups of four, with or without a country in front (ISO 13616 prints IBANs so).
_SPACED = rf"""
    [A-Za-z]{{2}}{_SPACE}?\d{{2}}(?:{_SPACE}?[A-Za-z\d]{{4}}){{2,7}}(?:{_SPACE}?[A-Za-z\d]{{1,3}})?{_END}
  | \d{{2}}(?:[ \u00a0-]\d{{4}}){{4,7}}{_END}
  | \d{{4}}(?:[ \u00a0-]\d{{4}}){{2,7}}{_END}
"""
_NUMBER = r"""
    (?: \d{1,3}(?P<mark>[ \u00a0\u202f.,'\u2019])\d{3}(?:(?P=mark)\d{3})*(?:[.,]\d{1,2})?
      | \d+[.,]\d{1,2} )
    (?![\p{L}\p{N}]|[.,/\-]\d)
"""
_COMPOUND = rf"""{_LN}+(?:(?:[\-/._\\\u2013]|(?<=\d)[:,](?=\d)){_LN}+){{0,15}}"""
_WORD = rf"""
    {_L}+
    (?: {_QUOTE}{_L}+
      | (?<=\p{{Hebrew}})["\u05f3\u05f4\u201d]\p{{Hebrew}}+
      | [\-\u2010]\n[ \t]*(?=\p{{Ll}}){_L}+
      | \u00ad\n?{_L}+ )*
"""

# In the order in which they are tried; a word counts as one only if no digit and no further word is joined to it.
_ALL = rf"""
    (?P<account>{_SPACED})
  | (?P<word>(?>{_WORD}))(?![\-/._\\\u2013]?\p{{Nd}}|[\-/._\\\u2013]\p{{L}})
  | (?P<thai>[{_THAI}]+)
  | (?P<number>{_NUMBER})
  | (?P<compound>{_COMPOUND})
"""
_PATTERN = regex.compile(_ALL, regex.V1 | regex.X)
_PLAIN = regex.compile(rf"(?P<number>{_NUMBER})|(?P<compound>{_COMPOUND})", regex.V1 | regex.X)
_PLAIN_WORD = regex.compile(_WORD, regex.V1 | regex.X)
_LAST_GROUP = regex.compile(r"[ \u00a0\u202f-][A-Za-z\d]+\Z")
_HAS_DIGIT = regex.compile(r"\d")
_ACCOUNT_DIGITS = 12


def stretches(text: str) -> Iterator[tuple[int, int]]:
    """Where a text may be cut so that its segments stay the same: at the ends of lines that break no word."""
    at = 0
    while at < len(text):
        end = text.find("\n", at)
        while end > at and text[end - 1] in "-\u2010\u00ad":
            end = text.find("\n", end + 1)
        if end < 0:
            end = len(text)
        yield at, end
        at = end + 1


def segments(text: str, at: int = 0, end: int | None = None) -> Iterator[Segment]:
    """The segments of a text from left to right; what is neither letter nor digit lies between them."""
    while found := _PATTERN.search(text, at, end):
        segment = _segment(text, found)
        yield segment
        at = segment.end


def _segment(text: str, found: "regex.Match[str]") -> Segment:
    start = found.start()
    if found.lastgroup == "word":
        return Segment(Sort.WORD, start, found.end())
    if found.lastgroup == "thai":
        return Segment(Sort.THAI, start, found.end())
    if found["account"] is not None:
        length = _account(found["account"])
        if length:
            return Segment(Sort.IDENTIFIER, start, start + length)
        found = _PLAIN.match(text, start) or found
    if found["number"] is not None:
        return Segment(Sort.NUMBER, start, found.end())
    if _HAS_DIGIT.search(found[0]):
        return Segment(Sort.IDENTIFIER, start, found.end())
    word = _PLAIN_WORD.match(text, start)
    return Segment(Sort.WORD, start, word.end() if word else start + 1)


def _account(spaced: str) -> int:
    """How much of a row of groups is one account: nothing where it holds too few digits.

    What follows an account in print is easily taken for its last group, so the longest stretch whose check digits
    hold counts; where none does, the whole row.
    """
    if sum(map(str.isdigit, spaced)) < _ACCOUNT_DIGITS:
        return 0
    candidate = spaced
    for _ in range(3):
        form = identifier_form(candidate)
        if is_iban(form) or is_iban("pl" + form):
            return len(candidate)
        candidate = _LAST_GROUP.sub("", candidate)
    return len(spaced)
