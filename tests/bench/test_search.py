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


def _options(**changes: object) -> argparse.Namespace:
    plain = {"pages": 200, "questions": 2, "engines": "tantivy,fts5", "rebuild": False, "build_only": False}
    return argparse.Namespace(**(plain | changes))


def test_embedded_engine_and_peer_are_measured(tmp_path: Path) -> None:
    said = search.for_people(search.run(_options(), tmp_path))
    for sort in ("words", "names", "phrases", "identifiers", "filters", "deep pages", "type-ahead"):
        assert sort in said


def test_what_was_built_is_used_again_and_said_to_be_older(tmp_path: Path) -> None:
    built = search.run(_options(build_only=True), tmp_path)["engines"]
    assert all("built_earlier" not in one and not one["questions"] for one in built.values())
    asked = search.run(_options(), tmp_path)
    for name, one in asked["engines"].items():
        assert one["pages_per_second"] == built[name]["pages_per_second"]
        assert one["questions"]["words"]["ms_p95"] > 0
    assert "was timed by an earlier run" in search.for_people(asked)
    again = search.run(_options(rebuild=True, build_only=True), tmp_path)["engines"]
    assert all("built_earlier" not in one for one in again.values())
    fewer = search.run(_options(pages=100, build_only=True), tmp_path)
    assert fewer["pages"] == 100
    assert all("built_earlier" not in one for one in fewer["engines"].values())
