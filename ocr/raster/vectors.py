"""A born-digital page as a drawing: its lines, areas and pictures as they are, its letters as their outlines.

Nothing is judged by what the page says of itself, only by what is seen: the drawing is taken where it looks as the
page does. Patterns, what is clipped, transparency and letters that Unicode does not tell apart fail there: such a page
becomes a picture.
"""

import ctypes
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from ocr.bidi import has_right_to_left
from ocr.carried import Carried
from ocr.drawing import Drawing
from ocr.raster.carrying import own_jpeg, packed
from ocr.raster.likeness import looks_like

_MAX_OBJECTS, _MAX_CHARS, _MAX_BYTES = 20_000, 60_000, 16_000_000
_MAX_PICTURE_PIXELS = 24_000_000
_UNIT = 1000.0
"""Glyphs are given in thousandths of the size of their font."""
_RECTANGLE = 6
"""The most operators that the outline of a rectangle has."""
_BROKEN = 2
"""What pdfium gives for a hyphen at the end of a line."""
_MIRRORED = {
    ord(one): ord(other) for one, other in ("()", ")(", "[]", "][", "{}", "}{", "<>", "><", "«»", "»«")
}

Matrix = tuple[float, float, float, float, float, float]
_SAME: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


class _Undrawable(Exception):
    """The page shows what a drawing has no means for."""


def drawing_of(page: Any) -> Drawing | None:
    """The page, unturned, as a drawing; None where it cannot be drawn so that it looks the same."""
    for rendered in (False, True):
        try:
            drawing = _Drawer(page, rendered=rendered).draw()
        except (_Undrawable, pypdfium2.PdfiumError, ValueError, OSError):
            return None
        if drawing is not None and looks_like(drawing, page):
            return drawing
        if drawing is None or not drawing.pictures:
            return None
    return None


