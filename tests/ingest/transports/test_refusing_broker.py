"""A worker outlives a broker that is there and refuses, as Redis does on a full disk, and serves nudges afterwards."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from archive.archive import Archive
from ingest.queue import Nudge, build_app
from tests.ingest.transports.test_worker_process import WORKER, wait_for
from tests.services import redis
from tests.services.process import stop

QUEUE = "refused"


@pytest.fixture
def url() -> Iterator[str]:
    """A Redis of our own, whose configuration may be changed."""
    running = redis.start()
    yield running.settings["TABELLION_BROKER_URL"]
    stop(running)


@pytest.mark.services
def test_a_worker_goes_on_beside_a_broker_that_refuses(url: str, archive: Archive, tmp_path: Path) -> None:
    app, said = build_app(url, tmp_path / "broker", QUEUE), tmp_path / "said"
    command = [sys.executable, "-c", WORKER, str(tmp_path), archive.id, url, QUEUE]
    with said.open("wb") as log, Redis.from_url(url) as broker:
        process = subprocess.Popen(command, stderr=log)
        try:
            Nudge(app)()
            wait_for(lambda: broker.llen(QUEUE) == 0)
            # What writes is refused, reading the queue included: NOREPLICAS, as MISCONF is where nothing can be kept.
            broker.config_set("min-replicas-to-write", 1)
            wait_for(lambda: "the broker serves no nudges" in said.read_text())
            broker.config_set("min-replicas-to-write", 0)
            Nudge(app)()
            wait_for(lambda: broker.llen(QUEUE) == 0)
            process.terminate()
            assert process.wait(30) == 0, "sooner than it looks for nudges that it was told of"
        finally:
            process.kill()
            process.wait()
