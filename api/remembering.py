"""What is slow to find out and asked often is found out once in a while, and answered from memory in between."""

import time
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


SHARE = 0.01
"""Finding out takes so much of the time at most: what takes ever longer is found out ever more rarely."""


class Remembered(Generic[T]):
    """A value that is `seconds` old at most, or a hundred times as old as it takes to find it out. Shared by threads.

    One that is found out quickly is always new. While one thread finds out what is old, the others are given what was
    known, for as long again.
    """

    def __init__(
        self, seconds: float, *, quick: float = 0.05, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """What was found out within `quick` seconds is not remembered."""
        self._seconds = seconds
        self._quick = quick
        self._clock = clock
        self._lock = Lock()
        self._value: T | None = None
        self._until = 0.0
        self._given_until = 0.0

    def get(self, find: Callable[[], T]) -> T:
        """The value, found out anew where it is old."""
        known = self._value
        if not self._lock.acquire(blocking=known is None or self._clock() >= self._given_until):
            return known  # type: ignore[return-value]  # not None: it was not waited for
        try:
            begun = self._clock()
            if self._value is None or begun >= self._until:
                self._value = find()
                taken = self._clock() - begun
                keep = max(self._seconds, taken / SHARE) if taken >= self._quick else 0.0
                self._until = begun + taken + keep
                self._given_until = self._until + keep
            return self._value
        finally:
            self._lock.release()

    def forget(self) -> None:
        """Have the value found out anew: something has changed it."""
        with self._lock:
            self._until = self._given_until = 0.0
