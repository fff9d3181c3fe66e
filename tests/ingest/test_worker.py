"""Work is done once, under a lease, with a reason where it could not be done."""

import errno
from datetime import timedelta
from typing import Any, BinaryIO, ClassVar

import pytest
from sqlalchemy import select, update

from archive.archive import Archive
from archive.catalogue import claim_work
from archive.catalogue.schema import (
    deposits,
    document_pages,
    documents,
    fields,
    index_outbox,
    log_outbox,
    manifests,
    pages,
    readings,
    work,
)
from archive.catalogue.work import MAX_ATTEMPTS
from archive.readings import load_document_page, load_picture, load_reading
from ingest.worker import Worker
from ocr import Reader, Reading, ReadingRefused
from tabellion.base.clock import ManualClock
from tabellion.base.errors import Unavailable
from tests.ingest.support import Doors, count, papers, rows

LETTER = papers(
    ["Invoice no. FV/2024/17", "Invoice date: 12 March 2024", "Total due: 1,234.50 EUR"],
    ["Second page, about nothing much", "but long enough to be read as English text."],
)


def test_a_paper_is_read_described_and_sealed(archive: Archive, doors: Doors, worker: Worker) -> None:
    answer = doors.receive(LETTER)
    assert worker.run_once()
    assert worker.run_once()  # looks whether the paper was scanned before
    assert not worker.run_once()

    (document,) = rows(archive, documents)
    assert (document.state, document.page_count, document.language) == ("read", 2, "en")
    assert [row.page for row in rows(archive, document_pages)] == [1, 2]
    assert [row.number for row in rows(archive, pages)] == [1, 2]
    (deposit,) = rows(archive, deposits)
    assert (deposit.page_count, deposit.reading_n) == (2, 1)
    assert [(row.n, row.outcome) for row in rows(archive, readings)] == [(1, "READ")]
    assert [(row.version, row.role) for row in rows(archive, manifests)] == [(1, "received"), (2, "derived")]
    entries = [(row.type, row.reason) for row in rows(archive, log_outbox)]
    assert entries[-2:] == [("derive", "searchable-copy"), ("read", None)]
    assert [row.document_id for row in rows(archive, index_outbox)] == [answer.document]
    assert rows(archive, work)[0].state == "done"
    with archive.catalogue.read() as connection:
        reading = load_reading(archive, connection, answer.deposit)
        second = load_document_page(archive, connection, answer.document, 2)
        row = connection.execute(select(pages)).first()
        assert row is not None
        picture = load_picture(archive, connection, row)
    assert second is not None and "Second" in second.text
    assert second == reading.pages[1]
    assert picture is not None and picture.startswith(b"\xff\xd8\xff")


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"", "EMPTY"), (b"just words", "UNKNOWN_TYPE"), (b"%PDF-1.7\nand nothing", "TRUNCATED")],
)
def test_what_cannot_be_read_stays_visible_with_a_reason(
    archive: Archive, doors: Doors, worker: Worker, data: bytes, reason: str
) -> None:
    doors.receive(data)
    worker.drain()
    (document,) = rows(archive, documents)
    assert (document.state, document.reason_code) == ("failed", reason)
    assert document.reason
    assert rows(archive, work)[0].state == "failed"
    assert rows(archive, log_outbox)[-1].reason == "unreadable"
    assert rows(archive, readings)[0].outcome == reason


def test_an_original_that_was_altered_is_not_read(archive: Archive, doors: Doors, worker: Worker) -> None:
    doors.receive(LETTER)
    with archive.catalogue.write() as connection:
        connection.execute(update(deposits).values(sha256="0" * 64))
    worker.drain()
    assert rows(archive, documents)[0].reason_code == "VAULT_ALTERED"


class Faulty(Reader):
    """A reader whose subprocess dies at every file."""

    def read(self, file: BinaryIO, **options: Any) -> Reading:
        raise ReadingRefused("READER_DIED")


class Broken(Reader):
    """A reader with a fault of its own."""

    def read(self, file: BinaryIO, **options: Any) -> Reading:
        raise RuntimeError("a fault")


class Away(Reader):
    """A reader that finds the vault away, or no room for its files, as often as `faults` say."""

    faults: ClassVar[list[Exception]] = []

    def read(self, file: BinaryIO, **options: Any) -> Reading:
        if self.faults:
            raise self.faults.pop()
        return super().read(file, **options)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Unavailable("the store does not answer"), "UNAVAILABLE"),
        (OSError(errno.ENOSPC, "No space left on device"), "DISK_FULL"),
    ],
)
def test_a_paper_waits_for_parts_that_are_away_however_long_that_takes(
    archive: Archive, doors: Doors, clock: ManualClock, fault: Exception, code: str
) -> None:
    doors.receive(LETTER)
    with Away(languages=("en",)) as reader:
        Away.faults[:] = [fault] * (2 * MAX_ATTEMPTS)
        worker = Worker(archive, reader, "w")
        while Away.faults:
            assert worker.drain() == 1
            (waiting,) = rows(archive, work)
            assert (waiting.state, waiting.reason_code, waiting.attempts) == ("ready", code, 0)
            assert worker.drain() == 0, "not before a pause"
            clock.advance(seconds=10)
        worker.drain()
    assert rows(archive, documents)[0].state == "read"


