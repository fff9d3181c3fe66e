"""Nudges as files: halves that killed processes left are swept, and a worker that waits looks whether it is to end."""

import os
import time
from pathlib import Path

import pytest

from ingest.queue import build_app
from ingest.transports.files import sweep


def test_halves_that_killed_processes_left_are_swept(tmp_path: Path) -> None:
    for name in (".a.tmp", ".b.taken", "c.nudges.msg", ".young.tmp"):
        (tmp_path / name).touch()
    for name in (".a.tmp", ".b.taken", "c.nudges.msg"):
        os.utime(tmp_path / name, (0, 0))
    assert sweep(tmp_path, 60) == 2
    assert {path.name for path in tmp_path.iterdir()} == {"c.nudges.msg", ".young.tmp"}


def test_a_worker_that_waits_looks_soon_whether_it_is_to_end(tmp_path: Path) -> None:
    app = build_app(None, tmp_path / "broker")
    with app.connection_for_read() as connection:
        app.amqp.TaskConsumer(connection).consume()
        started = time.monotonic()
        with pytest.raises(TimeoutError):
            connection.drain_events(timeout=60.0)
        assert time.monotonic() - started < 30.0
