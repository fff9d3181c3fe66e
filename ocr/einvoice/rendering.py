"""An XML invoice as pages that a person can read: its fields and lines in plain print."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ocr.carried import Carried
from ocr.einvoice.invoice import EInvoice
from ocr.engines import RecognisedWord
from ocr.raster.carrying import packed
from ocr.raster.source import READING_DPI, SourcePage

_WIDTH, _HEIGHT = 1654, 2339
_MARGIN, _LEADING, _SIZE, _VALUE_X, _SUM_X = 150, 46, 28, 620, 1300
_LINES_PER_PAGE = (_HEIGHT - 2 * _MARGIN) // _LEADING
_WRAP = 46
_FACES = (
    Path("/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf"),
    Path("/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf"),
    Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"),
)
_LABELS = {
    "invoice_number": "Invoice number", "document_date": "Issue date", "due_date": "Due date", "currency": "Currency",
    "contract_number": "Contract number", "iban.creditor": "IBAN", "iban.debtor": "IBAN of the customer",
    "amounts.net": "Net", "amounts.vat": "VAT", "amounts.total": "Total", "parties.creditor.name": "Supplier",
    "parties.debtor.name": "Customer",
}  # fmt: skip

_Row = tuple[tuple[int, str], ...]


class InvoiceSource:
    """Pages that show the data; their words are known, nothing is recognised."""

    def __init__(self, invoice: EInvoice) -> None:
        rows = list(_rows(invoice))
        self._pages = [
            rows[start : start + _LINES_PER_PAGE] for start in range(0, len(rows), _LINES_PER_PAGE)
        ]
        self.count = len(self._pages)
        self._font = _font()

    def page(self, number: int) -> SourcePage:
        picture = Image.new("L", (_WIDTH, _HEIGHT), 255)
        draw = ImageDraw.Draw(picture)
        words: list[RecognisedWord] = []
        for line, row in enumerate(self._pages[number - 1]):
            for left, cell in row:
                x = float(left)
                for text in cell.split():
                    box = draw.textbbox((x, _MARGIN + line * _LEADING), text, font=self._font)
                    draw.text((x, _MARGIN + line * _LEADING), text, fill=0, font=self._font)
                    words.append(_word(text, box, line))
                    x = box[2] + _SIZE / 3
        pixels = np.asarray(picture, dtype=np.uint8)
        return SourcePage(pixels, READING_DPI, READING_DPI, tuple(words), embedded=True)

    def carry(self, number: int) -> Carried:
        """The page as a picture."""
        return packed(Image.fromarray(self.page(number).pixels))

    def close(self) -> None:
        """Nothing is held open."""


def _word(text: str, box: tuple[float, float, float, float], line: int) -> RecognisedWord:
    x0, y0, x1, y1 = (round(side) for side in box)
    return RecognisedWord(text, x0, y0, x1, y1, 1.0, 0, 0, line)


def _rows(invoice: EInvoice) -> Iterator[_Row]:
    yield ((_MARGIN, f"INVOICE ({invoice.format})"),)
    yield ()
    for name, value in invoice.fields:
        label = _LABELS.get(name, name.removeprefix("parties.").replace(".", " ").replace("_", " "))
        for place, part in enumerate(_wrapped(value)):
            yield ((_MARGIN, f"{label}:" if place == 0 else ""), (_VALUE_X, part))
    if invoice.lines:
        yield ()
    for description, quantity, net, rate in invoice.lines:
        for place, part in enumerate(_wrapped(description or "-")):
            row = (
                (_MARGIN, part),
                (_SUM_X - 300, quantity[:12]),
                (_SUM_X - 120, f"{rate[:5]}%" if rate else ""),
                (_SUM_X, net[:16]),
            )
            yield row if place == 0 else row[:1]


def _wrapped(text: str) -> list[str]:
    lines = [""]
    for word in text.split():
        # A word without end would run off the page.
        for piece in (word[start : start + _WRAP] for start in range(0, len(word), _WRAP)):
            if lines[-1] and len(lines[-1]) + len(piece) + 1 > _WRAP:
                lines.append("")
            lines[-1] = f"{lines[-1]} {piece}".strip()
    return lines


def _font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    face = next((path for path in _FACES if path.is_file()), None)
    return ImageFont.truetype(str(face), _SIZE) if face else ImageFont.load_default(_SIZE)
