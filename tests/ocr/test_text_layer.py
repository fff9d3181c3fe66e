"""Text layers of born-digital pages whose fonts or writers say marks and brackets in ways of their own."""

import io
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import canvas

from ocr.raster.textlayer import TextLayer
from ocr.raster.trust import thai_letters, thai_order, unmapped

WIDE = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")


def test_glyphs_of_thai_fonts_are_the_marks_that_they_draw() -> None:
    drawn = "ผ\uf70bูให\uf70bบริการ ค\uf70aา แพทย\uf70e"
    assert unmapped(drawn) > 0.01
    said = thai_order(thai_letters(drawn))
    assert said == "ผู้ให้บริการ ค่า แพทย์"
    assert unmapped(said) == 0


def test_a_vowel_comes_before_its_tone() -> None:
    assert thai_order("ช่ือ") == "ชื่อ"
    assert thai_order("ชื่อ") == "ชื่อ"


@pytest.mark.skipif(not WIDE.exists(), reason="DejaVu Sans is not installed")
@pytest.mark.parametrize("opens", ["()", ")("])
def test_brackets_of_a_right_to_left_line_open_whichever_way_the_layer_says_them(opens: str) -> None:
    pdfmetrics.registerFont(TTFont("wide", str(WIDE)))
    file = io.BytesIO()
    page = canvas.Canvas(file, pagesize=(400, 100))
    page.setFont("wide", 14)
    # As it stands on the paper, from left to right.
    page.drawString(60, 50, f"מ״עב {opens[0]}1998{opens[1]} ףחש")
    page.save()
    drawn = pypdfium2.PdfDocument(file.getvalue())[0].render(scale=2).to_pil().convert("L")
    layer = TextLayer(file)
    try:
        words = layer.words(1, np.asarray(drawn))
    finally:
        layer.close()
    assert words is not None
    assert [word.text for word in words] == ["שחף", "(1998)", "בע״מ"]
