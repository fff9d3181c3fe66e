"""Stamps are found by their angle and taken off by their shade; tables and print stay."""

import cv2
import numpy as np
import pytest

from ocr.engines.port import Grey
from ocr.raster.stamps import find_stamps, without

_DPI = 200
_PRINT, _STAMP, _PAPER = 30, 150, 240


def _page() -> Grey:
    """A page of 5 by 4 inches with eight lines of print."""
    page = np.full((800, 1000), _PAPER, np.uint8)
    for line in range(8):
        cv2.putText(
            page, "Umowa nr 17 z dnia", (60, 100 + 80 * line), cv2.FONT_HERSHEY_SIMPLEX, 1.2, (_PRINT,), 3
        )
    return page


def _framed(page: Grey, angle: float, shade: int = _STAMP) -> Grey:
    """The page with a frame of 2 by 1.2 inches and a word in it, turned by `angle` degrees, under its print."""
    overlay = np.full(page.shape, 255, np.uint8)
    cv2.rectangle(overlay, (300, 260), (700, 500), (shade,), 5)
    cv2.putText(overlay, "PAID", (400, 400), cv2.FONT_HERSHEY_SIMPLEX, 2.5, (shade,), 7)
    turn = cv2.getRotationMatrix2D((500, 380), -angle, 1)
    turned = cv2.warpAffine(overlay, turn, (1000, 800), borderValue=(255,))
    return np.asarray(np.minimum(page, turned), dtype=np.uint8)


@pytest.mark.parametrize("angle", [-12.0, -4.0, 3.0, 9.0])
def test_a_frame_askew_is_found_where_it_stands(angle: float) -> None:
    (stamp,) = find_stamps(_framed(_page(), angle), _DPI, 0.0)
    assert stamp.angle == pytest.approx(angle, abs=1.0)
    assert stamp.corners.mean(axis=0) == pytest.approx([500, 380], abs=8)


def test_boxes_of_the_form_and_plain_pages_are_no_stamps() -> None:
    assert find_stamps(_page(), _DPI, 0.0) == []
    assert find_stamps(_framed(_page(), 0.0), _DPI, 0.0) == []


def test_a_frame_that_is_turned_with_the_page_is_no_stamp() -> None:
    assert find_stamps(_framed(_page(), 4.0), _DPI, 4.0) == []


def test_pale_ink_goes_and_the_print_beneath_it_stays() -> None:
    plain = _page()
    stamped = _framed(plain, 6.0)
    cleaned = without(stamped, find_stamps(stamped, _DPI, 0.0))
    assert (cleaned[plain == _PRINT] == _PRINT).all()
    pale = (stamped < _PAPER - 20) & (plain == _PAPER)
    assert (cleaned[pale] >= _PAPER - 20).mean() > 0.95


def test_ink_as_dark_as_print_is_left_alone() -> None:
    stamped = _framed(_page(), 6.0, _PRINT)
    stamps = find_stamps(stamped, _DPI, 0.0)
    assert len(stamps) == 1
    assert (without(stamped, stamps) == stamped).all()


def test_a_scrap_has_no_stamps() -> None:
    assert find_stamps(np.full((40, 300), 255, np.uint8), _DPI, 0.0) == []
