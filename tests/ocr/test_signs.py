"""Signs that no model has, told by size and place."""

import pytest

from ocr.engines import RecognisedWord
from ocr.languages import LANGUAGES
from ocr.signs import with_signs


def _line(*pieces: tuple[str, int, int]) -> list[RecognisedWord]:
    """Words of one line from (text, width, height), ten pixels apart."""
    words, x = [], 0
    for text, width, height in pieces:
        words.append(RecognisedWord(text, x, 100 - height, x + width, 100, 0.9, 0, 0, 0))
        x += width + 10
    return words


def _texts(code: str, *pieces: tuple[str, int, int]) -> list[str]:
    return [word.text for word in with_signs(_line(*pieces), LANGUAGES[code])]


@pytest.mark.parametrize(("width", "dash"), [(8, "-"), (13, "–"), (26, "—")])
def test_a_dash_is_as_long_as_it_is_printed(width: int, dash: str) -> None:
    assert _texts("de", ("Auftrag", 90, 22), ("—", width, 3), ("Nummer", 90, 22)) == [
        "Auftrag",
        dash,
        "Nummer",
    ]


def test_a_stroke_as_high_as_a_letter_is_no_dash() -> None:
    assert _texts("de", ("Auftrag", 90, 22), ("—", 13, 12))[1] == "—"


@pytest.mark.parametrize("read", ["$", "8", "&"])
@pytest.mark.parametrize("code", ["de", "pl", "it", "ru"])
def test_what_stands_taller_before_a_number_is_a_section_sign(code: str, read: str) -> None:
    assert _texts(code, (read, 10, 24), ("12", 20, 20), ("Abs.", 40, 20))[0] == "§"


def test_a_bracket_before_it_stays() -> None:
    assert _texts("de", ("($", 16, 25), ("288", 30, 20), ("BGB)", 40, 22))[0] == "(§"


@pytest.mark.parametrize(
    ("read", "follower"), [("8", "044,51"), ("3", "044,51"), ("$", "1,500.00"), ("8", "kg")]
)
def test_digits_of_a_sum_and_dollars_stay(read: str, follower: str) -> None:
    height = 20 if read.isdigit() else 25
    assert _texts("de", (read, 10, height), (follower, 50, 20))[0] == read


def test_english_has_its_own_section_sign() -> None:
    assert _texts("en", ("$", 10, 25), ("500", 30, 20))[0] == "$"


def test_boxes_and_confidence_stay() -> None:
    before = _line(("$", 10, 25), ("12", 20, 20))
    after = with_signs(before, LANGUAGES["de"])
    assert [(word.x0, word.y0, word.x1, word.y1, word.confidence) for word in after] == [
        (word.x0, word.y0, word.x1, word.y1, word.confidence) for word in before
    ]
