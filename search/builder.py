"""Makes the text of a query out of the fields of a form, for those who do not type the query language."""

from dataclasses import dataclass
from typing import Final

import regex

from search.query import FIELDS, parse

_QUOTE: Final = '"\u201c\u201d\u201e\u201f\u00ab\u00bb'
# A quotation mark between Hebrew letters is the abbreviation mark and part of the word.
_STRAY: Final = regex.compile(rf"(?<!\p{{Hebrew}})[{_QUOTE}]|[{_QUOTE}](?!\p{{Hebrew}})")
_PLAIN: Final = regex.compile(rf"[\p{{L}}\p{{N}}](?:[\p{{L}}\p{{M}}\p{{N}}.,/'’_{_QUOTE}-])*")
_KEYWORDS: Final = frozenset(("OR", "AND", "NOT"))
_RANGES: Final = ("date", "due", "received", "amount")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What somebody wants, a field of the form each; what is empty is not asked for.

    `filters` are values of text fields of the query language by their names, `ranges` the two ends of a range as they
    were typed.
    """

    every: str = ""
    phrase: str = ""
    any_of: str = ""
    without: str = ""
    filters: tuple[tuple[str, str], ...] = ()
    ranges: tuple[tuple[str, str, str], ...] = ()


def query_of(wishes: Wishes) -> str:
    """The query in the language of docs/search.md; empty where nothing is asked for.

    Raises QueryError for a day, an amount or a range that is none, and for more words than a query has.
    """
    parts = [*_words(wishes.every), *_quoted(wishes.phrase)]
    alternatives = _words(wishes.any_of)
    if len(alternatives) > 1:
        parts.append(f"({' OR '.join(alternatives)})")
    else:
        parts += alternatives
    parts += [f"-{word}" for word in _words(wishes.without)]
    for name, value in wishes.filters:
        parts += _filter(name, value)
    for name, low, high in wishes.ranges:
        parts += _range(name, low, high)
    query = " ".join(parts)
    parse(query)
    return query


def _words(text: str) -> list[str]:
    """Each word as it may stand in a query: bare, or in quotes where it would mean something else."""
    found = []
    for word in _STRAY.sub(" ", text).split():
        stem = word.rstrip("*")
        if _PLAIN.fullmatch(stem) and stem not in _KEYWORDS:
            found.append(f"{stem}*" if stem != word and len(stem) > 1 else stem)
        else:
            found.append(f'"{word}"')
    return found


def _quoted(text: str) -> list[str]:
    words = " ".join(_STRAY.sub(" ", text).split())
    return [f'"{words}"'] if words else []


def _filter(name: str, value: str) -> list[str]:
    if name not in FIELDS or name in _RANGES:
        raise ValueError(f"{name} is no field of words")
    words = " ".join(_STRAY.sub(" ", value).split())
    if not words:
        return []
    return [f"{name}:{words}" if _PLAIN.fullmatch(words) else f'{name}:"{words}"']


def _range(name: str, low: str, high: str) -> list[str]:
    if name not in _RANGES:
        raise ValueError(f"{name} is no field of ranges")
    # White space parts thousands in an amount; parentheses and quotes would end the value.
    first, last = (regex.sub(rf"[\s(){_QUOTE}]|\.\.+", "", end) for end in (low, high))
    if not first and not last:
        return []
    return [f"{name}:{first}" if first == last else f"{name}:{first}..{last}"]
