"""Kills the processes of a service at random moments, and starts again what nobody else starts."""

import random
from collections import Counter
from dataclasses import dataclass, field

from bench._beside import Beside
from bench._service import Service

BLOWS = ("api", "worker", "keeper", "parent", "all")
_WEIGHTS = (4, 4, 4, 1, 1)
LET_UP = 0.6


@dataclass(slots=True)
class Chaos(Beside):
    """Strikes until it is told to stop, and at least once. When it has ended, the service runs.

    `api`, `worker` and `keeper`: one process of that part. `parent`: the process that watches over them. `all`: every
    process at once. Blows come at random, as accidents do, after `every` seconds on average. Some fall wherever the
    service is, also while it starts; before the others it is let come up, so that it gets to work on a slow machine
    too.
    """

    service: Service
    rng: random.Random
    every: float
    blows: Counter[str] = field(default_factory=Counter)

    def work(self) -> None:
        """Strike."""
        while not self.told_within(self.rng.expovariate(1 / self.every)) or not self.blows:
            if self.rng.random() < LET_UP:
                self.service.wait_ready()
            self._strike(self.rng.choices(BLOWS, _WEIGHTS)[0])

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
