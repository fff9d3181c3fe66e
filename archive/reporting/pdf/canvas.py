"""What stands on a page: lines of text, rules and pictures, at places measured from the upper left corner in points."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from archive.reporting.pdf.embedding import EmbeddedFont
from archive.reporting.pdf.fonts import Glyph, Run
from archive.reporting.pdf.objects import number, text_string
from archive.reporting.pdf.shelf import Shelf

Colour = tuple[int, int, int]
"""Red, green and blue, 0 to 255."""

_UPRIGHT = {0: (1, 0, 0, 1), 90: (0, -1, 1, 0), 180: (-1, 0, 0, -1), 270: (0, 1, -1, 0)}
_CORNER = {0: (0, 0), 90: (0, 1), 180: (1, 1), 270: (1, 0)}
_NOTHING = 0.0005


@dataclass(slots=True)
class Canvas:
    """A page that is being drawn; `content` is its content stream, `pictures` the images that it shows."""

    width: float
    height: float
    shelf: Shelf
    pictures: dict[str, int] = field(default_factory=dict)
    _parts: list[bytes] = field(default_factory=list)

    @property
    def content(self) -> bytes:
        """The operators so far (ISO 32000-1 annex A)."""
        return b"\n".join(self._parts)

    def add(self, operators: bytes) -> None:
        """Operators that somebody else made."""
        self._parts.append(operators)

    def text(self, x: float, baseline: float, runs: Sequence[Run], size: float, colour: Colour) -> None:
        """Runs of glyphs from left to right, beginning at x on the baseline."""
        parts = [b"BT", _colour(colour), b"1 0 0 1 %s %s Tm" % (number(x), number(self.height - baseline))]
        for run in runs:
            font = self.shelf.font(run.font)
            parts.append(b"/%s %s Tf" % (font.resource.encode(), number(size)))
            parts.extend(_shown(run, font, size))
        self._parts.append(b" ".join([*parts, b"ET"]))

    def fill(self, x: float, y: float, width: float, height: float, colour: Colour) -> None:
        """A rectangle of one colour; a rule is a thin one."""
        places = (x, self.height - y - height, width, height)
        self._parts.append(b"%s %s re f" % (_colour(colour), b" ".join(map(number, places))))

    def frame(self, x: float, y: float, width: float, height: float, colour: Colour) -> None:
        """A thin line around a rectangle."""
        red, green, blue = (number(part / 255) for part in colour)
        places = b" ".join(map(number, (x, self.height - y - height, width, height)))
        self._parts.append(b"%s %s %s RG 0.6 w %s re S" % (red, green, blue, places))

    def picture(
        self, target: int, x: float, y: float, width: float, height: float, *, rotation: int = 0
    ) -> None:
        """An image, filling the rectangle after it was turned clockwise by `rotation` degrees."""
        a, b, c, d = _UPRIGHT[rotation]
        right, up = _CORNER[rotation]
        matrix = (a * width, b * height, c * width, d * height)
        corner = (x + right * width, self.height - y - height + up * height)
        self.pictures[f"P{target}"] = target
        places = b" ".join(map(number, (*matrix, *corner)))
        self._parts.append(b"q %s cm /P%d Do Q" % (places, target))


def _colour(colour: Colour) -> bytes:
    return b"%s rg" % b" ".join(number(part / 255) for part in colour)


def _shown(run: Run, font: EmbeddedFont, size: float) -> list[bytes]:
    """The operators that show a run.

    A letter with marks says as a whole what it stands for (ActualText, ISO 32000-1 section 14.9.4): programs that look
    for text would else take a mark that stands high for another line.
    """
    parts: list[bytes] = []
    codes: list[bytes] = []
    for cell in run.cells:
        if len(cell) == 1 and not cell[0].up:
            _add(codes, font, cell[0])
            continue
        parts += [_array(codes), b"/Span <</ActualText %s>> BDC" % text_string(run.text(cell))]
        codes, rise = [], 0.0
        for glyph in cell:
            if glyph.up != rise:
                parts += [_array(codes), b"%s Ts" % number(glyph.up * size / 1000)]
                codes, rise = [], glyph.up
            _add(codes, font, glyph)
        parts += [_array(codes), b"0 Ts" if rise else b"", b"EMC"]
        codes = []
    return [part for part in [*parts, _array(codes)] if part]


def _add(codes: list[bytes], font: EmbeddedFont, glyph: Glyph) -> None:
    """Add a glyph to the array of TJ: its code, and moves where it stands or ends elsewhere than the font says."""
    if glyph.right:
        codes.append(number(-glyph.right))
    codes.append(font.code(glyph))
    if abs(glyph.rest) > _NOTHING:
        codes.append(number(-glyph.rest))


def _array(codes: list[bytes]) -> bytes:
    return b"[%s] TJ" % b" ".join(codes).replace(b"> <", b"") if codes else b""
