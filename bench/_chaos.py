"""Kills the processes of a service at random moments, and starts again what nobody else starts."""

import random
import threading
from collections import Counter
from dataclasses import dataclass, field

from bench._service import Service, ServiceFailed

BLOWS = ("api", "worker", "keeper", "parent", "all")
_WEIGHTS = (4, 4, 4, 1, 1)
LET_UP = 0.6


@dataclass(slots=True)
class Chaos:
    """A thread that strikes until it is told to stop.

    `api`, `worker` and `keeper`: one process of that part. `parent`: the process that watches over them. `all`: every
    process at once. Blows come at random, as accidents do, after `every` seconds on average. Some fall wherever the
    service is, also while it starts; before the others it is let come up, so that it gets to work on a slow machine
    too.
    """

    service: Service
    rng: random.Random
    every: float
    blows: Counter[str] = field(default_factory=Counter)
    error: Exception | None = None
    _done: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to strike."""
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End; the service runs when this returns. Raises ServiceFailed where it could not be started again."""
        self._done.set()
        if self._thread is not None:
            self._thread.join()
        if self.error is not None:
            raise ServiceFailed(f"the blows ended early: {self.error}") from self.error

    def _run(self) -> None:
        try:
            while not self._done.wait(self.rng.expovariate(1 / self.every)):
                if self.rng.random() < LET_UP:
                    self.service.wait_ready()
                self._strike(self.rng.choices(BLOWS, _WEIGHTS)[0])
        except Exception as error:  # whatever it is, a round without blows must not pass
            self.error = error

    def _strike(self, blow: str) -> None:
        if blow in {"parent", "all"}:
            if blow == "parent":
                self.service.kill_parent()
            else:
                self.service.kill_all()
            self.service.start()
            self.blows[blow] += 1
        elif self.service.kill_one(blow, self.rng.choice):
            self.blows[blow] += 1
