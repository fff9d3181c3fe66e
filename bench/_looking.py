"""Looks at a service while it works: what each process holds, which workers died, how long each file is being read."""

import sqlite3
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from bench._beside import Beside
from bench._service import Service

SAMPLE_SECONDS = 0.25


@dataclass(slots=True)
class Look(Beside):
    """Four times a second. Sizes are resident bytes of one process, pages that it shares included."""

    service: Service
    peaks: dict[str, int] = field(default_factory=dict)
    """The most that one process of a part held: api, worker, keeper, reader (a jailed child of a worker)."""
    workers_died: int = 0
    readers: int = 0
    """How many reading processes there were."""
    slowest: dict[str, float] = field(default_factory=dict)
    """What is read, and the seconds that its reading was seen under lease."""
    _seen: dict[str, tuple[float, float]] = field(default_factory=dict)
    _alive: dict[str, set[tuple[int, float]]] = field(default_factory=dict)
    _known_readers: set[tuple[int, float]] = field(default_factory=set)

    def work(self) -> None:
        """Look, until it is told to stop."""
        with sqlite3.connect(f"file:{self.service.home / 'catalogue.db'}?mode=ro", uri=True) as catalogue:
            while not self.told_within(SAMPLE_SECONDS):
                self._processes()
                self._leases(catalogue)

    def _processes(self) -> None:
        for part in ("api", "worker", "keeper"):
            living = {(each.pid, each.create_time()): each for each in self.service.processes(part)}
            before = self._alive.get(part, set())
            if part == "worker":
                self.workers_died += len(before - set(living))
                for worker in living.values():
                    self._readers(worker)
            self._alive[part] = set(living)
            for each in living.values():
                self._note(part, each)

    def _readers(self, worker: psutil.Process) -> None:
        try:
            children = worker.children(recursive=True)
        except psutil.Error:
            return
        for child in children:
            try:
                key = (child.pid, child.create_time())
            except psutil.Error:
                continue
            if key not in self._known_readers:
                self._known_readers.add(key)
                self.readers += 1
            self._note("reader", child)

    def _note(self, part: str, process: psutil.Process) -> None:
        # What it held at most is kept by the kernel, so that nothing between two looks is missed.
        try:
            for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
                if line.startswith("VmHWM:"):
                    self.peaks[part] = max(self.peaks.get(part, 0), int(line.split()[1]) * 1024)
        except OSError:
            return

    def _leases(self, catalogue: sqlite3.Connection) -> None:
        now = time.monotonic()
        try:
            rows = catalogue.execute(
                "SELECT object_id FROM work WHERE kind = 'read' AND state = 'leased'"
            ).fetchall()
        except sqlite3.OperationalError:  # locked for a moment
            return
        for (identifier,) in rows:
            first, _ = self._seen.get(identifier, (now, now))
            self._seen[identifier] = (first, now)
            self.slowest[identifier] = now - first
