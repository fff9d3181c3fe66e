"""Fonts as they lie on the machine, and text set in them: glyphs with places, by HarfBuzz.

Noto (SIL Open Font License) comes from Debian's `fonts-noto-core` and `fonts-noto-mono`. A text takes each letter from
the first font of its chain that has it; a letter that none has is shown as U+FFFD, because PDF/A forbids empty glyphs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from unicodedata import category

import uharfbuzz as hb

from archive.reporting.errors import FontMissing
from archive.reporting.pdf.bidi import levels, visual_order

FOLDERS = tuple(
    Path(folder)
    for folder in ("/usr/share/fonts/truetype/noto", "/usr/share/fonts/noto", "/usr/local/share/fonts/noto")
)
"""Where Debian, other systems and administrators put Noto."""

_CHAINS = {
    "regular": ("NotoSans-Regular", "NotoSansHebrew-Regular", "NotoSansThai-Regular"),
    "bold": ("NotoSans-Bold", "NotoSansHebrew-Bold", "NotoSansThai-Bold"),
    "mono": ("NotoSansMono-Regular", "NotoSans-Regular", "NotoSansHebrew-Regular", "NotoSansThai-Regular"),
}
_MORE = ("NotoSansArabic-Regular", "NotoSansArmenian-Regular", "NotoSansGeorgian-Regular")
_UNKNOWN = "\ufffd"


class Face(StrEnum):
    """The three faces that a page uses."""

    REGULAR = "regular"
    BOLD = "bold"
    MONO = "mono"


class FontFile:
    """A TrueType font; made once a process, because nothing of it changes."""

    def __init__(self, path: Path) -> None:
        self.name = path.stem
        self.face = hb.Face(hb.Blob.from_file_path(str(path)))
        self.font = hb.Font(self.face)
        self.letters = frozenset(self.face.unicodes)
        self.unit = 1000 / self.face.upem
        self._advances: dict[int, float] = {}

    def advance(self, glyph: int) -> float:
        """The width of a glyph in thousandths of the size."""
        if glyph not in self._advances:
            self._advances[glyph] = float(self.font.get_glyph_h_advance(glyph) * self.unit)
        return self._advances[glyph]


@dataclass(frozen=True, slots=True)
class Glyph:
    """A glyph with the text that it stands for, how far it moves on, and its offset, in thousandths of the size.

    `rest` is by how much it ends elsewhere than the font's own width would have it.
    """

    index: int
    text: str
    advance: float
    right: float = 0.0
    up: float = 0.0
    rest: float = 0.0


@dataclass(frozen=True, slots=True)
class Run:
    """Glyphs of one font from left to right, in cells: a letter with the marks above and below it."""

    font: FontFile
    cells: tuple[tuple[Glyph, ...], ...]
    width: float
    right_to_left: bool = False

    def text(self, cell: tuple[Glyph, ...]) -> str:
        """What a cell stands for, in the order of reading."""
        return "".join(glyph.text for glyph in (reversed(cell) if self.right_to_left else cell))


@cache
def chain(face: Face) -> tuple[FontFile, ...]:
    """The fonts of a face. Raises `FontMissing` where one that the papers need is not installed."""
    needed = [_font_file(name) for name in _CHAINS[face]]
    found = [font for font in needed if font is not None]
    if len(found) < len(needed):
        missing = next(name for name, font in zip(_CHAINS[face], needed, strict=True) if font is None)
        raise FontMissing(f"the font {missing} is not installed")
    return (*found, *(font for font in map(_font_file, _MORE) if font is not None))


def printable(text: str) -> str:
    """The text in which what has no shape can be seen: line ends become spaces, other controls `‹U+202E›`."""
    return "".join(_printable(letter) for letter in text)


def shape(text: str, face: Face, base: int) -> tuple[Run, ...]:
    """The runs of a piece of one line from left to right, `base` being the level of its first direction."""
    return tuple(_shape(text, face, base)) if text else ()


@cache
def _font_file(name: str) -> FontFile | None:
    path = next((path for folder in FOLDERS if (path := folder / f"{name}.ttf").exists()), None)
    return None if path is None else FontFile(path)


def _printable(letter: str) -> str:
    if letter in "\t\n\r\u2028\u2029":
        return " "
    # Controls, formats, surrogates, private and unassigned letters: they show nothing, or not what they seem.
    return f"‹U+{ord(letter):04X}›" if category(letter) in {"Cc", "Cf", "Cs", "Co", "Cn"} else letter


def _shape(text: str, face: Face, base: int) -> Iterator[Run]:
    found = levels(text, base)
    pieces = list(_pieces(text, found, chain(face)))
    for place in visual_order([found[start] for start, _, _ in pieces]):
        start, stop, font = pieces[place]
        yield _glyphs(text[start:stop], font, right_to_left=found[start] % 2 == 1)


def _pieces(text: str, found: list[int], fonts: tuple[FontFile, ...]) -> Iterator[tuple[int, int, FontFile]]:
    """Stretches of one level and one font; marks and spaces stay with the letter before them where they can."""
    start, current = 0, None
    for place, letter in enumerate(text):
        code = ord(letter)
        stays = current is not None and (category(letter) in {"Mn", "Mc", "Zs"}) and code in current.letters
        font = current if stays else next((each for each in fonts if code in each.letters), fonts[0])
        if current is not None and (font is not current or found[place] != found[start]):
            yield start, place, current
            start = place
        current = font
    if current is not None:
        yield start, len(text), current


def _glyphs(text: str, font: FontFile, *, right_to_left: bool) -> Run:
    known = "".join(letter if ord(letter) in font.letters else _UNKNOWN for letter in text)
    buffer = hb.Buffer()
    buffer.cluster_level = hb.BufferClusterLevel.MONOTONE_CHARACTERS
    buffer.add_str(known)
    buffer.guess_segment_properties()
    # Not the language of the process, which would make equal contents unequal bytes elsewhere.
    buffer.language = "en"
    buffer.direction = "rtl" if right_to_left else "ltr"
    hb.shape(font.font, buffer, {})
    rows = [
        (info.codepoint, info.cluster, place)
        for info, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True)
    ]
    starts = sorted({cluster for _, cluster, _ in rows})
    ends = dict(zip(starts, [*starts[1:], len(text)], strict=True))
    bearer = _bearers(rows)
    glyphs = [
        Glyph(
            glyph,
            text[cluster : ends[cluster]] if bearer[cluster] == number else "",
            place.x_advance * font.unit,
            place.x_offset * font.unit,
            place.y_offset * font.unit,
            (place.x_advance - place.x_offset) * font.unit - font.advance(glyph),
        )
        for number, (glyph, cluster, place) in enumerate(rows)
    ]
    width = sum(glyph.advance for glyph in glyphs)
    if right_to_left:
        return Run(font, tuple(tuple(cell[::-1]) for cell in _cells(glyphs[::-1])[::-1]), width, True)
    return Run(font, tuple(map(tuple, _cells(glyphs))), width)


def _cells(glyphs: list[Glyph]) -> list[list[Glyph]]:
    """Glyphs in the order of reading, each letter with what follows it and moves nothing on."""
    cells: list[list[Glyph]] = []
    for glyph in glyphs:
        if cells and glyph.advance == 0:
            cells[-1].append(glyph)
        else:
            cells.append([glyph])
    return cells


def _bearers(rows: list[tuple[int, int, hb.GlyphPosition]]) -> dict[int, int]:
    """Which glyph of each cluster carries its text: the widest (the vowel of a Thai am, not the ring above)."""
    widest: dict[int, int] = {}
    for number, (_, cluster, place) in enumerate(rows):
        if cluster not in widest or place.x_advance > rows[widest[cluster]][2].x_advance:
            widest[cluster] = number
    return widest
