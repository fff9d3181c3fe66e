"""Signatures, stamps and hand-writing are located; print, rules, boxes of the form and dirt are not."""

import io

import cv2
import numpy as np
import pytest
from PIL import Image

from ocr import PageReading, Reader
from ocr.engines import RecognisedWord
from ocr.engines.port import Grey
from ocr.raster.regions import find_marks
from ocr.raster.stamps import Stamp, find_stamps
from tests.ocr.papers import drawn

DPI = 200
FACE = cv2.FONT_HERSHEY_SIMPLEX


def printed() -> tuple[Grey, list[RecognisedWord]]:
    """A page of 5 by 6 inches with eight lines of print, and its words."""
    page = np.full((1200, 1000), 240, np.uint8)
    words = []
    for line in range(8):
        y = 100 + 60 * line
        cv2.putText(page, "Umowa nr 17", (60, y), FACE, 1.0, (30,), 2)
        words.append(RecognisedWord("Umowa", 58, y - 26, 270, y + 6, 0.95, 0, 0, line))
    return page, words


def signed(page: Grey, shade: int = 60) -> Grey:
    """The page with a stroke of a pen of 1.6 by 0.4 inches."""
    x = np.linspace(0, 1, 200)
    points = np.stack([560 + 320 * x, 860 + 40 * np.sin(14 * x) * (1 - x / 2)], axis=1).astype(np.int32)
    result = page.copy()
    cv2.polylines(result, [points], isClosed=False, color=(shade,), thickness=4)
    return result


def kinds(page: Grey, words: list[RecognisedWord], askew: list[RecognisedWord] | None = None) -> list[str]:
    return [mark.kind for mark in find_marks(page, DPI, words, askew or [], find_stamps(page, DPI, 0.0))]


def test_print_alone_has_no_marks() -> None:
    assert kinds(*printed()) == []


@pytest.mark.parametrize("shade", [20, 60, 130])
def test_a_signature_is_found_where_it_stands(shade: int) -> None:
    page, words = printed()
    (mark,) = find_marks(signed(page, shade), DPI, words, [], [])
    assert mark.kind == "signature"
    assert (mark.x0, mark.y0, mark.x1, mark.y1) == pytest.approx((560, 822, 880, 898), abs=14)


def test_rules_boxes_and_a_dark_edge_are_no_signatures() -> None:
    page, words = printed()
    cv2.line(page, (60, 700), (420, 704), (30,), 3)
    cv2.rectangle(page, (500, 700), (700, 780), (30,), 3)
    cv2.rectangle(page, (60, 820), (400, 1000), (30,), 3)
    cv2.line(page, (60, 900), (400, 900), (30,), 3)
    page[:, :20] = 0
    assert kinds(page, words) == []


def test_a_stamp_is_one_mark_though_its_words_are_read() -> None:
    page, words = printed()
    overlay = np.full(page.shape, 255, np.uint8)
    cv2.rectangle(overlay, (420, 760), (820, 1000), (120,), 5)
    cv2.putText(overlay, "PAID", (520, 900), FACE, 2.5, (120,), 7)
    turned = cv2.warpAffine(
        overlay, cv2.getRotationMatrix2D((620, 880), -7, 1), (1000, 1200), borderValue=(255,)
    )
    stamped = np.asarray(np.minimum(page, turned), dtype=np.uint8)
    across = [RecognisedWord("PAID", 510, 840, 730, 920, 0.8, 3, 0, 20)]
    assert kinds(stamped, words, across) == ["stamp"]


def test_one_line_across_the_page_was_written_and_several_were_stamped() -> None:
    page, words = printed()
    first = [
        RecognisedWord("do", 600, 700, 640, 730, 0.6, 4, 0, 20),
        RecognisedWord("akt", 660, 690, 720, 722, 0.6, 4, 0, 20),
    ]
    assert kinds(page, words, first) == ["handwriting"]
    second = [RecognisedWord("08.09.2023", 600, 740, 730, 770, 0.6, 4, 0, 21)]
    assert kinds(page, words, first + second) == ["stamp"]


def test_pieces_of_one_frame_are_one_stamp() -> None:
    page, words = printed()
    left = Stamp(np.array([[500.0, 700], [600, 710], [590, 800], [490, 790]]), 6.0)
    right = Stamp(np.array([[630.0, 715], [700, 720], [690, 810], [620, 805]]), 6.0)
    (mark,) = find_marks(page, DPI, words, [], [left, right])
    assert (mark.x0, mark.y0, mark.x1, mark.y1) == (490, 700, 701, 811)
    far = Stamp(right.corners + 200, 6.0)
    assert len(find_marks(page, DPI, words, [], [left, far])) == 2


def test_the_reader_keeps_them_with_the_page_and_not_in_its_text(reader: Reader) -> None:
    sheet = drawn(["Confirmation of debt", "I confirm that I owe 120.00 EUR.", "Leeds, 15 January 2024"])
    pixels = np.asarray(sheet.convert("L")).copy()
    height, width = pixels.shape
    x = np.linspace(0, 1, 300)
    points = np.stack([width * (0.5 + 0.2 * x), height * 0.6 + 60 * np.sin(14 * x)], axis=1).astype(np.int32)
    cv2.polylines(pixels, [points], isClosed=False, color=(40,), thickness=5)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG", dpi=(200, 200))
    (page,) = reader.read(out).pages
    (region,) = page.regions
    assert region.kind == "signature"
    assert 0.48 < region.box.x0 < 0.53 and 0.55 < region.box.y0 < 0.62
    assert PageReading.from_stored(page.stored()) == page
    # Nothing beneath the last line of print was taken for text.
    assert page.text.splitlines()[-1] == "Leeds, 15 January 2024"
