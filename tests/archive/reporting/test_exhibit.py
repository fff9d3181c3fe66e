"""Exhibits: every page is there as it was, can be searched, says that it is no original and where it is from."""

import io
import tracemalloc
from dataclasses import replace

import pikepdf
import pytest

from archive.reporting import exhibit_pdf, write_exhibit
from archive.reporting.content import ExhibitPage
from archive.reporting.errors import PictureRefused
from archive.reporting.pdf.scan_page import Scan
from ocr.values import Box, PageReading, Word
from tests.archive.reporting.reading import pages_of
from tests.archive.reporting.sample import LINES, digest, exhibit_content, identifier, jpeg

LABELS = {
    "en": "Derivative for reading, not the original",
    "pl": "Kopia do czytania, nie oryginał",
    "it": "Copia per la lettura, non l’originale",
}


@pytest.mark.parametrize("language", LABELS)
def test_each_page_says_what_it_is_and_where_from(language: str):
    pages = pages_of(exhibit_pdf(exhibit_content(count=3), language))
    assert len(pages) == 3
    for page in pages:
        assert LABELS[language] in page
        assert identifier(1, 0) in page
        assert digest("original 0") in page
    assert "page 2 of 3" in pages_of(exhibit_pdf(exhibit_content(count=3), "en"))[1]


@pytest.mark.parametrize("language", ["pl", "ru", "th"])
def test_words_are_found(language: str):
    (page,) = pages_of(exhibit_pdf(exhibit_content(language), "en"))
    for line in LINES[language]:
        assert line in page


def test_hebrew_is_found_in_the_order_of_reading():
    (page,) = pages_of(exhibit_pdf(exhibit_content("he"), "en"))
    assert "הסכם הלוואה מיום 12.3.2026" in page


def test_the_picture_is_copied_and_little_is_added():
    content = exhibit_content(count=20)
    data = exhibit_pdf(content, "en")
    picture = content.pages[0].scan().picture
    assert data.count(picture) == 1
    assert len(data) < len(picture) + 20 * 1_500 + 30_000


def test_the_page_has_the_size_of_the_paper_and_a_band_below():
    with pikepdf.open(io.BytesIO(exhibit_pdf(exhibit_content(), "en"))) as document:
        box = [float(value) for value in document.pages[0].MediaBox]
    assert box[:3] == [0, 0, 595.2]
    assert 20 < box[3] - 841.9 < 60


def test_a_small_paper_has_a_readable_band():
    scan = Scan(jpeg(), 100, 50)
    content = replace(
        exhibit_content(), pages=(ExhibitPage(lambda: scan, exhibit_content().pages[0].source),)
    )
    assert digest("original 0") in pages_of(exhibit_pdf(content, "en"))[0].replace(" ", "")


def test_equal_contents_give_equal_bytes():
    assert exhibit_pdf(exhibit_content("he", 2), "it") == exhibit_pdf(exhibit_content("he", 2), "it")


def test_one_page_is_in_memory_at_a_time():
    class Nowhere:
        size = 0

        def write(self, data: bytes) -> None:
            self.size += len(data)

    source = exhibit_content().pages[0].source
    base, words = jpeg(0, 1240, 1754), exhibit_content().pages[0].scan().words

    def page(number: int) -> ExhibitPage:
        # A comment behind the end of a JPEG is not looked at: every picture is another, and half a megabyte.
        return ExhibitPage(lambda: Scan(base + number.to_bytes(4, "big") * 125_000, 595, 842, words), source)

    content = replace(exhibit_content(), pages=tuple(page(number) for number in range(40)))
    out = Nowhere()
    write_exhibit(exhibit_content(), "en", Nowhere())
    tracemalloc.start()
    write_exhibit(content, "en", out)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert out.size > 40 * 500_000
    assert peak < 4_000_000


def test_a_damaged_picture_is_refused():
    with pytest.raises(PictureRefused):
        exhibit_pdf(exhibit_content(picture=jpeg()[:300]), "en")


def test_boxes_without_room_and_words_without_letters_are_left_out():
    words = (Word("", Box(0.1, 0.1, 0.2, 0.2), 1, 0, 0), Word("x", Box(0.1, 0.1, 0.1, 0.2), 1, 0, 0))
    scan = Scan(jpeg(), 200, 283, words)
    content = replace(
        exhibit_content(), pages=(ExhibitPage(lambda: scan, exhibit_content().pages[0].source),)
    )
    assert b"/BaseFont /AAAAAA+Hidden" not in exhibit_pdf(content, "en")


def test_a_scan_of_a_reading_has_its_size_in_points():
    page = PageReading(1, 1654, 2339, 200, words=exhibit_content().pages[0].scan().words)
    scan = Scan.of(page, jpeg())
    assert (round(scan.width, 1), round(scan.height, 1)) == (595.4, 842.0)
    assert scan.words == page.words


def test_thai_read_in_pieces_has_no_spaces_that_were_not_there():
    pieces = (("สัญ", 0.1, 0.16), ("ญาฉบับ", 0.155, 0.25), ("นี้", 0.252, 0.3), ("ทำขึ้น", 0.34, 0.42))
    words = tuple(Word(text, Box(x0, 0.1, x1, 0.12), 1, 0, 0) for text, x0, x1 in pieces)
    scan = Scan(jpeg(), 595, 842, words)
    content = replace(
        exhibit_content(), pages=(ExhibitPage(lambda: scan, exhibit_content().pages[0].source),)
    )
    assert pages_of(exhibit_pdf(content, "en"))[0].startswith("สัญญาฉบับนี้ ทำขึ้น ")
