"""Strikes each part of an archive on real servers, one blow after another, and measures how long each is felt."""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import psutil

from bench._beside import Beside
from bench._disk import SmallDisk
from bench._servers import SERVERS, Servers
from bench._service import Service, ServiceFailed

How = Literal["killed", "frozen", "full"]

OURS = ("api", "worker", "keeper")
PARTS = (*OURS, *SERVERS)
DOWN = {
    "api": (2.0, 10.0),
    "worker": (5.0, 40.0),
    "keeper": (5.0, 20.0),
    "broker": (3.0, 12.0),
    "database": (2.0, 15.0),
    "store": (2.0, 15.0),
    "search": (3.0, 25.0),
}
"""Seconds that a part stays frozen: also beyond the leases of keeper (10) and worker (30), and beyond time-outs."""

GONE = (0.0, 6.0)
"""Seconds that a killed server stays away."""

PAUSE = (1.0, 6.0)
EXPECTED = 20.0
"""Seconds from one blow to the next, more or less; only how evenly papers come in depends on it."""

FULL_SECONDS = 8.0
READY_SECONDS = 300.0


@dataclass(slots=True)
class Blow:
    """One blow: when it ended, how long it lasted, and after how many seconds the service was ready again."""

    part: str
    how: How
    down: float = 0.0
    ended: float = 0.0
    ready: float | None = None


def schedule(
    rng: random.Random, blows: int, parts: Sequence[str] = PARTS, *, disk: bool = False
) -> list[Blow]:
    """Every part killed and frozen in turn, in an order of chance, so many times; the disk is filled amid them."""
    found: list[Blow] = []
    while len(found) < blows:
        turn = [Blow(part, how) for part in parts for how in ("killed", "frozen")]
        rng.shuffle(turn)
        found += turn[: blows - len(found)]
    if disk:
        found.insert(len(found) // 2, Blow("disk", "full"))
    return found


@dataclass(slots=True)
class Assault(Beside):
    """Deals its blows, brings back what it struck, and waits until the service is ready before the next.

    `standby` is a second keeper, so that one that is frozen beyond its lease finds another in its place. Pauses and
    blows are shorter by the factor `haste`.
    """

    service: Service
    standby: Service
    servers: Servers
    disk: SmallDisk | None
    blows: Sequence[Blow]
    rng: random.Random
    tell: Callable[[str], None]
    haste: float = 1.0
    _done: int = 0
    _since: float = field(default_factory=time.monotonic)

    def progress(self) -> float:
        """How far it has come, from 0 to 1: papers come in at this pace, so that they do under every blow."""
        if self.error is not None:
            return 1.0
        under_way = min((time.monotonic() - self._since) * self.haste / EXPECTED, 1.0)
        return min(1.0, (self._done + under_way) / len(self.blows))

    def work(self) -> None:
        """Deal them all. Raises ServiceFailed where the service does not come back from one."""
        self._since = time.monotonic()
        for blow in self.blows:
            self._sleep(PAUSE)
            self._deal(blow)
            self._done += 1
            self._since = time.monotonic()

    def _deal(self, blow: Blow) -> None:
        began = time.monotonic()
        if blow.part == "disk":
            self._fill()
        elif blow.part in OURS:
            self._strike_process(blow)
        elif blow.how == "killed":
            self.servers.kill(blow.part)
            self._sleep(GONE)
        else:
            self.servers.freeze(blow.part)
            self._sleep(DOWN[blow.part])
            self.servers.thaw(blow.part)
        self.servers.bring_back()
        blow.ended, blow.down = time.time(), time.monotonic() - began
        blow.ready = self._until_ready()
        self.tell(f"{blow.part} {blow.how}, {blow.down:.1f} s; ready after {blow.ready:.1f} s")

    def _sleep(self, between: tuple[float, float]) -> None:
        time.sleep(self.rng.uniform(*between) / self.haste)

    def _strike_process(self, blow: Blow) -> None:
        """One process of that part, of the service or on standby; its parent, or we, start it again."""
        found = self.service.processes(blow.part) + self.standby.processes(blow.part)
        if not found:
            raise ServiceFailed(f"there is no {blow.part} to be {blow.how}")
        process = self.rng.choice(found)
        try:
            if blow.how == "killed":
                process.kill()
                return
            process.suspend()
            self._sleep(DOWN[blow.part])
            process.resume()
        except psutil.NoSuchProcess as error:
            raise ServiceFailed(f"the {blow.part} ended by itself") from error

    def _fill(self) -> None:
        if self.disk is None:
            raise ServiceFailed("there is no disk to fill")
        until = time.monotonic() + FULL_SECONDS / self.haste
        while time.monotonic() < until:
            self.disk.fill()
            time.sleep(0.2)
        self.disk.empty()
        # SeaweedFS 4.48 keeps its directory in goleveldb, which stays read-only after a write that found no room: the
        # administrator's part, as docs/operations.md says. All others go on by themselves or end and are started again.
        self.servers.kill("store")

    def _until_ready(self) -> float:
        """Seconds until the service says that all its parts are there; servers that end meanwhile are started again."""
        began = time.monotonic()
        while True:
            if self.standby.ended:
                self.standby.start()
            if self.service.ready():
                return time.monotonic() - began
            if time.monotonic() - began > READY_SECONDS:
                raise ServiceFailed(f"{self.service.address}/readyz is not 200 after {READY_SECONDS:.0f} s")
            self.servers.bring_back()
            time.sleep(0.2)
