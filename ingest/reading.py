"""Reads a deposit: its original through the reader, the result into the vault, every document of it described.

What was read is kept before the transaction that names it; the transaction also finishes the work under its lease, so
that a worker whose lease has passed to another writes nothing.
"""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, BinaryIO

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from archive import records
from archive.archive import SYSTEM_ACTOR, Archive
from archive.catalogue import Task, finish
from archive.catalogue.schema import (
    deposits,
    document_deposits,
    documents,
    pages,
    readings,
)
from archive.copies.finding import Subject
from archive.copies.keeping import SEARCHABLE_COPY, commit_copy
from archive.derived import Derived, commit_derived, next_version, put_derived
from archive.originals import decrypt
from archive.packaging.folders import received_manifest
from archive.readings import (
    Pictures,
    Place,
    StoredPage,
    images_key,
    object_ref,
    reading_key,
    write_reading,
)
from archive.vault import NewObject
from ingest.copying import copy_reading
from ingest.cuts import note_cuts, papers_within
from ingest.decided_copies import carry_decisions
from ingest.deciding import cut_surely
from ingest.describing import deposits_of, describe_document
from ocr import PageImages, Reader, Reading
from signing.digests import DigestingReader, Digests
from signing.manifest import EvidenceManifest, FileEntry, Source
from tabellion.base.clock import rfc3339
from tabellion.base.errors import NotFound

