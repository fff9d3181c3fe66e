"""Numbers that the second look found, put where the first had misread them."""

import io
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from ocr import Reader
from ocr.engines import RecognisedWord
from ocr.second_look import merge
from tests.ocr.papers import saved

HEBREW = Path("/usr/share/fonts/truetype/noto/NotoSansHebrew-Regular.ttf")
LATIN = Path("/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf")


def word(text: str, x0: int, x1: int, confidence: float = 0.9) -> RecognisedWord:
    return RecognisedWord(text, x0, 0, x1, 20, confidence, 0, 0, 0)


def texts(words: list[RecognisedWord]) -> list[str]:
    return [item.text for item in words]


def test_an_account_in_a_right_to_left_line_is_put_together() -> None:
    first = [word("לחשבון", 500, 560), word("9", 470, 480), word("1826", 420, 460), word("11.71.", 100, 130)]
    found = [word("IL71", 95, 135), word("0993", 200, 240), word("1826", 420, 460), word("329", 465, 495)]
    assert texts(merge(first, found, leftward=True)) == ["לחשבון", "IL71", "0993", "1826", "329"]


def test_words_of_letters_stay() -> None:
    first = [word("תאריך:", 500, 560), word("באפריל", 400, 450), word("5", 460, 470), word("2024", 340, 390)]
    found = [word("2024", 340, 390), word("15", 455, 472), word("79", 400, 450)]
    assert texts(merge(first, found, leftward=True)) == ["תאריך:", "15", "באפריל", "2024"]


def test_what_agrees_changes_nothing() -> None:
    first = [word("סך:", 500, 560), word("2,912.95.", 400, 480)]
    assert merge(first, [word("2,912.95", 400, 478)], leftward=True) == first


@pytest.mark.skipif(
    not (HEBREW.exists() and LATIN.exists()), reason="Noto's Hebrew typeface is not installed"
)
def test_numbers_of_a_hebrew_page_are_read(reader: Reader) -> None:
    page = Image.new("L", (1650, 700), 255)
    pen = ImageDraw.Draw(page)
    # Drawn from the left, letter by letter in the order in which they stand on paper.
    lines = ["רחא ןובשחל קר םולשתה תא רבעהל שי", "ל״נה ןובשחה לע אלמה בוחה תא םלשל שרדנ ךנה"]
    hebrew, latin = ImageFont.truetype(str(HEBREW), 34), ImageFont.truetype(str(LATIN), 34)
    for number, line in enumerate([*lines, "ןובשחל", *lines]):
        pen.text((1500, 80 + 70 * number), line, font=hebrew, fill=0, anchor="ra")
    pen.text((1350, 220), "IL71 0993 0208 1826 2780 329", font=latin, fill=0, anchor="ra")
    reading = reader.read(io.BytesIO(saved(page, "PNG")), languages=("he", "en"))
    assert "IL71 0993 0208 1826 2780 329" in reading.pages[0].text
