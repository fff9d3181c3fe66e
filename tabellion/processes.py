"""`tabellion serve`: one parent that starts api, workers and keeper, restarts what dies, and stops them cleanly."""

import ctypes
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

log = logging.getLogger(__name__)

STOP_SECONDS = 20.0
LONGEST_PAUSE = 30.0
PR_SET_PDEATHSIG = 1


@dataclass(slots=True)
class Child:
    """A process to keep alive: how to start it, and how long to wait before the next start after a failure."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = 0.0
    not_before: float = field(default=0.0)


class Supervisor:
    """Keeps children running until told to stop; a child that dies again and again is restarted ever more slowly."""

    def __init__(self, children: Sequence[Child], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._children = list(children)
        self._monotonic = monotonic
        self._stopping = False
        self._woken = threading.Event()

    def run(self) -> None:
        """Start all, watch all, and return after SIGTERM or SIGINT once all have ended."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        while not self._stopping:
            self._start_missing()
            self._look_after()
            self._woken.wait(0.2)
        self._end_all()

    def _stop(self, *_: object) -> None:
        self._stopping = True
        self._woken.set()

    def _look_after(self) -> None:
        for child in self._children:
            if child.process is None or child.process.poll() is None:
                continue
            lived = self._monotonic() - child.started
            child.pause = 0.0 if lived > LONGEST_PAUSE else min(LONGEST_PAUSE, child.pause * 2 or 0.2)
            child.not_before = self._monotonic() + child.pause
            log.error("process ended", extra={"part": child.name, "code": child.process.returncode})
            child.process = None

    def _start_missing(self) -> None:
        for child in self._children:
            if child.process is None and self._monotonic() >= child.not_before:
                child.process = subprocess.Popen(child.command, preexec_fn=die_with_parent)  # noqa: PLW1509
                child.started = self._monotonic()

    def _end_all(self) -> None:
        running = [child.process for child in self._children if child.process is not None]
        for process in running:
            process.terminate()
        deadline = self._monotonic() + STOP_SECONDS
        for process in running:
            try:
                process.wait(max(0.1, deadline - self._monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def die_with_parent() -> None:
    """Ask the kernel to end this process when its parent dies (Linux): a killed parent leaves nothing behind."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
