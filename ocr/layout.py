"""Words as a page: lines, blocks, and the text that a person would copy."""

import re
from collections.abc import Sequence
from itertools import groupby

from ocr.engines import RecognisedWord
from ocr.values import Box, Word

_THAI = re.compile(r"[\u0e00-\u0e7f]")
_NO_GAP = 0.35


def placed(words: Sequence[RecognisedWord], width: int, height: int) -> tuple[Word, ...]:
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
    blocks = []
    for _, block in groupby(words, key=lambda word: word.block):
        lines = [line_text(list(line)) for _, line in groupby(block, key=lambda word: word.line)]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def line_text(words: Sequence[Word]) -> str:
    """The words of one line with a space between them, except inside a run of Thai, which has none."""
    text = ""
    last: Word | None = None
    for word in words:
        if last is not None and not _runs_on(last, word):
            text += " "
        text += word.text
        last = word
    return text


def _runs_on(left: Word, right: Word) -> bool:
    if not (_THAI.match(left.text[-1:]) and _THAI.match(right.text[:1])):
        return False
    size = min(left.box.y1 - left.box.y0, right.box.y1 - right.box.y0)
    # Fractions of width against fractions of height: a page is about 1.4 times as high as wide.
    return (right.box.x0 - left.box.x1) / 1.414 < _NO_GAP * size


def _fraction(pixels: int, whole: int) -> float:
    return round(min(1.0, max(0.0, pixels / whole)), 5)
