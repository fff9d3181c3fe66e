import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.readings import Pictures, Place, read_stored, write_reading
from archive.vault import VaultAltered
from ocr.values import Box, FieldReading, PageReading, Part, Reading, Word

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
WORDS = st.builds(
    Word, TEXT, st.just(Box(0.1, 0.2, 0.30000001, 1 / 3)), st.floats(0, 1), st.integers(0, 9), st.just(0)
)


def _reading(words: list[list[Word]]) -> Reading:
    pages = tuple(
        PageReading(number, 1000, 1414, 200, skew=-0.25, text="ąęה", words=tuple(one), quality={"ink": 0.1})
        for number, one in enumerate(words, start=1)
    )
    found = FieldReading("due_date", "2026-01-02", "2.1.2026", 0.9, 1, Box(0.0, 0.0, 0.5, 0.5), "label")
    return Reading(
        "0" * 64,
        "image/tiff",
        "pl",
        "invoice",
        0.75,
        (Part(1, max(len(pages), 1), "invoice", "pl"),),
        pages,
        (found,),
        {"name": "tesseract", "version": "5.3"},
    )


@given(st.lists(st.lists(WORDS, max_size=5), max_size=5))
def test_a_reading_comes_back_as_it_was(words: list[list[Word]]) -> None:
    reading, out = _reading(words), io.BytesIO()
    pictures = {1: Pictures(Place(0, 10), Place(10, 5))}
    stored = write_reading(reading, pictures, out)
    back, found = read_stored(io.BytesIO(out.getvalue()))
    assert (back, found) == (reading, stored)
    assert all(page.pictures == pictures.get(page.page.number) for page in found)


def test_every_page_is_read_by_its_place_alone() -> None:
    reading, out = _reading([[Word("one", Box(0, 0, 1, 1), 1.0, 0, 0)], []]), io.BytesIO()
    stored = write_reading(reading, {}, out)
    for page in stored:
        start, length = page.place
        piece = out.getvalue()[start : start + length]
        with pytest.raises(VaultAltered):
            read_stored(io.BytesIO(piece))
    assert sum(page.place.length for page in stored) + stored[0].place.offset == len(out.getvalue())
    assert stored[0].row("d")["confidence"] == 1.0
    assert stored[1].row("d")["words"] == 0


@pytest.mark.parametrize("cut", [0, 1, 20, -1])
def test_bytes_that_are_no_reading_are_refused(cut: int) -> None:
    out = io.BytesIO()
    write_reading(_reading([[]]), {}, out)
    with pytest.raises(VaultAltered):
        read_stored(io.BytesIO(out.getvalue()[:cut]))
