"""The bench of re-scans counts pairs as they are: known, missed, and taken for one sheet wrongly."""

import io

from PIL import Image

from bench.rescans import Shown, measure
from ocr.sameness import marks_of
from ocr.values import Box, PageReading, Word

FIGURES = ("12.03.2024", "2926,05", "118,40", "0712/1981", "526-10-40-828", "00-838")


def shown(sheet: str, level: str, figures: tuple[str, ...]) -> Shown:
    texts = ("Reminder", "subscription", "contract", "customer", "principal", "interest", *figures)
    words = tuple(
        Word(text, Box(0.1, 0.1 + 0.05 * at, 0.3, 0.12 + 0.05 * at), 0.97, 0, at)
        for at, text in enumerate(texts)
    )
    page = PageReading(1, 1654, 2339, 200, words=words)
    thumb = Image.new("L", (220, 311), 250)
    for word in words:
        ink = (
            round(word.box.x0 * 220),
            round(word.box.y0 * 311),
            round(word.box.x1 * 220),
            round(word.box.y1 * 311),
        )
        thumb.paste(40, ink)
    jpeg = io.BytesIO()
    thumb.save(jpeg, "JPEG")
    return Shown(sheet, level, page, jpeg.getvalue(), frozenset(marks_of(page)))


def test_what_is_counted() -> None:
    other = (*FIGURES[:-1], "00-839")
    (row, total) = measure(
        [shown("a", "light", FIGURES), shown("a", "light", FIGURES), shown("b", "light", other)]
    )["rows"]
    assert row["scans"] == "light and light"
    assert (row["pairs of one sheet"], row["known"], row["recall %"]) == (1, 1, 100)
    assert (row["other pairs"], row["compared"], row["taken for one"]) == (2, 2, 0)
    assert total == row | {"scans": "all"}
