"""Words as text, rows and columns."""

from hypothesis import given
from hypothesis import strategies as st

from ocr.engines import RecognisedWord
from ocr.layout import placed, spaced, text_of
from ocr.raster.columns import Strip, reading_order
from ocr.rows import rows_of
from ocr.values import Box, PageReading, Word
from tests.ocr.papers import page_of


def word(text: str, x0: int, x1: int, y0: int = 100, *, block: int = 0, line: int = 0) -> RecognisedWord:
    return RecognisedWord(text, x0, y0, x1, y0 + 20, 0.9, block, 0, line)


def test_boxes_become_fractions_and_lines_are_numbered() -> None:
    words = placed([word("a", 0, 100), word("b", 120, 1200, line=1), word("c", 0, 10, block=1)], 1000, 500)
    assert [(item.line, item.block) for item in words] == [(0, 0), (1, 0), (2, 1)]
    assert words[0].box == Box(0, 0.2, 0.1, 0.24)
    assert words[1].box.x1 == 1.0
    assert text_of(words) == "a\nb\n\nc"


def test_thai_is_joined_where_there_is_no_room() -> None:
    words = placed([word("ค้าง", 0, 50), word("ชำระ", 53, 100), word("หนี้", 130, 160)], 1654, 2339)
    assert spaced(words) == [False, False, True]
    assert text_of(words) == "ค้างชำระ หนี้"


def test_a_thai_mark_never_begins_a_word() -> None:
    words = placed([word("ท", 0, 20), word("่าน", 60, 90)], 1654, 2339)
    assert text_of(words) == "ท่าน"


def test_label_and_value_of_two_blocks_stand_in_one_row() -> None:
    page = PageReading(
        1,
        1000,
        1414,
        120,
        words=(
            Word("Razem:", Box(0.1, 0.5, 0.2, 0.512), 0.9, 0, 0),
            Word("Termin:", Box(0.1, 0.6, 0.2, 0.612), 0.9, 1, 0),
            Word("144,00", Box(0.7, 0.501, 0.8, 0.513), 0.9, 2, 1),
            Word("zł", Box(0.81, 0.501, 0.83, 0.513), 0.9, 2, 1),
        ),
    )
    assert [row.text for row in rows_of(page)] == ["Razem:\t144,00 zł", "Termin:"]


def test_rows_of_a_skewed_page_are_straightened() -> None:
    """Two degrees over the width of a page are more than a line's height."""
    words = tuple(
        Word(
            f"w{column}",
            Box(0.1 * column, 0.3 + 0.1 * column * 0.0247, 0.1 * column + 0.05, 0.31 + 0.1 * column * 0.0247),
            0.9,
            column,
            column,
        )
        for column in range(1, 9)
    )
    page = PageReading(1, 1000, 1414, 120, skew=2.0, words=words)
    assert len(rows_of(page)) == 1


def test_starts_of_a_row_lead_back_to_its_words() -> None:
    page = page_of(("Total due:\t£144.00 today",))
    (row,) = rows_of(page)
    for index, start in zip(row.words, row.starts, strict=True):
        assert row.text[start:].startswith(page.words[index].text)


def test_the_left_column_is_read_before_the_right() -> None:
    left = [Strip(number, 0, 30 * number, 300, 30 * number + 20) for number in range(3)]
    right = [Strip(10 + number, 500, 30 * number, 800, 30 * number + 20) for number in range(3)]
    below = [Strip(20, 0, 200, 800, 220)]
    assert reading_order([*left, *right, *below], 20, leftward=False) == [[0, 1, 2], [10, 11, 12], [20]]
    assert reading_order([*left, *right, *below], 20, leftward=True) == [[10, 11, 12], [0, 1, 2], [20]]


@given(st.lists(st.tuples(st.integers(0, 900), st.integers(0, 900)), max_size=30), st.booleans())
def test_the_order_keeps_every_strip(corners: list[tuple[int, int]], leftward: bool) -> None:
    strips = [Strip(key, x, y, x + 60, y + 20) for key, (x, y) in enumerate(corners)]
    order = reading_order(strips, 20, leftward=leftward)
    assert sorted(key for block in order for key in block) == list(range(len(strips)))


def test_a_small_label_is_read_before_its_large_value() -> None:
    """They share a base line; the value's box begins higher."""
    strips = [
        Strip(0, 100, 100, 400, 120),
        Strip(1, 250, 130, 400, 150),
        Strip(2, 100, 134, 200, 150),
        Strip(3, 250, 160, 400, 180),
        Strip(4, 100, 164, 200, 180),
    ]
    assert reading_order(strips, 18, leftward=False) == [[0, 2, 1, 4, 3]]
