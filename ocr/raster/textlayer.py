"""The text layer of a born-digital page, through pdfplumber, as far as it can be trusted."""

import io
import re
import unicodedata
from dataclasses import dataclass, replace
from itertools import takewhile
from statistics import median
from typing import Any, BinaryIO, cast

import cv2
import numpy as np
import pdfplumber

from ocr.bidi import is_right_to_left, logical_order, mirrored
from ocr.engines import RecognisedWord
from ocr.raster.columns import Strip, reading_order
from ocr.raster.source import Pixels
from ocr.raster.trust import misspelt_thai, thai_letters, thai_order, unmapped

_MAX_UNMAPPED = 0.01
_MAX_MISSPELT = 0.006
_MIN_INK_COVERED = 0.5
_INK_BELOW = 128
_MAX_CHARS = 60_000
_WORD_GAP = 0.2
_COLUMN_GAP = 1.8
_CLOSING = frozenset(".,:;!?")
_LOOKS, _MEANS = re.compile(r"\([^()]+\)"), re.compile(r"\)[^()]+\(")


@dataclass(slots=True)
class _Letter:
    text: str
    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def size(self) -> float:
        return self.y1 - self.y0

    @property
    def middle(self) -> float:
        return (self.y0 + self.y1) / 2


class TextLayer:
    """The text of a PDF's pages; a PDF that pdfminer cannot open has none."""

    def __init__(self, file: BinaryIO) -> None:
        try:
            self._pdf: Any = pdfplumber.open(cast(io.BufferedReader, file))
            self._pages: list[Any] = self._pdf.pages
        except Exception:  # pdfminer raises anything on damaged files; the page is then recognised
            self._pdf, self._pages = None, []

    def words(self, number: int, rendered: Pixels) -> tuple[RecognisedWord, ...] | None:
        """The words of a page in pixels of its rendering, or None where the layer is absent or not to be trusted."""
        if number > len(self._pages):
            return None
        page = self._pages[number - 1]
        try:
            letters = _letters(page, rendered)
        except Exception:  # as above
            return None
        finally:
            page.close()
        visible = [letter for letter in letters if not letter.text.isspace()]
        if not visible:
            return None
        text = "".join(letter.text for letter in letters)
        if unmapped(text) > _MAX_UNMAPPED or misspelt_thai(text) > _MAX_MISSPELT:
            return None
        if _ink_covered(visible, rendered) < _MIN_INK_COVERED:
            return None
        return tuple(_words(letters))

    def close(self) -> None:
        if self._pdf is not None:
            self._pdf.close()


def _letters(page: Any, rendered: Pixels) -> list[_Letter]:
    height, width = rendered.shape[:2]
    left, top, right, bottom = page.cropbox
    across, down = width / (right - left), height / (bottom - top)
    letters: list[_Letter] = []
    for char in page.chars[:_MAX_CHARS]:
        # Letters that run downwards or upside down are those of a page that lies wrong: it is recognised, and turned.
        if not char["upright"] or char["matrix"][0] <= 0:
            continue
        text = thai_letters(char["text"])
        if (
            letters
            and text
            and all(unicodedata.combining(mark) or unicodedata.category(mark) == "Mn" for mark in text)
        ):
            # A mark belongs to the letter before it, wherever the font has put it.
            letters[-1].text = thai_order(letters[-1].text + text)
            continue
        letter = _Letter(
            text,
            (char["x0"] - left) * across,
            (char["top"] - top) * down,
            (char["x1"] - left) * across,
            (char["bottom"] - top) * down,
        )
        if letter.size > 0 and letter.x1 > 0 and letter.y1 > 0 and letter.x0 < width and letter.y0 < height:
            letters.append(letter)
    return letters


def _ink_covered(letters: list[_Letter], rendered: Pixels) -> float:
    """The share of the page's letter-like ink that lies under the layer's letters."""
    grey = cv2.cvtColor(rendered, cv2.COLOR_RGB2GRAY) if rendered.ndim == 3 else rendered
    ink = (np.asarray(grey) < _INK_BELOW).astype(np.uint8)
    # Rules and frames are ink, but not letters.
    for shape in ((80, 1), (1, 80)):
        rules = np.asarray(cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones(shape, np.uint8)), dtype=np.uint8)
        ink = np.where(rules > 0, 0, ink).astype(np.uint8)
    total = int(ink.sum())
    if total == 0:
        return 0.0
    for letter in letters:
        ink[
            max(0, int(letter.y0) - 2) : int(letter.y1) + 3,
            max(0, int(letter.x0) - 3) : int(letter.x1) + 4,
        ] = 0
    return 1 - int(ink.sum()) / total


