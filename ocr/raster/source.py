"""What a file gives for each of its pages, whatever its format."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ocr.carried import Carried
from ocr.engines import RecognisedWord

Pixels = NDArray[np.uint8]
"""Grey (height, width) or colour (height, width, 3: red, green, blue)."""

READING_DPI = 200
"""Where Tesseract reads letters of print best and fastest; docs/adr/0008 has the figures."""


@dataclass(frozen=True, slots=True, eq=False)
class SourcePage:
    """One page at the resolution at which it is read.

    `words` is its own text layer, in pixels, if it has one to trust. `embedded` says that the page was drawn here from
    data, which no sheet of paper shows. `told_dpi` is what the file claims where `scan_dpi` was found otherwise.
    """

    pixels: Pixels
    dpi: int
    scan_dpi: int
    words: tuple[RecognisedWord, ...] | None = None
    embedded: bool = False
    told_dpi: int | None = None


class Source(Protocol):
    """An open file. `page` and `carry` raise PageRefused; numbers start at 1."""

    @property
    def count(self) -> int: ...

    def page(self, number: int) -> SourcePage: ...

    def carry(self, number: int) -> Carried: ...

    def close(self) -> None: ...
