"""Sheets that part papers: patch codes upright and askew, bar codes alone, and papers that merely carry one."""

import cv2
import numpy as np
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr import Reader
from ocr.engines.port import Grey
from ocr.raster.separators import has_patch, separator_of
from tests.ocr.papers import drawn, read, saved

DPI = 100
W, N = 0.20, 0.08
PATCHES = {
    "1": (W, W, N, N),
    "2": (W, N, N, W),
    "3": (W, N, W, N),
    "4": (N, W, W, N),
    "6": (N, N, W, W),
    "T": (N, W, N, W),
}


def sheet(bars: tuple[float, ...], *, scale: float = 1.0, length: float = 2.0) -> Grey:
    """A5, with four bars of these widths in inches across its middle."""
    page = np.full((round(8.3 * DPI), round(5.8 * DPI)), 255, np.uint8)
    top = 1.5
    for bar in bars:
        y0, y1 = round(top * DPI), round((top + bar * scale) * DPI)
        page[y0:y1, round(1.5 * DPI) : round((1.5 + length) * DPI)] = 0
        top += (bar + N) * scale
    return page


def askew(page: Grey, degrees: float) -> Grey:
    height, width = page.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    return np.asarray(cv2.warpAffine(page, matrix, (width, height), borderValue=(255,)), dtype=np.uint8)


def coded(text: str) -> Grey:
    """A5 with one bar code of that text."""
    page = np.full((830, 580), 255, np.uint8)
    code = np.asarray(
        zxingcpp.write_barcode_to_image(
            zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.Code128), scale=2
        )
    )
    height, width = code.shape[:2]
    page[100 : 100 + height, 60 : 60 + width] = code.reshape(height, width)
    return page


@pytest.mark.parametrize("name", PATCHES)
@pytest.mark.parametrize("turns", range(4))
def test_every_patch_is_seen_however_the_sheet_lies(name: str, turns: int) -> None:
    page = np.ascontiguousarray(np.rot90(sheet(PATCHES[name]), turns))
    assert separator_of(page, DPI, 0) == "patch"


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(sorted(PATCHES)), st.floats(0.8, 1.25), st.floats(-3, 3), st.integers(0, 40))
def test_a_patch_is_seen_when_it_is_scaled_askew_and_grey(
    name: str, scale: float, degrees: float, noise: int
) -> None:
    page = askew(sheet(PATCHES[name], scale=scale), degrees).astype(np.int16)
    page += np.random.default_rng(1).integers(-noise, noise + 1, page.shape, dtype=np.int16)
    assert has_patch(np.clip(page, 0, 255).astype(np.uint8), DPI)


@pytest.mark.parametrize(
    "bars", [(W, W, W, W), (N, N, N, N), (W, N, N), (W, W, N, N, N), (W, 0.14, 0.14, N)], ids=str
)
def test_other_bars_are_no_patch(bars: tuple[float, ...]) -> None:
    assert not has_patch(sheet(bars), DPI)


def test_short_bars_are_no_patch() -> None:
    assert not has_patch(sheet(PATCHES["T"], length=0.3), DPI)


def test_a_bar_code_alone_parts_papers_and_one_in_a_paper_does_not() -> None:
    page = coded("BOX 17")
    assert separator_of(page, DPI, 3) == "barcode BOX 17"
    assert separator_of(page, DPI, 40) is None
    assert separator_of(coded("PATCHT"), DPI, 40) == "barcode PATCHT"
    assert separator_of(coded("PATCHT"), DPI, 200) is None


def test_a_letter_is_no_separator(reader: Reader) -> None:
    page = np.asarray(drawn(dpi=DPI))
    assert separator_of(page, DPI, 0) is None


def test_what_a_reader_says_of_a_separator_sheet(reader: Reader) -> None:
    from PIL import Image

    reading = read(reader, saved(Image.fromarray(cv2.resize(sheet(PATCHES["T"]), None, fx=2, fy=2)), "PNG"))
    assert reading.pages[0].separator == "patch"
    assert reading.promised("x")["pages"][0]["separator"] == "patch"
