"""What is slow to find out and asked often is found out once in a while, and answered from memory in between."""

import time
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Remembered(Generic[T]):
    """A value that is at most so many seconds old; one that is found out quickly is always new. Shared by threads."""

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

    def get(self, find: Callable[[], T]) -> T:
        """The value, found out anew where it is old."""
        with self._lock:
            begun = self._clock()
            if self._value is None or begun >= self._until:
                self._value = find()
                ended = self._clock()
                self._until = ended + self._seconds if ended - begun >= self._quick else begun
            return self._value

    def forget(self) -> None:
        """Have the value found out anew: something has changed it."""
        with self._lock:
            self._until = 0.0
