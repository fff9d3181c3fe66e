"""A file of hundreds of pages: whether the memory of its reader stays flat, and whether each page is reported."""

import io
import os
import tempfile
from dataclasses import asdict, dataclass
from typing import Any

import pikepdf
import psutil
from PIL import Image, ImageDraw, ImageFont

from ocr import PageImages, Reader

_MIB = 1 << 20
_WARM = 0.2
"""Share of the pages after which models are loaded and caches are filled."""


@dataclass(frozen=True, slots=True)
class Long:
    """What reading the file took: pages reported one by one, and MiB of the reader and of its parent.

    `warm_mib` is the reader after a fifth of the pages, `peak_mib` its most, and `parent_growth_mib` what the parent
    grew by from the first page to the last.
    """

    pages: int
    reported: int
    warm_mib: int
    peak_mib: int
    parent_growth_mib: int

    @property
    def growth_mib(self) -> int:
        """By how much the reader grew after it was warm."""
        return self.peak_mib - self.warm_mib

    def figures(self) -> dict[str, Any]:
        """For JSON."""
        return {**asdict(self), "growth_mib": self.growth_mib}


def read_long(pages: int) -> Long:
    """Read a file of so many scanned pages, each with a line of its own."""
    reader_mib: list[int] = []
    parent_mib: list[int] = []
    own = psutil.Process(os.getpid())
    with Reader(languages=("en",)) as reader, tempfile.TemporaryFile() as file:

        def on_page(number: int, count: int, images: PageImages | None) -> None:
            if reader.process is not None:
                reader_mib.append(psutil.Process(reader.process).memory_info().rss // _MIB)
            parent_mib.append(own.memory_info().rss // _MIB)

        _write(file, pages)
        reader.read(file, on_page=on_page)
    return Long(
        pages=pages,
        reported=len(parent_mib),
        warm_mib=max(reader_mib[: max(1, int(_WARM * pages))]),
        peak_mib=max(reader_mib),
        parent_growth_mib=parent_mib[-1] - parent_mib[0],
    )


def _write(file: Any, pages: int) -> None:
    font = ImageFont.load_default(36)
    with pikepdf.new() as bound:
        for number in range(1, pages + 1):
            sheet = Image.new("L", (1654, 2339), 255)
            ImageDraw.Draw(sheet).text(
                (160, 200), f"This is page {number} of a long report", font=font, fill=0
            )
            out = io.BytesIO()
            sheet.save(out, "PDF", resolution=200)
            with pikepdf.open(out) as part:
                bound.pages.append(part.pages[0])
        bound.save(file)
    file.seek(0)
