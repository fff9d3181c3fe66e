"""Made pages: every word has its box, boxes are found again on turned and right-to-left pages; bundles by hand."""

import io
import statistics
from collections.abc import Iterator
from itertools import islice

import numpy as np
import pytest
from PIL import Image

from bench._bundles import _begins, _pages
from bench._setting import drawn, rows_of, text_of
from bench._sheets import DPI, FONTS, STRANGERS, UNSEEN, Made, Sheet, overlap, sheets
from bench._unseen import overlaps_of
from ocr import PageReading, Part, Reader, Reading


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader(languages=("he", "en")) as warm:
        yield warm


def turned(language: str) -> Sheet:
    return next(sheet for sheet in sheets(UNSEEN, (language,)) if sheet.turned)


def test_the_overlap_of_boxes() -> None:
    truth = (0.0, 0.0, 10.0, 10.0)
    assert overlap(truth, [truth]) == 1
    assert overlap(truth, [(0.0, 0.0, 5.0, 10.0), (5.0, 0.0, 10.0, 10.0)]) == 1
    assert overlap(truth, [(0.0, 0.0, 10.0, 5.0)]) == 0.5
    assert overlap(truth, [(20.0, 20.0, 30.0, 30.0)]) == overlap(truth, []) == 0


@pytest.mark.parametrize("made", [UNSEEN, STRANGERS], ids=["unseen", "strangers"])
@pytest.mark.parametrize("language", ["pl", "he", "th"])
def test_every_word_has_a_box_with_ink_in_it(made: Made, language: str) -> None:
    (sheet,) = islice(sheets(made, (language,)), 1)
    assert len(sheet.boxes) == len(sheet.text.split())
    page = np.rot90(np.asarray(Image.open(io.BytesIO(sheet.picture))), -(sheet.turned // 90))
    for x0, y0, x1, y1 in sheet.boxes:
        assert page[round(y0) : round(y1), round(x0) : round(x1)].min() < 150


@pytest.mark.parametrize("language", ["he", "en"])
def test_boxes_lie_on_their_words_on_turned_pages(reader: Reader, language: str) -> None:
    sheet = turned(language)
    reading = reader.read(io.BytesIO(sheet.picture))
    assert (reading.pages[0].rotation, reading.pages[0].dpi) == (sheet.turned, DPI)
    assert statistics.median(overlaps_of(sheet, reading)) >= 0.7


def test_papers_are_new_in_all_eight_languages() -> None:
    names = [sheet.name for sheet in sheets(UNSEEN, ("ru",))]
    assert len(names) == len(set(names)) == 18


def test_rows_as_they_are_told() -> None:
    rows = rows_of("# Faktura\n> Gdynia\n[ Netto | VAT\n~ Razem | 5,00\n")
    assert [row.mark for row in rows] == ["#", ">", "[", "~"]
    assert text_of(rows) == "Faktura\nGdynia\nNetto\tVAT\nRazem\t5,00"


def test_a_paper_longer_than_its_page_is_refused() -> None:
    rows = rows_of("\n".join(f"wiersz {number}" for number in range(80)))
    with pytest.raises(ValueError, match="longer than its page"):
        drawn(rows, STRANGERS.layouts[0], FONTS / "dejavu/DejaVuSans.ttf", leftward=False)


def test_bundles_by_hand() -> None:
    told = [
        {"page": 1, "doc": "a", "doc_type": "invoice"},
        {"page": 2, "doc": "a", "doc_type": "invoice"},
        {"page": 3, "doc": None, "doc_type": "blank"},
        {"page": 4, "doc": "b", "doc_type": "contract", "turned_ccw": 180},
    ]
    pages = tuple(
        PageReading(number, 10, 10, 200, language="pl", kind="invoice", rotation=180 * (number == 4))
        for number in range(1, 5)
    )
    parts = (Part(1, 1, "invoice", "pl"), Part(2, 2, "invoice", "pl"), Part(4, 4, "invoice", "pl"))
    reading = Reading("", "", "pl", "invoice", 1.0, parts, pages, (), {})
    assert _begins(reading, told) == (2, 2, 3)
    assert _pages(reading, told, "pl") == [(True, True, True), (True, True, True), (True, True, False)]
