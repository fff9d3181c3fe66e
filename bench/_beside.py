"""What goes on in a thread beside a run: begun, told to stop, waited for, and heard of where it failed."""

import threading
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Self

from bench._service import ServiceFailed


@dataclass(slots=True)
class Beside(ABC):
    """Does `work` in a thread, to its end or until it is told to stop; as a context, for as long as the block lasts."""

    error: Exception | None = field(default=None, init=False)
    """What `work` failed of."""
    _told: threading.Event = field(default_factory=threading.Event, init=False)
    _thread: threading.Thread | None = field(default=None, init=False)

    def start(self) -> None:
        """Begin."""
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Tell it to stop, and return when it has. Raises ServiceFailed where it failed."""
        self._told.set()
        self.join()

    def join(self) -> None:
        """Return when it has ended. Raises ServiceFailed where it failed: a run without it would show nothing."""
        if self._thread is not None:
            self._thread.join()
        if self.error is not None:
            raise ServiceFailed(f"{type(self).__name__} ended early: {self.error}") from self.error

    def told_within(self, seconds: float) -> bool:
        """Whether it is told to stop, after so many seconds at most."""
        return self._told.wait(seconds)

    @abstractmethod
    def work(self) -> None:
        """What it does."""

    def _run(self) -> None:
        try:
            self.work()
        except Exception as error:  # told by `join`, whatever it is
            self.error = error

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
