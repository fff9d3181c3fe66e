"""Writes words on a page, from left to right or from right to left, in fonts that have them; and measures them."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import groupby

from PIL import ImageDraw, ImageFont

_LATIN = "/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf"
_NARROW = re.compile("noto/Noto.*(Hebrew|Thai)")
_OWN = re.compile("[\u0590-\u05ff\u0e00-\u0e7f]")
INK = 25
_SPACE = 0.28

Box = tuple[float, float, float, float]
Face = ImageFont.FreeTypeFont


def written(
    pen: ImageDraw.ImageDraw, words: list[str], face: Face, edge: float, top: float, *, leftward: bool
) -> list[Box]:
    """Draw the words from `edge` on; where the page runs leftward, words that run rightward keep their own order."""
    space = _SPACE * face.size
    baseline = top + face.getmetrics()[0]
    boxes: list[Box] = []
    x = edge
    for run in _directed(words) if leftward else [words]:
        length = sum(_length(word, face) for word in run) + space * (len(run) - 1)
        if leftward and len(run) > 1:
            # The full stop of a sentence ends it on the left.
            stop = run[-1][len(run[-1].rstrip(".,;")) :]
            bare = [*run[:-1], run[-1][: len(run[-1]) - len(stop)]]
            at = x - length + (_length(stop, face) if stop else 0)
            if stop:
                _word(pen, stop, face, x - length, baseline, leftward=False)
            for word in bare:
                boxes.append(_word(pen, word, face, at, baseline, leftward=False))
                at += _length(word, face) + space
            x -= length + space
        else:
            for word in run:
                boxes.append(_word(pen, word, face, x, baseline, leftward=leftward))
                x += (-1 if leftward else 1) * (_length(word, face) + space)
    return boxes


def _directed(words: Sequence[str]) -> Iterator[list[str]]:
    """Words that are set from left to right together: a Latin one and the figures after it (UAX #9, rule W7)."""
    run: list[str] = []
    for word in words:
        latin = re.search("[A-Za-z]", word) is not None and not _OWN.search(word)
        if run and (latin or not _OWN.search(word)) and re.search("[A-Za-z]", run[0]):
            run.append(word)
            continue
        if run:
            yield run
        run = [word]
    if run:
        yield run


def _word(
    pen: ImageDraw.ImageDraw, word: str, face: Face, x: float, baseline: float, *, leftward: bool
) -> Box:
    parts = []
    direction = "rtl" if leftward else None
    for text, used in _runs(word, face):
        length = pen.textlength(text, used)
        x -= length if leftward else 0
        pen.text((x, baseline), text, font=used, fill=INK, anchor="ls", direction=direction)
        parts.append(pen.textbbox((x, baseline), text, font=used, anchor="ls", direction=direction))
        x += 0 if leftward else length
    return (
        min(part[0] for part in parts),
        min(part[1] for part in parts),
        max(part[2] for part in parts),
        max(part[3] for part in parts),
    )


def width_of(line: str, face: Face) -> float:
    words = line.split()
    return sum(_length(word, face) for word in words) + _SPACE * face.size * (len(words) - 1)


def _length(word: str, face: Face) -> float:
    return sum(used.getlength(text) for text, used in _runs(word, face))


def _runs(word: str, face: Face) -> list[tuple[str, Face]]:
    """The word in pieces of one font each: Noto's Hebrew and Thai fonts have neither figures nor punctuation."""
    if not _NARROW.search(str(face.path)):
        return [(word, face)]
    latin = face_of(_LATIN, int(face.size))
    return [
        ("".join(letters), face if own else latin)
        for own, letters in groupby(word, lambda letter: _OWN.match(letter) is not None)
    ]


@cache
def face_of(path: str, size: int) -> Face:
    return ImageFont.truetype(path, size)


def wrapped(cell: str, face: Face, room: float) -> tuple[str, ...]:
    lines: list[str] = [""]
    for word in cell.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and width_of(longer, face) > room + 1:
            lines.append(word)
        else:
            lines[-1] = longer
    return tuple(lines)
