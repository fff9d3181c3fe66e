"""The reader as a library: every format in, words and pictures out, one warm process that is replaced when it fails."""

import hashlib
import io
import os
import signal
import tempfile
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from PIL import Image, ImageOps

from ocr import Limits, PageImages, Reader, Reading, ReadingRefused
from ocr.engines.tessdata import find_tessdata
from tests.ocr.papers import LETTER, drawn, pdf_of, read, saved

EXPECTED = ("HARBOUR", "Plymouth", "HS-20417", "canvas.")


def words_of(reading: Reading) -> str:
    return " ".join(word.text for page in reading.pages for word in page.words)


FORMS = {
    "grey TIFF": lambda: saved(drawn(), "TIFF"),
    "G4 TIFF": lambda: saved(drawn(mode="1"), "TIFF", compression="group4"),
    "G3 TIFF": lambda: saved(drawn(mode="1"), "TIFF", compression="group3"),
    "LZW TIFF": lambda: saved(drawn(mode="RGB"), "TIFF", compression="tiff_lzw"),
    "JPEG TIFF": lambda: saved(drawn(mode="RGB"), "TIFF", compression="jpeg"),
    "deflate TIFF": lambda: saved(drawn(), "TIFF", compression="tiff_adobe_deflate"),
    "packbits TIFF": lambda: saved(drawn(mode="1"), "TIFF", compression="packbits"),
    "CMYK TIFF": lambda: saved(drawn(mode="CMYK"), "TIFF", compression="tiff_lzw"),
    "palette TIFF": lambda: saved(drawn(mode="P"), "TIFF"),
    "16-bit TIFF": lambda: saved(Image.fromarray(np.asarray(drawn(), np.uint16) * 257), "TIFF"),
    "JPEG": lambda: saved(drawn(mode="RGB"), "JPEG"),
    "grey JPEG": lambda: saved(drawn(), "JPEG"),
    "CMYK JPEG": lambda: saved(drawn(mode="CMYK"), "JPEG"),
    "PNG": lambda: saved(drawn(mode="RGB"), "PNG"),
    "16-bit PNG": lambda: saved(Image.fromarray(np.asarray(drawn(), np.uint16) * 257), "PNG"),
    "300 dpi PNG": lambda: saved(drawn(dpi=300), "PNG", dpi=(300, 300)),
    "PNG that does not say its dpi": lambda: saved(drawn(dpi=300).resize((1754, 2480)), "PNG", dpi=None),
    "scan in a PDF": lambda: saved(drawn(mode="RGB"), "PDF", resolution=200.0),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_format_is_read(reader: Reader, form: str) -> None:
    data = FORMS[form]()
    reading = read(reader, data)
    for word in EXPECTED:
        assert word in words_of(reading)
    page = reading.pages[0]
    assert reading.language == page.language == "en"
    assert reading.kind == "invoice"
    assert reading.sha256 == hashlib.sha256(data).hexdigest()
    assert (page.dpi, page.error, page.blank, page.rotation) == (200, None, False, 0)
    assert all(0 <= side <= 1 for word in page.words for side in word.box)
    assert {word.line for word in page.words} >= {0, 1, 2}


def test_transparent_paper_is_white(reader: Reader) -> None:
    page = Image.new("RGBA", drawn().size, (0, 0, 0, 0))
    page.putalpha(drawn().point(lambda value: 255 - value))
    assert "HS-20417" in words_of(read(reader, saved(page, "PNG")))


def _bordered() -> Image.Image:
    """A sheet on the black bed of a scanner."""
    sheet = drawn()
    bed = Image.new("L", (sheet.width + 160, sheet.height + 120), 8)
    bed.paste(sheet, (110, 40))
    return bed


BAD_SCANS = {
    "negative": lambda: saved(ImageOps.invert(drawn()), "TIFF"),
    "mirrored": lambda: saved(ImageOps.mirror(drawn()), "TIFF"),
    "on a black bed": lambda: saved(_bordered(), "TIFF"),
    "1200 dpi fax": lambda: saved(drawn(dpi=1200, mode="1"), "TIFF", compression="group4", dpi=(1200, 1200)),
    "100 dpi": lambda: saved(drawn().reduce(2), "PNG", dpi=(100, 100)),
    "pale": lambda: saved(drawn().point(lambda shade: 200 + shade * 40 // 255), "TIFF"),
}


@pytest.mark.parametrize("name", BAD_SCANS)
def test_bad_scans_are_read(reader: Reader, name: str) -> None:
    reading = read(reader, BAD_SCANS[name](), languages=("en",))
    assert reading.pages[0].error is None
    found = words_of(reading)
    assert all(word in found for word in EXPECTED), found


def test_boxes_of_a_mirrored_page_are_where_the_page_has_them(reader: Reader) -> None:
    words = read(reader, saved(ImageOps.mirror(drawn()), "TIFF"), languages=("en",)).pages[0].words
    (name,) = [word for word in words if word.text == "HARBOUR"]
    assert name.box.x0 > 0.5


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_exif_says_which_way_is_up(reader: Reader, orientation: int) -> None:
    undo = {1: 0, 3: 180, 6: 90, 8: 270}[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    reading = read(reader, saved(drawn().rotate(undo, expand=True), "JPEG", exif=exif))
    assert "HS-20417" in words_of(reading)
    assert reading.pages[0].rotation == 0
    assert reading.pages[0].height > reading.pages[0].width


@pytest.mark.parametrize("clockwise", [90, 180, 270])
def test_a_page_that_lies_on_its_side_is_turned(reader: Reader, clockwise: int) -> None:
    """`rotation` turns the page clockwise until it is upright; boxes and pictures are of the upright page."""
    pictures: list[PageImages | None] = []
    data = saved(drawn().rotate(clockwise, expand=True), "PNG")
    reading = read(reader, data, on_page=lambda _, __, images: pictures.append(images))
    page = reading.pages[0]
    assert page.rotation == clockwise
    assert "HS-20417" in words_of(reading)
    title = next(word for word in page.words if word.text == "HARBOUR")
    assert title.box.y0 < 0.15
    assert pictures[0] is not None
    with Image.open(io.BytesIO(pictures[0].page_jpeg)) as seen:
        assert seen.height > seen.width


def test_pages_come_one_by_one_with_their_pictures(reader: Reader) -> None:
    sheets = [drawn(), Image.new("L", drawn().size, 255), drawn(("Second letter", "Dear Sir, all is well."))]
    data = saved(sheets[0], "TIFF", save_all=True, append_images=sheets[1:], compression="tiff_lzw")
    seen: list[tuple[int, int]] = []
    pictures: list[PageImages] = []

    def on_page(number: int, count: int, images: PageImages | None) -> None:
        seen.append((number, count))
        assert images is not None
        pictures.append(images)

    reading = read(reader, data, on_page=on_page)
    assert seen == [(1, 3), (2, 3), (3, 3)]
    assert [page.blank for page in reading.pages] == [False, True, False]
    assert reading.parts[0].first == 1
    assert reading.parts[0].last == 3
    with (
        Image.open(io.BytesIO(pictures[2].page_jpeg)) as page,
        Image.open(io.BytesIO(pictures[2].thumb_jpeg)) as thumb,
    ):
        assert page.width <= 1400
        assert thumb.width == 220


def test_a_born_digital_page_is_not_recognised(reader: Reader) -> None:
    """Its words come from the text itself: exact, surely, and where they stand."""
    content = b"BT /F1 12 Tf 40 340 Td (Zahlungserinnerung 4711) Tj 0 -15 Td (Second line here) Tj ET"
    pdf = pikepdf.open(io.BytesIO(pdf_of(1, content)))
    pdf.pages[0].Resources = pikepdf.Dictionary(
        Font=pikepdf.Dictionary(
            F1=pikepdf.Dictionary(
                Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
            )
        )
    )
    target = io.BytesIO()
    pdf.save(target)
    page = read(reader, target.getvalue()).pages[0]
    assert page.source == "text"
    assert page.text == "Zahlungserinnerung 4711\nSecond line here"
    first = page.words[0]
    assert first.confidence == 1.0
    assert first.box.x0 == pytest.approx(40 / 300, abs=0.01)
    assert first.box.y1 == pytest.approx((400 - 340) / 400, abs=0.02)


def test_a_reading_is_stored_and_promised(reader: Reader) -> None:
    reading = read(reader, saved(drawn(), "PNG"))
    assert Reading.from_stored(reading.stored()) == reading
    promised = reading.promised("letter.png")
    assert promised["pages"][0]["words"][0]["text"] == "HARBOUR"
    left, top, right, bottom = promised["pages"][0]["words"][0]["box"]
    assert 0 <= left < right <= promised["pages"][0]["width"]
    assert 0 <= top < bottom <= promised["pages"][0]["height"]
    values = {field["name"]: field["value"] for field in promised["fields"]}
    assert values["invoice_number"] == "HS-20417"
    assert values["document_date"] == "2024-05-03"
    assert values["due_date"] == "2024-06-02"
    assert (values["amounts.net"], values["amounts.vat"], values["amounts.total"]) == (
        "120.00",
        "24.00",
        "144.00",
    )
    assert values["currency"] == "GBP"


def test_a_file_in_memory_is_read_too(reader: Reader) -> None:
    assert "HS-20417" in words_of(reader.read(io.BytesIO(saved(drawn(), "PNG"))))


def test_the_position_of_the_file_does_not_matter(reader: Reader) -> None:
    with tempfile.TemporaryFile() as file:
        file.write(saved(drawn(), "PNG"))
        file.seek(100)
        assert "HS-20417" in words_of(reader.read(file))
        assert file.tell() == 100


def test_a_killed_process_is_replaced() -> None:
    """No page is lost with a process that something else has killed, and the next file is read as ever."""
    sheets = [drawn() for _ in range(3)]
    data = saved(sheets[0], "TIFF", save_all=True, append_images=sheets[1:])
    with Reader(Limits(), ("en",)) as reader:

        def on_page(number: int, _count: int, _images: PageImages | None) -> None:
            if number == 1:
                assert reader.process is not None
                os.kill(reader.process, signal.SIGKILL)

        reading = read(reader, data, on_page=on_page)
        assert [page.error for page in reading.pages] == [None, None, None]
        assert len({page.text for page in reading.pages}) == 1
        assert "HS-20417" in words_of(read(reader, saved(drawn(), "PNG")))


def test_a_page_that_takes_too_long_is_given_up() -> None:
    with Reader(Limits(page_seconds=0.02), ("en",)) as reader:
        with pytest.raises(ReadingRefused) as refused:
            read(reader, saved(drawn(), "PNG"))
        assert refused.value.reason == "TIME_LIMIT"
        assert refused.value.retry
        assert "idle" in refused.value.diagnostics()


def test_an_unknown_language_is_named() -> None:
    with Reader(Limits(), ("en", "xx")) as reader:
        with pytest.raises(ReadingRefused, match="xx") as refused:
            read(reader, saved(drawn(), "PNG"))
        assert refused.value.reason == "LANGUAGE_MISSING"


def test_a_missing_model_names_its_debian_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for model in ("eng", "osd"):
        (tmp_path / f"{model}.traineddata").symlink_to(find_tessdata() / f"{model}.traineddata")
    monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path))
    with Reader(Limits(), ("en", "pl")) as reader, pytest.raises(ReadingRefused, match="tesseract-ocr-pol"):
        read(reader, saved(drawn(), "PNG"))


def test_closing_ends_the_process() -> None:
    reader = Reader(Limits(), ("en",))
    read(reader, saved(drawn(LETTER[:4]), "PNG"))
    process = reader.process
    assert process is not None
    reader.close()
    assert reader.process is None
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_a_short_page_on_which_orientation_is_not_told_is_turned_by_trial(reader: Reader) -> None:
    lines = (
        "Oakfield Joinery Ltd",
        "9 Tanner Street, York",
        "Two sash windows, repaired",
        "Amount due: 600.00",
    )
    picture = drawn(lines).rotate(180, fillcolor=255)
    (page,) = read(reader, saved(picture, "PNG")).pages
    assert page.rotation == 180
    assert "Tanner Street" in page.text
