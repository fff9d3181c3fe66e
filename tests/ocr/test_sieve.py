"""Lines set askew are no text of the page."""

import math

import pytest

from ocr.engines import RecognisedWord
from ocr.sieve import sifted


def _word(text: str, x: float, y: float, line: int, confidence: float = 0.9) -> RecognisedWord:
    return RecognisedWord(text, round(x), round(y), round(x) + 60, round(y) + 20, confidence, line, 0, line)


def _page(skew: float, lines: int = 12) -> list[RecognisedWord]:
    """Lines of six words, turned by `skew` degrees."""
    slope = math.tan(math.radians(skew))
    return [
        _word("Wort", 100 + 80 * place, 100 + 40 * line + slope * 80 * place, line)
        for line in range(lines)
        for place in range(6)
    ]


@pytest.mark.parametrize("skew", [0.0, 1.7, -1.2])
def test_a_note_written_askew_is_dropped_and_print_stays(skew: float) -> None:
    page = _page(skew)
    slope = math.tan(math.radians(skew - 6))
    note = [_word(text, 500 + 80 * place, 60 + slope * 80 * place, 99) for place, text in enumerate("abc")]
    assert sifted([*page, *note], skew) == page


def test_a_curved_page_keeps_all_its_lines() -> None:
    page = _page(4.0)
    assert sifted(page, 0.0) == page


def test_nothing_is_nothing() -> None:
    assert sifted([], 0.0) == []
