"""The fonts of one file, each embedded once."""

from collections.abc import Iterator

from archive.reporting.pdf.embedding import EmbeddedFont
from archive.reporting.pdf.fonts import FontFile


class Shelf:
    """Gives each font its resource name in the order of first use."""

    def __init__(self) -> None:
        self._fonts: dict[FontFile, EmbeddedFont] = {}

    def font(self, font: FontFile) -> EmbeddedFont:
        """The embedded form of a font."""
        if font not in self._fonts:
            self._fonts[font] = EmbeddedFont(font, f"F{len(self._fonts) + 1}")
        return self._fonts[font]

    def __iter__(self) -> Iterator[EmbeddedFont]:
        return iter(self._fonts.values())
