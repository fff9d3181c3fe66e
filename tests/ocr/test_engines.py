"""The contract of the recognition port, kept by every adapter."""

from collections.abc import Iterator

import numpy as np
import pytest

from ocr.engines import Layout, OcrEngine, open_engine
from ocr.engines.by_command import CommandTesseract
from ocr.engines.in_process import InProcessTesseract
from ocr.engines.tessdata import find_tessdata, words_of
from tests.ocr.papers import drawn


@pytest.fixture(params=[InProcessTesseract, CommandTesseract])
def engine(request: pytest.FixtureRequest) -> Iterator[OcrEngine]:
    adapter = request.param(find_tessdata())
    yield adapter
    adapter.close()


def test_words_stand_where_they_were_drawn(engine: OcrEngine) -> None:
    page = drawn(("Paid in full", "4711"))
    words = engine.recognise(np.asarray(page), 200, ("eng",))
    assert [word.text for word in words] == ["Paid", "in", "full", "4711"]
    paid, number = words[0], words[3]
    assert 110 <= paid.x0 <= 130
    assert paid.y0 < paid.y1 < number.y0
    assert (paid.block, paid.paragraph, paid.line) != (number.block, number.paragraph, number.line)
    assert all(0.5 < word.confidence <= 1 for word in words)


def test_two_models_are_read_as_one(engine: OcrEngine) -> None:
    words = engine.recognise(np.asarray(drawn(("Rechnung für Überweisung",))), 200, ("deu", "eng"))
    assert "für" in [word.text for word in words]


def test_a_single_line_is_read_as_such(engine: OcrEngine) -> None:
    strip = np.asarray(drawn(("IBAN GB29 NWBK 6016",)))[90:160]
    words = engine.recognise(np.ascontiguousarray(strip), 200, ("eng",), Layout.LINE)
    assert "".join(word.text for word in words).startswith("IBAN")


def test_white_paper_has_no_words(engine: OcrEngine) -> None:
    assert engine.recognise(np.full((600, 400), 255, np.uint8), 200, ("eng",)) == []
    assert engine.orientation(np.full((600, 400), 255, np.uint8), 200) is None


@pytest.mark.parametrize("clockwise", [0, 90, 180, 270])
def test_orientation_says_how_far_to_turn(engine: OcrEngine, clockwise: int) -> None:
    page = np.ascontiguousarray(np.rot90(np.asarray(drawn()), clockwise // 90))
    found = engine.orientation(page, 200)
    assert found is not None
    assert found.rotation == clockwise
    assert found.script == "Latin"


def test_it_says_what_it_is(engine: OcrEngine) -> None:
    assert engine.name == "tesseract"
    assert engine.version[0].isdigit()
    assert {"eng", "osd"} <= engine.models()
    assert engine.settings["invert_threshold"] == "0"


def test_the_engine_in_process_comes_first() -> None:
    engine = open_engine()
    assert engine.in_process
    engine.close()


def test_a_table_of_words_is_taken_row_by_row() -> None:
    tsv = (
        "4\t1\t1\t1\t1\t0\t0\t0\t9\t9\t-1\t\n"
        "5\t1\t1\t1\t1\t1\t10\t20\t30\t8\t91.5\tPaid\n"
        "5\t1\t1\t1\t1\t2\t50\t20\t5\t8\t95\t \n"
        "garbage\n"
    )
    (word,) = words_of(tsv)
    assert (word.text, word.x0, word.y0, word.x1, word.y1, word.confidence) == ("Paid", 10, 20, 40, 28, 0.915)
