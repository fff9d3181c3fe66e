"""Puts the running parts together: worker, keeper with its duties, the service behind the routes."""

import os
import socket
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import text

from api.service import Options, Service
from archive.catalogue import alive
from archive.erase import reapply
from archive.locks import Locks
from archive.receipts import Receipts
from archive.sequencer import Sequencer
from archive.stamp_closing import Pace, demand
from archive.stamps import Stamps
from archive.verification.trust import VerifyTrust
from archive.verify import verify
from ingest.folders import Folders
from ingest.indexing import Indexer
from ingest.keeper import Duty, Keeper
from ingest.queue import sweep_broker
from ingest.sweeping import Sweeper
from ingest.worker import Worker
from search import Analyser, EmbeddedIndex, EmbeddedWriter, Finder, FolderResultLists
from signing.note import NoteKey
from signing.verdict import Report
from tabellion.authorities import LOCAL, make_authorities
from tabellion.wiring import Parts, make_reader, nudger

SWEEP_EVERY = timedelta(minutes=1)
LOOK_FOR_ORPHANS_EVERY = timedelta(hours=6)
LOOK_AT_FOLDERS_EVERY = timedelta(seconds=1)
LIVES_WITHIN = timedelta(seconds=15)


def holder() -> str:
    """A name for this process in leases and beats."""
    return f"{socket.gethostname()[:40]}-{os.getpid()}-{os.urandom(4).hex()}"


def make_worker(parts: Parts, name: str) -> Worker:
    """A worker with a reader of its own."""
    return Worker(parts.archive, make_reader(parts.settings), name)


def make_keeper(parts: Parts, name: str) -> Keeper:
    """The keeper with its duties: sealing, stamping, indexing and sweeping, each in a lane of its own."""
    archive, settings = parts.archive, parts.settings
    pace = Pace(interval=timedelta(minutes=settings.stamp_minutes))
    indexer = Indexer(archive, lambda: EmbeddedWriter(settings.home / "index", Analyser()))
    lanes: dict[str, Sequence[Duty]] = {
        "log": (
            Duty("sequence", Sequencer(archive, parts.chest.log).run),
            Duty("lock", Locks(archive).run),
            Duty("receipts", Receipts(archive, parts.chest.receipt).run),
        ),
        "stamps": (Duty("stamps", Stamps(archive, make_authorities(parts), pace=pace).run),),
        "index": (Duty("index", indexer.run, close=indexer.close),),
        "folders": (Duty("folders", _folders(parts).run, every=LOOK_AT_FOLDERS_EVERY),),
        "sweep": (
            Duty("sweep", _sweeper(parts), every=SWEEP_EVERY),
            Duty("orphans", Sweeper(archive).run, every=LOOK_FOR_ORPHANS_EVERY),
            Duty("erasures", lambda _token: reapply(archive), every=LOOK_FOR_ORPHANS_EVERY),
        ),
    }
    return Keeper(archive, name, lanes)


def make_finder(parts: Parts) -> Finder:
    """Answers searches; whose words and registry it may use is set for each request."""
    home = parts.settings.home
    return Finder(
        index=EmbeddedIndex(home / "index"),
        analyser=Analyser(),
        words_of=lambda document, page: None,
        lists=FolderResultLists(home / "results", parts.archive.clock),
    )


def verify_trust(parts: Parts) -> VerifyTrust:
    """What this installation trusts when it verifies itself."""
    return VerifyTrust(
        log_keys=(NoteKey(parts.archive.origin, parts.chest.log.public_der),),
        authorities=tuple(authority.trust for authority in make_authorities(parts)),
    )


def make_service(parts: Parts) -> Service:
    """The parts behind the routes."""
    settings, archive = parts.settings, parts.archive
    trust = verify_trust(parts)

    def verify_documents(document_ids: Sequence[str] | None) -> Report:
        return verify(archive, trust, document_ids)

    return Service(
        archive=archive,
        finder=make_finder(parts),
        options=Options(
            zone=ZoneInfo(settings.zone),
            session_length=timedelta(hours=settings.session_hours),
            max_upload_bytes=settings.max_upload_bytes,
            secure_cookies=settings.secure_cookies,
            test_authority=LOCAL in settings.tsa_urls.split(),
            languages=settings.language_list,
            retention=parts.retention,
        ),
        nudge=nudger(settings),
        verify=verify_documents,
        close_stamp=lambda: demand(archive),
        health=lambda: _health(parts),
    )


def _folders(parts: Parts) -> Folders:
    """The watched folders under the home."""
    settings = parts.settings
    return Folders(
        parts.archive,
        settings.home / "folders",
        nudge=nudger(settings),
        limit=settings.max_upload_bytes,
        retention=parts.retention,
    )


def _sweeper(parts: Parts) -> Callable[[int], object]:
    def sweep(_token: int) -> None:
        parts.vault.sweep_temporary(SWEEP_EVERY)
        sweep_broker(parts.settings.home / "broker", SWEEP_EVERY.total_seconds())

    return sweep


def _health(parts: Parts) -> Mapping[str, str | None]:
    """Part by name, and what is wrong with it."""
    found: dict[str, str | None] = {}
    try:
        with parts.archive.catalogue.read() as connection:
            connection.execute(text("SELECT 1"))
            now = parts.archive.clock.now()
            for kind in ("keeper", "worker"):
                found[kind] = None if alive(connection, kind, now, LIVES_WITHIN) else f"no {kind} is alive"
        found["catalogue"] = None
    except Exception as error:  # whatever it is, the part does not answer
        found["catalogue"] = type(error).__name__
    try:
        parts.vault.versions("archive.json")
        found["vault"] = None
    except Exception as error:
        found["vault"] = type(error).__name__
    return found
