"""Makes copies of papers to read and search: their pages carried over, their words as they were read."""

import logging
import tempfile
from collections.abc import Callable
from typing import BinaryIO

from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from archive.archive import SYSTEM_ACTOR, Archive
from archive.catalogue import URGENT, Task, ask_again, finish
from archive.catalogue.schema import deposits, documents
from archive.copies.errors import CopyRefused
from archive.copies.finding import Subject, find_copy, stored_pages, subject_of
from archive.copies.keeping import commit_copy, put_copy
from archive.derived import Derived, next_version
from archive.originals import decrypt
from archive.readings import object_ref
from ocr import Carried, Reader, Reading, ReadingRefused
from ocr.languages import language_of
from tabellion.base.errors import Conflict, NotFound

_log = logging.getLogger(__name__)

WORK = "copy"
"""The kind of this work; its object is a document."""

_TRIES = 3


def order_copy(archive: Archive, connection: Connection, document_id: str) -> None:
    """Have a worker make the copy of a document, before it reads what was received; the caller nudges one."""
    ask_again(connection, archive.ids, WORK, document_id, archive.clock.now(), priority=URGENT)


def copy_document(archive: Archive, reader: Reader, task: Task, alive: Callable[[], None]) -> None:
    """Keep the copy of the document of the task, unless there is one by now, and finish the task.

    `alive` is called before every page and may raise to stop. Raises `NotFound` for a document of which no copy is
    kept, `CopyRefused`, `ReadingRefused`, and what the vault raises.
    """
    for _ in range(_TRIES):
        with archive.catalogue.read() as connection:
            subject = subject_of(archive, connection, task.object_id)
            if subject is None:
                raise NotFound("no copy of this document is kept")
            there = find_copy(archive, connection, subject) is not None
            version = next_version(connection, subject.deposit.id)
            language = connection.scalar(select(documents.c.language).where(documents.c.id == task.object_id))
        new = None if there else _copy(archive, reader, subject, version, language or "und", alive)
        try:
            with archive.catalogue.write() as connection:
                if new is not None:
                    _require_there(connection, subject)
                    commit_copy(connection, new, SYSTEM_ACTOR, archive.clock.now())
                finish(connection, task, archive.clock.now())
        except IntegrityError:
            continue  # another manifest of this deposit took the version that we wanted
        return
    raise Conflict(f"the papers of document {task.object_id} are being changed again and again")


def copy_reading(
    archive: Archive,
    reader: Reader,
    subject: Subject,
    version: int,
    reading: Reading,
    file: BinaryIO,
    alive: Callable[[], None],
) -> Derived | None:
    """The copy of pages of a deposit that was read just now from `file`; None where there can be none, as the log says.

    The caller commits it with the reading.
    """
    wanted = set(subject.pages)
    pages = [page for page in reading.pages if not wanted or page.number in wanted]
    language = language_of(pages)
    try:
        with reader.carrying(file) as carry:
            return put_copy(archive, subject, version, lambda: pages, _careful(carry, alive), language)
    except (CopyRefused, ReadingRefused) as refusal:
        _log.warning("no copy was made", extra={"deposit": subject.deposit.id, "code": refusal.code})
        return None


def _copy(
    archive: Archive,
    reader: Reader,
    subject: Subject,
    version: int,
    language: str,
    alive: Callable[[], None],
) -> Derived:
    with archive.catalogue.read() as connection:
        pages = stored_pages(archive, connection, subject)
        original = object_ref(connection, f"deposits/{subject.deposit.id}/original")
    with tempfile.TemporaryFile() as file:
        decrypt(archive, subject.deposit, original, file)
        with reader.carrying(file) as carry:
            return put_copy(archive, subject, version, lambda: pages, _careful(carry, alive), language)


def _careful(carry: Callable[[int], Carried], alive: Callable[[], None]) -> Callable[[int], Carried]:
    def picture(number: int) -> Carried:
        alive()
        return carry(number)

    return picture


def _require_there(connection: Connection, subject: Subject) -> None:
    row = connection.execute(
        select(deposits.c.erased_at).where(deposits.c.id == subject.deposit.id).with_for_update()
    ).one()
    if row.erased_at is not None:
        raise NotFound("the deposit is not there any more")
