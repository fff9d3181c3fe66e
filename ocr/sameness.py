"""Whether two pages show the same sheet of paper: their pictures and words, laid over each other.

Letters from one template look alike and say almost the same; they differ in figures. So figures decide: what stands at
the same place on both pages and was read well on both must be equal.
"""

import hashlib
import io
import math
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from PIL import Image, ImageChops, ImageFilter
from rapidfuzz import fuzz, process

from ocr.values import PageReading

SKETCH: Final = 16
"""Marks of a page: the smallest hashes of its figures, so that two readings of one sheet choose the same ones."""

FEWEST_WORDS: Final = 8
LEAST_WORDS: Final = 0.6
LEAST_PICTURE: Final = 0.4
FEWEST_FIGURES: Final = 3
MOST_LOST: Final = 1
"""What must hold so that two pages are one sheet; docs/reading.md has the measurements behind it."""

_COLUMNS, _ROWS = 48, 64
_LIGHT: Final = 12  # of the pixels of a thumbnail: wider than a line of text is high
_SHORTEST_FIGURE, _SHORTEST_WORD = 3, 5
_EDGE: Final = 0.03  # of the page: where scanners leave their shadow
_ROUNDS: Final = 4
_NEAR: Final = 0.012  # of the page's width: less than half a line
_FEWEST_ANCHORS: Final = 4
_SURE: Final = 0.9
_VERY_SURE: Final = 0.95
_READ_SO: Final = 70  # per cent of letters that a word and its misreading have in common
_SHORTEST_LOST: Final = 3
_SLACK: Final = 0.2
_COMPARED_DIGITS: Final = 2
_CONFUSED: Final = str.maketrans("OoQDIlL|!SBZG", "0000111115826")


@dataclass(frozen=True, slots=True)
class Token:
    """A word brought to one form; its middle and width in widths of the page, its place counted from upper left."""

    text: str
    middle: complex
    width: float
    confidence: float

    @property
    def digits(self) -> int:
        """How many of its letters are digits."""
        return sum(map(str.isdigit, self.text))


@dataclass(frozen=True, slots=True)
class Laid:
    """How places of one page become places of another: `turn` turns and scales, then `move` is added."""

    turn: complex
    move: complex

    def over(self, one: Token) -> Token:
        """The word where it would stand on the other page."""
        return replace(one, middle=self.turn * one.middle + self.move, width=one.width * abs(self.turn))


@dataclass(frozen=True, slots=True)
class Sameness:
    """How alike two pages are.

    `picture` is the correlation of their pictures, 0 to 1; `words` the share of the words of the poorer reading that
    stand at the same place on the other page; `agreed` and `against` are figures at the same place, equal or not.
    `lost` are words that were read well on one page and stand nowhere on the other: of either page, the fewer. A stamp
    that came on it later adds words to one page only; another person's name changes both.
    """

    picture: float
    words: float
    agreed: int
    against: int
    lost: int

    @property
    def fits(self) -> bool:
        """Whether nothing speaks against one sheet; pages of general terms fit without being the same sheet."""
        return (
            self.words >= LEAST_WORDS
            and self.picture >= LEAST_PICTURE
            and self.against == 0
            and self.lost <= MOST_LOST
        )

    @property
    def same(self) -> bool:
        """Whether the pages show the same sheet: they fit, and enough figures say so."""
        return self.fits and self.agreed >= FEWEST_FIGURES


def marks_of(page: PageReading) -> tuple[int, ...]:
    """The marks by which a page is found again, ascending; none where it says too little to be known again."""
    found = tokens_of(page)
    if page.blank or page.error is not None or len(found) < FEWEST_WORDS:
        return ()
    return _sketch(found)


