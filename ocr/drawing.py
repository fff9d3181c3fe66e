"""A page as lines, areas, letters and pictures, on its way out of the reading process into a copy of the paper.

It is spelt in few operators of PDF (ISO 32000-1 annex A), which draw and can do nothing else; whoever takes it from the
reading process checks that (`Drawing.unpacked`), as that process may have met hostile bytes. Letters are outlines: no
font of the file is in it.
"""

import json
import re
from dataclasses import dataclass
from typing import Self

from ocr.carried import Carried

_NUMBER = rb"-?\d{1,9}(?:\.\d{1,6})?"
_PATH = rb"[mlchf]|f\*"
_STATE = rb"q|Q|cm|rg|RG|w|J|j|M|S|B|B\*|n|Do|d|\[[0-9. ]{0,60}\]|/[GP]\d{1,5}"
_GLYPH = re.compile(rb"(?:(?:" + _NUMBER + rb"|" + _PATH + rb")(?:[ \n]|$))*+")
_CONTENT = re.compile(rb"(?:(?:" + _NUMBER + rb"|" + _PATH + rb"|" + _STATE + rb")(?:[ \n]|$))*+")
_NAME = re.compile(rb"/([GP])(\d{1,5})")
_HEAD = 8


@dataclass(frozen=True, slots=True)
class Drawing:
    """One page in points from its lower left corner.

    `content` shows `glyphs` by the names /G0, /G1 and so on, and `pictures` by /P0, /P1. A glyph is its outline in
    thousandths of the size of its font.
    """

    width: float
    height: float
    content: bytes
    glyphs: tuple[bytes, ...]
    pictures: tuple[Carried, ...]

    def packed(self) -> bytes:
        """All of it in one piece."""
        pieces = (self.content, *self.glyphs, *(picture.data for picture in self.pictures))
        head = {
            "size": [self.width, self.height],
            "lengths": [len(piece) for piece in pieces],
            "pictures": [picture.header() for picture in self.pictures],
        }
        told = json.dumps(head).encode()
        return b"".join((len(told).to_bytes(_HEAD, "big"), told, *pieces))

    @classmethod
    def unpacked(cls, data: bytes) -> Self:
        """What `packed` gave. Raises ValueError for anything that it cannot have given, or that does more than draw."""
        try:
            start = _HEAD + int.from_bytes(data[:_HEAD], "big")
            head = json.loads(data[_HEAD:start])
            width, height = (float(side) for side in head["size"])
            pieces = []
            for length in head["lengths"]:
                pieces.append(data[start : start + length])
                start += length
            content, *rest = pieces
            count = len(head["pictures"])
            glyphs, shown = rest[: len(rest) - count], rest[len(rest) - count :]
            pictures = tuple(
                Carried.from_header(header, piece)
                for header, piece in zip(head["pictures"], shown, strict=True)
            )
        except (KeyError, TypeError, UnicodeDecodeError) as error:
            raise ValueError("this is no drawing") from error
        drawing = cls(width, height, content, tuple(glyphs), pictures)
        if start != len(data) or not drawing._is_harmless():
            raise ValueError("this drawing does more than draw")
        return drawing

    def _is_harmless(self) -> bool:
        if not (0 < self.width < 20_000 and 0 < self.height < 20_000):
            return False
        if _CONTENT.fullmatch(self.content) is None or any(not _GLYPH.fullmatch(one) for one in self.glyphs):
            return False
        if any(picture.coding == "drawing" for picture in self.pictures):
            return False
        most = {b"G": len(self.glyphs), b"P": len(self.pictures)}
        return all(int(number) < most[kind] for kind, number in set(_NAME.findall(self.content)))
