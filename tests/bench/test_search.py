"""The bench of search on a few pages: the same pages every time, every engine asked, figures for each sort."""

import argparse
from pathlib import Path

from bench import search
from bench._made import LANGUAGES, Store, documents


def test_made_pages_are_the_same_at_every_call_and_of_all_languages() -> None:
    first, second = list(documents(120)), list(documents(120))
    assert first == second
    assert sum(len(paper) for paper in first) == 120
    assert {page.language for paper in first for page in paper} == set(LANGUAGES)


def test_pages_come_back_from_the_store_with_boxes_for_their_words(tmp_path: Path) -> None:
    store = Store(tmp_path / "papers.db")
    pages, size = store.fill(30)
    assert (pages, [len(paper) for paper in store]) == (30, [len(paper) for paper in documents(30)])
    assert size > 10_000
    reading = store.words_of("doc-00000000", 1)
    assert reading is not None
    assert reading.words
    assert reading.text == next(iter(store))[0].text


def test_embedded_engine_and_peer_are_measured(tmp_path: Path) -> None:
    options = argparse.Namespace(pages=200, questions=2, engines="tantivy,fts5", server=None)
    said = search.for_people(search.run(options, tmp_path))
    for sort in ("words", "names", "phrases", "identifiers", "filters", "deep pages", "type-ahead"):
        assert sort in said
