"""Words as a page: lines, blocks, and the text that a person would copy."""

import re
import unicodedata
from collections.abc import Sequence
from itertools import groupby, pairwise
from statistics import median
from typing import TYPE_CHECKING

from ocr.values import Box, Word

if TYPE_CHECKING:
    # The engines need numpy, which takes a while to load; most processes that lay out words recognise none.
    from ocr.engines import RecognisedWord

_THAI = re.compile(r"[\u0e00-\u0e7f]")
# Of the height of the line: 96 of 100 true spaces of Thai print are wider, 98 of 100 other gaps are not.
_NO_GAP = 0.36
_NO_GAP_PRINTED = 0.16


def placed(words: Sequence["RecognisedWord"], width: int, height: int) -> tuple[Word, ...]:
    """Words of an engine or a text layer as values of the page: boxes in fractions, lines and blocks from 0."""
    result: list[Word] = []
    line = block = -1
    last_line: tuple[int, int, int] | None = None
    last_block: int | None = None
    for word in words:
        if word.block != last_block:
            block, last_block = block + 1, word.block
        key = (word.block, word.paragraph, word.line)
        if key != last_line:
            line, last_line = line + 1, key
        box = Box(
            _fraction(word.x0, width),
            _fraction(word.y0, height),
            _fraction(word.x1, width),
            _fraction(word.y1, height),
        )
        result.append(Word(word.text, box, round(word.confidence, 3), line, block))
    return tuple(result)


def text_of(words: Sequence[Word]) -> str:
    """The page's text: a line for each line, an empty line between blocks."""
    text = ""
    last: Word | None = None
    for word, apart in zip(words, spaced(words), strict=True):
        if last is None:
            text = word.text
        elif last.line != word.line:
            text += ("\n\n" if last.block != word.block else "\n") + word.text
        else:
            text += (" " if apart else "") + word.text
        last = word
    return text


def spaced(words: Sequence[Word], *, printed: bool = False) -> list[bool]:
    """For each word, whether a space parts it from the word before in its line.

    Thai is written without spaces inside a sentence, but recognised in pieces: there, room decides. Where the words
    are `printed`, those of a text layer and not recognised, less room is a space.
    """
    result: list[bool] = []
    no_gap = _NO_GAP_PRINTED if printed else _NO_GAP
    for _, group in groupby(words, key=lambda word: word.line):
        line = list(group)
        # Fractions of width against fractions of height: a page is about 1.4 times as high as wide.
        size = 1.414 * median(word.box.y1 - word.box.y0 for word in line)
        result.append(False)
        for left, right in pairwise(line):
            thai = _THAI.match(left.text[-1:]) and _THAI.match(right.text[:1])
            marked = unicodedata.category(right.text[:1]) == "Mn"
            result.append(not (thai and (marked or right.box.x0 - left.box.x1 < no_gap * size)))
    return result


def _fraction(pixels: int, whole: int) -> float:
    return round(min(1.0, max(0.0, pixels / whole)), 5)
