"""A keeper that seals and indexes, and a finder over what it indexed: fixtures for tests that go all the way."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.archive import Archive
from archive.locks import Locks
from archive.readings import load_document_page
from archive.receipts import Receipts
from archive.sequencer import Sequencer
from ingest.indexing import Indexer
from ingest.keeper import Duty, Keeper
from ocr.values import PageReading
from search.analysis import Analyser
from search.answer import Finder
from search.embedded import EmbeddedIndex, EmbeddedWriter
from search.engines import EmbeddedEngine
from search.lists import FolderResultLists
from signing.keys import Algorithm, KeySigner


@pytest.fixture(scope="session")
def analyser() -> Analyser:
    return Analyser()


@pytest.fixture
def indexer(archive: Archive, tmp_path: Path, analyser: Analyser) -> Iterator[Indexer]:
    indexer = Indexer(archive, lambda: EmbeddedWriter(tmp_path / "index", analyser))
    yield indexer
    indexer.close()


@pytest.fixture
def keeper(archive: Archive, indexer: Indexer) -> Keeper:
    sequencer = Sequencer(archive, KeySigner.generate(Algorithm.ED25519))
    receipts = Receipts(archive, KeySigner.generate(Algorithm.ED25519))
    return Keeper(
        archive,
        "keeper-1",
        {
            "log": [
                Duty("sequence", sequencer.run),
                Duty("lock", Locks(archive).run),
                Duty("receipts", receipts.run),
            ],
            "index": [Duty("index", indexer.run, close=indexer.close)],
        },
    )


@pytest.fixture
def found(archive: Archive, tmp_path: Path, analyser: Analyser) -> Finder:
    def words(document: str, page: int) -> PageReading | None:
        with archive.catalogue.read() as connection:
            return load_document_page(archive, connection, document, page)

    EmbeddedEngine(tmp_path / "index").prepare()
    return Finder(
        EmbeddedIndex(tmp_path / "index"),
        analyser,
        words,
        FolderResultLists(tmp_path / "lists", archive.clock),
    )
