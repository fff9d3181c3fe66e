"""A real archive in a temporary folder: folder vault, encryption, catalogue, a clock that stands still."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.archive import Archive
from archive.catalogue import Catalogue, upgrade
from tabellion.base.clock import ManualClock
from tests.archive.building import Intake, make_archive
from tests.services.fixtures import postgresql_url

__all__ = ["archive", "clock", "home", "intake", "postgresql_catalogue", "postgresql_url"]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def archive(home: Path, clock: ManualClock) -> Iterator[Archive]:
    made = make_archive(home, clock)
    yield made
    made.catalogue.close()


@pytest.fixture
def intake(archive: Archive) -> Intake:
    return Intake(archive)


@pytest.fixture
def postgresql_catalogue(postgresql_url: str) -> Iterator[Catalogue]:
    """An empty catalogue on PostgreSQL."""
    catalogue = Catalogue(postgresql_url)
    upgrade(catalogue)
    yield catalogue
    catalogue.close()
