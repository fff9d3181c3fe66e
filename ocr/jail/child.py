"""The parent's handle on the reading process."""

import contextlib
import json
import logging
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

from ocr.errors import ReadingRefused
from ocr.jail.channel import ChannelClosed, MessageTooLarge, receive, send, send_file
from ocr.limits import Limits

log = logging.getLogger(__name__)

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

# Nothing is collected while modules and the engine are loaded: the loop begins to when it is ready.
_LOOP = "import gc; gc.disable(); from ocr.jail.__main__ import main; main()"


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
        # The one place where the process may write; it makes it itself, and only where its engine needs one.
        self.folder = Path(tempfile.gettempdir()) / f"tabellion-reading-{secrets.token_hex(8)}"
        self.busy = False
        self.weak: tuple[str, ...] = ()
        """In words, which walls of the jail this machine does not let it set up."""
        self.resident = 0
        """Bytes of memory that the process held after its last answer."""

    @property
    def process(self) -> int:
        """Its process id."""
        return self._process.pid

    @classmethod
    def begin(cls, limits: Limits, start: Sequence[str] = ("-c", _LOOP)) -> Self:
        """Start one without waiting for it; `ready` must be called before anything is asked.

        `start` are the arguments by which Python finds its loop.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-P", *start, str(theirs.fileno())],
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
            order = {"limits": asdict(self._limits), "folder": str(self.folder)}
            answer, _ = self.ask(order, _START_SECONDS)
        except (ChildLate, ChildLost) as error:
            self.end()
            raise ReadingRefused("READER_DIED", "the reading process did not start") from error
        except ReadingRefused:
            self.end()
            raise
        self._ready = True
        self.weak = tuple(answer["weak"])
        if self.weak:
            log.warning(
                "the reading process is not walled in on all sides", extra={"missing": list(self.weak)}
            )

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
        shutil.rmtree(self.folder, ignore_errors=True)

    def _how_it_ended(self) -> str:
        try:
            code = self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            return "the reading process went silent"
        return (
            f"the reading process was ended by signal {-code}" if code < 0 else f"it ended with status {code}"
        )
