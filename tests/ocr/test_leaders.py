"""Dotted leaders vanish; print, dots that are not evenly set, and pages without leaders stay."""

import numpy as np
import pytest
from PIL import ImageDraw

from ocr.raster.leaders import without_leaders
from tests.ocr.papers import drawn, font

_DPI = 200


def dotted(step: float, count: int = 40) -> tuple[np.ndarray, tuple[slice, slice]]:
    """A letter with a row of dots beneath it, and where on the page that row is."""
    page = drawn(dpi=_DPI)
    pen = ImageDraw.Draw(page)
    for number in range(count):
        pen.text((200 + number * step, 1500), ".", font=font(30), fill=0)
    return np.asarray(page, dtype=np.uint8), (slice(1490, 1560), slice(190, None))


@pytest.mark.parametrize("turns", [0, 1])
def test_leaders_vanish_and_nothing_else_changes(turns: int) -> None:
    page, row = dotted(12)
    found = np.rot90(without_leaders(np.ascontiguousarray(np.rot90(page, turns)), _DPI), -turns)
    assert page[row].min() == 0
    assert found[row].min() > 200
    rest = page.copy()
    rest[row] = found[row]
    assert np.array_equal(rest, found)


def test_an_ellipsis_and_scattered_dots_stay() -> None:
    for page, _ in (dotted(12, count=3), dotted(60)):
        assert np.array_equal(without_leaders(page, _DPI), page)


def test_a_page_of_dust_is_left_alone() -> None:
    page = np.full((1200, 900), 255, dtype=np.uint8)
    page[::10, ::10] = 0
    assert without_leaders(page, _DPI) is page
