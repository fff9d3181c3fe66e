"""A second look at numbers that the first is likely to have misread: the part of the line, enlarged, by another model.

The Hebrew model loses digits; the Latin one reads them (READING: "a second Latin-digit pass over such lines, then the
check digits, helps"). In other scripts only an account number that fails its check is looked at again.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from statistics import median

import cv2
import numpy as np
from stdnum import iban

from ocr.bidi import has_right_to_left
from ocr.engines import Layout, OcrEngine, RecognisedWord
from ocr.engines.port import Grey
from ocr.languages import Language

_LATIN = ("eng",)
_ENLARGE = 1.5
_ENLARGE_ACCOUNT = 2.0
_TALL = 2.4
_ROOM = 8
_LEAST_HEIGHT = 18
_SURE = 0.55
_MOST_LINES = 60
_UNSURE = 0.8
_MIXED = re.compile(r"[A-Za-z!|/\\]{1,4}\s?\d{3}|\d-\s\d")
_INK, _EDGE = 170, 5
# Of the height of a line.
_LONG_RULE, _TALL_RULE = 2.5, 1.6
_WITHIN, _FEW, _LONG = 0.75, 3, 8
# A group of an account, a plain number, a number of a paper such as "IV6701-00283".
_NUMBER = re.compile(r"^(?:[A-Z]{2}\d{2}|\d[\d.,/:-]*\d%?|[A-Z0-9]{4}|[A-Z\d]{1,5}-?\d[\d/-]{3,}\d)$")
_STRAY = " .,;:|()[]{}!'\"״׳‘’“”"
_ACCOUNT = re.compile(r"[A-Z]{2}[A-Z\dOIl ]?\d[\dOIlSB ]{2}(?:[A-Z\dOIlSB]{2,4} ?){3,8}")
_HAS_THAI = re.compile(r"[\u0e01-\u0e4e]")


@dataclass(frozen=True, slots=True)
class SecondLook:
    """Looks at single lines of one upright page again."""

    engine: OcrEngine
    grey: Grey
    dpi: int
    skew: float
    bilevel: bool

    def at(self, words: Sequence[RecognisedWord], language: Language) -> list[RecognisedWord]:
        """The words with those numbers replaced that the second look read better."""
        result: list[RecognisedWord] = []
        looks = 0
        for _, group in groupby(words, key=lambda word: (word.block, word.paragraph, word.line)):
            line = list(group)
            if looks < _MOST_LINES and _is_doubtful(line, language):
                looks += 1
                line = self._line(line, language)
            result.extend(line)
        return result

    def _line(self, line: list[RecognisedWord], language: Language) -> list[RecognisedWord]:
        if language.script == "Latin":
            return self._account(line, language)
        numbers = [word for word in line if any(letter.isdigit() for letter in word.text)]
        seen = self._read(line, numbers, _LATIN, _ENLARGE)
        found = [tidy for word in seen if (tidy := _number(word)) is not None]
        return merge(line, found, leftward=language.right_to_left)

    def _account(self, line: list[RecognisedWord], language: Language) -> list[RecognisedWord]:
        """The line again, larger; taken only where an account number in it then checks."""
        seen = self._read(line, line, language.models, _ENLARGE_ACCOUNT)
        for first in range(len(seen)):
            for last in range(len(seen), first, -1):
                run = seen[first:last]
                if _checks("".join(word.text for word in run).rstrip(_STRAY)):
                    run = [*run[:-1], replace(run[-1], text=run[-1].text.rstrip(_STRAY))]
                    return merge(line, run, leftward=False)
        return line

    def _read(
        self,
        line: Sequence[RecognisedWord],
        around: Sequence[RecognisedWord],
        models: Sequence[str],
        scale: float,
    ) -> list[RecognisedWord]:
        """What the part of the line around these words says; straightened and enlarged, boxes of the page."""
        height = max(_LEAST_HEIGHT, median(word.y1 - word.y0 for word in line))
        room = _ROOM * height
        left = max(0.0, min(word.x0 for word in around) - room)
        right = min(float(self.grey.shape[1]), max(word.x1 for word in around) + room)
        middle_x = (left + right) / 2
        slope = float(np.tan(np.radians(self.skew)))
        middle_y = median(
            (word.y0 + word.y1) / 2 - slope * ((word.x0 + word.x1) / 2 - middle_x) for word in line
        )
        size = max(1, round((right - left) * scale)), round(height * _TALL * scale)
        matrix = cv2.getRotationMatrix2D((middle_x, middle_y), self.skew, scale)
        matrix[0, 2] += size[0] / 2 - middle_x
        matrix[1, 2] += size[1] / 2 - middle_y
        crop = cv2.warpAffine(
            self.grey, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=(255,)
        )
        if self.bilevel:
            crop = cv2.GaussianBlur(crop, (0, 0), 1.2)
        pixels = _without_rules(np.asarray(crop, dtype=np.uint8), height * scale)
        seen = self.engine.recognise(pixels, round(self.dpi * scale), models, Layout.LINE)
        back = cv2.invertAffineTransform(matrix)
        first = line[0]
        return [_placed(word, back, scale, first) for word in seen]


def _without_rules(crop: Grey, height: float) -> Grey:
    """The part of a line without the frame of the cell it stands in, by which a line is taken for none.

    Rules are longer than letters of the line are wide, or taller than these are.
    """
    ink = (crop < _INK).astype(np.uint8)
    rules = np.zeros_like(ink)
    for shape in ((1, round(_LONG_RULE * height)), (round(_TALL_RULE * height), 1)):
        rules |= np.asarray(cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones(shape, np.uint8)), dtype=np.uint8)
    if not rules.any():
        return np.ascontiguousarray(crop)
    around = cv2.dilate(rules, np.ones((_EDGE, _EDGE), np.uint8))
    return np.ascontiguousarray(np.where(around > 0, np.uint8(255), crop))


def merge(
    line: Sequence[RecognisedWord], found: Sequence[RecognisedWord], *, leftward: bool
) -> list[RecognisedWord]:
    """The line with what was found in the place of the words that it covers; words of letters stay as they are."""
    taken = [word for word in found if not _agrees(word, line)]
    if not taken:
        return list(line)
    kept = [word for word in line if not any(_replaces(new, word) for new in taken)]
    free = [new for new in taken if not any(_is_text(word) and _covers(new, word) for word in kept)]
    merged = sorted((*kept, *free), key=lambda word: word.x0, reverse=leftward)
    return _left_runs(merged) if leftward else merged


def _left_runs(line: list[RecognisedWord]) -> list[RecognisedWord]:
    """A right-to-left line in the order of reading: groups that begin with a Latin letter run left to right."""
    result: list[RecognisedWord] = []
    for rightward, group in groupby(line, key=lambda word: not has_right_to_left(word.text)):
        run = list(group)
        starts = [place for place, word in enumerate(run) if re.match(r"[A-Za-z]{2}", word.text)]
        if rightward and starts:
            cut = starts[-1] + 1
            run = [*reversed(run[:cut]), *run[cut:]]
        result.extend(run)
    return result


def _is_doubtful(line: Sequence[RecognisedWord], language: Language) -> bool:
    text = " ".join(word.text for word in line)
    if language.script == "Hebrew":
        return any(letter.isdigit() for letter in text)
    if language.script == "Thai":
        # The English model has read along; only what it was not sure of, or Latin letters beside a number.
        unsure = any(
            word.confidence < _UNSURE and any(letter.isdigit() for letter in word.text) for word in line
        )
        return unsure or bool(_MIXED.search(text))
    if language.script != "Latin":
        return False
    match = _ACCOUNT.search(text)
    return match is not None and not any(
        _checks(match[0][:end].replace(" ", "")) for end in range(15, len(match[0]) + 1)
    )


def _checks(text: str) -> bool:
    bare = text.replace(" ", "")
    return 15 <= len(bare) <= 34 and bool(iban.is_valid(bare, check_country=False))


def _number(word: RecognisedWord) -> RecognisedWord | None:
    bare = word.text.strip(_STRAY)
    if word.confidence < _SURE or not _NUMBER.match(bare) or sum(letter.isdigit() for letter in bare) < 2:
        return None
    return replace(word, text=bare)


def _agrees(word: RecognisedWord, line: Sequence[RecognisedWord]) -> bool:
    """Whether the first look has the same number in the same place."""
    return any(other.text.strip(_STRAY) == word.text and _covers(word, other) for other in line)


def _covers(one: RecognisedWord, other: RecognisedWord) -> bool:
    shared = min(one.x1, other.x1) - max(one.x0, other.x0)
    return shared > 0.4 * min(one.x1 - one.x0, other.x1 - other.x0)


def _replaces(new: RecognisedWord, word: RecognisedWord) -> bool:
    """Whether the number stands for this word: no word of its own script, or a few letters that lie within it."""
    if not _covers(new, word):
        return False
    if not _is_text(word):
        return True
    inside = min(new.x1, word.x1) - max(new.x0, word.x0) > _WITHIN * (word.x1 - word.x0)
    return inside and len(word.text) <= _FEW and len(new.text) >= _LONG


def _is_text(word: RecognisedWord) -> bool:
    """Whether the word has letters of its own script, which the second look cannot read."""
    return has_right_to_left(word.text) or bool(_HAS_THAI.search(word.text))


def _placed(word: RecognisedWord, back: np.ndarray, scale: float, first: RecognisedWord) -> RecognisedWord:
    x, y = back @ np.array([(word.x0 + word.x1) / 2, (word.y0 + word.y1) / 2, 1.0])
    half_width, half_height = (word.x1 - word.x0) / scale / 2, (word.y1 - word.y0) / scale / 2
    return replace(
        word,
        x0=max(0, round(x - half_width)),
        y0=max(0, round(y - half_height)),
        x1=round(x + half_width),
        y1=round(y + half_height),
        block=first.block,
        paragraph=first.paragraph,
        line=first.line,
    )
