"""Born-digital pages as drawings: what is drawn looks as the page does, and nothing but drawing gets through."""

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pikepdf
import pypdfium2
import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from ocr.carried import Carried
from ocr.drawing import Drawing
from ocr.raster.vectors import drawing_of
from tests.ocr import papers
from tests.shared import SHARED, needs_shared


def _page(draw: Callable[[Canvas], object], **members: object) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(300, 400))
    draw(canvas)
    canvas.showPage()
    canvas.save()
    with pikepdf.open(out) as pdf:
        for name, value in members.items():
            pdf.pages[0][f"/{name}"] = value
        changed = io.BytesIO()
        pdf.save(changed)
    return changed.getvalue()


def _drawing(data: bytes) -> Drawing | None:
    with pypdfium2.PdfDocument(data) as document:
        return drawing_of(document[0])


def _letter(canvas: Canvas) -> None:
    canvas.setFont("Helvetica", 12)
    for number, line in enumerate(papers.LETTER):
        canvas.drawString(30, 370 - 20 * number, line.replace("£", "GBP "))
    canvas.setFillColorRGB(0.8, 0.1, 0.1)
    canvas.setFont("Times-Bold", 14)
    canvas.drawString(30, 50, "Paid in part - 17,50")


def _table(canvas: Canvas) -> None:
    canvas.setLineWidth(1.5)
    canvas.setDash([4, 2], 1)
    canvas.grid([30, 100, 200, 270], [100, 130, 160, 300])
    canvas.setFillColorRGB(0.2, 0.4, 0.6)
    canvas.circle(150, 230, 40, stroke=1, fill=1)


def _logo(canvas: Canvas) -> None:
    shades = np.linspace(0, 255, 80 * 60, dtype=np.uint8).reshape(60, 80)
    canvas.drawInlineImage(Image.fromarray(shades), 40, 300, 80, 60)
    _letter(canvas)


def _masked(canvas: Canvas) -> None:
    """A picture with a soft mask over a coloured ground."""
    canvas.setFillColorRGB(0.9, 0.9, 0.5)
    logo = Image.new("RGBA", (80, 60), (200, 30, 30, 0))
    logo.paste((30, 60, 160, 255), (20, 15, 60, 45))
    out = io.BytesIO()
    logo.save(out, "PNG")
    out.seek(0)
    from reportlab.lib.utils import ImageReader

    canvas.drawImage(ImageReader(out), 40, 300, 80, 60, mask="auto")


def _form(canvas: Canvas) -> None:
    canvas.beginForm("stamp")
    canvas.rect(2, 2, 50, 20, stroke=1, fill=0)
    canvas.drawString(5, 5, "in form")
    canvas.endForm()
    canvas.translate(100, 200)
    canvas.scale(1.5, 1.5)
    canvas.doForm("stamp")


PAGES = {"letter": _letter, "table": _table, "logo": _logo, "masked": _masked, "form": _form}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_drawn_as_it_looks(page: str) -> None:
    drawing = _drawing(_page(PAGES[page]))
    assert drawing is not None
    assert (drawing.width, drawing.height) == (300, 400)
    assert bool(drawing.pictures) == (page in ("logo", "masked"))
    assert Drawing.unpacked(drawing.packed()) == drawing


def test_a_letter_is_drawn_once_however_often_it_stands() -> None:
    drawing = _drawing(_page(lambda canvas: canvas.drawString(30, 300, "banana, banana, banana")))
    assert drawing is not None
    assert len(drawing.glyphs) == len(set("ban,"))
    assert drawing.content.count(b" Do") == len("banana,banana,banana")


@pytest.mark.parametrize(
    "members", [{"Rotate": 90}, {"CropBox": [20, 30, 280, 380]}, {"Rotate": 180, "CropBox": [5, 5, 290, 390]}]
)
def test_a_page_that_is_turned_or_cropped_is_drawn_unturned_and_cropped(members: dict[str, Any]) -> None:
    drawing = _drawing(_page(_letter, **members))
    assert drawing is not None
    left, bottom, right, top = members.get("CropBox", [0, 0, 300, 400])
    assert (drawing.width, drawing.height) == (right - left, top - bottom)


def _shading(canvas: Canvas) -> None:
    canvas.linearGradient(50, 50, 250, 350, ((0.1, 0.1, 0.9), (0.9, 0.9, 0.1)))


def _through(canvas: Canvas) -> None:
    canvas.setFillAlpha(0.4)
    canvas.rect(50, 50, 200, 200, fill=1)


def _outlined(canvas: Canvas) -> None:
    text = canvas.beginText(50, 200)
    text.setTextRenderMode(1)
    text.textOut("Outlined")
    canvas.drawText(text)


@pytest.mark.parametrize("page", [_shading, _through, _outlined])
def test_what_cannot_be_drawn_is_not_drawn(page: Callable[[Canvas], object]) -> None:
    assert _drawing(_page(page)) is None


def test_a_letter_that_unicode_misstates_is_seen() -> None:
    """The table of the font says that every A is a B: what is drawn by it would be another text."""
    with pikepdf.open(io.BytesIO(_page(lambda canvas: canvas.drawString(30, 300, "AAAA 17,50")))) as pdf:
        font = next(iter(pdf.pages[0].Resources.Font.values()))
        font.ToUnicode = pdf.make_stream(
            b"/CIDInit /ProcSet findresource begin 1 begincmap 1 begincodespacerange <00> <ff> "
            b"endcodespacerange 2 beginbfchar <41> <0042> <42> <0041> endbfchar endcmap end"
        )
        out = io.BytesIO()
        pdf.save(out)
    drawing = _drawing(out.getvalue())
    assert drawing is None or drawing == _drawing(
        _page(lambda canvas: canvas.drawString(30, 300, "AAAA 17,50"))
    )


PLAIN = Drawing(300, 400, b"q 1 0 0 1 5 5 cm /G0 Do Q\n0 0 m 5 5 l S", (b"0 0 m 1 1 l h f",), ())


@pytest.mark.parametrize(
    "wrong",
    [
        {"content": b"q /G1 Do Q"},
        {"content": b"/Fm0 Do"},
        {"content": b"/GS0 gs"},
        {"content": b"BT (x) Tj ET"},
        {"content": b"BI /W 1 /H 1 ID x EI"},
        {"content": b"/Artifact <</A 1>> BDC EMC"},
        {"content": b"1e5 0 m"},
        {"glyphs": (b"0 0 m /G0 Do",)},
        {"glyphs": (b"q 0 0 m",)},
        {"width": 0.0},
        {"height": float("nan")},
        {"pictures": (Carried(b"x", "drawing", 1, 1),)},
    ],
    ids=str,
)
def test_what_does_more_than_draw_is_refused(wrong: dict[str, Any]) -> None:
    assert Drawing.unpacked(PLAIN.packed()) == PLAIN
    with pytest.raises(ValueError, match="does more than draw"):
        Drawing.unpacked(replace(PLAIN, **wrong).packed())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0" * 8,
        b"\xff" * 40,
        PLAIN.packed()[:-3],
        PLAIN.packed() + b"x",
        (2).to_bytes(8, "big") + b"{}",
    ],
)
def test_what_is_no_drawing_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):
        Drawing.unpacked(data)


@needs_shared("evalset", "pages")
@pytest.mark.parametrize("language", ["he"])
def test_pages_by_others_are_drawn(language: str) -> None:
    file = SHARED / "evalset" / "pages" / language / f"{language}_c1_dunning_letter.clean.pdf"
    drawing = _drawing(file.read_bytes())
    assert drawing is not None
    assert len(drawing.packed()) < 200_000