class _Drawer:
    """Draws one page. With `rendered`, pictures are taken as they are shown, with their masks, not as data."""

    def __init__(self, page: Any, *, rendered: bool) -> None:
        self._page = page
        self._rendered = rendered
        left, bottom, right, top = page.get_cropbox()
        self._origin: Matrix = (1.0, 0.0, 0.0, 1.0, -left, -bottom)
        self._size = right - left, top - bottom
        self._parts: list[bytes] = []
        self._glyphs: dict[tuple[int, int], bytes | None] = {}
        self._numbers: dict[tuple[int, int], int] = {}
        self._pictures: list[Carried] = []

    def draw(self) -> Drawing | None:
        text = self._page.get_textpage()
        try:
            letters = self._letters(text)
            for count, item in enumerate(self._page.get_objects()):
                if count > _MAX_OBJECTS:
                    return None
                self._object(item, letters, text)
        finally:
            text.close()
        content = b"\n".join(self._parts)
        shown = sorted(self._numbers, key=self._numbers.__getitem__)
        glyphs = tuple(self._glyphs[key] or b"" for key in shown)
        size = len(content) + sum(map(len, glyphs)) + sum(len(picture.data) for picture in self._pictures)
        if size > _MAX_BYTES or min(self._size) <= 0:
            return None
        return Drawing(*self._size, content, glyphs, tuple(self._pictures))

    def _letters(self, text: Any) -> dict[int, list[int]]:
        """The places of the letters of each text object in the page's text."""
        count = text.count_chars()
        if count > _MAX_CHARS:
            raise _Undrawable
        found: dict[int, list[int]] = defaultdict(list)
        for index in range(count):
            if pdfium.FPDFText_IsGenerated(text, index) == 1:
                continue
            owner = pdfium.FPDFText_GetTextObject(text, index)
            if owner:
                found[_address(owner)].append(index)
        return found

    def _object(self, item: Any, letters: dict[int, list[int]], text: Any) -> None:
        match item.type:
            case pdfium.FPDF_PAGEOBJ_TEXT:
                self._text(item, letters.get(_address(item.raw), []), text)
            case pdfium.FPDF_PAGEOBJ_PATH:
                self._path(item)
            case pdfium.FPDF_PAGEOBJ_IMAGE:
                self._picture(item)
            case pdfium.FPDF_PAGEOBJ_FORM:
                pass  # what is in it comes next
            case _:
                raise _Undrawable

    def _text(self, item: Any, indices: list[int], text: Any) -> None:
        mode = pdfium.FPDFTextObj_GetTextRenderMode(item)
        if mode == pdfium.FPDF_TEXTRENDERMODE_INVISIBLE:
            return
        if mode != pdfium.FPDF_TEXTRENDERMODE_FILL:
            raise _Undrawable
        size = ctypes.c_float()
        pdfium.FPDFTextObj_GetFontSize(item, size)
        font = pdfium.FPDFTextObj_GetFont(item)
        parts = [b"q", _colour(item, pdfium.FPDFPageObj_GetFillColor, b"rg")]
        letters = [_letter(text, index) for index in indices]
        if has_right_to_left("".join(map(chr, letters))):
            # pdfium gives brackets as they are read, not as the font has them (UAX #9, rule L4).
            letters = [_MIRRORED.get(letter, letter) for letter in letters]
        for index, letter in zip(indices, letters, strict=True):
            number = self._glyph(font, letter)
            if number is None:
                continue
            raw = pdfium.FS_MATRIX()
            x, y = ctypes.c_double(), ctypes.c_double()
            pdfium.FPDFText_GetMatrix(text, index, raw)
            pdfium.FPDFText_GetCharOrigin(text, index, x, y)
            scale = size.value / _UNIT
            matrix = (raw.a * scale, raw.b * scale, raw.c * scale, raw.d * scale, x.value, y.value)
            parts.append(b"q %s cm /G%d Do Q" % (_numbers(_times(matrix, self._origin), 5), number))
        self._parts.append(b"\n".join([*parts, b"Q"]))

    def _glyph(self, font: Any, letter: int) -> int | None:
        """The number of the outline of a letter in a font; None where it has none, as a space has."""
        key = _address(font), letter
        if key not in self._glyphs:
            path = pdfium.FPDFFont_GetGlyphPath(font, letter, 1.0)
            count = pdfium.FPDFGlyphPath_CountGlyphSegments(path) if path else 0
            segments = (pdfium.FPDFGlyphPath_GetGlyphPathSegment(path, place) for place in range(count))
            outline = b" ".join(_as_glyph(list(_outline(segments, _UNIT))))
            self._glyphs[key] = outline + b" f" if outline else None
            if outline:
                self._numbers[key] = len(self._numbers)
        return self._numbers.get(key)

    def _path(self, item: Any) -> None:
        fill, stroke = ctypes.c_int(), ctypes.c_int()
        pdfium.FPDFPath_GetDrawMode(item, fill, stroke)
        operator = {
            (pdfium.FPDF_FILLMODE_NONE, True): b"S",
            (pdfium.FPDF_FILLMODE_WINDING, False): b"f",
            (pdfium.FPDF_FILLMODE_ALTERNATE, False): b"f*",
            (pdfium.FPDF_FILLMODE_WINDING, True): b"B",
            (pdfium.FPDF_FILLMODE_ALTERNATE, True): b"B*",
        }.get((fill.value, bool(stroke.value)))
        if operator is None:
            return  # it only clips; where that hides something, the comparison says so
        count = pdfium.FPDFPath_CountSegments(item)
        segments = (pdfium.FPDFPath_GetPathSegment(item, place) for place in range(count))
        outline = b" ".join(_outline(segments))
        if not outline:
            return
        parts = [b"q %s cm" % _numbers(_times(item.get_matrix().get(), self._outer(item)), 4)]
        if fill.value != pdfium.FPDF_FILLMODE_NONE:
            parts.append(_colour(item, pdfium.FPDFPageObj_GetFillColor, b"rg"))
        if stroke.value:
            parts += [_colour(item, pdfium.FPDFPageObj_GetStrokeColor, b"RG"), *_pen(item)]
        self._parts.append(b" ".join([*parts, outline, operator, b"Q"]))

    def _picture(self, item: Any) -> None:
        matrix = _times(item.get_matrix().get(), self._outer(item))
        width, height = item.get_px_size()
        if width * height > _MAX_PICTURE_PIXELS:
            raise _Undrawable
        carried = None
        if not self._rendered and item.get_filters() == ["DCTDecode"]:
            carried = own_jpeg(bytes(item.get_data(decode_simple=False)))
        if carried is None:
            carried = packed(_on_white(item.get_bitmap(render=self._rendered).to_pil()))
        self._parts.append(b"q %s cm /P%d Do Q" % (_numbers(matrix, 4), len(self._pictures)))
        self._pictures.append(carried)

    def _outer(self, item: Any) -> Matrix:
        """From the space of an object to that of the drawing, out of all that it is contained in."""
        matrix, around = _SAME, item.container
        while around is not None:
            matrix = _times(matrix, around.get_matrix().get())
            around = around.container
        return _times(matrix, self._origin)


