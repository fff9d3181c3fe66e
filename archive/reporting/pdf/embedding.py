"""Fonts inside a file: of each font only the glyphs that were used, each with its width and the text it stands for.

A font is a CIDFontType2 (ISO 32000-1 section 9.7.4). A code stands for a glyph together with its text, so that a
bracket that is turned round in a right-to-left name is still found as the bracket that was written.
"""

import hashlib
import struct

import uharfbuzz as hb

from archive.reporting.pdf.fonts import FontFile, Glyph
from archive.reporting.pdf.objects import ObjectFile, array, dictionary, name, number, ref

_UNUSED = ("GSUB", "GPOS", "GDEF", "BASE", "STAT", "name", "cmap", "post", "OS/2", "gasp", "kern", "MATH")
_A_BLOCK = 100
_SYMBOLIC = 4


class EmbeddedFont:
    """A font of one file: gives codes to glyphs as they are used, and is written when all are known."""

    def __init__(self, font: FontFile, resource: str) -> None:
        self.font = font
        self.resource = resource
        self._codes: dict[tuple[int, str], int] = {}

    def code(self, glyph: Glyph) -> bytes:
        """The two-byte code of a glyph with its text, as a string of a content stream; 0 is nobody's."""
        return b"<%04X>" % self._codes.setdefault((glyph.index, glyph.text), len(self._codes) + 1)

    def write(self, file: ObjectFile) -> int:
        """Write the font, its widths and its texts; gives the number of the font object."""
        subset, places = self._subset()
        label = self._label()
        program = file.put_stream(subset, Length1=b"%d" % len(subset))
        descriptor = file.put(
            dictionary(
                Type=b"/FontDescriptor",
                FontName=name(label),
                Flags=b"%d" % _SYMBOLIC,
                FontBBox=array(*(number(value) for value in self._box())),
                ItalicAngle=b"0",
                **self._heights(),
                StemV=b"80",
                FontFile2=ref(program),
            )
        )
        to_glyph = struct.pack(f">{len(places)}H", *places)
        descendant = file.put(
            dictionary(
                Type=b"/Font",
                Subtype=b"/CIDFontType2",
                BaseFont=name(label),
                CIDSystemInfo=b"<</Registry (Adobe) /Ordering (Identity) /Supplement 0>>",
                FontDescriptor=ref(descriptor),
                DW=b"0",
                W=array(b"1", array(*(number(self.font.advance(glyph)) for glyph, _ in self._codes))),
                CIDToGIDMap=ref(file.put_stream(to_glyph)),
            )
        )
        return file.put(
            dictionary(
                Type=b"/Font",
                Subtype=b"/Type0",
                BaseFont=name(label),
                Encoding=b"/Identity-H",
                DescendantFonts=array(ref(descendant)),
                ToUnicode=ref(
                    file.put_stream(to_unicode({code: text for (_, text), code in self._codes.items()}))
                ),
            )
        )

    def _subset(self) -> tuple[bytes, list[int]]:
        """The font with the used glyphs only, and the new number of the glyph of each code."""
        wanted = hb.SubsetInput()
        wanted.flags = hb.SubsetFlags.NO_HINTING | hb.SubsetFlags.NO_LAYOUT_CLOSURE
        wanted.glyph_set.set({0, *(glyph for glyph, _ in self._codes)})
        wanted.drop_table_tag_set.update([int.from_bytes(table.encode(), "big") for table in _UNUSED])
        plan = hb.SubsetPlan(self.font.face, wanted)
        places = plan.old_to_new_glyph_mapping
        return bytes(plan.execute().blob.data), [0, *(places[glyph] for glyph, _ in self._codes)]

    def _label(self) -> str:
        """The name with six letters before it that say which subset this is (section 9.6.4)."""
        used = hashlib.sha256(repr(sorted(self._codes)).encode()).digest()
        return "".join(chr(65 + byte % 26) for byte in used[:6]) + "+" + self.font.name

    def _box(self) -> tuple[float, ...]:
        head = self.font.face.reference_table("head").data
        return tuple(value * self.font.unit for value in struct.unpack_from(">4h", head, 36))

    def _heights(self) -> dict[str, bytes]:
        ascent, descent = struct.unpack_from(">2h", self.font.face.reference_table("hhea").data, 4)
        unit = self.font.unit
        # Noto's capitals are 714 high; the value only serves programs that replace a font, which embedding forbids.
        return {
            "Ascent": number(ascent * unit),
            "Descent": number(descent * unit),
            "CapHeight": b"714",
        }


def to_unicode(texts: dict[int, str]) -> bytes:
    """The map from codes to texts (section 9.10.3); codes without a text of their own have none in it."""
    lines = [
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
        b"/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def",
        b"/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
        b"1 begincodespacerange <0000> <FFFF> endcodespacerange",
    ]
    rows = [
        b"<%04X> <%s>" % (code, text.encode("utf-16-be").hex().upper().encode())
        for code, text in texts.items()
        if text
    ]
    for start in range(0, len(rows), _A_BLOCK):
        block = rows[start : start + _A_BLOCK]
        lines += [b"%d beginbfchar" % len(block), *block, b"endbfchar"]
    return b"\n".join([*lines, b"endcmap CMapName currentdict /CMap defineresource pop end end"])
