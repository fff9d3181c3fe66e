"""Small papers made for the tests: pages drawn by Pillow, files written by Pillow and pikepdf."""

import io
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pikepdf
from PIL import Image, ImageDraw, ImageFont

from ocr import Reader, Reading
from ocr.values import Box, PageReading, Word

LETTER = (
    "HARBOUR SUPPLIES LTD",
    "12 Quay Street, Plymouth",
    "",
    "INVOICE",
    "",
    "Invoice number: HS-20417",
    "Invoice date: 3 May 2024",
    "Payment due: 2 June 2024",
    "",
    "We thank you for the order of ropes and canvas.",
    "The goods were delivered in good condition.",
    "Subtotal: £120.00",
    "VAT @ 20%: £24.00",
    "Total due: £144.00",
    "Please pay within thirty days of this letter.",
)

_FONTS = (
    "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf",
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
)


def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """A plain font of the system, or Pillow's own."""
    for path in _FONTS:
        if Path(path).exists():
            return ImageFont.truetype(path, size)
    return ImageFont.load_default(size)


def drawn(lines: Sequence[str] = LETTER, *, dpi: int = 200, mode: str = "L") -> Image.Image:
    """An upright page of about A5 with these lines on it."""
    page = Image.new("L", (round(5.8 * dpi), round(8.3 * dpi)), 255)
    pen = ImageDraw.Draw(page)
    size = round(0.16 * dpi)
    for number, line in enumerate(lines):
        pen.text((round(0.6 * dpi), round((0.6 + 0.34 * number) * dpi)), line, font=font(size), fill=0)
    return page.convert(mode) if mode != "L" else page


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    """The picture as a file of that format."""
    target = io.BytesIO()
    image.save(target, form, **{"dpi": (200, 200), **options})
    return target.getvalue()


def read(reader: Reader, data: bytes, **options: Any) -> Reading:
    """The reading of these bytes, handed over as an open file without a name, as the service does."""
    with tempfile.TemporaryFile() as file:
        file.write(data)
        return reader.read(file, **options)


def pdf_of(pages: int, content: bytes = b"") -> bytes:
    """A PDF with so many pages of the same content."""
    pdf = pikepdf.new()
    for _ in range(pages):
        pdf.add_blank_page(page_size=(300, 400))
        pdf.pages[-1].Contents = pdf.make_stream(content)
    target = io.BytesIO()
    pdf.save(target)
    return target.getvalue()


def page_of(lines: Sequence[str], *, language: str = "en", number: int = 1) -> PageReading:
    """A page as if it had been read: each line a line of words, evenly spaced, cells parted by tabs set wide apart."""
    words = []
    for place, line in enumerate(lines):
        top = 0.05 + 0.9 * place / max(1, len(lines))
        x = 0.05
        for cell in line.split("\t"):
            for text in cell.split():
                width = 0.008 * len(text)
                words.append(Word(text, Box(x, top, x + width, top + 0.012), 0.95, place, place // 4))
                x += width + 0.008
            x += 0.1
    text = "\n".join(lines)
    return PageReading(number, 1654, 2339, 200, language=language, text=text, words=tuple(words))
