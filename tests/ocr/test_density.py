"""Pixels an inch: tags that are believed, and tags that lie."""

import io
from functools import cache
from itertools import product

import cv2
import numpy as np
import pytest
from PIL import Image

from ocr import Limits, Reader
from ocr.raster.density import density_of, letter_density
from ocr.raster.images import ImageSource
from ocr.raster.pdf import PdfSource
from ocr.raster.picture import page_of
from ocr.raster.source import Pixels, Source
from tests.ocr import papers
from tests.ocr.papers import drawn, saved
from tests.shared import SHARED, needs_shared

A4, A5 = (8.27, 11.69), (5.8, 8.3)
DENSITIES = (72, 100, 150, 200, 300, 400, 600, 1200)


@cache
def letter(dpi: int, sheet: tuple[float, float] = A5) -> Pixels:
    """The same letter scanned at that density, on A5 or at the head of a larger sheet."""
    fine = np.full((round(sheet[1] * 300), round(sheet[0] * 300)), 255, np.uint8)
    text = np.asarray(drawn(dpi=300), dtype=np.uint8)
    fine[: text.shape[0], : text.shape[1]] = text[: fine.shape[0], : fine.shape[1]]
    size = round(sheet[0] * dpi), round(sheet[1] * dpi)
    return np.asarray(cv2.resize(fine, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


@pytest.mark.parametrize(
    ("dpi", "told"),
    [
        (dpi, told)
        for dpi, told in product(DENSITIES, (72, 150, 300, 600, 1200))
        if not 1 / 1.9 < dpi / told < 1.9
    ],
)
def test_a_tag_that_lies_grossly_is_found_out(dpi: int, told: int) -> None:
    density = density_of(letter(dpi, A4), (told, told))
    assert density.told == told
    assert density.down == density.across == pytest.approx(dpi, rel=0.01)


@pytest.mark.parametrize(("dpi", "told"), [(200, 72), (100, 600), (600, 72), (300, 1200)])
def test_where_no_usual_sheet_helps_its_letters_tell(dpi: int, told: int) -> None:
    """A5 is as wide for its height as A4 is, so that it may be taken for that."""
    density = density_of(letter(dpi), (told, told))
    assert density.told == told
    assert density.down == pytest.approx(dpi, rel=0.3)


@pytest.mark.parametrize("dpi", DENSITIES)
def test_a_tag_that_tells_the_truth_is_believed(dpi: int) -> None:
    density = density_of(letter(dpi), (dpi, dpi))
    assert (density.across, density.down, density.told) == (dpi, dpi, None)


@pytest.mark.parametrize("dpi", DENSITIES)
def test_a_scan_without_a_tag_is_measured(dpi: int) -> None:
    density = density_of(letter(dpi), None)
    assert density.told is None
    assert density.down == pytest.approx(dpi, rel=0.45)


def test_an_office_sheet_is_believed_whatever_its_letters() -> None:
    """A notice in letters an inch high is no reason to doubt a scan of exactly A4."""
    page = np.full((2339, 1654), 255, np.uint8)
    for row in range(4):
        cv2.putText(page, "TO LET", (100, 500 + 500 * row), cv2.FONT_HERSHEY_SIMPLEX, 12, 0, 40)
    assert density_of(page, (200, 200)).down == 200


def test_a_fax_keeps_its_unequal_sides() -> None:
    fax = cv2.resize(letter(200), (1160, 830), interpolation=cv2.INTER_AREA)
    assert density_of(np.asarray(fax), (204, 98)).across == 204
    found = density_of(np.asarray(fax), (816, 392))
    assert found.across / found.down == pytest.approx(816 / 392)
    assert found.down < 200


@pytest.mark.parametrize("told", [(0.0, 0.0), (3.0, 3.0), (30000.0, 30000.0)])
def test_a_tag_of_no_sheet_is_replaced_and_told(told: tuple[float, float]) -> None:
    density = density_of(letter(200), told)
    assert density.told == round(told[0])
    assert density.down == pytest.approx(200, rel=0.45)


def test_a_page_without_letters_says_nothing() -> None:
    assert letter_density(np.full((1000, 700), 255, np.uint8)) is None
    noise = np.random.default_rng(1).integers(0, 256, (400, 300), dtype=np.uint8)
    assert letter_density(noise) is None or density_of(noise, (100, 100)).down > 0


@pytest.mark.parametrize(("dpi", "told"), [(200, 1200), (600, 72)])
def test_such_a_scan_is_read_as_if_it_told_the_truth(reader: Reader, dpi: int, told: int) -> None:
    (page,) = papers.read(reader, saved(drawn(dpi=dpi), "PNG", dpi=(told, told))).pages
    assert "HS-20417" in page.text
    assert page.quality["scan_dpi"] == pytest.approx(dpi, rel=0.3)
    assert page.quality["told_dpi"] == told


def test_truth_is_not_told_twice(reader: Reader) -> None:
    (page,) = papers.read(reader, saved(drawn(), "PNG")).pages
    assert page.quality["scan_dpi"] == 200
    assert "told_dpi" not in page.quality


@needs_shared("evalset/pages")
@pytest.mark.parametrize("language", ["pl", "ru", "he", "th"])
def test_letters_of_every_script_are_as_high_as_the_measure_says(language: str) -> None:
    for file in sorted((SHARED / "evalset" / "pages" / language).glob("*.hard.tif"))[::3]:
        grey = cv2.imread(str(file), cv2.IMREAD_GRAYSCALE)
        assert grey is not None
        assert letter_density(np.asarray(grey, dtype=np.uint8)) == pytest.approx(200, rel=0.45)
        assert page_of(np.asarray(grey, dtype=np.uint8), (1200, 1200)).scan_dpi == pytest.approx(200, rel=0.1)


@pytest.mark.parametrize("form", ["JPEG", "PDF"])
def test_a_jpeg_of_more_pixels_than_reading_needs_is_decoded_at_half_its_size(form: str) -> None:
    scan = saved(Image.fromarray(letter(400, A4)), form, dpi=(400, 400), resolution=400)
    file = io.BytesIO(scan)
    source: Source = PdfSource(file, Limits()) if form == "PDF" else ImageSource(file, "image/jpeg", Limits())
    page, carried = source.page(1), source.carry(1)
    source.close()
    assert (page.dpi, page.pixels.shape[:2]) == (200, (2338, 1654))
    assert (carried.width, carried.height) == letter(400, A4).shape[::-1]
