"""A real archive for the doors: SQLite and a folder vault under the test's own folder, its clock moved by hand."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.archive import SYSTEM_ACTOR, Archive
from ingest import batches
from ingest.worker import Worker
from ocr import Reader
from tabellion.base.clock import ManualClock
from tests.archives import copy_template, make_template, open_archive
from tests.ingest.keeping import analyser, found, indexer, keeper
from tests.ingest.support import Doors

# What is imported here is a fixture of every test of this folder.
__all__ = ["analyser", "found", "indexer", "keeper"]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the archive of each test is copied from."""
    return make_template(tmp_path_factory.mktemp("template"))


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def archive(template: Path, tmp_path: Path, clock: ManualClock) -> Iterator[Archive]:
    """An archive in `tmp_path`: `catalogue.db`, `vault/`, `archive.key`."""
    copy_template(template, tmp_path)
    archive = open_archive(tmp_path, clock)
    yield archive
    archive.catalogue.close()


@pytest.fixture
def batch(archive: Archive) -> str:
    """An open batch without declared counts."""
    return batches.find_or_open(archive, "post of the day", None, SYSTEM_ACTOR)


@pytest.fixture
def doors(archive: Archive, batch: str) -> Doors:
    """A door into the batch, and how often workers were nudged."""
    return Doors(archive, batch)


@pytest.fixture(scope="session")
def reader() -> Iterator[Reader]:
    """The real reader, warm for all tests of a process."""
    with Reader(languages=("en", "pl")) as reader:
        yield reader


@pytest.fixture
def worker(archive: Archive, reader: Reader) -> Worker:
    return Worker(archive, reader, "worker-1")
