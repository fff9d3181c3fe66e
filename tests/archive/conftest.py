"""A real archive in a temporary folder: folder vault, encryption, catalogue, a clock that stands still."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.archive import Archive
from tabellion.base.clock import ManualClock
from tests.archive.building import Intake, make_archive

__all__ = ["archive", "clock", "home", "intake"]


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
