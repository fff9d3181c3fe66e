"""A real archive for the doors: SQLite and a folder vault under the test's own folder, its clock moved by hand."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.archive import SYSTEM_ACTOR, Archive
from archive.catalogue import Catalogue, upgrade
from archive.vault import ArchiveKeyFile, FolderVault, KeyRing, Objects
from ingest import batches
from ingest.worker import Worker
from ocr import Reader
from tabellion.base.clock import ManualClock, SystemClock
from tabellion.base.ids import Ids
from tests.ingest.keeping import analyser, found, indexer, keeper
from tests.ingest.support import Doors

# What is imported here is a fixture of every test of this folder.
__all__ = ["analyser", "found", "indexer", "keeper"]

PASSPHRASE = b"correct horse battery staple"


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty catalogue with its schema and an archive key, to be copied: both take a while to make."""
    folder = tmp_path_factory.mktemp("template")
    catalogue = Catalogue(f"sqlite:///{folder}/catalogue.db")
    upgrade(catalogue)
    catalogue.close()
    ArchiveKeyFile.create(folder / "archive.key", PASSPHRASE, os.urandom, SystemClock().now())
    return folder


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def archive(template: Path, tmp_path: Path, clock: ManualClock) -> Iterator[Archive]:
    """An archive in `tmp_path`: `catalogue.db`, `vault/`, `archive.key`."""
    for file in template.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
        (tmp_path / file.name).chmod(0o600)
    catalogue = Catalogue(f"sqlite:///{tmp_path}/catalogue.db")
    vault = FolderVault(tmp_path / "vault", clock)
    keys = KeyRing(vault, ArchiveKeyFile(tmp_path / "archive.key", PASSPHRASE, os.urandom), os.urandom, clock)
    ids = Ids(clock)
    yield Archive(
        ids.new(), "localhost/test", catalogue, Objects(vault, keys, os.urandom), clock=clock, ids=ids
    )
    catalogue.close()


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
