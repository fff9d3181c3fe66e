"""Signs that the models do not have, told by the size of what is printed: section signs and dashes.

None of Tesseract's models knows an en dash, and only the English one the section sign; they write the nearest sign that
they know. What was printed shows in the box: a section sign reaches below the line, where no digit goes, and a dash is
as long as it is.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from statistics import median

from ocr.engines import RecognisedWord
from ocr.languages import Language

_DASHES = frozenset("-–—")
_HYPHEN_BELOW, _EM_FROM = 0.47, 0.95
"""Of the height of the line's words, which is about 0.85 em: en dashes are half an em long, em dashes one."""
_FLAT = 0.3
_LIKE_SECTION = re.compile(r"^(\(?)([$&]|[35689])$")
_TALLER, _TALLER_THAN_DIGIT = 1.05, 1.12
_NUMBERED = re.compile(r"^\d{1,4}[a-z]?[.,;:)]*$")


def with_signs(words: Sequence[RecognisedWord], language: Language) -> list[RecognisedWord]:
    """The words with those signs put right."""
    result: list[RecognisedWord] = []
    for _, group in groupby(words, key=lambda word: (word.block, word.paragraph, word.line)):
        line = list(group)
        size = _size(line)
        for place, word in enumerate(line):
            follower = line[place + 1] if place + 1 < len(line) else None
            text = _dash(word, size) or _section(word, follower, language)
            result.append(word if text is None or text == word.text else replace(word, text=text))
    return result


def _size(line: Sequence[RecognisedWord]) -> float | None:
    """The height of the line's words of letters or digits."""
    heights = [word.y1 - word.y0 for word in line if sum(letter.isalnum() for letter in word.text) > 1]
    return median(heights) if heights else None


def _dash(word: RecognisedWord, size: float | None) -> str | None:
    if word.text not in _DASHES or not size or word.y1 - word.y0 > _FLAT * size:
        return None
    length = (word.x1 - word.x0) / size
    return "-" if length < _HYPHEN_BELOW else "–" if length < _EM_FROM else "—"


def _section(word: RecognisedWord, follower: RecognisedWord | None, language: Language) -> str | None:
    """A section sign before its number, which is taller than the number."""
    match = _LIKE_SECTION.match(word.text)
    if match is None or follower is None or language.script not in ("Latin", "Cyrillic"):
        return None
    if language.code == "en" or not _NUMBERED.match(follower.text):
        return None
    taller = (word.y1 - word.y0) / max(1, follower.y1 - follower.y0)
    least = _TALLER_THAN_DIGIT if match[2].isdigit() else _TALLER
    return f"{match[1]}§" if taller >= least else None
