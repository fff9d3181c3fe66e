"""Runs a command and measures it with everything that it starts: wall time, CPU time, peak memory."""

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from bench._beside import Beside

SAMPLE_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds on the clock, CPU seconds and peak memory in bytes of the whole tree, exit code, what it printed."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int
    worker_bytes: int
    """The most that one process held together with its parent: a worker and its reader."""
    exit_code: int
    output: str
    errors: str


class CommandFailed(Exception):
    """A measured command did not end as it must, so that its figures would mean nothing."""


def measure(
    command: Sequence[str | Path], *, environment: Mapping[str, str] | None = None, check: bool = True
) -> Measured:
    """Run it to its end. Raises CommandFailed for an exit code other than 0 where `check` is set."""
    started = time.monotonic()
    with subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **(environment or {})},
    ) as process:
        watch = _Watch(process.pid)
        watch.start()
        output, errors = process.communicate()
        seconds = time.monotonic() - started
        watch.stop()
    measured = Measured(
        seconds,
        watch.cpu_seconds,
        watch.peak_bytes,
        watch.worker_bytes,
        process.returncode,
        output.decode(errors="replace"),
        errors.decode(errors="replace"),
    )
    if check and process.returncode != 0:
        said = measured.errors.strip()[-2000:]
        raise CommandFailed(f"{' '.join(map(str, command[:4]))} ... ended with {process.returncode}:\n{said}")
    return measured


def _waited_for() -> float:
    times = os.times()
    return times.children_user + times.children_system


@dataclass(slots=True)
class _Watch(Beside):
    """Looks at a process tree ten times a second.

    CPU seconds come from the system for all children that were waited for, and from the last look for those that
    nobody waited for. Memory is the proportional set size, so that pages shared after a fork count once.
    """

    root: int
    peak_bytes: int = 0
    worker_bytes: int = 0
    cpu_seconds: float = 0.0
    _last: dict[tuple[int, float], float] = field(default_factory=dict)
    _before: float = field(default_factory=_waited_for)

    def stop(self) -> None:
        Beside.stop(self)
        self.cpu_seconds = max(_waited_for() - self._before, sum(self._last.values()))

    def work(self) -> None:
        while not self.told_within(SAMPLE_SECONDS):
            self.peak_bytes = max(self.peak_bytes, self._look())

    def _look(self) -> int:
        held: dict[int, int] = {}
        parents: dict[int, int] = {}
        for process in tree(self.root):
            try:
                times = process.cpu_times()
                self._last[process.pid, process.create_time()] = times.user + times.system
                held[process.pid] = proportional_bytes(process.pid)
                parents[process.pid] = process.ppid()
            except (psutil.Error, OSError):
                continue
        pairs = [size + held.get(parents.get(pid, 0), 0) for pid, size in held.items() if pid != self.root]
        self.worker_bytes = max([self.worker_bytes, *pairs])
        return sum(held.values())


def tree(root: int) -> list[psutil.Process]:
    """A process and all its descendants that are alive."""
    try:
        parent = psutil.Process(root)
        return [parent, *parent.children(recursive=True)]
    except psutil.Error:
        return []


def proportional_bytes(pid: int) -> int:
    """Proportional set size of a process (Linux, proc(5) smaps_rollup), else its resident set size."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return int(psutil.Process(pid).memory_info().rss)
