"""A rate of bytes that reading in the background keeps to, so that it never takes the disk from intake."""

import time
from collections.abc import Callable
from threading import Event

BURST_SECONDS = 1.0
"""So much may be read at once after a pause."""


class Stopped(Exception):
    """The process ends: what was being read is read again by the next one."""


class Throttle:
    """Holds up who reads faster than `rate` bytes a second; `stop` lets everybody go at once, by raising `Stopped`."""

    def __init__(self, rate: float, now: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._now = now
        self._free_at = now()
        self._stopped = Event()

    def take(self, size: int) -> None:
        """Account for so many bytes that were read, and wait where that was too fast. Raises `Stopped`."""
        present = self._now()
        self._free_at = max(self._free_at, present) + size / self._rate
        if self._stopped.wait(max(0.0, self._free_at - present - BURST_SECONDS)):
            raise Stopped

    @property
    def busy(self) -> bool:
        """Whether more than a burst has been taken, so that others should have a turn."""
        return self._free_at - self._now() >= BURST_SECONDS / 2

    def stop(self) -> None:
        """Let go of everybody who waits, for good."""
        self._stopped.set()
