"""A worker as a process: Celery brings the nudges, a look every second makes sure, a heart keeps leases and beats."""

import logging
from collections.abc import Callable
from datetime import timedelta
from threading import Event, Lock, Thread
from typing import Any

from celery import Celery, signals

from archive.archive import Archive
from archive.catalogue import beat, forget_silent, stop_beating
from ingest.queue import DRAIN
from ingest.worker import Worker

_log = logging.getLogger(__name__)

HEART_SECONDS = 2.0
SILENT = timedelta(days=1)
LOOK_SECONDS = 1.0
BROKER_SECONDS = 5.0


class Heart:
    """A thread that says every two seconds that this process lives, and calls what must be done as often.

    A context manager; where the catalogue does not answer, it tries again at the next beat.
    """

    def __init__(
        self,
        archive: Archive,
        holder: str,
        kind: str,
        also: Callable[[], None] | None = None,
        seconds: float = HEART_SECONDS,
    ) -> None:
        self._archive = archive
        self._holder = holder
        self._kind = kind
        self._also = also
        self._seconds = seconds
        self._end = Event()
        self._thread = Thread(target=self._run, name=f"heart-{kind}", daemon=True)

    def __enter__(self) -> "Heart":
        self._forget()
        self._beat()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()
        try:
            with self._archive.catalogue.write() as connection:
                stop_beating(connection, self._holder)
        except Exception:
            _log.warning("could not say that this process ended", exc_info=True)

    def _forget(self) -> None:
        """Beats of processes that were killed go when another one starts, long after anybody asks for them."""
        try:
            with self._archive.catalogue.write() as connection:
                forget_silent(connection, self._archive.clock.now() - SILENT)
        except Exception:
            _log.warning("beats of former processes could not be removed", exc_info=True)

    def _run(self) -> None:
        while not self._end.wait(self._seconds):
            self._beat()

    def _beat(self) -> None:
        try:
            with self._archive.catalogue.write() as connection:
                beat(connection, self._holder, self._kind, self._archive.clock.now())
            if self._also is not None:
                self._also()
        except Exception:
            _log.warning("a beat failed", exc_info=True)


class Drainer:
    """Lets one thread at a time drain the catalogue: that of the nudges, or that which looks by itself."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._lock = Lock()

    def drain(self) -> int:
        """Do all that is ready, unless the other thread is at it; says how many tasks that were."""
        if not self._lock.acquire(blocking=False):
            return 0
        try:
            return self._worker.drain()
        finally:
            self._lock.release()

    def look(self, end: Event, seconds: float = LOOK_SECONDS) -> None:
        """Drain every so often until the end, whatever the broker does."""
        while not end.wait(seconds):
            self.try_to_drain()

    def try_to_drain(self) -> None:
        """Drain, and where that fails leave it to the next look."""
        try:
            self.drain()
        except Exception:
            _log.warning("could not look for work", exc_info=True)


def once(do: Callable[[], None]) -> Callable[..., None]:
    """Does it the first time and nothing ever after, whatever it is called with.

    A second signal may come while the handler of the first is at work, in the same thread: an `Event` that is being set
    would then wait for itself.
    """
    begun = False

    def first(*_: Any, **__: Any) -> None:
        nonlocal begun
        if not begun:
            begun = True
            do()

    return first


def run_worker(archive: Archive, app: Celery, worker: Worker, holder: str) -> None:
    """Be a worker until SIGTERM or SIGINT; what is at work then is given back after its page. For a main thread."""
    drainer, end = Drainer(worker), Event()

    @once
    def stop() -> None:
        worker.stop()
        end.set()

    app.task(drainer.try_to_drain, name=DRAIN)
    signals.worker_shutting_down.connect(stop, weak=False)
    looking = Thread(target=drainer.look, args=(end,), name="look", daemon=True)
    try:
        with Heart(archive, holder, "worker", worker.extend_lease):
            looking.start()
            while not worker.stopping:
                _serve_nudges(app, holder)
                if not worker.stopping:
                    # A broker that is there and refuses, such as one whose disk is full: Celery gives up, we do not.
                    _log.warning("the broker serves no nudges; the worker looks by itself")
                    end.wait(BROKER_SECONDS)
            stop()
            looking.join()
    finally:
        signals.worker_shutting_down.disconnect(stop)
        worker.close()


def _serve_nudges(app: Celery, holder: str) -> None:
    """Until a signal, or until Celery gives the broker up."""
    app.Worker(
        pool="solo",
        concurrency=1,
        hostname=f"{holder}@tabellion",
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        quiet=True,
    ).start()
