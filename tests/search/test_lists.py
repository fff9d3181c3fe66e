"""Result lists: kept, fetched, expired, bounded."""

from datetime import timedelta
from pathlib import Path

import pytest

from search import FolderResultLists, ResultList
from tabellion.base.clock import ManualClock


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def lists(tmp_path: Path, clock: ManualClock) -> FolderResultLists:
    return FolderResultLists(tmp_path / "lists", clock, lifetime=timedelta(minutes=10), most=5)


RESULTS = ResultList("digest", (("a", 1.5), ("b", 0.25)))


def test_a_list_comes_back_as_it_was(lists: FolderResultLists) -> None:
    assert lists.fetch(lists.keep(RESULTS)) == RESULTS


def test_names_are_random_and_nothing_else_is_fetched(lists: FolderResultLists) -> None:
    assert lists.keep(RESULTS) != lists.keep(RESULTS)
    for name in ("", "x", "../secret", "A" * 22, "a" * 21 + "/"):
        assert lists.fetch(name) is None


def test_a_list_expires_and_its_file_goes(lists: FolderResultLists, clock: ManualClock) -> None:
    name = lists.keep(RESULTS)
    clock.advance(minutes=9)
    assert lists.fetch(name) == RESULTS
    clock.advance(minutes=1)
    assert lists.fetch(name) is None
    lists.keep(RESULTS)
    assert len(list(lists.folder.iterdir())) == 1


def test_the_oldest_make_room(lists: FolderResultLists, clock: ManualClock) -> None:
    names = []
    for _ in range(7):
        names.append(lists.keep(RESULTS))
        clock.advance(seconds=1)
    assert [lists.fetch(name) is not None for name in names] == [False, False, True, True, True, True, True]
    assert len(list(lists.folder.iterdir())) == 5
