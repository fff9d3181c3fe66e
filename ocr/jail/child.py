"""The parent's handle on the reading process."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from dataclasses import asdict
from typing import Any, Self

from ocr.errors import ReadingRefused
from ocr.jail.channel import ChannelClosed, MessageTooLarge, receive, send, send_file
from ocr.limits import Limits

_START_SECONDS = 60.0
_END_SECONDS = 5.0
# What the reading process may know of its surroundings: nothing of ours, least of all where keys lie.
_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "TESSDATA_PREFIX", "VIRTUAL_ENV", "LD_LIBRARY_PATH")
_SINGLE = {
    "OMP_THREAD_LIMIT": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    # Tesseract takes and gives back some hundred MiB a page in large pieces; glibc would return each to the kernel.
    "MALLOC_MMAP_THRESHOLD_": str(256 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(256 << 20),
    "PYTHONDONTWRITEBYTECODE": "1",
}


def jail_environment() -> dict[str, str]:
    """What a jailed process may know of its surroundings."""
    kept = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    path = os.pathsep.join(entry for entry in sys.path if entry)
    return {**kept, **_SINGLE, "PYTHONPATH": path}


class ChildLate(Exception):
    """No answer in time."""


class ChildLost(Exception):
    """The process ended, or answered what cannot be taken."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class Child:
    """One running subprocess. After ChildLate or ChildLost it must be ended."""

    def __init__(self, process: subprocess.Popen[bytes], sock: socket.socket, limits: Limits) -> None:
        self._process = process
        self._sock = sock
        self._limits = limits
        self._ready = False
        self.busy = False
        self.resident = 0
        """Bytes of memory that the process held after its last answer."""

    @property
    def process(self) -> int:
        """Its process id."""
        return self._process.pid

    @classmethod
    def begin(cls, limits: Limits) -> Self:
        """Start one without waiting for it; `ready` must be called before anything is asked."""
        ours, theirs = socket.socketpair()
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "ocr.jail", str(theirs.fileno())],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=jail_environment(),
                cwd="/",
                start_new_session=True,
            )
        return cls(process, ours, limits)

    def ready(self) -> None:
        """Wait until it is ready, once; raises ReadingRefused where it does not start or Tesseract is absent."""
        if self._ready:
            return
        try:
            self.ask({"limits": asdict(self._limits)}, _START_SECONDS)
        except (ChildLate, ChildLost) as error:
            self.end()
            raise ReadingRefused("READER_DIED", "the reading process did not start") from error
        except ReadingRefused:
            self.end()
            raise
        self._ready = True

    def ask(
        self, order: dict[str, Any], seconds: float, descriptor: int | None = None
    ) -> tuple[dict[str, Any], list[bytes]]:
        """Send an order, and wait for its answer so many seconds. Raises ReadingRefused, ChildLate, ChildLost."""
        deadline = time.monotonic() + seconds
        self.busy = True
        try:
            self._sock.settimeout(seconds)
            send(self._sock, {**order, "seconds": seconds})
            if descriptor is not None:
                send_file(self._sock, descriptor)
            header, attachments = receive(self._sock, deadline=deadline, limit=self._limits.max_answer)
        except TimeoutError:
            raise ChildLate from None
        except ChannelClosed:
            raise ChildLost("READER_DIED", self._how_it_ended()) from None
        except MessageTooLarge:
            raise ChildLost(
                "MEMORY_LIMIT", "the page gives more words and pictures than the limit allows"
            ) from None
        except (json.JSONDecodeError, KeyError, UnicodeDecodeError):
            raise ChildLost("READER_DIED", "the reading process answered nonsense") from None
        self.busy = False
        self.resident = int(header.pop("resident", 0))
        if "refused" in header:
            raise ReadingRefused(header["refused"], header["detail"])
        return header, attachments

    def end(self) -> None:
        """Kill it and wait until it is gone."""
        self._sock.close()
        self._process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_END_SECONDS)

    def _how_it_ended(self) -> str:
        try:
            code = self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            return "the reading process went silent"
        return (
            f"the reading process was ended by signal {-code}" if code < 0 else f"it ended with status {code}"
        )