def _outline(segments: Iterator[Any], scale: float = 1.0) -> Iterator[bytes]:
    """The operators of a path (ISO 32000-1 section 8.5.2), enlarged."""
    curve: list[bytes] = []
    x, y = ctypes.c_float(), ctypes.c_float()
    for segment in segments:
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        place = _numbers((x.value * scale, y.value * scale), 3 if scale == 1.0 else 0)
        match pdfium.FPDFPathSegment_GetType(segment):
            case pdfium.FPDF_SEGMENT_MOVETO:
                yield place + b" m"
            case pdfium.FPDF_SEGMENT_LINETO:
                yield place + b" l"
            case pdfium.FPDF_SEGMENT_BEZIERTO:
                curve.append(place)
                if len(curve) == 3:
                    yield b" ".join([*curve, b"c"])
                    curve = []
            case _:
                raise _Undrawable
        if pdfium.FPDFPathSegment_GetClose(segment):
            yield b"h"


def _as_glyph(operators: list[bytes]) -> list[bytes]:
    """The outline of a letter. That of a dot or a dash must not be a plain rectangle: those are drawn a pixel wider."""
    lines = [place for place, operator in enumerate(operators) if operator.endswith(b" l")]
    if len(operators) <= _RECTANGLE and lines:
        end = operators[lines[-1]][:-2]
        operators[lines[-1]] = b"%s %s %s c" % (end, end, end)
    return operators


def _letter(text: Any, index: int) -> int:
    letter = int(pdfium.FPDFText_GetUnicode(text, index))
    return ord("-") if letter == _BROKEN else letter


def _pen(item: Any) -> Iterator[bytes]:
    """Width, ends, corners and dashes of a line."""
    width, phase = ctypes.c_float(), ctypes.c_float()
    pdfium.FPDFPageObj_GetStrokeWidth(item, width)
    yield _numbers((width.value,), 4) + b" w"
    yield b"%d J %d j" % (
        max(0, pdfium.FPDFPageObj_GetLineCap(item)),
        max(0, pdfium.FPDFPageObj_GetLineJoin(item)),
    )
    count = pdfium.FPDFPageObj_GetDashCount(item)
    if 0 < count <= 8:
        dashes = (ctypes.c_float * count)()
        pdfium.FPDFPageObj_GetDashArray(item, dashes, count)
        pdfium.FPDFPageObj_GetDashPhase(item, phase)
        yield b"[%s] %s d" % (_numbers(tuple(dashes), 3), _numbers((phase.value,), 3))


def _colour(item: Any, get: Callable[..., Any], operator: bytes) -> bytes:
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if not get(item, red, green, blue, alpha) or alpha.value != 255:
        raise _Undrawable
    return _numbers(tuple(part.value / 255 for part in (red, green, blue)), 3) + b" " + operator


def _on_white(picture: Image.Image) -> Image.Image:
    if "A" not in picture.getbands():
        return picture
    seen = picture.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", seen.size, "white"), seen).convert("RGB")


def _times(one: Matrix, other: Matrix) -> Matrix:
    a, b, c, d, e, f = one
    p, q, r, s, t, u = other
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


def _numbers(values: tuple[float, ...], decimals: int) -> bytes:
    if not all(np.isfinite(value) and abs(value) < 1e6 for value in values):
        raise _Undrawable
    # Adding zero turns -0.0 into 0.0; `:g` would write small numbers with an exponent, which PDF does not know.
    return b" ".join(
        np.format_float_positional(round(value, decimals) + 0.0, trim="-").encode() for value in values
    )


def _address(pointer: Any) -> int:
    return ctypes.cast(pointer, ctypes.c_void_p).value or 0
