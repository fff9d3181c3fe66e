"""Runs keeper and workers beside a command, for as long as it lasts, where no service does so already."""

import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread

from sqlalchemy import select

from archive.catalogue import CatalogueUnavailable, alive
from archive.catalogue.schema import log_outbox
from tabellion.processes import cores, end_all, spawn
from tabellion.wiring import Parts

log = logging.getLogger(__name__)

# A service that was killed seems to live for so long after its last beat.
WITHIN = timedelta(seconds=10)
LOOK_SECONDS = 2.0
SETTLE_SECONDS = 10.0
STOP_SECONDS = 30.0


@contextmanager
def helping(parts: Parts, *, workers: bool) -> Iterator[None]:
    """See to it that a keeper, and with `workers` at least one worker, is alive until the block ends.

    That is looked at again and again: a service may end while the command waits for it. A keeper of ours ends only
    when the log has what was done meanwhile, so that a command leaves an archive that can be verified.
    """
    kinds = {"keeper": 1} | ({"worker": parts.settings.workers or cores()} if workers else {})
    helpers = Helpers(parts, kinds)
    helpers.look()
    end = Event()
    watching = Thread(target=helpers.watch, args=(end,), name="helpers", daemon=True)
    watching.start()
    try:
        yield
        # Nobody waits for them any more; they end while the log settles.
        helpers.dismiss("worker")
        if helpers.started("keeper"):
            _settle(parts)
    finally:
        end.set()
        watching.join()
        helpers.stop()


class Helpers:
    """The processes that were started because nobody else was there."""

    def __init__(self, parts: Parts, kinds: dict[str, int]) -> None:
        self._parts = parts
        self._kinds = kinds
        self._processes: dict[str, list[subprocess.Popen[bytes]]] = {kind: [] for kind in kinds}

    def started(self, kind: str) -> bool:
        """Whether processes of that kind were started here."""
        return bool(self._processes[kind])

    def look(self) -> None:
        """Start what nobody is, as far as their beats tell."""
        with self._parts.archive.catalogue.read() as connection:
            now = self._parts.archive.clock.now()
            missing = [kind for kind in tuple(self._kinds) if not alive(connection, kind, now, WITHIN)]
        for kind in missing:
            if all(process.poll() is not None for process in self._processes[kind]):
                self._processes[kind] = [_start(kind) for _ in range(self._kinds.get(kind, 0))]

    def dismiss(self, kind: str) -> None:
        """Ask those of a kind to end, and do not start others; `stop` waits for them."""
        self._kinds.pop(kind, None)
        for process in self._processes.get(kind, ()):
            process.terminate()

    def watch(self, end: Event) -> None:
        """Look again and again until the end."""
        while not end.wait(LOOK_SECONDS):
            try:
                self.look()
            except CatalogueUnavailable:
                log.warning("could not look whether keeper and workers live", exc_info=True)

    def stop(self) -> None:
        """End all of them; what they were at is given back."""
        end_all([process for started in self._processes.values() for process in started], STOP_SECONDS)


def _settle(parts: Parts) -> None:
    deadline = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < deadline:
        with parts.archive.catalogue.read() as connection:
            if connection.execute(select(log_outbox.c.id).limit(1)).one_or_none() is None:
                return
        time.sleep(0.1)


def _start(kind: str) -> subprocess.Popen[bytes]:
    # Beside a command only what goes wrong is said; a service of its own says more.
    quiet = {"TABELLION_LOG_LEVEL": "WARNING"} | os.environ
    return spawn([sys.executable, "-m", "tabellion", "serve", "--only", kind], quiet)
