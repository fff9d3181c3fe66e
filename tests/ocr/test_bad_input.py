"""What is handed in: scans that feeders have spoilt, resolutions that lie, PDFs that are not what they seem."""

import io

import pikepdf
import pytest
from PIL import Image, ImageDraw
from reportlab.pdfgen.canvas import Canvas

from ocr import Reader
from tests.ocr.papers import LETTER, drawn, read, saved

FONTS = pikepdf.Dictionary(
    F1=pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
)


def text_of(reader: Reader, data: bytes) -> str:
    (page,) = read(reader, data).pages
    assert page.error is None
    return page.text


def punched() -> Image.Image:
    page = drawn()
    for y in (0.3, 0.6):
        ImageDraw.Draw(page).ellipse((20, y * page.height, 90, y * page.height + 70), fill=0)
    return page


def two_pages() -> Image.Image:
    """An open book: two letters side by side."""
    left = drawn()
    both = Image.new("L", (2 * left.width, left.height), 255)
    both.paste(left, (0, 0))
    both.paste(
        drawn(("PORTSIDE ROPES LTD", "", "Delivery note 5512", "Twelve coils of rope", "Received in full")),
        (left.width, 0),
    )
    return both


SCANS = {
    "punched holes": lambda: saved(punched(), "PNG"),
    "two pages in one scan": lambda: saved(two_pages(), "PNG"),
    "1200 dots per inch": lambda: saved(drawn(dpi=200).resize((4640, 6640)), "PNG", dpi=(800, 800)),
    "alpha that hides nothing": lambda: saved(drawn(mode="RGBA"), "PNG"),
    "tags that say 72": lambda: saved(drawn(dpi=200), "JPEG", dpi=(72, 72)),
}


@pytest.mark.parametrize("scan", SCANS)
def test_scans_that_feeders_have_spoilt(reader: Reader, scan: str) -> None:
    text = text_of(reader, SCANS[scan]())
    assert "HS-20417" in text
    assert "ropes and canvas" in text
    if scan == "two pages in one scan":
        assert "5512" in text


def test_seventy_two_dots_per_inch_lose_words_and_no_page(reader: Reader) -> None:
    (page,) = read(reader, saved(drawn(dpi=200).resize((418, 598)), "PNG", dpi=(72, 72))).pages
    assert page.error is None
    assert page.quality["scan_dpi"] == 72
    assert not page.blank


def written(lines: tuple[str, ...] = LETTER) -> bytes:
    """A born-digital PDF."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(420, 600))
    for number, line in enumerate(lines):
        canvas.drawString(40, 550 - 22 * number, line)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def changed(data: bytes, change: object) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        change(pdf)  # type: ignore[operator]
        pdf.save(out)
    return out.getvalue()


@pytest.mark.parametrize("rotate", [90, 180, 270])
def test_a_page_that_its_pdf_lays_wrong_is_recognised_and_turned(reader: Reader, rotate: int) -> None:
    def lay(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].Rotate = rotate

    (page,) = read(reader, changed(written(), lay)).pages
    assert (page.source, page.rotation) == ("ocr", 360 - rotate)
    assert page.height > page.width
    assert "HS-20417" in page.text


def test_a_page_that_its_pdf_turns_upright_keeps_its_text(reader: Reader) -> None:
    def turn(pdf: pikepdf.Pdf) -> None:
        page = pdf.pages[0]
        page.contents_add(b"q 0 1 -1 0 600 0 cm", prepend=True)
        page.contents_add(b"Q", prepend=False)
        page.mediabox = [0, 0, 600, 420]
        page.Rotate = 90

    (page,) = read(reader, changed(written(), turn)).pages
    assert (page.source, page.rotation) == ("text", 0)
    assert page.height > page.width
    assert "HS-20417" in page.text
    total = next(word for word in page.words if word.text == "Total")
    assert 0.05 < total.box.x0 < 0.15
    assert 0.5 < total.box.y0 < 0.6


def test_what_is_cropped_away_is_not_read(reader: Reader) -> None:
    def crop(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].cropbox = [0, 380, 420, 600]

    (page,) = read(reader, changed(written(), crop)).pages
    assert "HARBOUR" in page.text
    assert "Total due" not in page.text
    assert page.height < page.width


def test_a_layer_that_is_hidden_is_not_on_the_page(reader: Reader) -> None:
    def hide(pdf: pikepdf.Pdf) -> None:
        layer = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name="draft"))
        pdf.Root.OCProperties = pikepdf.Dictionary(
            OCGs=[layer], D=pikepdf.Dictionary(OFF=[layer], Order=[layer])
        )
        page = pdf.pages[0]
        page.Resources.Properties = pikepdf.Dictionary(L1=layer)
        page.contents_add(b"/OC /L1 BDC BT /F1 12 Tf 40 30 Td (SECRET DRAFT 999) Tj ET EMC", prepend=False)

    text = text_of(reader, changed(written(), hide))
    assert "HS-20417" in text


def test_a_text_layer_of_another_paper_is_not_believed(reader: Reader) -> None:
    """A scan under which another programme laid nonsense: the ink says otherwise."""

    def lay(pdf: pikepdf.Pdf) -> None:
        page = pdf.pages[0]
        page.Resources.Font = FONTS
        page.contents_add(b"BT 3 Tr /F1 9 Tf 20 20 Td (lorem) Tj ET", prepend=False)

    text = text_of(reader, changed(saved(drawn(), "PDF", resolution=200.0), lay))
    assert "HS-20417" in text


def test_a_font_that_is_not_in_the_file(reader: Reader) -> None:
    def lose(pdf: pikepdf.Pdf) -> None:
        for name in list(pdf.pages[0].Resources.Font.keys()):
            pdf.pages[0].Resources.Font[name] = pikepdf.Dictionary(
                Type=pikepdf.Name.Font, Subtype=pikepdf.Name.TrueType, BaseFont=pikepdf.Name("/NoSuchFont")
            )

    assert "HS-20417" in text_of(reader, changed(written(), lose))


def test_hand_writing_alone_is_a_page_that_says_how_little_was_read(reader: Reader) -> None:
    page = Image.new("L", (1160, 1660), 255)
    pen = ImageDraw.Draw(page)
    for line in range(6):
        y = 300 + 140 * line
        points = [(150 + 9 * step, y + (step * 37 % 61) - (step * step * 13 % 47)) for step in range(90)]
        pen.line(points, fill=40, width=4, joint="curve")
    (found,) = read(reader, saved(page, "PNG")).pages
    assert found.error is None
    assert not found.blank
    assert found.quality["confidence"] < 0.75 or len(found.words) < 12


def test_a_language_that_is_not_configured_is_read_as_well_as_it_can_be(reader: Reader) -> None:
    lines = (
        "Měl jsem na mysli smlouvu",
        "kterou jste podepsali loni",
        "Částka 1 250,00 Kč",
        "Děkuji za odpověď",
    )
    (page,) = read(reader, saved(drawn(lines), "PNG")).pages
    assert page.error is None
    assert "250,00" in page.text
    assert page.language != "cs"
