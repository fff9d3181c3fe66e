"""Text that is found and copied but not seen: the words of a scan over their places, in a font without shapes.

The font has one glyph for every code, half as wide as the size; a code is a letter of the file, and a table gives the
letters back. So any script costs the same, and nothing is shaped: words are squeezed into their boxes.
"""

import struct
from collections import defaultdict
from collections.abc import Iterator, Sequence

from archive.reporting.pdf.bidi import base_level, levels, visual_order
from archive.reporting.pdf.embedding import to_unicode
from archive.reporting.pdf.objects import ObjectFile, array, dictionary, number, ref
from ocr.layout import spaced
from ocr.values import Word

_WIDTH = 500
_LOWEST, _HIGHEST = -200, 800
"""Between these a line of text lies around its baseline, in thousandths of its height."""


class HiddenFont:
    """The codes of the letters of a file, and the font that makes them text."""

    resource = "H"

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}

    @property
    def used(self) -> bool:
        """Whether any page has hidden text."""
        return bool(self._codes)

    def page(self, words: Sequence[Word], width: float, height: float, bottom: float = 0.0) -> bytes:
        """The operators that lay the words over an upright picture; points, `bottom` being what lies under the picture.

        `words` have boxes in fractions of the picture, `width` and `height` are its size on the page.
        """
        lines: dict[tuple[int, int], list[Word]] = defaultdict(list)
        for word in words:
            if word.text and word.box.x1 > word.box.x0 and word.box.y1 > word.box.y0:
                lines[word.block, word.line].append(word)
        if not lines:
            return b""
        # Mode and scale are part of the graphics state: what is drawn later is seen again.
        parts = [b"q BT 3 Tr"]
        for line in lines.values():
            parts.extend(self._line(line, width, height, bottom))
        return b"\n".join([*parts, b"ET Q"])

    def write(self, file: ObjectFile) -> int:
        """Write the font; gives the number of its object."""
        program = _program()
        box = array(b"0", b"%d" % _LOWEST, b"%d" % _WIDTH, b"%d" % _HIGHEST)
        descriptor = dictionary(
            Type=b"/FontDescriptor",
            FontName=b"/AAAAAA+Hidden",
            Flags=b"4",
            FontBBox=box,
            ItalicAngle=b"0",
            Ascent=b"%d" % _HIGHEST,
            Descent=b"%d" % _LOWEST,
            CapHeight=b"%d" % _HIGHEST,
            StemV=b"80",
            FontFile2=ref(file.put_stream(program, Length1=b"%d" % len(program))),
        )
        to_glyph = struct.pack(">H", 0) + struct.pack(">H", 1) * len(self._codes)
        descendant = dictionary(
            Type=b"/Font",
            Subtype=b"/CIDFontType2",
            BaseFont=b"/AAAAAA+Hidden",
            CIDSystemInfo=b"<</Registry (Adobe) /Ordering (Identity) /Supplement 0>>",
            FontDescriptor=ref(file.put(descriptor)),
            DW=b"%d" % _WIDTH,
            CIDToGIDMap=ref(file.put_stream(to_glyph)),
        )
        texts = {code: letter for letter, code in self._codes.items()}
        return file.put(
            dictionary(
                Type=b"/Font",
                Subtype=b"/Type0",
                BaseFont=b"/AAAAAA+Hidden",
                Encoding=b"/Identity-H",
                DescendantFonts=array(ref(file.put(descendant))),
                ToUnicode=ref(file.put_stream(to_unicode(texts))),
            )
        )

    def _line(self, words: list[Word], width: float, height: float, bottom: float) -> Iterator[bytes]:
        """The words of a line from left to right, on one baseline, each with a space up to the next."""
        ordered = sorted(words, key=lambda word: word.box.x0)
        upper = sorted(word.box.y0 for word in ordered)[len(ordered) // 2] * height
        lower = sorted(word.box.y1 for word in ordered)[len(ordered) // 2] * height
        size = max(lower - upper, 1.0)
        yield b"/%s %s Tf" % (self.resource.encode(), number(size))
        right = base_level(" ".join(word.text for word in words))
        apart = [*spaced(ordered)[1:], False]
        for word, after, gap in zip(ordered, [*ordered[1:], None], apart, strict=True):
            base = right if _has_no_direction(word.text) else base_level(word.text)
            letters = _as_it_stands(word.text, base)
            left, end = word.box.x0 * width, word.box.x1 * width
            next_left = end if after is None else after.box.x0 * width
            if after is not None and not gap and next_left > left:
                # Thai has no spaces between words: where none was read, none may seem to be there.
                end = next_left
            yield b"1 0 0 1 %s %s Tm" % (
                number(left),
                number(bottom + height - lower - size * _LOWEST / 1000),
            )
            yield self._shown(letters, end - left, size)
            if gap and next_left > end:
                yield self._shown(" ", next_left - end, size)

    def _shown(self, letters: str, width: float, size: float) -> bytes:
        """The operators that show letters in exactly that width."""
        share = 100_000 * width / (_WIDTH * size * len(letters))
        codes = b"".join(b"%04X" % self._code(letter) for letter in letters)
        return b"%s Tz <%s> Tj" % (number(share), codes)

    def _code(self, letter: str) -> int:
        return self._codes.setdefault(letter, len(self._codes) + 1)


def _has_no_direction(text: str) -> bool:
    return not any(letter.isalpha() for letter in text)


def _as_it_stands(text: str, base: int) -> str:
    """The letters from left to right, as programs that read PDF expect them before they turn them round."""
    return "".join(text[place] for place in visual_order(levels(text, base)))


def _program() -> bytes:
    """A TrueType font (OpenType: glyf, head, hhea, hmtx, loca, maxp) of an empty glyph and one that is a mere line.

    The line from corner to corner has no area, so it shows nothing even where it is drawn; but it has a size, without
    which some programs (pdfium) leave out words of a single letter.
    """
    line = struct.pack(
        ">5h2H2B4h", 1, 0, _LOWEST, _WIDTH, _HIGHEST, 1, 0, 1, 1, 0, _WIDTH, _LOWEST, _HIGHEST - _LOWEST
    )
    tables = {
        b"glyf": line,
        b"head": struct.pack(
            ">4I2H2q4h2H3h",
            *(0x10000, 0x10000, 0, 0x5F0F3CF5, 0, 1000, 0, 0),
            *(0, _LOWEST, _WIDTH, _HIGHEST, 0, 8, 2, 0, 0),
        ),
        b"hhea": struct.pack(
            ">I3hH11hH", 0x10000, _HIGHEST, _LOWEST, 0, _WIDTH, 0, 0, _WIDTH, 1, 0, 0, 0, 0, 0, 0, 0, 2
        ),
        b"hmtx": struct.pack(">HhHh", _WIDTH, 0, _WIDTH, 0),
        b"loca": struct.pack(">3H", 0, 0, len(line) // 2),
        b"maxp": struct.pack(">I14H", 0x10000, 2, 2, 1, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0),
    }
    place = 12 + 16 * len(tables)
    head = struct.pack(">I4H", 0x10000, len(tables), 64, 2, 32)
    body = b""
    for tag, data in sorted(tables.items()):
        padded = data + b"\0" * (-len(data) % 4)
        checksum = sum(struct.unpack(f">{len(padded) // 4}I", padded)) & 0xFFFFFFFF
        head += struct.pack(">4s3I", tag, checksum, place + len(body), len(data))
        body += padded
    return head + body
