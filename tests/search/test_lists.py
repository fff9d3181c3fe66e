"""Result lists: kept, fetched, expired, bounded."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from archive.catalogue import Catalogue
from archive.catalogue.schema import result_lists
from search import CatalogueResultLists, FolderResultLists, ResultList
from tabellion.base.clock import ManualClock
from tests.archive.building import empty_catalogue


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


Lists = FolderResultLists | CatalogueResultLists


@pytest.fixture(params=["folder", "sqlite", pytest.param("postgresql", marks=pytest.mark.services)])
def lists(request: pytest.FixtureRequest, tmp_path: Path, clock: ManualClock) -> Iterator[Lists]:
    """Each kind of store."""
    lifetime = timedelta(minutes=10)
    if request.param == "folder":
        yield FolderResultLists(tmp_path / "lists", clock, lifetime=lifetime, most=5)
        return
    if request.param == "sqlite":
        (tmp_path / "catalogue.db").write_bytes(empty_catalogue())
        catalogue = Catalogue(f"sqlite:///{tmp_path}/catalogue.db")
    else:
        catalogue = request.getfixturevalue("postgresql_catalogue")
    yield CatalogueResultLists(catalogue, clock, lifetime=lifetime, most=5)
    catalogue.close()


def kept(lists: Lists) -> int:
    """How many lists take up room."""
    if isinstance(lists, FolderResultLists):
        return len(list(lists.folder.iterdir()))
    with lists.catalogue.read() as connection:
        return connection.scalar(select(func.count()).select_from(result_lists)) or 0


RESULTS = ResultList("digest", (("a", 1.5), ("b", 0.25)))


def test_a_list_comes_back_as_it_was(lists: Lists) -> None:
    assert lists.fetch(lists.keep(RESULTS)) == RESULTS


def test_names_are_random_and_nothing_else_is_fetched(lists: Lists) -> None:
    assert lists.keep(RESULTS) != lists.keep(RESULTS)
    for name in ("", "x", "../secret", "A" * 22, "a" * 21 + "/"):
        assert lists.fetch(name) is None


def test_a_list_expires_and_goes(lists: Lists, clock: ManualClock) -> None:
    name = lists.keep(RESULTS)
    clock.advance(minutes=9)
    assert lists.fetch(name) == RESULTS
    clock.advance(minutes=1)
    assert lists.fetch(name) is None
    lists.keep(RESULTS)
    assert kept(lists) == 1


def test_the_oldest_make_room(lists: Lists, clock: ManualClock) -> None:
    names = []
    for _ in range(7):
        names.append(lists.keep(RESULTS))
        clock.advance(seconds=1)
    assert [lists.fetch(name) is not None for name in names] == [False, False, True, True, True, True, True]
    assert kept(lists) == 5
