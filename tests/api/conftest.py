"""The real application over a real archive in the test's own folder: SQLite, a folder vault, tantivy, a warm reader."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal

from api.app import build_app
from api.limits import Allowance, Limits, Rate
from api.service import Options, Service
from archive.archive import Archive
from archive.stamp_closing import demand
from archive.verification.trust import VerifyTrust
from archive.verify import verify
from ingest.indexing import Indexer
from ingest.worker import Worker
from ocr import Reader
from search import Analyser, EmbeddedIndex, EmbeddedWriter, Finder, FolderResultLists
from search.engines import EmbeddedEngine
from signing.note import NoteKey
from signing.verdict import Report
from tabellion.base.clock import ManualClock
from tests.api.support import House
from tests.archive.keeping import TestKeeper, authority, log_signer
from tests.archive.packaging.making import issuer, public_files
from tests.archives import copy_template, make_template, open_archive

LARGEST_UPLOAD = 1 << 30
_NO_HURRY = Rate(1e6, 1_000_000)
AMPLE = Limits(Allowance(_NO_HURRY), Allowance(_NO_HURRY), _NO_HURRY)
"""Tests ask as fast as they can; those of the limits set their own."""


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the archive of each test is copied from."""
    return make_template(tmp_path_factory.mktemp("api-template"))


@pytest.fixture(scope="session")
def portal() -> Iterator[BlockingPortal]:
    """The event loop in which the application answers."""
    with start_blocking_portal() as portal:
        yield portal


@pytest.fixture(scope="session")
def reader() -> Iterator[Reader]:
    with Reader(languages=("en", "pl")) as reader:
        yield reader


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


def trust_in(archive: Archive) -> VerifyTrust:
    """What the archive of a test trusts when it verifies itself."""
    return VerifyTrust(
        log_keys=(NoteKey(archive.origin, log_signer().public_der),), authorities=(authority(archive).trust,)
    )


@pytest.fixture
def service(archive: Archive, tmp_path: Path) -> Service:
    """The parts behind the routes, as the wiring makes them."""
    trust = trust_in(archive)

    def verify_documents(document_ids: Sequence[str] | None) -> Report:
        return verify(archive, trust, document_ids)

    def health() -> Mapping[str, str | None]:
        return {"catalogue": None, "keeper": "no keeper is alive"}

    EmbeddedEngine(tmp_path / "index").prepare()
    return Service(
        archive=archive,
        finder=Finder(
            index=EmbeddedIndex(tmp_path / "index"),
            analyser=Analyser(),
            words_of=lambda document, page: None,
            lists=FolderResultLists(tmp_path / "results", archive.clock),
        ),
        options=Options(
            zone=ZoneInfo("Europe/Warsaw"),
            session_length=timedelta(hours=12),
            max_upload_bytes=LARGEST_UPLOAD,
            secure_cookies=False,
            test_authority=True,
            languages=("en", "pl"),
            retention=timedelta(days=1),
            copy_seconds=0.0,
            limits=AMPLE,
        ),
        nudge=lambda: None,
        verify=verify_documents,
        close_stamp=lambda: demand(archive),
        public_files=lambda: public_files(archive.origin),
        health=health,
    )


@pytest.fixture
def house(
    archive: Archive,
    clock: ManualClock,
    service: Service,
    tmp_path: Path,
    portal: BlockingPortal,
    reader: Reader,
) -> Iterator[House]:
    """The service, with keeper and worker that do what waits when told to."""
    indexer = Indexer(archive, lambda: EmbeddedWriter(tmp_path / "index", Analyser(), heap=15_000_000))
    yield House(
        archive=archive,
        clock=clock,
        app=build_app(service, "0.0"),
        portal=portal,
        keeper=TestKeeper(archive),
        worker=Worker(
            archive, reader, "worker-1", issuer=lambda: issuer(archive), trust=lambda: trust_in(archive)
        ),
        indexer=indexer,
    )
    indexer.close()