def _lines(letters: list[_Letter]) -> list[list[_Letter]]:
    """Letters gathered into lines, top to bottom, each from left to right."""
    lines: list[list[_Letter]] = []
    for letter in sorted(letters, key=lambda item: (item.middle, item.x0)):
        for line in reversed(lines[-6:]):
            last = line[-1]
            if abs(letter.middle - last.middle) < 0.4 * min(letter.size, last.size):
                line.append(letter)
                break
        else:
            lines.append([letter])
    return [sorted(line, key=lambda item: item.x0) for line in lines]


def _words(letters: list[_Letter]) -> list[RecognisedWord]:
    leftward = is_right_to_left("".join(letter.text for letter in letters))
    segments = [segment for line in _lines(letters) for segment in _segments(line)]
    strips = [
        Strip(
            key,
            min(item.x0 for item in segment),
            min(item.y0 for item in segment),
            max(item.x1 for item in segment),
            max(item.y1 for item in segment),
        )
        for key, segment in enumerate(segments)
    ]
    size = median(strip.y1 - strip.y0 for strip in strips)
    words: list[RecognisedWord] = []
    if leftward and _shows_brackets(segments):
        # Of a right-to-left line the layer has the shapes: what looks like a closing bracket opens.
        for letter in letters:
            letter.text = mirrored(letter.text)
    for block, keys in enumerate(reading_order(strips, size, leftward=leftward)):
        for line, key in enumerate(keys):
            segment = segments[key]
            visual = "".join(item.text[:1] or " " for item in segment)
            turned = leftward or is_right_to_left(visual)
            ordered = [segment[index] for index in logical_order(visual)] if turned else segment
            words.extend(_split(ordered, block, line))
    return words


def _shows_brackets(segments: list[list[_Letter]]) -> bool:
    """Whether brackets around right-to-left text stand as they look, so that read from the right they close first."""
    looks = means = 0
    for segment in segments:
        text = "".join(item.text[:1] or " " for item in segment)
        if is_right_to_left(text):
            looks += len(_LOOKS.findall(text))
            means += len(_MEANS.findall(text))
    return looks > means


def _segments(line: list[_Letter]) -> list[list[_Letter]]:
    """A line parted where a gap is as wide as one between columns."""
    segments: list[list[_Letter]] = []
    right = 0.0
    for letter in line:
        if letter.text.isspace():
            if segments:
                segments[-1].append(letter)
            continue
        if not segments or letter.x0 - right > _COLUMN_GAP * letter.size:
            segments.append([])
            right = letter.x1
        right = max(letter.x1, right)
        segments[-1].append(letter)
    return segments


def _split(letters: list[_Letter], block: int, line: int) -> list[RecognisedWord]:
    """Letters in reading order as words: apart at spaces, and where there is room beside the word so far."""
    runs: list[list[_Letter]] = [[]]
    for place, letter in enumerate(letters):
        if letter.text.isspace():
            runs.append([])
            continue
        # A full stop after a number inside a right-to-left line stands at the number's other end.
        if (
            letter.text not in _CLOSING
            and _gap(runs[-1], _turned_at(letters, place)) > _WORD_GAP * letter.size
        ):
            runs.append([])
        runs[-1].append(letter)
    return [_word(run, block, line) for run in runs if run]


def _word(run: list[_Letter], block: int, line: int) -> RecognisedWord:
    solid = [item for item in run if item.text not in _CLOSING] or run
    return RecognisedWord(
        text="".join(item.text for item in run),
        x0=round(min(item.x0 for item in solid)),
        y0=round(min(item.y0 for item in solid)),
        x1=round(max(item.x1 for item in solid)),
        y1=round(max(item.y1 for item in solid)),
        confidence=1.0,
        block=block,
        paragraph=0,
        line=line,
    )


def _turned_at(letters: list[_Letter], place: int) -> _Letter:
    """The letter there; of a number that runs left to right behind a bracket of a right-to-left line, all of it."""
    letter = letters[place]
    if place == 0 or letters[place - 1].x0 < letter.x1 or not letter.text.isdigit():
        return letter
    run = list(takewhile(lambda item: not item.text.isspace() and item.x0 >= letter.x0, letters[place:]))
    run = [item for item in run if item.x1 <= letters[place - 1].x1]
    return replace(letter, x1=max(item.x1 for item in run)) if run else letter


def _gap(run: list[_Letter], letter: _Letter) -> float:
    if not run:
        return 0.0
    return max(letter.x0 - max(item.x1 for item in run), min(item.x0 for item in run) - letter.x1)
