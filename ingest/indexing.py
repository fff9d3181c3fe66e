"""Brings documents from the catalogue into the search index, and makes the index anew.

The index is fed by an outbox that business transactions write. A document is `searchable` only after the commit of the
index that holds it; a keeper killed in between indexes it once more.
"""

import logging
from collections.abc import Callable, Iterator
from threading import RLock

from sqlalchemy import Connection, bindparam, delete, func, select, update

from archive.archive import Archive
from archive.catalogue import check_lease
from archive.catalogue.schema import documents, index_outbox
from ingest.page_records import INDEXED, page_records
from ingest.stored import queue_indexing
from search.port import IndexRebuild, IndexWriter
from tabellion.base.errors import EvidenceError, Unavailable

_log = logging.getLogger(__name__)

BATCH = 100
_PAGE_OF_IDS = 500
_INDEXED = delete(index_outbox).where(
    index_outbox.c.document_id == bindparam("document"), index_outbox.c.id <= bindparam("newest")
)


class Indexer:
    """The keeper's writer of the index; it is opened when there is something to write, and anew after an error.

    An index on a server knows no fence: a keeper that was frozen beyond its lease may write what another has replaced
    meanwhile. So whatever it wrote and could not settle under its lease is asked for again, by whoever acts then.
    """

    def __init__(self, archive: Archive, open_writer: Callable[[], IndexWriter]) -> None:
        self._archive = archive
        self._open_writer = open_writer
        self._writer: IndexWriter | None = None
        self._unsettled: set[str] = set()
        self._lock = RLock()

    def run(self, token: int) -> int:
        """Index what waits; says how many documents. Raises `LeaseLost`, and `IndexBusy` where another one writes."""
        done = 0
        with self._lock:
            self._ask_again()
            try:
                while count := self._batch(token):
                    done += count
            except BaseException:
                self.close()
                raise
        return done

    def close(self) -> None:
        """Let go of the index, so that another keeper can have it. What is not committed stays in the outbox."""
        with self._lock:
            writer, self._writer = self._writer, None
            if writer is not None:
                try:
                    writer.close()
                except Unavailable:
                    _log.warning("the index could not be closed", exc_info=True)
            try:
                self._ask_again()
            except Unavailable:
                _log.warning("what was written to the index is not settled yet", exc_info=True)

    def _ask_again(self) -> None:
        """Put back into the outbox what was written and is not there any more."""
        if not self._unsettled:
            return
        now = self._archive.clock.now()
        with self._archive.catalogue.write() as connection:
            waiting = select(index_outbox.c.document_id).where(
                index_outbox.c.document_id.in_(self._unsettled)
            )
            for document_id in self._unsettled.difference(connection.scalars(waiting)):
                queue_indexing(connection, document_id, now)
        self._unsettled.clear()

    def _batch(self, token: int) -> int:
        with self._archive.catalogue.read() as connection:
            waiting = _first(connection)
        if not waiting:
            return 0
        if self._writer is None:
            self._writer = self._open_writer()
        self._unsettled |= {document_id for document_id, _ in waiting}
        written = [row[0] for row in waiting if _written(self._archive, self._writer, row[0])]
        self._writer.commit()
        now = self._archive.clock.now()
        with self._archive.catalogue.write() as connection:
            check_lease(connection, "keeper", token)
            # What was added to the outbox meanwhile stays: it speaks of a later state.
            connection.execute(
                _INDEXED, [{"document": document_id, "newest": newest} for document_id, newest in waiting]
            )
            connection.execute(
                update(documents)
                .where(documents.c.id.in_(written), documents.c.state == "read")
                .values(state="searchable", searchable_at=now)
            )
        self._unsettled.clear()
        return len(waiting)


def _first(connection: Connection) -> list[tuple[str, int]]:
    """The documents that have waited longest, each with its newest row; what waits behind them is not looked at."""
    head = select(index_outbox.c.document_id).order_by(index_outbox.c.id).limit(BATCH)
    documents_ = list(dict.fromkeys(connection.scalars(head)))
    rows = connection.execute(
        select(index_outbox.c.document_id, func.max(index_outbox.c.id))
        .where(index_outbox.c.document_id.in_(documents_))
        .group_by(index_outbox.c.document_id)
    )
    newest: dict[str, int] = dict(rows.all())
    return [(document_id, newest[document_id]) for document_id in documents_]


def _written(archive: Archive, writer: IndexWriter, document_id: str) -> bool:
    """Write a document, unless its reading is lost: one such paper must not keep all others from being found.

    What the index held of it stays. It is asked for again when the reading was brought back (`archive.fixity`).
    """
    try:
        write_document(archive, writer, document_id)
    except EvidenceError as error:
        what = "%s is left out of the index: %s"
        _log.warning(what, document_id, error.message, extra={"document": document_id})
        return False
    return True


def write_document(archive: Archive, writer: IndexWriter, document_id: str) -> None:
    """Put what the catalogue and the readings say of a document into the index, or take it out; not yet committed."""
    records = page_records(archive, document_id)
    if records:
        writer.replace(document_id, records)
    else:
        writer.delete(document_id)


def rebuild_index(
    archive: Archive, rebuild: IndexRebuild, progress: Callable[[int, int], None] = lambda done, total: None
) -> int:
    """Make a new generation of the index with all documents and put it in force; says how many are in it.

    A document whose reading is lost is left out, with a line in the log of the process.

    Whoever calls it holds the keeper's lease, so that nothing is drained from the outbox into the old generation.
    """
    with archive.catalogue.read() as connection:
        total = connection.execute(
            select(func.count()).select_from(documents).where(documents.c.state.in_(INDEXED))
        ).scalar_one()
    done = 0
    try:
        for document_id in _all_documents(archive):
            if _written(archive, rebuild, document_id):
                done += 1
                progress(done, total)
        rebuild.complete()
    except BaseException:
        rebuild.abandon()
        raise
    with archive.catalogue.write() as connection:
        connection.execute(
            update(documents)
            .where(documents.c.state == "read")
            .values(state="searchable", searchable_at=archive.clock.now())
        )
    return done


def _all_documents(archive: Archive) -> Iterator[str]:
    last = ""
    while True:
        with archive.catalogue.read() as connection:
            ids = (
                connection.execute(
                    select(documents.c.id)
                    .where(documents.c.id > last, documents.c.state.in_(INDEXED))
                    .order_by(documents.c.id)
                    .limit(_PAGE_OF_IDS)
                )
                .scalars()
                .all()
            )
        if not ids:
            return
        yield from ids
        last = ids[-1]
