"""A worker process reads when nudged, whatever lies in the queue, goes on without a broker, and stops when told."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from archive.archive import Archive
from archive.catalogue.schema import beats, documents
from ingest.queue import Nudge
from tabellion.base.clock import ManualClock
from tests.ingest.support import Doors, papers, rows
from tests.ingest.transports.conftest import Broker

WORKER = """
import sys
from pathlib import Path
from ingest.process import run_worker
from ingest.queue import build_app
from ingest.worker import Worker
from ocr import Reader
from tabellion.base.clock import SystemClock
from tabellion.base.logs import configure_logs
from tests.archives import open_archive

configure_logs("INFO")
home, archive_id, url, queue = Path(sys.argv[1]), *sys.argv[2:]
archive = open_archive(home, SystemClock(), archive_id=archive_id)
worker = Worker(archive, Reader(languages=("en",)), "worker-7")
run_worker(archive, build_app(url or None, home / "broker", queue), worker, "worker-7")
"""


def test_a_worker_process_serves_nudges_and_does_without(
    broker: Broker, archive: Archive, doors: Doors, clock: ManualClock, tmp_path: Path
) -> None:
    clock.instant = datetime.now(UTC)
    now = [0.0]
    nudge = Nudge(broker.app(), monotonic=lambda: now[0])
    nudge()
    for raw in (b"\xff\x00", b"{", b'{"body": 1}', b'["nudge"]'):
        broker.put(raw)
    command = [sys.executable, "-c", WORKER, str(tmp_path), archive.id, broker.url or "", broker.queue]
    process = subprocess.Popen(command)
    try:
        wait_for(lambda: bool(rows(archive, beats)))
        wait_for(lambda: broker.waiting() == 0)
        doors.receive(papers(["A letter about an outstanding payment."]))
        nudge()
        wait_for(lambda: states(archive) == ["read"])
        if broker.url is not None:
            broker.cut()
            nudge()
            doors.receive(papers(["A letter that no nudge announces."]))
            wait_for(lambda: states(archive) == ["read", "read"])
            broker.mend()
            now[0] += 60
            nudge()
            wait_for(lambda: broker.waiting() == 0)
            broker.cut()
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        assert not rows(archive, beats)
    finally:
        process.kill()
        process.wait()


def states(archive: Archive) -> list[str]:
    return [row.state for row in rows(archive, documents)]


def wait_for(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)