SETTLED = ("void", "erased")
"""States of documents that a reading does not change."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """A reading that is in the vault and not yet in the catalogue."""

    n: int
    reading: Reading
    pages: list[StoredPage]
    derived: Derived
    received: str
    copies: tuple[Derived, ...] = ()


def read_deposit(
    archive: Archive,
    reader: Reader,
    task: Task,
    alive: Callable[[], None],
    *,
    copies: bool = False,
    split_above: float | None = None,
) -> None:
    """Read the deposit of the task and finish the task. `alive` is called after every page and may raise to stop.

    Read for the first time, a deposit becomes several documents wherever a new paper begins at least `split_above`
    sure. With `copies`, the searchable copies of all of them are made as well, and there as soon as what was read.
    Raises `ReadingRefused` where nothing could be read, `VaultAltered` and its kin where the original is not as it
    was received, `LeaseLost` where the work has passed to another.
    """
    started = archive.clock.now()
    with archive.catalogue.read() as connection:
        deposit = _deposit(connection, task.object_id)
        original = object_ref(connection, f"deposits/{deposit.id}/original")
    with tempfile.TemporaryFile() as file, tempfile.TemporaryFile() as images:
        decrypt(archive, deposit, original, file)
        pictures: dict[int, Pictures] = {}

        def on_page(number: int, count: int, made: PageImages | None) -> None:
            if made is not None:
                pictures[number] = _append(images, made)
            alive()

        reading = reader.read(file, on_page=on_page)
        kept = _keep(archive, deposit, reading, pictures, images)
        if copies:
            papers = papers_within(reading, split_above if kept.n == 1 else None)
            kept = replace(kept, copies=tuple(_copies(archive, reader, deposit, kept, papers, file, alive)))
    with archive.catalogue.write() as connection:
        _commit(archive, connection, kept, started, deposit.id, split_above)
        finish(connection, task, archive.clock.now())


def _copies(
    archive: Archive,
    reader: Reader,
    deposit: Row[Any],
    kept: _Kept,
    papers: Sequence[tuple[int, ...]],
    file: BinaryIO,
    alive: Callable[[], None],
) -> Iterator[Derived]:
    """The searchable copies of the papers, as far as there can be any."""
    version = kept.derived.manifest.version
    for numbers in papers:
        whole = len(numbers) == len(kept.reading.pages)
        subject = Subject(deposit, () if whole else numbers, kept.received, kept.derived.sha256)
        copy = copy_reading(archive, reader, subject, version + 1, kept.reading, file, alive)
        if copy is not None:
            version += 1
            yield copy


def refuse_deposit(archive: Archive, connection: Connection, deposit_id: str, code: str, detail: str) -> None:
    """Record that a deposit cannot be read: its documents stay visible, with the reason; the original is safe."""
    now = archive.clock.now()
    connection.execute(
        insert(readings).values(
            deposit_id=deposit_id,
            n=_next(connection, deposit_id),
            at=now,
            engine={},
            seconds=0.0,
            outcome=code,
            detail=detail,
        )
    )
    for document_id in _documents(connection, deposit_id, ("received", "failed")):
        connection.execute(
            update(documents)
            .where(documents.c.id == document_id)
            .values(state="failed", reason_code=code, reason=detail)
        )
        records.record_document(
            archive, connection, document_id, type="read", actor=SYSTEM_ACTOR, reason="unreadable"
        )


def _deposit(connection: Connection, deposit_id: str, *, lock: bool = False) -> Row[Any]:
    query = select(deposits).where(deposits.c.id == deposit_id)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None or row.erased_at is not None:
        raise NotFound("the deposit is not there any more")
    return row


def _append(images: BinaryIO, made: PageImages) -> Pictures:
    places = []
    for picture in (made.page_jpeg, made.thumb_jpeg):
        places.append(Place(images.tell(), len(picture)))
        images.write(picture)
    return Pictures(*places)


def _keep(
    archive: Archive,
    deposit: Row[Any],
    reading: Reading,
    pictures: dict[int, Pictures],
    images: BinaryIO,
) -> _Kept:
    """Put the reading, the pictures and their manifest into the vault."""
    with archive.catalogue.read() as connection:
        n = _next(connection, deposit.id)
        version = next_version(connection, deposit.id)
        received: str = received_manifest(connection, deposit.id).digest
    owner = f"deposits/{deposit.id}"
    with tempfile.TemporaryFile() as words:
        stored_pages = write_reading(reading, pictures, words)
        words.seek(0)
        images.seek(0)
        said, shown = DigestingReader(words), DigestingReader(images)
        refs = archive.objects.put_many(
            [
                NewObject(reading_key(deposit.id, n), said, owner),
                NewObject(images_key(deposit.id, n), shown, owner),
            ]
        )
    kept = [(ref, one.digests.sha256) for ref, one in zip(refs, (said, shown), strict=True)]
    manifest = EvidenceManifest(
        archive=archive.id,
        deposit=deposit.id,
        version=version,
        salt=archive.ids.randomness(32),
        files=(
            _entry(f"reading-{n}", "text", said.digests),
            _entry(f"images-{n}", "images", shown.digests),
        ),
        protection_class=deposit.protection_class,
        retention_class=deposit.retention_class,
        received_at=rfc3339(deposit.received_at),
        derived_from=(Source(received),),
    )
    return _Kept(n, reading, stored_pages, put_derived(archive, manifest, kept), received)


def _entry(path: str, role: str, digests: Digests) -> FileEntry:
    return FileEntry(path, role, "application/octet-stream", digests.size, digests.sha256, digests.sha512)


def _commit(
    archive: Archive,
    connection: Connection,
    kept: _Kept,
    started: datetime,
    deposit_id: str,
    split_above: float | None,
) -> None:
    now = archive.clock.now()
    _deposit(connection, deposit_id, lock=True)
    connection.execute(
        insert(readings).values(
            deposit_id=deposit_id,
            n=kept.n,
            at=now,
            engine=kept.reading.engine,
            seconds=(now - started).total_seconds(),
            outcome="READ",
        )
    )
    connection.execute(delete(pages).where(pages.c.deposit_id == deposit_id))
    if kept.pages:
        connection.execute(insert(pages), [page.row(deposit_id) for page in kept.pages])
    connection.execute(
        update(deposits)
        .where(deposits.c.id == deposit_id)
        .values(reading_n=kept.n, page_count=len(kept.pages))
    )
    commit_derived(connection, kept.derived, SYSTEM_ACTOR, now, SEARCHABLE_COPY)
    for copy in kept.copies:
        commit_copy(connection, copy, SYSTEM_ACTOR, now)
    note_cuts(connection, deposit_id, kept.reading.parts, now)
    reason = "re-reading" if kept.n > 1 else None
    for document_id in _documents(connection, deposit_id):
        describe_document(archive, connection, document_id, {deposit_id: kept.reading})
        records.record_document(
            archive, connection, document_id, type="read", actor=SYSTEM_ACTOR, reason=reason
        )
        carry_decisions(archive, connection, document_id)
        if split_above is not None and kept.n == 1 and deposits_of(connection, document_id) == (deposit_id,):
            cut_surely(archive, connection, document_id, {deposit_id: kept.reading}, split_above)


def _next(connection: Connection, deposit_id: str) -> int:
    last = select(func.max(readings.c.n)).where(readings.c.deposit_id == deposit_id)
    return (connection.execute(last).scalar() or 0) + 1


def _documents(connection: Connection, deposit_id: str, states: tuple[str, ...] | None = None) -> list[str]:
    """The documents that have pages of the deposit, but for those that are settled."""
    query = (
        select(documents.c.id)
        .join(document_deposits, document_deposits.c.document_id == documents.c.id)
        .where(document_deposits.c.deposit_id == deposit_id, documents.c.state.not_in(SETTLED))
        .distinct()
        .order_by(documents.c.id)
    )
    if states is not None:
        query = query.where(documents.c.state.in_(states))
    return list(connection.execute(query).scalars())
