"""Processes that belong to one parent: started, looked after, and ended with it, whatever way it ends."""

import ctypes
import hashlib
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

log = logging.getLogger(__name__)

STOP_SECONDS = 20.0
LONGEST_PAUSE = 30.0
LOOK_SECONDS = 0.2
PR_SET_PDEATHSIG = 1  # prctl(2)


@dataclass(slots=True)
class Child:
    """A process to keep alive: how to start it, and how long to wait before the next start after a failure.

    `descriptors` are open files that it inherits.
    """

    name: str
    command: Sequence[str]
    descriptors: Sequence[int] = ()
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
        """Start all, watch all, and return after SIGTERM or SIGINT once all have ended. For a main thread."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        try:
            while not self._stopping:
                self._start_missing()
                self._look_after()
                self._woken.wait(LOOK_SECONDS)
        finally:
            end_all([child.process for child in self._children if child.process is not None], STOP_SECONDS)

    def _stop(self, *_: object) -> None:
        self._stopping = True
        self._woken.set()

    def _look_after(self) -> None:
        for child in self._children:
            if child.process is None or child.process.poll() is None:
                continue
            lived = self._monotonic() - child.started
            # Killed from outside is no fault of its own; one that ends by itself at once is started ever more slowly.
            faultless = child.process.returncode < 0 or lived > LONGEST_PAUSE
            child.pause = 0.0 if faultless else min(LONGEST_PAUSE, child.pause * 2 or LOOK_SECONDS)
            child.not_before = self._monotonic() + child.pause
            log.error("process ended", extra={"part": child.name, "code": child.process.returncode})
            child.process = None

    def _start_missing(self) -> None:
        for child in self._children:
            if child.process is None and self._monotonic() >= child.not_before:
                child.process = spawn(child.command, descriptors=child.descriptors)
                child.started = self._monotonic()


def spawn(
    command: Sequence[str],
    environment: Mapping[str, str] | None = None,
    descriptors: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start a process that ends when the calling thread does, even where that is killed (Linux).

    Its standard output is not ours: that belongs to the answer of the command.
    """
    parent = os.getpid()
    return subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        env=environment,
        pass_fds=descriptors,
        # Ctrl-C is for the parent, which then ends its children in order.
        process_group=0,
        # Nothing else runs in the child before exec.
        preexec_fn=lambda: _die_with(parent),  # noqa: PLW1509
    )


def become(count: int) -> bool:
    """Be so many processes that share what was imported until now: True in each of them, False in the one that forked
    them, once all have ended after it was told to.

    For a main thread that has neither threads nor connections yet. A process that is killed is forked again; one that
    ends by itself with a failure ends all, and its exit code is ours.
    """
    parent, living = os.getpid(), set[int]()
    stopping = False  # no Event: a second signal may come while the first is being answered

    def stop(*_: object) -> None:
        nonlocal stopping
        stopping = True
        for pid in tuple(living):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    code = 0
    while True:
        while len(living) < count and not stopping:
            pid = os.fork()
            if pid == 0:
                for number, handler in before.items():
                    signal.signal(number, handler)
                _die_with(parent)
                if stopping:  # it was told to end before it had a handler of its own
                    os._exit(0)
                return True
            living.add(pid)
        if stopping:
            stop()  # for one that was forked as it came
        if not living:
            break
        pid, status = os.wait()
        living.discard(pid)
        if (ended := os.waitstatus_to_exitcode(status)) > 0:
            code = ended
            stop()
    for number, handler in before.items():
        signal.signal(number, handler)
    if code:
        sys.exit(code)
    return False


def _die_with(parent: int) -> None:
    """Have this process end when its parent does (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before we could ask for the signal
            os._exit(1)


def end_all(processes: Sequence[subprocess.Popen[bytes]], seconds: float) -> None:
    """Ask all to end, and kill what has not ended after so many seconds."""
    for process in processes:
        process.terminate()
    deadline = time.monotonic() + seconds
    for process in processes:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            log.error("process did not end and is killed", extra={"pid": process.pid})
            process.kill()
            process.wait()


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def holder() -> str:
    """A name for this process in leases and beats, unlike that of any other."""
    return f"{_here()}{os.getpid()}-{os.urandom(4).hex()}"


def is_gone(name: str) -> bool:
    """Whether the process of that name (`holder`) was one of this machine and has ended, perhaps without saying so."""
    here, pid = name.startswith(_here()), name.split("-")[-2:-1]
    return here and pid != [] and not Path(f"/proc/{pid[0]}").exists()


def _here() -> str:
    """How names of this machine begin. Host names are not unlike each other, process ids mean something here alone."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_bytes() + bytes(
            Path("/proc/self/ns/pid").readlink()
        )
    except OSError:
        boot = b""
    return f"{socket.gethostname()[:40]}-{hashlib.sha256(boot).hexdigest()[:8]}-"