@pytest.mark.parametrize(("fault", "tries", "code"), [(Faulty, 2, "READER_DIED"), (Broken, 5, "INTERNAL")])
def test_what_may_pass_is_tried_again_after_a_while(
    archive: Archive, doors: Doors, clock: ManualClock, fault: type[Reader], tries: int, code: str
) -> None:
    doors.receive(LETTER)
    worker = Worker(archive, fault(), "w")
    states = []
    for _ in range(tries):
        assert worker.drain() == 1
        states.append(rows(archive, work)[0].state)
        clock.advance(hours=1)
    assert states == ["ready"] * (tries - 1) + ["failed"]
    assert worker.drain() == 0
    assert rows(archive, documents)[0].reason_code == code


def test_a_worker_that_was_killed_loses_nothing(
    archive: Archive, doors: Doors, worker: Worker, clock: ManualClock
) -> None:
    doors.receive(LETTER)
    with archive.catalogue.write() as connection:
        assert claim_work(connection, "killed", clock.now(), timedelta(seconds=30)) is not None
    assert not worker.run_once()
    clock.advance(seconds=31)
    assert worker.run_once()
    assert rows(archive, documents)[0].state == "read"


def test_a_worker_whose_lease_passed_to_another_writes_nothing(
    archive: Archive, doors: Doors, reader: Reader, clock: ManualClock
) -> None:
    doors.receive(LETTER)
    worker = Worker(archive, reader, "slow", lease=timedelta(seconds=-1))
    worker_alive = worker._alive

    def stolen() -> None:
        with archive.catalogue.write() as connection:
            claim_work(connection, "fast", clock.now(), timedelta(minutes=1))
        worker_alive()

    worker._alive = stolen  # type: ignore[method-assign]
    assert worker.run_once()
    assert count(archive, readings) == 0
    assert rows(archive, documents)[0].state == "received"
    assert rows(archive, work)[0].holder == "fast"


def test_the_lease_of_a_running_task_is_extended(
    archive: Archive, doors: Doors, reader: Reader, clock: ManualClock
) -> None:
    doors.receive(LETTER)
    worker = Worker(archive, reader, "w", lease=timedelta(seconds=30))
    seen = []
    alive = worker._alive

    def page_done() -> None:
        clock.advance(seconds=20)
        worker.extend_lease()
        with archive.catalogue.read() as connection:
            seen.append(claim_work(connection, "other", clock.now(), timedelta(minutes=1)))
        alive()

    worker._alive = page_done  # type: ignore[method-assign]
    assert worker.run_once()
    assert seen == [None, None]
    assert rows(archive, work)[0].state == "done"


def test_a_stopped_worker_gives_its_work_back(
    archive: Archive, doors: Doors, reader: Reader, worker: Worker
) -> None:
    doors.receive(LETTER)
    stopping = Worker(archive, reader, "stopping")
    alive = stopping._alive

    def stop_in_the_middle() -> None:
        stopping.stop()
        alive()

    stopping._alive = stop_in_the_middle  # type: ignore[method-assign]
    assert stopping.run_once()
    assert not stopping.run_once()
    (task,) = rows(archive, work)
    assert (task.state, task.attempts) == ("ready", 0)
    assert worker.run_once()
    assert rows(archive, documents)[0].state == "read"


def test_what_kills_every_worker_is_given_up(
    archive: Archive, doors: Doors, worker: Worker, clock: ManualClock
) -> None:
    doors.receive(LETTER)
    for _ in range(5):
        with archive.catalogue.write() as connection:
            claim_work(connection, "killed", clock.now(), timedelta(seconds=1))
        clock.advance(seconds=2)
    assert worker.run_once()
    assert rows(archive, documents)[0].reason_code == "WORKER_DIED"


def test_reading_again_says_so_and_keeps_one_set_of_fields(
    archive: Archive, doors: Doors, worker: Worker
) -> None:
    doors.receive(LETTER)
    worker.drain()
    before = [(row.name, row.value) for row in rows(archive, fields)]
    assert before
    with archive.catalogue.write() as connection:
        connection.execute(update(work).values(state="ready"))
    worker.drain()
    assert [(row.name, row.value) for row in rows(archive, fields)] == before
    assert rows(archive, log_outbox)[-1].reason == "re-reading"
    assert rows(archive, deposits)[0].reading_n == 2
    assert count(archive, pages) == 2
