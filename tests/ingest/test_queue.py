"""Nudges arrive whole and at once; a broker that is broken hurts nobody."""

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import pytest
from celery import Celery

from archive.archive import Archive
from archive.catalogue.schema import beats, documents
from ingest.queue import DRAIN, MOST_WAITING, QUEUE, Nudge, build_app, sweep_broker
from tabellion.base.clock import ManualClock
from tests.ingest.support import Doors, papers, rows


@pytest.fixture
def app(tmp_path: Path) -> Celery:
    return build_app(None, tmp_path / "broker")


def take_all(app: Celery, messages: list[str]) -> None:
    with app.connection() as connection:
        channel = connection.channel()
        while (message := channel.basic_get(QUEUE, no_ack=True)) is not None:
            messages.append(message.headers["id"])


def test_a_nudge_arrives_without_content(app: Celery) -> None:
    Nudge(app)()
    with app.connection() as connection:
        message = connection.channel().basic_get(QUEUE, no_ack=True)
        assert message.headers["task"] == DRAIN
        assert message.payload[:2] == [[], {}]


def test_waiting_nudges_do_not_pile_up(app: Celery, tmp_path: Path) -> None:
    nudge = Nudge(app)
    for _ in range(3 * MOST_WAITING):
        nudge()
    assert len(list((tmp_path / "broker").iterdir())) == MOST_WAITING


def test_two_consumers_never_meet_a_half_or_the_same_message(app: Celery, tmp_path: Path) -> None:
    taken: list[str] = []
    sent = 0
    consumers = []
    for _ in range(200):
        Nudge(app)()
        sent += 1
        if sent % 5 == 0:
            consumers = [Thread(target=take_all, args=(app, taken)) for _ in range(2)]
            for consumer in consumers:
                consumer.start()
            for consumer in consumers:
                consumer.join()
    assert len(taken) == len(set(taken)) == sent
    assert not list((tmp_path / "broker").iterdir())


def test_a_broken_broker_does_not_fail_the_caller(app: Celery, tmp_path: Path) -> None:
    now = [100.0]
    nudge = Nudge(app, monotonic=lambda: now[0])
    (tmp_path / "broker").rename(tmp_path / "gone")
    nudge()
    (tmp_path / "gone").rename(tmp_path / "broker")
    nudge()
    assert not list((tmp_path / "broker").iterdir())
    now[0] += 6
    nudge()
    assert len(list((tmp_path / "broker").iterdir())) == 1


def test_halves_that_killed_processes_left_are_swept(tmp_path: Path) -> None:
    for name in (".a.tmp", ".b.taken", "c.nudges.msg", ".young.tmp"):
        (tmp_path / name).touch()
    for name in (".a.tmp", ".b.taken", "c.nudges.msg"):
        os.utime(tmp_path / name, (0, 0))
    assert sweep_broker(tmp_path, 60) == 2
    assert {path.name for path in tmp_path.iterdir()} == {"c.nudges.msg", ".young.tmp"}


WORKER = """
import os, sys
from pathlib import Path
from archive.archive import Archive
from archive.catalogue import Catalogue
from archive.vault import ArchiveKeyFile, FolderVault, KeyRing, Objects
from ingest.process import run_worker
from ingest.queue import build_app
from ingest.worker import Worker
from ocr import Reader
from tabellion.base.clock import SystemClock
from tests.ingest.conftest import PASSPHRASE

home, archive_id = Path(sys.argv[1]), sys.argv[2]
clock = SystemClock()
vault = FolderVault(home / "vault", clock)
keys = KeyRing(vault, ArchiveKeyFile(home / "archive.key", PASSPHRASE, os.urandom), os.urandom, clock)
catalogue = Catalogue(f"sqlite:///{home}/catalogue.db")
archive = Archive(archive_id, "localhost/test", catalogue, Objects(vault, keys, os.urandom))
worker = Worker(archive, Reader(languages=("en",)), "worker-7")
run_worker(archive, build_app(None, home / "broker"), worker, "worker-7")
"""


def test_a_worker_process_reads_when_nudged_and_stops_when_told(
    archive: Archive, doors: Doors, clock: ManualClock, tmp_path: Path
) -> None:
    clock.instant = datetime.now(UTC)
    nudge = Nudge(build_app(None, tmp_path / "broker"))
    process = subprocess.Popen([sys.executable, "-c", WORKER, str(tmp_path), archive.id])
    try:
        wait_for(lambda: bool(rows(archive, beats)))
        doors.receive(papers(["A letter about an outstanding payment."]))
        nudge()
        wait_for(lambda: rows(archive, documents)[0].state == "read")
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assert not rows(archive, beats)
    finally:
        process.kill()
        process.wait()


def wait_for(condition: object, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def test_a_worker_that_waits_looks_soon_whether_it_is_to_end(app: Celery) -> None:
    with app.connection_for_read() as connection:
        app.amqp.TaskConsumer(connection).consume()
        started = time.monotonic()
        with pytest.raises(TimeoutError):
            connection.drain_events(timeout=60.0)
        assert time.monotonic() - started < 30.0
