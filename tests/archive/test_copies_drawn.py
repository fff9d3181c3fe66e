"""Copies of born-digital pages: lines and letters stay what they are, and look as they did."""

import io
from datetime import UTC, datetime

import numpy as np
import pikepdf
import pypdfium2
import pytest
from reportlab.pdfgen.canvas import Canvas

from archive.copies.writing import REDRAWN, SUBJECT, write_pdf
from archive.reporting.errors import PictureRefused
from ocr.carried import Carried
from ocr.limits import Limits
from ocr.raster.pdf import PdfSource
from ocr.values import PageReading
from tests.ocr.papers import LETTER


def _born(*, rotate: int = 0, clipped: bool = False) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(420, 600))
    for number, line in enumerate(LETTER):
        canvas.drawString(40, 550 - 22 * number, line.replace("£", "GBP "))
    canvas.grid([40, 200, 380], [60, 90, 120])
    if clipped:
        outline = canvas.beginPath()
        outline.circle(300, 400, 40)
        canvas.clipPath(outline, stroke=0)
        canvas.rect(250, 350, 100, 60, fill=1)
    canvas.showPage()
    canvas.save()
    with pikepdf.open(out) as pdf:
        pdf.pages[0].Rotate = rotate
        turned = io.BytesIO()
        pdf.save(turned)
    return turned.getvalue()


def _copy(data: bytes, *, size: tuple[int, int] = (420, 600)) -> tuple[bytes, Carried]:
    source = PdfSource(io.BytesIO(data), Limits())
    carried = source.carry(1)
    source.close()
    page = PageReading(1, round(size[0] * 200 / 72), round(size[1] * 200 / 72), 200)
    out = io.BytesIO()
    made_at = datetime(2026, 3, 12, 9, 14, tzinfo=UTC)
    write_pdf(
        out,
        [(page, lambda: carried)],
        title="A letter",
        language="en",
        archive="localhost/x",
        made_at=made_at,
    )
    return out.getvalue(), carried


def _seen(data: bytes) -> np.ndarray:
    with pypdfium2.PdfDocument(data) as document:
        picture = document[0].render(scale=2, grayscale=True).to_pil().convert("L").resize((400, 400))
    return np.asarray(picture, dtype=np.int16)


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_a_born_digital_page_keeps_its_lines_and_letters(rotate: int) -> None:
    original = _born(rotate=rotate)
    copy, carried = _copy(original, size=(600, 420) if rotate % 180 else (420, 600))
    assert carried.coding == "drawing"
    with pikepdf.open(io.BytesIO(copy)) as pdf:
        (form,) = pdf.pages[0].Resources.XObject.values()
        assert form.Subtype == "/Form"
        assert not any("/Font" in one for one in (form.Resources, *form.Resources.XObject.values()))
        assert str(pdf.docinfo.Subject) == SUBJECT
    assert np.abs(_seen(copy) - _seen(original)).mean() < 1.5
    assert len(copy) < 60_000


def test_a_page_that_cannot_be_drawn_is_a_picture_and_the_copy_says_so() -> None:
    copy, carried = _copy(_born(clipped=True))
    assert carried.redrawn
    with pikepdf.open(io.BytesIO(copy)) as pdf:
        assert str(pdf.docinfo.Subject) == f"{SUBJECT}. {REDRAWN} 1"


def test_a_drawing_of_a_reader_that_was_taken_over_is_refused() -> None:
    _, carried = _copy(_born())
    evil = Carried(carried.data.replace(b" cm /G0 Do", b" cm /Fx Do", 1), "drawing", 420, 600, 3)
    with pytest.raises(PictureRefused):
        write_pdf(
            io.BytesIO(),
            [(PageReading(1, 1167, 1667, 200), lambda: evil)],
            title="A letter",
            language="en",
            archive="localhost/x",
            made_at=datetime(2026, 3, 12, tzinfo=UTC),
        )