def compare(first: PageReading, first_thumb: bytes, second: PageReading, second_thumb: bytes) -> Sameness:
    """How alike two pages are, by their readings and thumbnails (JPEG)."""
    ours, theirs = tokens_of(first), tokens_of(second)
    laid = _lay_over(ours, theirs)
    if laid is None:
        return Sameness(0.0, 0.0, 0, 0, 0)
    pairs = _pairs([laid.over(one) for one in ours], theirs)
    equal = sum(_equal(one.text, other.text) for one, other in pairs)
    agreed = against = 0
    for one, other in pairs:
        if min(one.digits, other.digits) < _COMPARED_DIGITS or not _as_wide(one, other):
            continue
        if _skeleton(one.text) == _skeleton(other.text):
            agreed += 1
        elif min(one.confidence, other.confidence) >= _SURE:
            against += 1
    fewer = max(1, min(len(ours), len(theirs)))
    lost = min(_lost(ours, theirs), _lost(theirs, ours))
    return Sameness(_likeness(first_thumb, second_thumb, laid), equal / fewer, agreed, against, lost)


def tokens_of(page: PageReading) -> list[Token]:
    """The words of a page with letters or digits in them."""
    ratio = page.height / max(page.width, 1)
    found = []
    for word in page.words:
        text = "".join(filter(str.isalnum, unicodedata.normalize("NFKC", word.text).casefold()))
        if text:
            box = word.box
            middle = complex((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2 * ratio)
            found.append(Token(text, middle, box.x1 - box.x0, word.confidence))
    return found


def _skeleton(text: str) -> str:
    """The text without what scans confuse; casefolding has made small letters of all."""
    return text.upper().translate(_CONFUSED)


def _sketch(found: Sequence[Token]) -> tuple[int, ...]:
    """The smallest hashes of the figures; where there are few, of long words as well."""
    figures = {_skeleton(one.text) for one in found if one.digits >= _SHORTEST_FIGURE}
    chosen = sorted(map(_hashed, figures))[:SKETCH]
    if len(chosen) < SKETCH:
        words = {_skeleton(one.text) for one in found if not one.digits and len(one.text) >= _SHORTEST_WORD}
        chosen += sorted(map(_hashed, words))[: SKETCH - len(chosen)]
    return tuple(sorted(set(chosen)))


def _hashed(text: str) -> int:
    """A number of 63 bits: databases have no unsigned ones."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest()) >> 1


def _likeness(first: bytes, second: bytes, laid: Laid) -> float:
    """How alike two thumbnails are when one is laid over the other: the correlation of their ink, 0 to 1.

    Both are blurred to what a page looks like from afar; light that falls unevenly is taken off first.
    """
    one, other = _opened(first), _opened(second)
    # Pillow asks where each point of the result comes from; places are measured in widths of a page.
    back = 1 / laid.turn
    move = -laid.move * back * one.width
    scale = back * one.width / other.width
    flat = (scale.real, -scale.imag, move.real, scale.imag, scale.real, move.imag)
    over = one.transform(other.size, Image.Transform.AFFINE, flat, Image.Resampling.BILINEAR, fillcolor=255)
    return max(0.0, _correlation(_ink(over), _ink(other)))


def _opened(thumb: bytes) -> Image.Image:
    with Image.open(io.BytesIO(thumb), formats=("JPEG",)) as opened:
        return opened.convert("L")


def _ink(picture: Image.Image) -> bytes:
    """How dark each part of the page is beside its surroundings, the margins left out."""
    light = picture.filter(ImageFilter.GaussianBlur(_LIGHT))
    ink = ImageChops.subtract(light, picture)
    edge_x, edge_y = picture.width * _EDGE, picture.height * _EDGE
    box = (edge_x, edge_y, picture.width - edge_x, picture.height - edge_y)
    return ink.resize((_COLUMNS, _ROWS), Image.Resampling.BOX, box=box).tobytes()


def _correlation(first: bytes, second: bytes) -> float:
    mean_one, mean_other = sum(first) / len(first), sum(second) / len(second)
    one = [value - mean_one for value in first]
    other = [value - mean_other for value in second]
    spread = math.sqrt(_product(one, one) * _product(other, other))
    return _product(one, other) / spread if spread else 0.0


def _product(first: Sequence[float], second: Sequence[float]) -> float:
    return sum(one * other for one, other in zip(first, second, strict=True))


def _lay_over(ours: Sequence[Token], theirs: Sequence[Token]) -> Laid | None:
    """How one page must be turned, scaled and moved so that equal words meet.

    None where too few words stand once on each page to tell how.
    """
    there = _once(theirs)
    anchors = [(one.middle, there[text]) for text, one in _once_with(ours).items() if text in there]
    for _ in range(_ROUNDS):
        if len(anchors) < _FEWEST_ANCHORS:
            return None
        turn, move = _fit(anchors)
        off = [abs(turn * here + move - other) for here, other in anchors]
        bound = max(_NEAR, 2 * sorted(off)[len(off) // 2])
        kept = [pair for pair, distance in zip(anchors, off, strict=True) if distance <= bound]
        if len(kept) == len(anchors):
            break
        anchors = kept
    return Laid(turn, move)


def _once(found: Sequence[Token]) -> Mapping[str, complex]:
    return {text: one.middle for text, one in _once_with(found).items()}


def _once_with(found: Sequence[Token]) -> Mapping[str, Token]:
    """Words that stand once on the page, of three letters or more."""
    counts = Counter(one.text for one in found)
    return {one.text: one for one in found if counts[one.text] == 1 and len(one.text) > 2}


def _fit(anchors: Sequence[tuple[complex, complex]]) -> tuple[complex, complex]:
    """Turn-and-scale, and move, that bring the first places nearest to the second ones (least squares)."""
    count = len(anchors)
    here = sum(one for one, _ in anchors) / count
    there = sum(other for _, other in anchors) / count
    spread = sum(abs(one - here) ** 2 for one, _ in anchors)
    if not spread:
        return 1 + 0j, there - here
    turn = sum((one - here).conjugate() * (other - there) for one, other in anchors) / spread
    return turn, there - turn * here


def _pairs(ours: Sequence[Token], theirs: Sequence[Token]) -> list[tuple[Token, Token]]:
    """Words of both pages at the same place, each the other's nearest."""
    cells: dict[tuple[int, int], list[int]] = {}
    for number, other in enumerate(theirs):
        cells.setdefault(_cell(other.middle), []).append(number)
    nearest: dict[int, tuple[float, int]] = {}
    for number, one in enumerate(ours):
        x, y = _cell(one.middle)
        near = [
            (abs(theirs[other].middle - one.middle), other)
            for column in (x - 1, x, x + 1)
            for row in (y - 1, y, y + 1)
            for other in cells.get((column, row), ())
        ]
        if near and (best := min(near))[0] <= _NEAR and best[0] < nearest.get(best[1], (2.0, 0))[0]:
            nearest[best[1]] = (best[0], number)
    return [(ours[number], theirs[other]) for other, (_, number) in nearest.items()]


def _cell(place: complex) -> tuple[int, int]:
    return int(place.real // _NEAR), int(place.imag // _NEAR)


def _as_wide(one: Token, other: Token) -> bool:
    """Whether two words take the same room: parts of a number that was cut otherwise are not compared."""
    return abs(one.width - other.width) <= _SLACK * max(one.width, other.width)


def _lost(ours: Sequence[Token], theirs: Sequence[Token]) -> int:
    """How many of our well-read words stand nowhere on the other page, not even misread."""
    there = {_skeleton(one.text) for one in theirs}
    run = " ".join(there)
    count = 0
    for one in ours:
        text = _skeleton(one.text)
        if one.confidence < _VERY_SURE or len(text) < _SHORTEST_LOST or one.digits or text in run:
            continue
        count += process.extractOne(text, there, scorer=fuzz.ratio, score_cutoff=_READ_SO) is None
    return count


def _equal(one: str, other: str) -> bool:
    """Whether two words are one, but for what scans confuse and, in words, a fifth of the letters."""
    if _skeleton(one) == _skeleton(other):
        return True
    if any(map(str.isdigit, one + other)):
        return False
    wrong = sum(a != b for a, b in zip(one, other, strict=False)) + abs(len(one) - len(other))
    return wrong <= max(len(one), len(other)) // 5
