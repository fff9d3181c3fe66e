"""Makes copies of papers to read and search: their pages carried over, their words as they were read."""

import logging
import tempfile
from collections.abc import Callable, Mapping
from datetime import date
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
from ingest.describe import document_date
from ingest.describing import present_fields
from ingest.paper_titles import number_of, told_of
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
            row = connection.execute(select(documents).where(documents.c.id == task.object_id)).one()
            values = present_fields(connection, task.object_id)
        title = _title(subject, row.kind, values, row.document_date)
        new = None if there else _copy(archive, reader, subject, version, row.language or "und", title, alive)
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
            title = _title_as_read(subject, reading)
            return put_copy(archive, subject, version, lambda: pages, _careful(carry, alive), language, title)
    except (CopyRefused, ReadingRefused) as refusal:
        _log.warning("no copy was made", extra={"deposit": subject.deposit.id, "code": refusal.code})
        return None


def _copy(
    archive: Archive,
    reader: Reader,
    subject: Subject,
    version: int,
    language: str,
    title: str,
    alive: Callable[[], None],
) -> Derived:
    with archive.catalogue.read() as connection:
        pages = stored_pages(archive, connection, subject)
        original = object_ref(connection, f"deposits/{subject.deposit.id}/original")
    with tempfile.TemporaryFile() as file:
        decrypt(archive, subject.deposit, original, file)
        with reader.carrying(file) as carry:
            return put_copy(archive, subject, version, lambda: pages, _careful(carry, alive), language, title)


def _title_as_read(subject: Subject, reading: Reading) -> str:
    """The title of a copy that is made with the reading, before the paper is described."""
    wanted = subject.pages or tuple(page.number for page in reading.pages)
    part = next((one for one in reading.parts if one.first == wanted[0]), None) if wanted else None
    found = sorted(reading.fields, key=lambda item: item.confidence)
    values = {item.name: item.value for item in found if item.page in wanted}
    return _title(subject, reading.kind if part is None else part.kind, values, document_date(values))


def _title(subject: Subject, kind: str, values: Mapping[str, str], day: date | None) -> str:
    """As the paper is called; one of which nothing is known but its kind has the name of its file beside it."""
    name = subject.deposit.name or subject.deposit.id
    return ", ".join(told_of(kind.replace("_", " "), number_of(kind, values), day, name))


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
