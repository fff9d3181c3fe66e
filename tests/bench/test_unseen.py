"""Made pages: every word has its box, boxes are found again on turned and right-to-left pages; bundles by hand."""

import io
import statistics
from collections.abc import Iterator
from itertools import islice

import numpy as np
import pytest
from PIL import Image

from bench._bundles import _begins, _pages
from bench._sheets import DPI, Sheet, overlap, sheets
from bench._unseen import overlaps_of
from ocr import PageReading, Part, Reader, Reading


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader(languages=("he", "en")) as warm:
        yield warm


def turned(language: str) -> Sheet:
    return next(sheet for sheet in sheets((language,)) if sheet.turned)


def test_the_overlap_of_boxes() -> None:
    truth = (0.0, 0.0, 10.0, 10.0)
    assert overlap(truth, [truth]) == 1
    assert overlap(truth, [(0.0, 0.0, 5.0, 10.0), (5.0, 0.0, 10.0, 10.0)]) == 1
    assert overlap(truth, [(0.0, 0.0, 10.0, 5.0)]) == 0.5
    assert overlap(truth, [(20.0, 20.0, 30.0, 30.0)]) == overlap(truth, []) == 0


@pytest.mark.parametrize("language", ["pl", "he", "th"])
def test_every_word_has_a_box_with_ink_in_it(language: str) -> None:
    (sheet,) = islice(sheets((language,)), 1)
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
    names = [sheet.name for sheet in sheets(("ru",))]
    assert len(names) == len(set(names)) == 18


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
