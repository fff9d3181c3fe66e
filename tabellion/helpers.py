"""Runs keeper and workers beside a command, for as long as it lasts, where no service does so already."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from archive.catalogue import alive
from tabellion.processes import cores, die_with_parent
from tabellion.wiring import Parts

WITHIN = timedelta(seconds=10)
STOP_SECONDS = 30.0


@contextmanager
def helping(parts: Parts, *, workers: bool) -> Iterator[None]:
    """See to it that a keeper, and with `workers` at least one worker, is alive until the block ends."""
    with parts.archive.catalogue.read() as connection:
        now = parts.archive.clock.now()
        kinds = {"keeper": 1} if not alive(connection, "keeper", now, WITHIN) else {}
        if workers and not alive(connection, "worker", now, WITHIN):
            kinds["worker"] = parts.settings.workers or cores()
    started = [_start(kind) for kind, count in kinds.items() for _ in range(count)]
    try:
        yield
    finally:
        for process in started:
            process.terminate()
        for process in started:
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _start(kind: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tabellion", "serve", "--only", kind]
    # Beside a command only what goes wrong is said; a service of its own says more.
    quiet = {"TABELLION_LOG_LEVEL": "WARNING"} | os.environ
    prepare = die_with_parent
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, env=quiet, preexec_fn=prepare)  # noqa: PLW1509
