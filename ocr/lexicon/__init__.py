"""What papers print: titles, statutory phrases, labels, words for the parties. One TOML file for each language."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, get_args

from ocr.folding import fold
from ocr.values import Kind


@dataclass(frozen=True, slots=True)
class KindWords:
    """Folded words that tell a kind of document."""

    titles: tuple[str, ...]
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """One language's words, folded as `ocr.folding.fold` does; patterns are regular expressions on the plain text."""

    kinds: Mapping[Kind, KindWords]
    labels: Mapping[str, tuple[str, ...]]
    numbers: Mapping[str, tuple[str, ...]]
    patterns: Mapping[str, tuple[str, ...]]
    parties: Mapping[str, tuple[str, ...]]


@cache
def lexicon(language: str) -> Lexicon:
    """The words of a language (ISO 639-1); of a language without a file, those of English."""
    file = files("ocr.lexicon") / f"{language}.toml"
    if not file.is_file():
        file = files("ocr.lexicon") / "en.toml"
    data: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    kinds: dict[Kind, KindWords] = {}
    for kind in get_args(Kind):
        words = data["kinds"].get(kind)
        if words is not None:
            kinds[kind] = KindWords(_folded(words["titles"]), _folded(words["phrases"]))
    return Lexicon(
        kinds=kinds,
        labels={role: _folded(words) for role, words in data["labels"].items()},
        numbers={name: _folded(words) for name, words in data["numbers"].items()},
        patterns={name: tuple(words) for name, words in data["patterns"].items()},
        parties={role: _folded(words) for role, words in data["parties"].items()},
    )


def _folded(words: list[str]) -> tuple[str, ...]:
    """Longest first, so that the most telling label is found before a part of it."""
    return tuple(sorted({fold(word).text for word in words}, key=lambda word: (-len(word), word)))
