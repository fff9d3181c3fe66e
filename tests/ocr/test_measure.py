"""The figures of a page, on pages of which they are known."""

import numpy as np
import pytest
from PIL import Image, ImageFilter

from ocr.raster.measure import measure, positive
from tests.ocr.papers import drawn


@pytest.mark.parametrize("angle", [-3.0, -1.2, 0.0, 0.7, 2.5])
def test_the_skew_is_found(angle: float) -> None:
    """A page turned counter-clockwise by an angle has that skew with the sign reversed."""
    page = drawn(["the quick brown fox jumps over the lazy dog"] * 20).rotate(
        -angle, fillcolor=255, resample=Image.Resampling.BICUBIC
    )
    assert measure(np.asarray(page)).skew == pytest.approx(angle, abs=0.25)


def test_white_paper_with_specks_is_blank() -> None:
    page = np.full((1660, 1160), 250, np.uint8)
    page[::97, ::89] = 40
    assert measure(page).blank


def test_a_page_with_two_words_is_not_blank() -> None:
    assert not measure(np.asarray(drawn(("Second page",)))).blank


def test_contrast_and_sharpness_fall_where_the_page_is_worse() -> None:
    good = measure(np.asarray(drawn()))
    pale = measure(np.asarray(drawn().point(lambda value: 200 + value // 6)))
    soft = measure(np.asarray(drawn().filter(ImageFilter.GaussianBlur(4))))
    assert pale.contrast < 0.3 < good.contrast
    assert soft.sharpness < 0.5 * good.sharpness


def test_a_fax_is_told_from_a_photograph() -> None:
    assert measure(np.asarray(drawn(mode="1").convert("L"))).bilevel
    assert not measure(np.asarray(drawn().filter(ImageFilter.GaussianBlur(2)))).bilevel


def test_ink_at_the_edge_is_seen() -> None:
    page = np.full((1600, 1100), 255, np.uint8)
    page[300:900, :12] = 0
    assert measure(page).edge_ink > 0.05


def test_a_negative_is_inverted_and_a_sheet_on_a_black_bed_is_not() -> None:
    sheet = np.full((800, 600), 250, np.uint8)
    sheet[100:120, 100:500] = 10
    bed = np.zeros((1000, 760), np.uint8)
    bed[100:900, 80:680] = sheet
    assert (positive(255 - sheet) == sheet).all()
    assert positive(sheet) is sheet
    assert positive(bed) is bed
