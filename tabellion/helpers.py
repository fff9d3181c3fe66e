"""Runs keeper and workers beside a command, for as long as it lasts, where no service does so already."""

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread, current_thread, main_thread

from sqlalchemy import select

from archive.catalogue import CatalogueUnavailable, alive
from archive.catalogue.schema import log_outbox
from tabellion.base.errors import Unavailable
from tabellion.processes import cores, end_all, spawn
from tabellion.wiring import Parts

log = logging.getLogger(__name__)

# A service that was killed seems to live for so long after its last beat.
WITHIN = timedelta(seconds=10)
LOOK_SECONDS = 2.0
SETTLE_SECONDS = 10.0
STOP_SECONDS = 30.0
# A helper that ends by itself so often, one right after the other, will not do better the next time.
MOST_FAILURES = 3


@contextmanager
def helping(parts: Parts, *, workers: bool) -> Iterator[None]:
    """See to it that a keeper, and with `workers` at least one worker, is alive until the block ends.

    That is looked at again and again: a service may end while the command waits for it. A keeper of ours ends only
    when the log has what was done meanwhile, so that a command leaves an archive that can be verified.

    Raises Unavailable, wherever the block is at, once helpers end by themselves again and again: what they print says
    why, and waiting for them is in vain.
    """
    kinds = {"keeper": 1} | ({"worker": parts.settings.workers or cores()} if workers else {})
    helpers = Helpers(parts, kinds)
    helpers.look()
    with _watched(helpers):
        yield
        # Nobody waits for them any more; they end while the log settles.
        helpers.dismiss("worker")
        if helpers.started("keeper"):
            _settle(parts)


class Helpers:
    """The processes that were started because nobody else was there."""

    def __init__(self, parts: Parts, kinds: dict[str, int]) -> None:
        self._parts = parts
        self._kinds = kinds
        self._processes: dict[str, list[subprocess.Popen[bytes]]] = {kind: [] for kind in kinds}
        self._failures = dict.fromkeys(kinds, 0)
        self.hopeless = False

    def started(self, kind: str) -> bool:
        """Whether processes of that kind were started here."""
        return bool(self._processes[kind])

    def look(self) -> None:
        """Start what nobody is, as far as their beats tell."""
        with self._parts.archive.catalogue.read() as connection:
            now = self._parts.archive.clock.now()
            missing = [kind for kind in tuple(self._kinds) if not alive(connection, kind, now, WITHIN)]
        for kind in missing:
            ended = [process.poll() for process in self._processes[kind]]
            if None in ended:
                continue
            # One that was killed from outside has a negative code, and is no fault of its own.
            self._failures[kind] += any(code is not None and code > 0 for code in ended)
            if self._failures[kind] >= MOST_FAILURES:
                self.hopeless = True
                return
            self._processes[kind] = [_start(kind, self._kinds[kind])] if kind in self._kinds else []
        for kind in set(self._kinds).difference(missing):
            self._failures[kind] = 0

    def trouble(self) -> Unavailable:
        """What to say when they end again and again."""
        kind = max(self._failures, key=self._failures.__getitem__)
        codes = sorted({process.returncode for process in self._processes[kind]} - {None})
        return Unavailable(
            f"the {kind} that runs beside this command ends by itself again and again"
            f" (exit code {', '.join(map(str, codes))})",
            advice=f"Its messages are above; `tabellion serve --only {kind}` shows them too.",
        )

    def dismiss(self, kind: str) -> None:
        """Ask those of a kind to end, and do not start others; `stop` waits for them."""
        self._kinds.pop(kind, None)
        for process in self._processes.get(kind, ()):
            process.terminate()

    def watch(self, end: Event) -> None:
        """Look again and again until the end, or until it is hopeless."""
        while not self.hopeless and not end.wait(LOOK_SECONDS):
            try:
                self.look()
            except CatalogueUnavailable:
                log.warning("could not look whether keeper and workers live", exc_info=True)

    def stop(self) -> None:
        """End all of them; what they were at is given back."""
        end_all([process for started in self._processes.values() for process in started], STOP_SECONDS)


@contextmanager
def _watched(helpers: Helpers) -> Iterator[None]:
    """Look after the helpers from a thread; where that is hopeless, a signal ends the block, wherever it waits."""
    ours = current_thread() is main_thread()  # signals are the main thread's

    def give_up(*_: object) -> None:
        raise helpers.trouble()

    def watch() -> None:
        helpers.watch(end)
        if ours and helpers.hopeless:
            signal.raise_signal(signal.SIGUSR1)

    end = Event()
    watching = Thread(target=watch, name="helpers", daemon=True)
    before = signal.signal(signal.SIGUSR1, give_up) if ours else None
    watching.start()
    try:
        yield
    finally:
        end.set()
        watching.join()
        if ours:
            signal.signal(signal.SIGUSR1, before)
        helpers.stop()


def _settle(parts: Parts) -> None:
    deadline = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < deadline:
        with parts.archive.catalogue.read() as connection:
            if connection.execute(select(log_outbox.c.id).limit(1)).one_or_none() is None:
                return
        time.sleep(0.1)


def _start(kind: str, times: int) -> subprocess.Popen[bytes]:
    # Beside a command only what goes wrong is said; a service of its own says more.
    quiet = {"TABELLION_LOG_LEVEL": "WARNING"} | os.environ
    command = [sys.executable, "-m", "tabellion", "serve", "--only", kind]
    return spawn(command if times == 1 else [*command, "--times", str(times)], quiet)
